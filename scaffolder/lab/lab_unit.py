"""A lab as a student opens it: with the same commands as an exercise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffolder.errors import AnswersError
from scaffolder.lab import course, lab, runtimes
from scaffolder.lab.judge import Verdict
from scaffolder.lab.lab import LabFile
from scaffolder.lab.unit import Started
from scaffolder.lab.work import Backup, Hint


@dataclass(frozen=True, kw_only=True)
class LabUnit:
    """A lab."""

    file: LabFile
    kind: str = "lab"

    @property
    def id(self) -> str:
        """Return the name of its folder."""
        return self.file.id

    @property
    def short(self) -> str:
        """Return the word that a person types: "3" or "e7"."""
        return str(self.file.number)

    @property
    def title(self) -> str:
        """Return its title."""
        return self.file.title

    @property
    def heading(self) -> str:
        """Return its number and title."""
        minutes = self.file.document["minutes"]
        title = f"Lab {self.file.number} of {lab.every()[-1].number}: {self.file.title}"
        return f"{title} (about {minutes} minutes)"

    @property
    def waits(self) -> str:
        """Return a sentence about a verdict that takes its time, "" if it comes at once."""
        kinds = {one["kind"] for one in self.file.document["criteria"]}
        if "chat-rings" not in kinds:
            return ""
        return "The service, its users and its alerts run for this: about 90 seconds."

    @property
    def tries(self) -> str:
        """Return the command that shows what is wrong, "" if the checks show it."""
        return str(self.file.document["try"])

    def start(self, folder: Path, *, track: str, force: bool, variant: int = 0) -> Started:
        """Write it and judge it; without a variant it is chosen."""
        form = self._form(track, variant) if variant else None
        place, count = course.start(folder, self.file, track=track, force=force, form=form)
        words = f"wrote {place.root} ({count} files)"
        return Started(wrote=words + _runtime(folder, place.lab.form), first=course.first(place))

    def check(self, folder: Path) -> tuple[Verdict, ...]:
        """Judge it and note the result."""
        return course.check(course.opened(folder, self.file))

    def hint(self, folder: Path) -> Hint:
        """Return the next hint."""
        return course.hint(course.opened(folder, self.file))

    def situation(self, folder: Path) -> tuple[str, str]:
        """Return what people see, and the task."""
        found = course.lab_of(folder, self.file)
        return found.situation, found.task

    def learnt(self, folder: Path) -> tuple[str, str]:
        """Return what was learnt, and a question for the team."""
        found = course.lab_of(folder, self.file)
        return found.learnt, found.question

    def solution(self, folder: Path) -> str:
        """Return the solution, and note that it was shown."""
        return course.show_solution(course.opened(folder, self.file))

    def reset(self, folder: Path) -> Backup:
        """Put it back as it was at its start, and keep a copy of what that changes."""
        return course.reset(course.opened(folder, self.file))

    def _form(self, track: str, variant: int) -> Mapping[str, str]:
        """Return the form of a track with this number, from 1."""
        forms = self.file.of_track(track)
        if not 1 <= variant <= len(forms):
            raise AnswersError(
                f"lab {self.short} has no variant {variant}", hint=f"--variant 1 to {len(forms)}"
            )
        return forms[variant - 1]


def _runtime(folder: Path, form: Mapping[str, str]) -> str:
    """Return which runtime is here for the service of a lab, or how to get it."""
    if "image" not in form:
        return ""
    name = f"{runtimes.NAMES[form['track']]} {form['image']}"
    if runtimes.find(folder, form["track"], form["image"]):
        return f"; {name} is here"
    return f"; {name} is missing: {runtimes.how_to_get(form['track'], form['image'])}"

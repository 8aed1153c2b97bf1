"""The units that a student can open: a lab or an exercise, with the same commands for both."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from scaffolder.errors import ProjectError
from scaffolder.lab import exercise, lab, work
from scaffolder.lab.exercise import Exercise
from scaffolder.lab.judge import Verdict, judge
from scaffolder.lab.work import Backup, Hint


@dataclass(frozen=True, kw_only=True)
class Started:
    """The result of a start: a line for a person about the files and their runtime."""

    wrote: str
    first: tuple[Verdict, ...]


class Unit(Protocol):
    """A lab or an exercise; `folder` is lab-work."""

    @property
    def id(self) -> str:
        """Return the name of its folder."""
        ...

    @property
    def kind(self) -> str:
        """Return "lab" or "exercise"."""
        ...

    @property
    def short(self) -> str:
        """Return the word that a person types: "3" or "e7"."""
        ...

    @property
    def heading(self) -> str:
        """Return its number and title."""
        ...

    @property
    def title(self) -> str:
        """Return its title."""
        ...

    @property
    def waits(self) -> str:
        """Return a sentence about a verdict that takes its time, "" if it comes at once."""
        ...

    @property
    def tries(self) -> str:
        """Return the command that shows what is wrong, "" if the checks show it."""
        ...

    def start(self, folder: Path, *, track: str, force: bool, variant: int = 0) -> Started:
        """Write it and judge it; without a variant it is chosen."""
        ...

    def check(self, folder: Path) -> tuple[Verdict, ...]:
        """Judge it and note the result."""
        ...

    def hint(self, folder: Path) -> Hint:
        """Return the next hint."""
        ...

    def situation(self, folder: Path) -> tuple[str, str]:
        """Return what people see, and the task."""
        ...

    def learnt(self, folder: Path) -> tuple[str, str]:
        """Return what was learnt, and a question for the team."""
        ...

    def solution(self, folder: Path) -> str:
        """Return the solution, and note that it was shown."""
        ...

    def reset(self, folder: Path) -> Backup:
        """Put it back as it was at its start, and keep a copy of what that changes."""
        ...


@dataclass(frozen=True, kw_only=True)
class ExerciseUnit:
    """An exercise."""

    exercise: Exercise
    kind: str = "exercise"

    @property
    def id(self) -> str:
        """Return the name of its folder."""
        return self.exercise.id

    @property
    def short(self) -> str:
        """Return the word that a person types: "3" or "e7"."""
        return f"e{self.exercise.number}"

    @property
    def title(self) -> str:
        """Return its title."""
        return self.exercise.title

    @property
    def heading(self) -> str:
        """Return its number and title."""
        return f"Exercise {self.short} of {len(exercise.every())}: {self.exercise.title}"

    @property
    def waits(self) -> str:
        """Return "": the verdict comes at once."""
        return ""

    @property
    def tries(self) -> str:
        """Return "": the checks show what is wrong."""
        return ""

    def start(self, folder: Path, *, track: str, force: bool, variant: int = 0) -> Started:
        """Write it and judge it."""
        if track:
            raise ProjectError(f"{self.id} has no tracks", hint="leave --track out")
        if variant:
            raise ProjectError(f"{self.id} has no variants", hint="leave --variant out")
        files = work.start(folder, self.exercise, force=force)
        root = folder / self.exercise.id
        digests = work.load(folder).exercises[self.exercise.id].digests
        return Started(
            wrote=f"wrote {root} ({files} files)", first=judge(self.exercise, root, digests)
        )

    def check(self, folder: Path) -> tuple[Verdict, ...]:
        """Judge it and note the result."""
        return work.check(folder, self.exercise)

    def hint(self, folder: Path) -> Hint:
        """Return the next hint."""
        return work.hint(folder, self.exercise)

    def situation(self, folder: Path) -> tuple[str, str]:
        """Return what people see, and the task."""
        return self.exercise.situation, self.exercise.task

    def learnt(self, folder: Path) -> tuple[str, str]:
        """Return what was learnt, and a question for the team."""
        return self.exercise.learnt, self.exercise.question

    def solution(self, folder: Path) -> str:
        """Return the solution, and note that it was shown."""
        return work.show_solution(folder, self.exercise)

    def reset(self, folder: Path) -> Backup:
        """Put it back as it was at its start, and keep a copy of what that changes."""
        return work.reset(folder, self.exercise)


def every() -> tuple[Unit, ...]:
    """Return all labs and then all exercises."""
    from scaffolder.lab.lab_unit import LabUnit  # what runs for a lab; an exercise needs none of it

    labs = [LabUnit(file=one) for one in lab.every()]
    return (*labs, *(ExerciseUnit(exercise=one) for one in exercise.every()))


def named(word: str) -> Unit:
    """Return the lab of a number or an id, or the exercise of an id or as in e7.

    Raises:
        ProjectError: there is none.

    """
    if found := lab.named(word):
        from scaffolder.lab.lab_unit import LabUnit  # see `every`

        return LabUnit(file=found)
    if word.isdigit():
        raise ProjectError(f"unknown lab {word!r}", hint="scaffold lab lists them")
    return ExerciseUnit(exercise=exercise.named(word))


def opened(folder: Path, word: str | None, here: str = "") -> Unit:
    """Return what a word names, else the unit of the folder `here`, else what is open.

    Raises:
        ProjectError: a word names nothing, or nothing is started.

    """
    if word:
        return named(word)
    known = work.load(folder)
    current = here if here in known.exercises else known.current
    if not current:
        raise ProjectError("nothing is started", hint="scaffold lab start")
    return named(current)


def following(folder: Path, after: str = "") -> Unit:
    """Return the unit to start after another one (default: the open one).

    It is the next of its kind that is not started, else an earlier one, else one of another kind.

    Raises:
        ProjectError: everything is started.

    """
    state = work.load(folder)
    units = every()
    ids = [one.id for one in units]
    after = after or state.current
    at = ids.index(after) if after in ids else -1
    kind = units[max(at, 0)].kind
    ordered = [*units[at + 1 :], *units[: at + 1]]
    ordered.sort(key=lambda one: one.kind != kind)
    for one in ordered:
        if one.id not in state.exercises:
            return one
    raise ProjectError("everything is started", hint="scaffold lab start ID --force")

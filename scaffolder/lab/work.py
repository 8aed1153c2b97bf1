"""The folder of the course: start an exercise, put it back, and keep in mind how far each is."""

from __future__ import annotations

import contextlib
import datetime
import difflib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.errors import DestinationError, ProjectError
from scaffolder.lab import restoring
from scaffolder.lab.exercise import Exercise
from scaffolder.lab.judge import Verdict, digests, judge, solved

FOLDER = Path("lab-work")
"""Everything that the course writes is in it."""

FORMAT = 1
NAME = "my-service"
STATE = "lab.json"
"""The file with the progress of all units."""


Generate = Callable[[Mapping[str, Any], Path], None]
"""Writes the repository that the template gives for answers."""


@dataclass(kw_only=True)
class Progress:
    """How far an exercise or a lab is: `checks` are the times, and the titles of what was red.

    `form` is the one in which a lab was started; an exercise has none.
    """

    started: str
    digests: dict[str, str] = field(default_factory=dict)
    checks: list[dict[str, Any]] = field(default_factory=list)
    hints: int = 0
    solution_shown: bool = False
    done: bool = False
    form: dict[str, str] = field(default_factory=dict)

    def take_hint(self, last: int) -> bool:
        """Count a hint; return whether the last one is given again."""
        again = self.hints >= last
        self.hints = min(self.hints + 1, last)
        return again

    @property
    def word(self) -> str:
        """Return the state in a word or two."""
        if not self.done:
            return "working"
        return "done (solution shown)" if self.solution_shown else "done"


@dataclass(frozen=True, kw_only=True)
class Hint:
    """A hint with its number; `again` if it is the last one, and was given before."""

    number: int
    text: str
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class Backup:
    """The files that a reset changed, as copies in `folder`, and whether the unit was done."""

    folder: Path
    files: tuple[Path, ...]
    was_done: bool


@dataclass(kw_only=True)
class Work:
    """The content of lab.json: the open exercise, and the progress of each by its id."""

    current: str = ""
    exercises: dict[str, Progress] = field(default_factory=dict)


def load(folder: Path) -> Work:
    """Return the state of the course in `folder`. Raises ProjectError if it cannot be read."""
    file = folder / STATE
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            raise ValueError(f"its format is {document['format']}")
        progress = {name: Progress(**one) for name, one in document["exercises"].items()}
        return Work(current=document["current"], exercises=progress)
    except FileNotFoundError:
        return Work()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProjectError(
            f"{file} cannot be read: {error}", hint=f"remove {file}, and start the exercise again"
        ) from error


def save(folder: Path, work: Work) -> None:
    """Write the state, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    document = {"format": FORMAT, **asdict(work)}
    number, name = tempfile.mkstemp(dir=folder, prefix=".lab-")
    try:
        with os.fdopen(number, "w", encoding="utf-8") as stream:
            json.dump(document, stream, indent=2)
        Path(name).replace(folder / STATE)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def start(folder: Path, exercise: Exercise, *, force: bool = False) -> int:
    """Write the repository of an exercise and open it; return the number of its files.

    Raises:
        DestinationError: it is there already, and `force` is not given.

    """
    target = folder / exercise.id
    if target.exists() and not force:
        raise DestinationError(
            f"{target} already exists",
            hint=f"scaffold lab check {exercise.id}, or scaffold lab reset {exercise.id}",
        )
    count = write(target, exercise)
    work = load(folder)
    work.current = exercise.id
    work.exercises[exercise.id] = Progress(started=now(), digests=digests(exercise, target))
    save(folder, work)
    return count


def reset(folder: Path, exercise: Exercise) -> Backup:
    """Put an exercise back as it was at its start, and keep a copy of what that changes."""
    work = load(folder)
    progress = _progress(work, exercise)
    root = folder / exercise.id
    with tempfile.TemporaryDirectory(dir=folder, prefix=".lab-") as name:
        made = Path(name) / exercise.id
        write(made, exercise)
        kept, files = restoring.back_up(made, root, folder / restoring.BACKUPS)
        restoring.restore(made, root)
    was_done = progress.done
    progress.digests = digests(exercise, root)
    progress.done = False
    work.current = exercise.id
    save(folder, work)
    return Backup(folder=kept, files=files, was_done=was_done)


def check(folder: Path, exercise: Exercise) -> tuple[Verdict, ...]:
    """Judge an exercise and note the result."""
    work = load(folder)
    progress = _progress(work, exercise)
    verdicts = judge(exercise, folder / exercise.id, progress.digests)
    note(progress, verdicts)
    work.current = exercise.id
    save(folder, work)
    return verdicts


def note(progress: Progress, verdicts: tuple[Verdict, ...]) -> None:
    """Note the result of a check."""
    red = [one.criterion.title for one in verdicts if one.light != "green"]
    progress.checks.append({"at": now(), "green": len(verdicts) - len(red), "red": red})
    progress.done = progress.done or solved(verdicts)


def hint(folder: Path, exercise: Exercise) -> Hint:
    """Return the next hint; the last one again if there is none."""
    work = load(folder)
    progress = _progress(work, exercise)
    again = progress.take_hint(len(exercise.hints) + 1)
    save(folder, work)
    return Hint(number=progress.hints, text=text_of_hint(exercise, progress.hints), again=again)


def show_solution(folder: Path, exercise: Exercise) -> str:
    """Return the solution, and note that it was shown before the exercise was solved."""
    work = load(folder)
    progress = _progress(work, exercise)
    progress.solution_shown = progress.solution_shown or not progress.done
    save(folder, work)
    return solution(exercise)


def text_of_hint(exercise: Exercise, number: int) -> str:
    """Return a hint; the one after those of the exercise is its solution."""
    return [*exercise.hints, ""][number - 1] or solution(exercise)


def solution(exercise: Exercise) -> str:
    """Return what to write in which line, so that the fault is gone."""
    with tempfile.TemporaryDirectory(prefix="scaffold-lab-") as name:
        well, ill = Path(name) / "well", Path(name) / "ill"
        write(well, exercise, broken=False)
        shutil.copytree(well, ill)
        make(exercise, ill)
        return " ".join(
            chain.from_iterable(_steps(edit.file, well, ill) for edit in exercise.edits)
        )


def generate(given: Mapping[str, Any], target: Path) -> None:
    """Write the repository that the template gives for these answers."""
    from scaffolder.template import answers, render  # 0.1 s, and a check writes nothing

    completed = answers.complete(dict(given))
    with render.staged(completed, target) as rendered:
        render.move(rendered, target)


def write(
    target: Path, exercise: Exercise, *, broken: bool = True, generate: Generate = generate
) -> int:
    """Write the repository in the place of `target`; return the number of its files."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".lab-") as name:
        made = Path(name) / NAME
        generate({"service_name": NAME, **exercise.answers}, made)
        if broken:
            make(exercise, made)
        if target.exists():
            restoring.restore(made, target)
        else:
            made.replace(target)
    return sum(1 for file in target.rglob("*") if file.is_file())


def make(exercise: Exercise, root: Path) -> None:
    """Make the fault of an exercise in a repository."""
    for edit in exercise.edits:
        edit.make(root)


def _steps(file: str, well: Path, ill: Path) -> list[str]:
    """Return what to write in which line of a file, so that it is as it was before the fault."""
    before, after = _lines(well / file), _lines(ill / file)
    if not before and after:
        return [f"Remove {file}."]
    if before and not after:
        return [f"Write {file} again: `{' / '.join(before)}`."]
    steps = []
    matcher = difflib.SequenceMatcher(a=after, b=before, autojunk=False)
    for tag, start, end, to_start, to_end in matcher.get_opcodes():
        place = f"{file}:{start + 1}"
        wanted = " / ".join(before[to_start:to_end])
        if tag == "delete":
            steps.append(f"{place}: remove `{' / '.join(after[start:end])}`.")
        elif tag == "insert":
            steps.append(f"{place}: insert `{wanted}`.")
        elif tag == "replace":
            steps.append(f"{place}: write `{wanted}`.")
    return steps


def _lines(file: Path) -> list[str]:
    with contextlib.suppress(FileNotFoundError):
        return file.read_text(encoding="utf-8").splitlines()
    return []


def _progress(work: Work, exercise: Exercise) -> Progress:
    if exercise.id not in work.exercises:
        raise ProjectError(
            f"the exercise {exercise.id} is not started", hint=f"scaffold lab start {exercise.id}"
        )
    return work.exercises[exercise.id]


def now() -> str:
    """Return the time, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")

"""The proof of an exercise: red at its start and after a wrong fix, green when solved."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffolder.lab import work
from scaffolder.lab.exercise import Exercise
from scaffolder.lab.judge import Light, Verdict, digests, judge, solved


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What does not hold of an exercise; nothing if it is proven."""

    exercise: Exercise
    problems: tuple[str, ...]
    seconds: float = 0.0


def prove(exercises: Iterable[Exercise]) -> Iterator[Proof]:
    """Start each exercise, fix it wrongly, fix it rightly and put it back, in a temporary folder.

    What the same answers give without a fault is rendered once.
    """
    with tempfile.TemporaryDirectory(prefix="scaffold-lab-") as name:
        made: dict[str, Path] = {}
        for exercise in exercises:
            key = repr(sorted(exercise.answers.items()))
            if key not in made:
                made[key] = Path(name) / f"well-{len(made)}"
                work.write(made[key], exercise, broken=False)
            began, folder = time.monotonic(), Path(name) / exercise.id
            problems = tuple(_problems(exercise, made[key], folder))
            seconds = time.monotonic() - began
            yield Proof(exercise=exercise, problems=problems, seconds=seconds)
            shutil.rmtree(folder)


def _problems(exercise: Exercise, well: Path, folder: Path) -> Iterator[str]:
    ill = folder / "ill"
    shutil.copytree(well, ill)
    work.make(exercise, ill)
    started, tree = digests(exercise, ill), _tree(ill)
    yield from _of_start(exercise, judge(exercise, ill, started))
    wrong = folder / "wrong"
    shutil.copytree(ill, wrong)
    for edit in exercise.wrong:
        edit.make(wrong)
    verdicts = judge(exercise, wrong, started)
    if not any(one.light is Light.RED for one in verdicts):
        yield "a wrong fix is not red"
    for edit in exercise.edits:
        _put_back(edit.file, well, ill)
    verdicts = judge(exercise, ill, started)
    if not solved(verdicts):
        yield f"the solution is not green: {_words(verdicts)}"
    work.write(ill, exercise)
    if _tree(ill) != tree:
        yield "a reset leaves another tree than the start"


def _of_start(exercise: Exercise, verdicts: tuple[Verdict, ...]) -> Iterator[str]:
    for one in verdicts:
        if one.criterion.kind == "check" and one.light is not Light.RED:
            yield f"{one.criterion.title} is {one.light} at the start: {one.reason}"
        if one.criterion.kind in {"unchanged", "holds"} and one.light is not Light.GREEN:
            yield f"{one.criterion.title} is {one.light} at the start: {one.reason}"
        if one.light is Light.CANNOT_TELL:
            yield f"{one.criterion.title} cannot be judged: {one.reason}"


def _put_back(file: str, well: Path, ill: Path) -> None:
    if (well / file).exists():
        shutil.copy(well / file, ill / file)
    else:
        (ill / file).unlink()


def _tree(root: Path) -> str:
    """Return a digest of every name, mode and content below `root`."""
    whole = hashlib.sha256()
    for file in sorted(root.rglob("*")):
        content = file.read_bytes() if file.is_file() else b""
        whole.update(f"{file.relative_to(root)} {file.stat().st_mode:o} ".encode() + content)
    return whole.hexdigest()


def _words(verdicts: tuple[Verdict, ...]) -> str:
    return "; ".join(
        f"{one.criterion.title}: {one.reason}" for one in verdicts if one.light is not Light.GREEN
    )

"""The proof of an exercise: red at its start and after a wrong fix, green when solved."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

from scaffolder.lab import work
from scaffolder.lab.exercise import OTHERS, Exercise
from scaffolder.lab.judge import (
    Light,
    Verdict,
    digests,
    judge,
    of_checks,
    others,
    solved,
    verdicts,
)
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import NoPrograms


@dataclass(frozen=True, kw_only=True)
class Proof:
    """The faults of an exercise; none if it is proven."""

    exercise: Exercise
    problems: tuple[str, ...]
    seconds: float = 0.0


def prove(exercises: Iterable[Exercise]) -> Iterator[Proof]:
    """Start each exercise, fix it wrongly, fix it rightly and put it back, in a temporary folder.

    The result of equal answers without a fault is rendered and judged once.
    """
    with tempfile.TemporaryDirectory(prefix="scaffold-lab-") as name:
        made: dict[str, _Well] = {}
        for exercise in exercises:
            began, folder = time.monotonic(), Path(name) / exercise.id
            key = repr(sorted(exercise.answers.items()))
            if key not in made:
                made[key] = _well(exercise, Path(name) / f"well-{len(made)}")
            problems = tuple(_problems(exercise, made[key], folder))
            seconds = time.monotonic() - began
            yield Proof(exercise=exercise, problems=problems, seconds=seconds)
            shutil.rmtree(folder)


@dataclass(frozen=True, kw_only=True)
class _Well:
    """A repository without a fault: its place, its digest, and the verdict on everything."""

    root: Path
    digest: str
    verdict: Verdict

    def copy(self, _: Mapping[str, Any], target: Path) -> None:
        """Write it in the place of `target`."""
        shutil.copytree(self.root, target, symlinks=True)


def _well(exercise: Exercise, root: Path) -> _Well:
    work.write(root, exercise, broken=False)
    verdict = of_checks(OTHERS, others(frozenset()), Project(root), NoPrograms())
    return _Well(root=root, digest=_tree(root), verdict=verdict)


def _problems(exercise: Exercise, well: _Well, folder: Path) -> Iterator[str]:
    ill = folder / "ill"
    shutil.copytree(well.root, ill)
    work.make(exercise, ill)
    started, tree = digests(exercise, ill), _tree(ill)
    yield from _of_start(_but_others(exercise, ill, started))
    wrong = folder / "wrong"
    shutil.copytree(ill, wrong)
    for edit in exercise.wrong:
        edit.make(wrong)
    if not any(one.light is Light.RED for one in verdicts(exercise, wrong, started)):
        yield "a wrong fix is not red"
    for edit in exercise.edits:
        _put_back(edit.file, well.root, ill)
    if _tree(ill) == well.digest:
        found = (*_but_others(exercise, ill, started), well.verdict)
    else:
        found = judge(exercise, ill, started)
    if not solved(found):
        yield f"the solution is not green: {_words(found)}"
    work.write(ill, exercise, generate=well.copy)
    if _tree(ill) != tree:
        yield "a reset leaves another tree than the start"


def _but_others(exercise: Exercise, root: Path, started: Mapping[str, str]) -> tuple[Verdict, ...]:
    """Return the verdicts on the criteria of the exercise, without the one on everything else."""
    own = takewhile(lambda one: one is not OTHERS, exercise.criteria)
    return tuple(islice(verdicts(exercise, root, started), sum(1 for _ in own)))


def _of_start(found: tuple[Verdict, ...]) -> Iterator[str]:
    for one in found:
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


def _words(found: tuple[Verdict, ...]) -> str:
    return "; ".join(
        f"{one.criterion.title}: {one.reason}" for one in found if one.light is not Light.GREEN
    )

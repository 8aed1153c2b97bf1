"""The proof of a lab: red for its reasons, green when solved, red after each wrong road."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffolder import check
from scaffolder.lab import course, judging, runtimes, steps, work
from scaffolder.lab.judge import Light, Verdict, solved
from scaffolder.lab.lab import LabFile, Step
from scaffolder.lab.place import Place
from scaffolder.model import Outcome
from scaffolder.tools.toolchain import SystemToolchain


@dataclass(frozen=True, kw_only=True)
class LabProof:
    """What does not hold of a lab in a form; nothing if it is proven.

    `not_here` says why it could not be proven on this machine.
    """

    lab: LabFile
    form: Mapping[str, str]
    problems: tuple[str, ...] = ()
    not_here: str = ""

    @property
    def name(self) -> str:
        """Return the lab, and the values of the form that tell it from others."""
        names = ("track", "image", "fault")
        words = [self.form[name] for name in names if name in self.form]
        return " ".join([self.lab.id, *words])


def prove(labs: Iterable[LabFile], track: str = "") -> Iterator[LabProof]:
    """Prove each lab in a temporary folder, in each track; without tracks in each form."""
    for file in labs:
        for form in _forms(file, track):
            with tempfile.TemporaryDirectory(prefix="scaffold-lab-") as name:
                folder = Path(name) / "lab-work"
                if missing := _missing(folder, form):
                    yield LabProof(lab=file, form=form, not_here=missing)
                    continue
                before = _children()
                problems = list(_problems(file, form, folder))
                if _children() != before:
                    problems.append("a process is left")
                yield LabProof(lab=file, form=form, problems=tuple(problems))


def _forms(file: LabFile, track: str) -> list[Mapping[str, str]]:
    """Return the forms to prove: of each track the one whose runtime is on this machine."""
    if not file.tracks:
        return list(file.forms)
    tracks = (track,) if track else file.tracks
    return [course.chosen_form(Path(), file, name) for name in tracks]


def tree(place: Place) -> str:
    """Return a digest of every name, mode and content of a lab, but for the history's index."""
    whole = hashlib.sha256()
    for root in (place.root, place.side):
        for file in sorted(root.rglob("*")):
            if ".git" in file.parts:
                continue
            content = file.read_bytes() if file.is_file() else b""
            whole.update(f"{file.relative_to(root)} {file.stat().st_mode}\n".encode() + content)
    return whole.hexdigest()


def _problems(file: LabFile, form: Mapping[str, str], folder: Path) -> Iterator[str]:
    place, _ = course.start(folder, file, form=form)
    started = work.load(folder).exercises[file.id].digests
    whole = tree(place)
    yield from _of_start(place, judging.judge(place, started))
    yield from _green(place, started, place.lab.then, "the third hint")
    if place.lab.solution != place.lab.then:
        course.restore(place)
        yield from _green(place, started, place.lab.solution, "the solution")
    yield from _checked(place)
    course.restore(place)
    if tree(place) != whole:
        yield "a reset leaves another tree than the start"
    for cheat in place.lab.cheats:
        course.restore(place)
        _carry_out(place, cheat.steps)
        for one in judging.judge(place, started, only=cheat.red):
            if one.light is not Light.RED:
                yield f"cheat {cheat.name}: {one.criterion.title} is {one.light}: {one.reason}"
    course.reset(place)
    if tree(place) != whole:
        yield "the last reset leaves another tree than the start"


def _of_start(place: Place, verdicts: tuple[Verdict, ...]) -> Iterator[str]:
    for criterion, verdict in zip(place.lab.criteria, verdicts, strict=True):
        wanted = Light.RED if criterion.red else Light.GREEN
        if verdict.light is not wanted:
            yield f"{criterion.title} is {verdict.light} at the start: {verdict.reason}"
        elif criterion.red and criterion.red not in verdict.reason:
            yield f"{criterion.title} is red for another reason: {verdict.reason}"


def _green(
    place: Place, started: Mapping[str, str], road: tuple[Step, ...], name: str
) -> Iterator[str]:
    _carry_out(place, road)
    verdicts = judging.judge(place, started)
    if not solved(verdicts):
        words = "; ".join(
            f"{one.criterion.title} is {one.light}: {one.reason}"
            for one in verdicts
            if one.light is not Light.GREEN
        )
        yield f"{name} is not green: {words}"


def _checked(place: Place) -> Iterator[str]:
    """Run the whole `scaffold check` on the solution, as a student would."""
    report = check.examine(check.Request(path=place.root, cache=False)).report
    for result in report.results:
        if result.outcome is Outcome.FAILED:
            words = "; ".join(f"{one.place}: {one.message}" for one in result.findings[:2])
            yield f"scaffold check: {result.check.id}: {words}"


def _carry_out(place: Place, road: tuple[Step, ...]) -> None:
    with SystemToolchain() as toolchain:
        steps.carry_out(place, road, toolchain)


def _missing(folder: Path, form: Mapping[str, str]) -> str:
    if "image" not in form or runtimes.find(folder, form["track"], form["image"]):
        return ""
    name = runtimes.NAMES[form["track"]]
    get = runtimes.how_to_get(form["track"], form["image"])
    return f"{name} {form['image']} is not installed: {get}"


def _children() -> frozenset[int]:
    """Return the processes that this one has started and that still run; Linux only."""
    if sys.platform != "linux":
        return frozenset()
    words = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
    return frozenset(int(word) for word in words.split())

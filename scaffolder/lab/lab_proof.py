"""The proof of a lab: red for its reasons, green when solved, red after each wrong road."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scaffolder import check
from scaffolder.formats.regex import regex
from scaffolder.lab import course, judging, runtimes, steps, surroundings, work
from scaffolder.lab.judge import Light, Verdict, solved
from scaffolder.lab.lab import LabFile, Step
from scaffolder.lab.place import ANSWERS, Place
from scaffolder.model import Outcome
from scaffolder.tools.background import Background
from scaffolder.tools.toolchain import SystemToolchain

_WAITING = "chat-rings"
"""The kind of criterion that waits for half a minute or more, with little work for the machine."""

_WORD = regex(r"[a-z0-9][a-z0-9._-]*")
_SHORT = 3
"""Letters of a word that is in every text."""

_AT_ONCE = 2
_STEP = 0.02
_PATIENCE = 120.0


@dataclass(frozen=True, kw_only=True)
class LabProof:
    """The faults of a lab in a form; none if it is proven.

    `not_here` is the reason why it could not be proven on this machine; `seconds` is how long it
    took.
    """

    lab: LabFile
    form: Mapping[str, str]
    problems: tuple[str, ...] = ()
    not_here: str = ""
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """Return the lab, and the values of the form that tell it from others."""
        forms = self.lab.forms
        differ = [name for name in forms[0] if len({form[name] for form in forms}) > 1]
        names = [name for name in _TELLING if name in differ]
        return " ".join([self.lab.id, *(self.form[name] for name in names)])


_TELLING = ("track", "image", "fault", "ci", "place")
"""Values of forms that tell one from another in a word."""


def prove(labs: Iterable[LabFile], track: str = "") -> Iterator[LabProof]:
    """Prove each lab in each of its forms, in a temporary folder.

    A form whose runtime is missing is not proven here. Labs that wait for alerts run beside the
    others. The repository of equal answers is generated once, and the same solution checked once.
    """
    planned: list[tuple[LabFile, Mapping[str, str]]] = []
    for file in labs:
        planned += [(file, form) for form in file.of_track(track if file.tracks else "")]
    before = surroundings.look()
    with (
        tempfile.TemporaryDirectory(prefix="scaffold-lab-") as name,
        ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="proof") as beside,
    ):
        proofs = _Proofs(Path(name))
        waiting: dict[int, Future[LabProof]] = {
            number: beside.submit(proofs.of, file, form, number)
            for number, (file, form) in enumerate(planned)
            if any(one["kind"] == _WAITING for one in file.document["criteria"])
        }
        try:
            for number, (file, form) in enumerate(planned):
                at_hand = waiting.get(number)
                proof = at_hand.result() if at_hand else proofs.of(file, form, number)
                if number + 1 == len(planned):
                    left = tuple(surroundings.left(before))
                    proof = replace(proof, problems=(*proof.problems, *left))
                yield proof
        finally:
            beside.shutdown(cancel_futures=True)


class _Proofs:
    """Proofs that share a folder, what was generated, and which solutions were checked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._generated: dict[str, Path] = {}
        self._checked: dict[str, tuple[str, ...]] = {}

    def of(self, file: LabFile, form: Mapping[str, str], number: int) -> LabProof:
        """Prove a lab in a form."""
        began = time.monotonic()
        folder = self._folder / str(number) / work.FOLDER
        if missing := _missing(folder, form):
            return LabProof(lab=file, form=form, not_here=missing)
        folder.mkdir(parents=True)
        problems = tuple(self._problems(file, form, folder))
        shutil.rmtree(folder.parent)
        seconds = time.monotonic() - began
        return LabProof(lab=file, form=form, problems=problems, seconds=seconds)

    def _problems(self, file: LabFile, form: Mapping[str, str], folder: Path) -> Iterator[str]:
        _kill_a_start(file, form, folder)
        place, _ = course.start(folder, file, form=form, force=True, generate=self._generate)
        yield from _of_a_killed_start(place)
        started = work.load(folder).exercises[file.id].digests
        whole = tree(place)
        yield from _of_start(place, judging.judge(place, started))
        yield from _green(place, started, place.lab.then, "the third hint")
        yield from _told(place)
        if place.lab.solution != place.lab.then:
            course.restore(place)
            yield from _green(place, started, place.lab.solution, "the solution")
        yield from self._of_checks(place)
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
        for words in surroundings.processes(folder):
            yield f"a process is left: {words}"

    def _generate(self, answers: Mapping[str, Any], target: Path) -> None:
        """Write a repository; the same answers are rendered once."""
        key = repr(sorted(answers.items()))
        with self._lock:
            if key not in self._generated:
                kept = self._folder / f"repository-{len(self._generated)}"
                work.generate(answers, kept)
                self._generated[key] = kept
        shutil.copytree(self._generated[key], target, symlinks=True)

    def _of_checks(self, place: Place) -> tuple[str, ...]:
        """Run the whole `scaffold check` on the solution, as a student would; once for each."""
        key = _digest((place.root,), but=(ANSWERS,))
        if key not in self._checked:
            self._checked[key] = tuple(_checked(place))
        return self._checked[key]


def tree(place: Place) -> str:
    """Return a digest of every name, mode and content of a lab, but for the history's index."""
    return _digest((place.root, place.side))


def _digest(roots: tuple[Path, ...], but: tuple[str, ...] = ()) -> str:
    whole = hashlib.sha256()
    for root in roots:
        for file in sorted(root.rglob("*")):
            if ".git" in file.parts or file.name in but:
                continue
            content = file.read_bytes() if file.is_file() else b""
            whole.update(f"{file.relative_to(root)} {file.stat().st_mode}\n".encode() + content)
    return whole.hexdigest()


def _kill_a_start(file: LabFile, form: Mapping[str, str], folder: Path) -> None:
    """Start the lab in a process of its own, and end it with SIGKILL while it writes.

    On a machine that is very busy it may be whole already.
    """
    forms = file.of_track(form.get("track", ""))
    variant = str(forms.index(form) + 1)
    words = ["-m", "scaffolder", "lab", "start", file.id, "--variant", variant]
    words += ["--track", form["track"]] if file.tracks else []
    with Background("scaffold-lab-") as background:
        number = background.start("start", (sys.executable, *words), cwd=folder.parent)
        deadline = time.monotonic() + _PATIENCE
        while not any(folder.glob(f"{course.STARTING}*/{file.id}")):
            if background.ended("start") or time.monotonic() > deadline:
                return
            time.sleep(_STEP)
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


def _of_a_killed_start(place: Place) -> Iterator[str]:
    names = sorted(entry.name for entry in place.folder.iterdir())
    if names != sorted([f".{place.lab.id}", place.lab.id, work.STATE]):
        yield f"a start after kill -9 leaves {', '.join(names)}"
    for words in surroundings.processes(place.folder):
        yield f"kill -9 of a start leaves a process: {words}"


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


def _told(place: Place) -> Iterator[str]:
    """Yield each word of the situation that the solution changes: a file, or a value."""
    told = _words(f"{place.lab.title} {place.lab.situation}")
    before = course.started_from(place)
    names: set[Path] = set()
    for root in (before, place.root):
        names |= {file.relative_to(root) for file in _files(root)}
    for name in sorted(names):
        old, new = (_lines(root / name) for root in (before, place.root))
        if old == new:
            continue
        changed = _words(" ".join(old - new)) ^ _words(" ".join(new - old))
        values = {word for word in changed if len(word) > _SHORT and not word.isalpha()}
        for word in sorted(({name.name.lower()} | values) & told):
            yield f"the situation has a word of the solution: {word} ({name.as_posix()})"


def _files(root: Path) -> Iterator[Path]:
    for file in root.rglob("*"):
        if file.is_file() and ".git" not in file.relative_to(root).parts[:-1]:
            yield file


def _lines(file: Path) -> set[str]:
    """Return the lines of a file, none if it is absent or no text."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return set(file.read_text(encoding="utf-8").splitlines())
    return set()


def _words(text: str) -> set[str]:
    return {word.rstrip(".") for word in _WORD.findall(text.lower())}


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

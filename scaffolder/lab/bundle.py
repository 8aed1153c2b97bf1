"""A folder for a room without a network: scaffolder, its packages, and runtimes for the labs."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from scaffolder.errors import AnswersError, DestinationError, ToolCrashed
from scaffolder.lab import runtimes
from scaffolder.tools import installation
from scaffolder.tools.process import CompletedRun, Processes

EXTRA = "lab"
TRACKS = ("java", "node", "python")
_TIMEOUT = 1800.0

Pip = Callable[[tuple[str, ...]], CompletedRun]


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A bundle's content: files and their bytes, and the commands that use it."""

    files: tuple[str, ...]
    size: int
    commands: tuple[str, ...]


def make(
    folder: Path, tracks: tuple[str, ...], wheel: Path | None = None, pip: Pip | None = None
) -> Bundle:
    """Download everything into `folder`, with its checksums and the commands that install it.

    `wheel` is the file of scaffolder itself, which is needed if it came from an index: no name is
    asked for on an index that may give it another meaning.

    Raises:
        AnswersError: a track is unknown, or the wheel of scaffolder is needed.
        DestinationError: the folder is not empty.
        ToolCrashed: pip is missing, or cannot download.

    """
    if unknown := sorted(set(tracks) - set(TRACKS)):
        raise AnswersError(f"unknown track {unknown[0]!r}", hint=f"--track {TRACKS[0]}")
    if folder.exists() and any(folder.iterdir()):
        raise DestinationError(f"{folder} is not empty", hint="name a new folder")
    how = installation.current()
    if wheel is None and how.kind == "index":
        raise AnswersError("the wheel of scaffolder is needed", hint="--wheel FILE")
    run = pip or _pip
    requirement = f"{wheel}[{EXTRA}]" if wheel else how.requirement(EXTRA)
    _checked(run(("wheel", "--quiet", "--wheel-dir", str(folder / "wheels"), requirement)))
    commands = [f'pip install --no-index --find-links wheels "{installation.NAME}[{EXTRA}]"']
    for packages in chain.from_iterable(map(runtimes.wheels, tracks)):
        name = _downloaded(folder / "runtimes", packages, run)
        target = f"lab-work/{runtimes.PROGRAMS}/{name}"
        commands.append(f"pip install --no-index --no-deps --target {target} runtimes/{name}/*.whl")
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    sums = [f"{_digest(file)}  {file.relative_to(folder).as_posix()}\n" for file in files]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    (folder / "INSTALL.txt").write_text(_text(commands), encoding="utf-8")
    return Bundle(
        files=tuple(file.relative_to(folder).as_posix() for file in files),
        size=sum(file.stat().st_size for file in files),
        commands=tuple(commands),
    )


def _downloaded(folder: Path, packages: tuple[tuple[str, str], ...], run: Pip) -> str:
    """Download the first package that has a file for this machine, and return its folder."""
    for name, package in packages:
        done = run(("download", "--quiet", "--no-deps", "--dest", str(folder / name), package))
        if not done.exit_code:
            return name
    _checked(done)
    raise AssertionError("a track has a package for each runtime")


def _pip(words: tuple[str, ...]) -> CompletedRun:
    return Processes().run("pip", (sys.executable, "-m", "pip", *words), timeout=_TIMEOUT)


def _checked(done: CompletedRun) -> None:
    if done.exit_code:
        lines = done.stderr.strip().splitlines() or ["no output"]
        raise ToolCrashed(f"pip could not get a package: {lines[-1]}", hint="python -m ensurepip")


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _text(commands: list[str]) -> str:
    lines = [f"For {machine()}.", ""]
    lines += ["Check the files first: sha256sum --check SHA256SUMS", ""]
    lines += ["Copy this folder to the machine. In the copy, in an environment of that Python:", ""]
    return "\n".join([*lines, *commands, ""])


def machine() -> str:
    """Return the machines that a bundle is for: those like this one."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return f"Python {version} on {platform.system()} {platform.machine()}"

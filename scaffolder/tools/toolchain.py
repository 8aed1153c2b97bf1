"""The programs of a machine: which one stands for a tool, at which version, and a run of it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, Self

from scaffolder.errors import ToolCrashed, ToolMissing, ToolTimeout
from scaffolder.formats.regex import regex
from scaffolder.tools.cache import Cache, key_of, packages, stamp
from scaffolder.tools.process import CompletedRun, Processes
from scaffolder.tools.programs import Tool

Origin = Literal["path", "embedded"]


@dataclass(frozen=True, kw_only=True)
class Program:
    """A found tool: `argv` starts it, `path` is its file, `origin` tells if it is packaged."""

    tool: Tool
    name: str
    argv: tuple[str, ...]
    path: str
    version: str
    origin: Origin

    def __str__(self) -> str:
        return f"{self.name} {self.version}{' (embedded)' if self.origin == 'embedded' else ''}"


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """A program that cannot be used: its place and the reason; `version` is "" if unknown."""

    path: str
    reason: str
    version: str = ""


@dataclass(frozen=True, kw_only=True)
class Survey:
    """The result for a tool: the program that checks use, if any, and the rejected ones."""

    tool: Tool
    program: Program | None
    rejected: tuple[Rejected, ...] = ()


class Toolchain(Protocol):
    """The programs of a machine.

    Checks see the outside world through this, and tests replace it.
    """

    def find(self, tool: Tool) -> Program | None:
        """The program that `run` would start, or None where there is none at a usable version."""
        ...

    def run(
        self,
        tool: Tool,
        *args: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout: float = 30,
        memory: int | None = None,
        reads: Iterable[Path] | None = None,
    ) -> CompletedRun:
        """Run `tool` with `args` and return its result; a non-zero exit is a value.

        `env` is added to a cleaned copy of our own environment; `stdin` is all that the program can
        read; `timeout` is in seconds, `memory` in bytes of address space (where the system can
        limit it). `reads` are all files and folders that the answer depends on: if they are
        unchanged, a stored answer may be used.

        Raises ToolMissing, ToolTimeout (it and its children were killed) or ToolCrashed (a signal
        ended it).
        """
        ...

    def answer(
        self, tool: Tool, question: object, reads: Iterable[Path], ask: Callable[[], Any]
    ) -> Any:
        """Return `ask()`, a JSON value, or its stored value for equal `reads` and `question`.

        For an answer that takes several runs of `tool`, in a folder of another name each time.
        """
        ...


class SystemToolchain:
    """The programs of this machine: PATH first, then what this package depends on.

    Use as a context manager: leaving it kills what still runs, also what other threads started.
    """

    def __init__(self, kept: Cache | None = None) -> None:
        """Keep `kept`, which remembers a program's version while its file stays the same."""
        self._kept = kept
        sysconfig.get_path(
            "scripts"
        )  # fills sysconfig's cache, which Python 3.11 does not guard against threads
        self._surveys: dict[str, Survey] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._processes = Processes()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._processes.end()

    def find(self, tool: Tool) -> Program | None:
        """Return the program for `tool` here, or None."""
        return self.survey(tool).program

    def survey(self, tool: Tool) -> Survey:
        """Return the program for `tool` here, and the rejected ones; computed once."""
        with self._locks.setdefault(tool.name, threading.Lock()):
            if tool.name not in self._surveys:
                self._surveys[tool.name] = self._look_for(tool)
            return self._surveys[tool.name]

    def run(
        self,
        tool: Tool,
        *args: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout: float = 30,
        memory: int | None = None,
        reads: Iterable[Path] | None = None,
    ) -> CompletedRun:
        """Run the program of this machine, as `Toolchain.run` promises."""
        survey = self.survey(tool)
        if survey.program is None:
            raise _missing(survey)
        argv = (*survey.program.argv, *args)
        return self._processes.run(
            tool.name, argv, cwd=cwd, env=env, stdin=stdin, timeout=timeout, memory=memory
        )

    def answer(
        self, tool: Tool, question: object, reads: Iterable[Path], ask: Callable[[], Any]
    ) -> Any:
        """Return `ask()`: nothing is stored."""
        return ask()

    def _look_for(self, tool: Tool) -> Survey:
        rejected: list[Rejected] = []
        for candidate in _candidates(tool):
            version, problem = self._known_version(tool, candidate)
            if not problem:
                program = Program(
                    tool=tool,
                    name=candidate.name,
                    argv=candidate.argv,
                    path=candidate.path,
                    version=version,
                    origin=candidate.origin,
                )
                return Survey(tool=tool, program=program, rejected=tuple(rejected))
            rejected.append(Rejected(path=candidate.path, reason=problem, version=version))
        return Survey(tool=tool, program=None, rejected=tuple(rejected))

    def _known_version(self, tool: Tool, candidate: _Candidate) -> tuple[str, str]:
        if self._kept is None or not _is_the_program_itself(candidate):
            return self._version(tool, candidate)
        key = key_of(
            "version", candidate.argv, tool.version_args, stamp(candidate.path), packages()
        )
        if version := self._kept.get(key):
            return str(version), ""
        version, problem = self._version(tool, candidate)
        if not problem:
            self._kept.put(key, version)
        return version, problem

    def _version(self, tool: Tool, candidate: _Candidate) -> tuple[str, str]:
        """The candidate's version, and what is wrong with it ("" when it can be used)."""
        try:
            done = self._processes.run(
                tool.name, (*candidate.argv, *tool.version_args), timeout=_VERSION_TIMEOUT
            )
        except (ToolTimeout, ToolCrashed) as error:
            return "", error.message
        match = _VERSION.search(done.stdout) or _VERSION.search(done.stderr)
        if match is None:
            said = " ".join(done.stderr.split())
            return (
                "",
                (
                    "does not tell its version (exit code"
                    f" {done.exit_code}){f': {said[:200]}' if said else ''}"
                ),
            )
        version = match[0]
        if tuple(int(number) for number in version.split(".")) < tool.minimum:
            return version, f"version {version} is too old, {tool.oldest} is needed"
        return version, ""


class NoPrograms:
    """A machine without any program, so that an answer depends on Python alone."""

    def find(self, tool: Tool) -> Program | None:
        """Return None."""
        return None

    def run(
        self,
        tool: Tool,
        *args: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout: float = 30,
        memory: int | None = None,
        reads: Iterable[Path] | None = None,
    ) -> CompletedRun:
        """Raise ToolMissing."""
        raise _missing(Survey(tool=tool, program=None))

    def answer(
        self, tool: Tool, question: object, reads: Iterable[Path], ask: Callable[[], Any]
    ) -> Any:
        """Return `ask()`: nothing is stored."""
        return ask()


_VERSION = regex(r"\d+\.\d+(?:\.\d+)*")
_VERSION_TIMEOUT = 10.0

_EXECUTABLES = (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
"""How programs begin on Linux and macOS."""


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    name: str
    path: str
    argv: tuple[str, ...]
    origin: Origin


def _candidates(tool: Tool) -> Iterator[_Candidate]:
    """Yield the places of `tool`, best first: PATH, this interpreter's scripts, the package."""
    own = (sysconfig.get_path("scripts"), sysconfig.get_path("scripts", f"{os.name}_user"))
    for places in (None, os.pathsep.join(own)):  # None: PATH
        for name in (tool.name, *tool.alternatives):
            if path := shutil.which(name, path=places):
                origin: Origin = "embedded" if str(Path(path).parent) in own else "path"
                yield _Candidate(name=name, path=path, argv=_driven(tool, path), origin=origin)
    if tool.embedded and importlib.util.find_spec(tool.needs):
        argv = _driven(tool, *_module_argv(tool.embedded))
        yield _Candidate(name=tool.name, path=tool.embedded, argv=argv, origin="embedded")


def _is_the_program_itself(candidate: _Candidate) -> bool:
    """Return whether the file decides its version.

    A script may start another program, and so may the target of a link.
    """
    if candidate.origin == "embedded":
        return True
    file = Path(candidate.path).resolve()
    try:
        with file.open("rb") as stream:
            return stream.read(4) in _EXECUTABLES and file.name.startswith(candidate.name)
    except OSError:
        return False


def _driven(tool: Tool, *argv: str) -> tuple[str, ...]:
    return (*_module_argv(tool.driver), *argv, "--") if tool.driver else argv


def _module_argv(module: str) -> tuple[str, ...]:
    return (
        sys.executable,
        "-P",
        "-m",
        module,
    )  # -P: nothing in the current folder can pose as a module


def _missing(survey: Survey) -> ToolMissing:
    tool = survey.tool
    if not survey.rejected:
        return ToolMissing(f"{tool.name} is not installed", hint=tool.how_to_get)
    first = survey.rejected[0]
    hint = (
        tool.how_to_get
        if first.version
        else f"see for yourself: {' '.join((first.path, *tool.version_args))}"
    )
    return ToolMissing(f"{tool.name} cannot be used: {first.path}: {first.reason}", hint=hint)

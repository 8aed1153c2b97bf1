"""A toolchain that remembers: a program with unchanged input is not started again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from scaffolder import __version__
from scaffolder.tools.cache import Cache, Contents, key_of, packages, stamp
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import Tool
from scaffolder.tools.toolchain import Program, Toolchain

_SETTINGS = (
    ".shellcheckrc",
    ".terraformrc",
    ".terraform.d/plugins",
    ".config/shellcheckrc",
    ".config/hadolint.yaml",
    ".config/yamllint/config",
)
"""Files below a user's home that programs read without being told to."""

_VARIABLES = ("PATH", "HOME", "XDG_CONFIG_HOME", "TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR")
"""Variables of the environment that may change an answer.

`process` takes away those that must not.
"""

_STARTED_BY_OTHERS = ("shellcheck", "pyflakes")
"""Programs that actionlint starts where it finds them."""


class Keeping:
    """The programs of `toolchain`, with their stored answers.

    One check uses one of these: what it was told is kept by `keep`, once the check has come to a
    verdict, and never where it has not. Without `reads` nothing is known of what an answer depends
    on, and nothing is kept.
    """

    def __init__(self, toolchain: Toolchain, kept: Cache, contents: Contents) -> None:
        self._toolchain = toolchain
        self._kept = kept
        self._contents = contents
        self._new: dict[str, Any] = {}

    def find(self, tool: Tool) -> Program | None:
        """Return the program of the toolchain inside."""
        return self._toolchain.find(tool)

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
        """Run the program, or return its stored result if `reads` are unchanged."""

        def start() -> dict[str, Any]:
            done = self._toolchain.run(
                tool, *args, cwd=cwd, env=env, stdin=stdin, timeout=timeout, memory=memory
            )
            return asdict(done)

        question = ("run", args, str(cwd), sorted((env or {}).items()), stdin)
        said = self._answer(tool, question, reads, start) if reads is not None else start()
        return CompletedRun(**{**said, "argv": tuple(said["argv"])})

    def answer(
        self, tool: Tool, question: object, reads: Iterable[Path], ask: Callable[[], Any]
    ) -> Any:
        """Return `ask()`, or its stored value if `reads` are unchanged."""
        return self._answer(tool, ("answer", question), reads, ask)

    def keep(self) -> None:
        """Store the answers since this toolchain was made."""
        for key, value in self._new.items():
            self._kept.put(key, value)
        self._new.clear()

    def _answer(
        self, tool: Tool, question: object, reads: Iterable[Path], ask: Callable[[], Any]
    ) -> Any:
        reads = tuple(reads)
        program = self.find(tool)
        contents = self._contents.of((*reads, *_settings()))
        if program is None or contents is None:
            return ask()
        key = key_of(__version__, _code(), _identity(program), _environment(), question, contents)
        if key in self._new:
            return self._new[key]
        known = self._kept.get(key)
        if known is None:
            known = ask()
            if (
                self._contents.of((*reads, *_settings())) == contents
            ):  # else the user is editing them at this moment
                self._new[key] = known
        return known


def _identity(program: Program) -> tuple[object, ...]:
    return (*program.argv, program.version, *stamp(program.path), packages())


def _environment() -> tuple[object, ...]:
    others = (stamp(shutil.which(name) or "") for name in _STARTED_BY_OTHERS)
    return (*(os.environ.get(name) for name in _VARIABLES), *others)


def _settings() -> tuple[Path, ...]:
    configured = os.environ.get("TF_CLI_CONFIG_FILE")
    return (
        *(Path.home() / name for name in _SETTINGS),
        *((Path(configured),) if configured else ()),
    )


@cache
def _code() -> str:
    """Our own code and data: an edit to them is a new version too, while we are developed."""
    files = sorted(
        file for file in Path(__file__).parent.parent.rglob("*") if file.suffix in {".py", ".gz"}
    )
    return key_of(*((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files))

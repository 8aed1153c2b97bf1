"""Shared by tests: the checkout, and a scripted stand-in for the programs of a machine."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from scaffolder import checks
from scaffolder.errors import ToolMissing
from scaffolder.repository.project import Project
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import Tool
from scaffolder.tools.toolchain import Program

ROOT = Path(__file__).parent.parent

copier_alone = pytest.mark.skipif(
    not shutil.which("sed"),
    reason="sed is not installed: Copier clones with git-submodule, which is a shell script",
)
"""For tests that run Copier's own command on a template in Git."""

TODAY = datetime.date(2026, 11, 22)
"""A day on which nothing that the templates pin comes to its end soon.

`make dates` reports when that changes.
"""

Repository = Callable[..., Path]
"""`repository(runtime="java", …)`: the folder of the repository that these answers give."""


@dataclass
class ScriptedToolchain:
    """Programs with a test's answers: a Done, or an error to raise, by the name of the tool."""

    outcomes: Mapping[str, CompletedRun | Exception]
    calls: list[tuple[str, ...]] = field(default_factory=list)

    def find(self, tool: Tool) -> Program | None:
        if tool.name not in self.outcomes:
            return None
        return Program(
            tool=tool,
            name=tool.name,
            argv=(tool.name,),
            path=tool.name,
            version="9.9.9",
            origin="path",
        )

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
        if tool.name not in self.outcomes:
            raise ToolMissing(f"{tool.name} is not installed", hint=tool.how_to_get)
        self.calls.append((tool.name, *args))
        outcome = self.outcomes[tool.name]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def answer(
        self, tool: Tool, question: object, reads: Iterable[Path], ask: Callable[[], Any]
    ) -> Any:
        return ask()


def said(stdout: str = "", *, exit_code: int = 0, stderr: str = "") -> CompletedRun:
    """Return a program's output, as a Done."""
    return CompletedRun(
        argv=("scripted",), exit_code=exit_code, stdout=stdout, stderr=stderr, seconds=0.0
    )


def written(folder: Path, files: Mapping[str, str]) -> Project:
    """Write files with their texts into a folder, and open it."""
    for name, text in {"README.md": "ours\n", **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return Project(folder)


def places(folder: Path, files: Mapping[str, str], check: str) -> list[str]:
    """Return `path:line` of each finding of a check on these files, without external programs."""
    chosen = checks.choose(select=[check], ignore=[])
    report = checks.run(written(folder, files), chosen, ScriptedToolchain({}))
    return [
        f"{finding.path.as_posix()}:{finding.line}"
        for result in report.results
        for finding in result.findings
    ]

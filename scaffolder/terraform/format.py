"""Is it formatted?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffolder.terraform.output import Diagnostic, no_verdict
from scaffolder.toolchain import Toolchain
from scaffolder.tools import TERRAFORM


@dataclass(frozen=True, kw_only=True, order=True)
class Unformatted:
    """A file that `terraform fmt` would change, and how."""

    path: Path
    line: int
    diff: str


@dataclass(frozen=True, kw_only=True)
class Formatting:
    """Files that are not formatted, and what kept Terraform from telling."""

    unformatted: tuple[Unformatted, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def formatting(tools: Toolchain, directory: Path) -> Formatting:
    """What `terraform fmt` would change below `directory`; nothing is written."""
    done = tools.run(TERRAFORM, "fmt", "-check", "-diff", "-recursive", "-no-color", cwd=directory)
    match done.exit_code:
        case 0:
            return Formatting()
        case 3:
            return Formatting(unformatted=tuple(_unformatted(done.stdout)))
        case 2 if found := tuple(_printed_errors(done.stderr)):  # it then says nothing of the other files
            return Formatting(diagnostics=found)
    raise no_verdict(done)


_PRINTED_ERROR = re.compile(r"^Error: (?P<summary>.+)\n\n  on (?P<path>.+) line (?P<line>\d+)", re.MULTILINE)


def _unformatted(printed: str) -> Iterator[Unformatted]:
    """Split `fmt -check -diff` output: each changed file's diff starts with "--- old/<path>"."""
    for part in re.split(r"^(?=--- old/)", printed, flags=re.MULTILINE)[1:]:
        lines = part.splitlines()
        end = next(
            (n for n, line in enumerate(lines) if n > 1 and not line.startswith((" ", "+", "-", "@"))), len(lines)
        )
        first = next((n for n, line in enumerate(lines[2:end]) if line.startswith(("-", "+"))), 1)
        start = re.match(r"@@ -(\d+)", lines[2]) if end > 2 else None
        yield Unformatted(
            path=Path(lines[0].removeprefix("--- old/")),
            line=(int(start[1]) + first - 1) if start else 0,
            diff="\n".join(lines[:end]),
        )


def _printed_errors(printed: str) -> Iterator[Diagnostic]:
    for match in _PRINTED_ERROR.finditer(printed):
        yield Diagnostic(path=Path(match["path"]), line=int(match["line"]), summary=match["summary"])

"""Read Terraform's output: its diagnostics, and the sentence to quote without a verdict."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from scaffolder.errors import ToolCrashed
from scaffolder.formats.regex import regex
from scaffolder.tools.process import CompletedRun


@dataclass(frozen=True, kw_only=True, order=True)
class Diagnostic:
    """A diagnostic of Terraform.

    `path` is from the folder passed in, `line` 0 is the whole file.
    """

    path: Path
    line: int = 0
    summary: str
    detail: str = ""
    severity: Literal["error", "warning"] = "error"


def diagnostic(item: Mapping[str, Any], root: Path) -> Diagnostic:
    """Return a diagnostic of `terraform validate -json`, its place seen from `root`."""
    place = item.get("range") or {}
    within = posixpath.normpath(
        PurePosixPath(root.as_posix(), place.get("filename", ".")).as_posix()
    )
    return Diagnostic(
        path=Path(within),
        line=place.get("start", {}).get("line", 0),
        summary=item["summary"],
        detail=item.get("detail", ""),
        severity="warning" if item["severity"] == "warning" else "error",
    )


def first_error(printed: str) -> str:
    """The first error's own sentences, on one line; Terraform wraps them at 78 columns."""
    blocks = re.split(r"^Error: ", printed, flags=re.MULTILINE)
    words = " ".join((blocks[1] if len(blocks) > 1 else printed).split())
    return words if len(words) <= 200 else words[:197] + "..."


def printed_errors(printed: str, root: Path) -> tuple[Diagnostic, ...]:
    """The errors of a command that has no -json, each with its place where Terraform names one.

    A folder that cannot be read is two errors there, one with the reason and one with the place;
    here it is one.
    """
    found: list[Diagnostic] = []
    for block in re.split(r"^Error: ", printed, flags=re.MULTILINE)[1:]:
        summary, _, rest = block.partition("\n")
        said = " ".join(
            " ".join(line for line in rest.splitlines() if not _ASIDE.match(line)).split()
        )
        place = _ON_LINE.search(rest) or _OF_MODULE.search(said)
        if (
            place
            and place.re.pattern == _OF_MODULE.pattern
            and found
            and found[-1].summary == summary.strip()
        ):
            said = found.pop().detail
        item = {
            "summary": summary.strip(),
            "detail": said,
            "severity": "error",
            "range": (
                {"filename": place["file"], "start": {"line": int(place["line"])}}
                if place
                else None
            ),
        }
        found.append(diagnostic(item, root))
    return tuple(found)


_ON_LINE = regex(r"^ +on (?P<file>.+) line (?P<line>\d+)(?:, in .+)?:$", re.MULTILINE)
_OF_MODULE = regex(r'for module "[^"]+" at (?P<file>\S+):(?P<line>\d+)\.')
_ASIDE = regex(r"^ +(?:on .+ line \d+.*:$|\d+:|│|├)")
"""The place, the line of the file that Terraform quotes below it, and the values that it shows."""


def no_verdict(done: CompletedRun) -> ToolCrashed:
    """Return the error for a run of Terraform that ended without a verdict."""
    return ToolCrashed(
        f"terraform ended with exit code {done.exit_code}:"
        f" {first_error(done.stderr or done.stdout)}",
        hint=f"see for yourself: {' '.join(done.argv)}",
    )

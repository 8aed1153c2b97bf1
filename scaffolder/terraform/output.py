"""What Terraform prints, read: its diagnostics, and the sentence to quote where it gives no verdict."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from scaffolder.errors import ToolCrashed
from scaffolder.process import Done


@dataclass(frozen=True, kw_only=True, order=True)
class Diagnostic:
    """One thing that Terraform objects to; `path` is relative to the folder passed in, `line` 0 is the whole file."""

    path: Path
    line: int = 0
    summary: str
    detail: str = ""
    severity: Literal["error", "warning"] = "error"


def diagnostic(item: Mapping[str, Any], root: Path) -> Diagnostic:
    place = item.get("range") or {}
    within = posixpath.normpath(PurePosixPath(root.as_posix(), place.get("filename", ".")).as_posix())
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


def no_verdict(done: Done) -> ToolCrashed:
    return ToolCrashed(
        f"terraform ended with exit code {done.exit_code}: {first_error(done.stderr or done.stdout)}",
        hint=f"see for yourself: {' '.join(done.argv)}",
    )

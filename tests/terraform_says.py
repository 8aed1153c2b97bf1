"""Terraform's output, for a scripted stand-in."""

from __future__ import annotations

from support import ScriptedToolchain

from scaffolder.tools.process import CompletedRun


def problem(
    summary: str, *, filename: str = "main.tf", line: int = 3, detail: str = ""
) -> dict[str, object]:
    place = {"filename": filename, "start": {"line": line, "column": 1, "byte": 0}}
    return {"severity": "error", "summary": summary, "detail": detail, "range": place}


def scripted(outcome: CompletedRun | Exception) -> ScriptedToolchain:
    return ScriptedToolchain({"terraform": outcome})

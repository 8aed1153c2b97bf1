"""A rehearsal's addition to TF002: its level, its findings, and nothing without a rehearsal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import ScriptedToolchain, said, written

from scaffolder.checks.terraform.configuration import valid
from scaffolder.errors import ToolCrashed
from scaffolder.model import Verdict
from scaffolder.tools.programs import Tool

VALID = json.dumps({"format_version": "1.0", "valid": True, "error_count": 0, "diagnostics": []})
CODE = 'resource "aws_vpc" "this" {\n}\n'


@dataclass
class Rehearsing(ScriptedToolchain):
    """Programs of which one was asked to rehearse before."""

    kept: list[dict[str, Any]] | None = None

    def answer(
        self, tool: Tool, question: object, reads: Iterable[Path], ask: Callable[[], Any]
    ) -> Any:
        if isinstance(question, tuple) and question[0] == "rehearse" and self.kept is not None:
            return self.kept
        return ask()


def verdict(folder: Path, kept: list[dict[str, Any]] | None, *, rehearse: bool = False) -> Verdict:
    project = written(folder, {"main.tf": CODE})
    tools = Rehearsing({"terraform": said(VALID)}, kept=kept)
    return valid(project, tools, online=False, rehearse=rehearse)


def target(**given: object) -> dict[str, Any]:
    return {"name": ". dev", "limit": "", "findings": [], **given}


def test_no_rehearsal_is_made_unless_asked_for(tmp_path: Path) -> None:
    assert (verdict(tmp_path, None).level, verdict(tmp_path, None).limit) == ("schema", "")


def test_a_rehearsal_of_the_same_files_gives_its_level(tmp_path: Path) -> None:
    found = verdict(tmp_path, [target(), target(name=". prod")])
    assert (found.level, found.findings, found.limit) == ("rehearsed", (), "")


def test_what_was_not_rehearsed_is_a_limit_and_no_deeper_level(tmp_path: Path) -> None:
    found = verdict(tmp_path, [target(), target(name=". prod", limit="no schema of acme/a")])
    assert (found.level, found.findings) == ("schema", ())
    assert found.limit == "not rehearsed: . prod (no schema of acme/a)"


def test_what_a_rehearsal_found_is_a_finding(tmp_path: Path) -> None:
    change = {
        "path": "main.tf",
        "line": 1,
        "message": "a second plan would update aws_vpc.this (tags)",
        "severity": "error",
        "fix": "take it out",
    }
    (finding,) = verdict(tmp_path, [target(findings=[change])]).findings
    assert (finding.path, finding.line, finding.message) == (Path("main.tf"), 1, change["message"])


def test_a_rehearsal_that_fails_is_a_limit(tmp_path: Path) -> None:
    class Crashing(Rehearsing):
        def answer(
            self, tool: Tool, question: object, reads: Iterable[Path], ask: Callable[[], Any]
        ) -> Any:
            if isinstance(question, tuple) and question[0] == "rehearse":
                raise ToolCrashed("terraform was ended by SIGKILL")
            return ask()

    project = written(tmp_path, {"main.tf": CODE})
    found = valid(project, Crashing({"terraform": said(VALID)}), online=False, rehearse=True)
    assert (found.level, found.findings) == ("schema", ())
    assert found.limit == "the rehearsal was inconclusive: terraform was ended by SIGKILL"

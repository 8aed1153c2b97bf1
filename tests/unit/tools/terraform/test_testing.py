"""The exit codes and output of `terraform test`; recorded from Terraform 1.11.4."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import said
from terraform_says import problem, scripted

from scaffolder.errors import ToolCrashed
from scaffolder.tools import terraform


def test_run_tests_counts_runs(root: Path) -> None:
    lines = [
        {"type": "test_run", "test_run": {"run": "a", "status": "pass"}},
        {
            "type": "diagnostic",
            "diagnostic": problem("Test assertion failed", filename="tests/a.tftest.hcl", line=9),
        },
        {
            "type": "test_summary",
            "test_summary": {
                "status": "fail",
                "passed": 4,
                "failed": 1,
                "errored": 1,
                "skipped": 2,
            },
        },
    ]
    printed = "\n".join(json.dumps(line) for line in lines)
    (found,) = terraform.run_tests(scripted(said(printed, exit_code=1)), root, [Path("env")])
    assert (found.passed, found.failed) == (4, 4)
    assert found.diagnostics[0].path == Path("env/tests/a.tftest.hcl")


def test_run_tests_gives_no_verdict_on_silence(root: Path) -> None:
    with pytest.raises(ToolCrashed, match="terraform ended with exit code 0"):
        terraform.run_tests(scripted(said()), root, [Path("env")])

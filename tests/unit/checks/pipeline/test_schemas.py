"""CI001: workflows that GitHub takes and that its schema refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, said, written

from scaffolder import checks
from scaffolder.model import Finding, Result
from scaffolder.tools.process import CompletedRun


def results(
    root: Path, files: Mapping[str, str], *ids: str, **programs: CompletedRun
) -> tuple[Result, ...]:
    chosen = [check for check in checks.every(today=TODAY) if check.id in ids]
    named = {name.replace("_", "-"): done for name, done in programs.items()}
    return checks.run(written(root, files), chosen, ScriptedToolchain(named)).results


def findings(
    root: Path, files: Mapping[str, str], *ids: str, **programs: CompletedRun
) -> tuple[Finding, ...]:
    return tuple(
        one for result in results(root, files, *ids, **programs) for one in result.findings
    )


WORKFLOW = "on: push\njobs: {a: {runs-on: x, steps: [{run: 'true'}]}}\n"


@pytest.mark.parametrize(
    ("path", "message", "number"),
    [
        ("$", "Additional properties are not allowed ('description' was unexpected)", 0),
        ("$", "Additional properties are not allowed ('jobz' was unexpected)", 1),
        ("$.on.push.branches", "'master' is not of type 'array'", 0),
        ("$.on.pull_request.paths-ignore", "'*.md' is not of type 'array'", 0),
        ("$.on.push['paths-ignore']", "'src/**' is not of type 'array'", 0),
        ("$.on.push['branches-ignore']", "'x' is not of type 'array'", 0),
        ("$.jobs.a.steps[0].with['a-b']", "None is not of type 'string'", 0),
        ("$.jobs.a['runs-on']", "None is not of type 'string'", 1),
        ("$.jobs.a.steps", "'true' is not of type 'array'", 1),
        ("$.env.SLACK_FOOTER", "None is not of type 'string'", 0),
        ("$.jobs.a.steps[0].with.token", "None is not of type 'string'", 0),
        ("$.jobs.a.env", "None is not of type 'object'", 1),
        ("$.jobs.a.runs-on", "None is not of type 'string'", 1),
    ],
)
def test_a_workflow_is_held_against_what_github_takes(
    path: str, message: str, number: int, tmp_path: Path
) -> None:
    error = {"filename": ".github/workflows/a.yml", "path": path, "message": message}
    printed = said(json.dumps({"errors": [error]}), exit_code=1)
    files = {".github/workflows/a.yml": WORKFLOW}
    assert len(findings(tmp_path, files, "CI001", check_jsonschema=printed)) == number


@pytest.mark.parametrize(
    "name",
    [
        ".github/workflows/actions/action.yaml",
        ".github/workflows/a/b.yml",
        ".github/workflows/action.yml",
    ],
)
def test_github_starts_no_file_of_a_folder_below_its_own(name: str, tmp_path: Path) -> None:
    files = {name: "runs: {using: composite, steps: []}\n"}
    assert results(tmp_path, files, "CI001") == ()

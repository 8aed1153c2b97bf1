"""CI002 to CI005: objections of linters that are right, and those that are not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from support import TODAY, ScriptedToolchain, said, written

from scaffolder import checks
from scaffolder.errors import ToolTimeout
from scaffolder.model import Finding, Outcome, Result
from scaffolder.repository.budget import Budget
from scaffolder.repository.project import Project
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import Tool


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
    ("message", "severity"),
    [
        (
            'input "a" of workflow_call event has the default value "b", but it is also required',
            "note",
        ),
        (
            'could not parse action metadata in ".github/actions/a": line 5: '
            'unexpected key "type" for definition of input "b"',
            "note",
        ),
        (
            'could not parse action metadata in "a": line 5: '
            'unexpected key "format" for definition of output "b"',
            "note",
        ),
        ('could not parse action metadata in "a": line 2: runs is required', "error"),
        ('property "a" is not defined in object type {}', "error"),
    ],
)
def test_an_input_with_a_default_is_no_error(message: str, severity: str, tmp_path: Path) -> None:
    problem = {
        "filepath": ".github/workflows/a.yml",
        "line": 1,
        "message": message,
        "kind": "events",
    }
    printed = said(json.dumps([problem]), exit_code=1)
    (told,) = findings(tmp_path, {".github/workflows/a.yml": WORKFLOW}, "CI002", actionlint=printed)
    assert told.severity.value == severity


@pytest.mark.parametrize(
    ("called", "looked_for", "found"),
    [
        ("deploy.yml", "{outer}/.github/workflows/deploy.yml", False),
        ("deploy.yml", "{outer}/service/.github/workflows/gone.yml", True),
        ("gone.yml", "{outer}/.github/workflows/gone.yml", True),
        ("gone.yml", "{outer}/service/.github/workflows/gone.yml", True),
    ],
    ids=["of the checkout around", "of the repository", "nowhere", "missing"],
)
def test_a_called_workflow_is_looked_for_in_the_repository_and_not_around_it(
    called: str, looked_for: str, found: bool, tmp_path: Path
) -> None:
    place = looked_for.format(outer=tmp_path)
    message = (
        f'could not read reusable workflow file for "./.github/workflows/{called}":'
        f" open {place}: no such file or directory"
    )
    problem = {
        "message": message,
        "filepath": ".github/workflows/a.yml",
        "line": 3,
        "column": 1,
        "kind": "workflow-call",
    }
    files = {".github/workflows/a.yml": WORKFLOW, ".github/workflows/deploy.yml": WORKFLOW}
    (tmp_path / "service").mkdir()
    printed = said(json.dumps([problem]), exit_code=1)
    told = findings(tmp_path / "service", files, "CI002", actionlint=printed)
    assert bool(told) is found


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("# of make\nCONFIG=prod\nexport REGION=eu\n", False),
        ("CONFIG ?= prod\nA := b\n", False),
        ("#!/bin/sh\nCONFIG=prod\n", True),
        ("CONFIG=prod\necho $CONFIG\n", True),
        ("\n", True),
    ],
)
def test_variables_of_a_makefile_are_no_script(text: str, asked: bool, tmp_path: Path) -> None:
    report = said('{"comments": []}')
    told = results(tmp_path, {"config/prod.sh": text}, "CI004", shellcheck=report)
    assert bool(told) is asked


def comment(file: str, line: int, code: int, level: str) -> dict[str, object]:
    return {"file": file, "line": line, "code": code, "level": level, "message": "m"}


@pytest.mark.parametrize(
    ("name", "text", "code", "number"),
    [
        ("a.sh", '#!/bin/sh\n{{ if eq .Provider "gcp" }}\ntrue\n{{ end }}\n', 1054, 0),
        ("a.sh", "#!/bin/sh\n<#if x>\ntrue\n</#if>\n", 1072, 0),
        ("post.ftl.sh", "#!/bin/sh\n<#noparse>\ntrue\n", 1073, 0),
        ("a.sh", "#!/bin/sh\n{% if x %}\ntrue\n{% endif %}\n", 1054, 0),
        ("a.sh", "#!/bin/sh\nif true; then\n", 1046, 1),
        ("a.sh", "#!/bin/sh\na() { echo $${x\n", 1036, 1),
        ("a.sh", "#!/bin/sh\n{{ if x }}\nrm $a\n", 2086, 1),
    ],
)
def test_a_script_that_is_filled_in_first_is_not_read(
    name: str, text: str, code: int, number: int, tmp_path: Path
) -> None:
    printed = said(json.dumps({"comments": [comment(name, 2, code, "error")]}), exit_code=1)
    (told,) = results(tmp_path, {name: text}, "CI004", shellcheck=printed)
    assert len(told.findings) == number
    assert ("template" in told.limit) is not bool(number)


class Shells(ScriptedToolchain):
    """A stand-in for shellcheck that finds one thing in each script, and never ends on `slow`."""

    def run(self, tool: Tool, *args: str, cwd: Path | None = None, **options: Any) -> CompletedRun:
        scripts = [name for name in args if name.endswith(".sh")]
        self.calls.append(("shellcheck", *scripts))
        if "slow.sh" in scripts:
            raise ToolTimeout("shellcheck did not finish within 30 s and was killed")
        return said(json.dumps({"comments": [comment(name, 1, 1073, "error") for name in scripts]}))


def of_shells(
    root: Path, files: Mapping[str, str], seconds: float = 60.0
) -> tuple[Result, list[tuple[str, ...]]]:
    written(root, files)
    chosen = [check for check in checks.every(today=TODAY) if check.id == "CI004"]
    tools = Shells({"shellcheck": said()})
    (result,) = checks.run(Project(root, budget=Budget(seconds=seconds)), chosen, tools).results
    return result, tools.calls


MANY = {f"{number:02}.sh": f"#!/bin/sh\necho {number}\n" for number in range(30)}


def test_a_slow_script_takes_no_verdict_of_the_others(tmp_path: Path) -> None:
    result, calls = of_shells(tmp_path, MANY | {"slow.sh": "#!/bin/sh\n"})
    assert [len(call) - 1 for call in calls] == [25, 6]
    assert len(result.findings) == 25
    assert result.limit == (
        "6 scripts from 25.sh on: shellcheck did not finish within 30 s and was killed"
    )


def test_one_batch_that_does_not_end_is_no_verdict(tmp_path: Path) -> None:
    result, _ = of_shells(tmp_path, {"slow.sh": "#!/bin/sh\n"})
    assert result.outcome is Outcome.BROKEN


def test_scripts_beyond_the_time_are_not_read(tmp_path: Path) -> None:
    result, calls = of_shells(tmp_path, MANY, seconds=0.0)
    assert (result.limit, calls) == ("30 scripts: the others took 0 s", [])


def test_copies_of_a_script_are_read_once_and_told_each(tmp_path: Path) -> None:
    copies = {f"{name}/run.sh": "#!/bin/sh\necho a\n" for name in ("a", "b", "c")}
    result, calls = of_shells(tmp_path, copies | {"d.sh": "#!/bin/sh\n"})
    assert calls == [("shellcheck", "a/run.sh", "d.sh")]
    assert [finding.path.as_posix() for finding in result.findings] == [*copies, "d.sh"]


def test_flux_leaves_a_dollar_in_a_script(tmp_path: Path) -> None:
    files = {"a.sh": "#!/bin/sh\nx=$$(date)\n", "kustomization.yaml": "resources: []\n"}
    printed = said(json.dumps({"comments": [comment("a.sh", 2, 1036, "error")]}), exit_code=1)
    assert findings(tmp_path, files, "CI004", shellcheck=printed) == ()


@pytest.mark.parametrize(
    ("name", "other", "severities"),
    [
        ("lib/db.sh", "#!/bin/bash\nsource lib/db.sh\n", []),
        ("lib/db.sh", '#!/bin/bash\nif true; then . "$HERE/db.sh"; fi\n', []),
        ("spec/db_spec.sh", "#!/bin/sh\ntrue\n", []),
        ("lib/db.sh", "#!/bin/sh\nsh lib/db.sh\n", ["note"]),
        ("lib/db.sh", "#!/bin/sh\necho db.sh\n", ["note"]),
    ],
)
def test_a_part_of_a_script_needs_no_first_line(
    name: str, other: str, severities: list[str], tmp_path: Path
) -> None:
    printed = said(json.dumps({"comments": [comment(name, 1, 2148, "error")]}), exit_code=1)
    told = findings(tmp_path, {name: "echo x\n", "run.sh": other}, "CI004", shellcheck=printed)
    assert [one.severity.value for one in told] == severities


CELLS = """\
pipeline {
  agent none
  stages {
    stage('a') {
      matrix {
        AGENT
        axes { axis { name 'A'; values 'b' } }
        stages { stage('b') { steps { dir('x') { sh 'true' } } } }
      }
    }
  }
}
"""


@pytest.mark.parametrize(
    ("agent", "number"), [("agent { label 'x' }", 0), ("agent any", 0), ("agent none", 1), ("", 1)]
)
def test_the_cells_of_a_matrix_have_its_agent(agent: str, number: int, tmp_path: Path) -> None:
    files = {"Jenkinsfile": CELLS.replace("AGENT", agent)}
    told = [one for one in findings(tmp_path, files, "CI005") if "agent" in one.message]
    assert len(told) == number

"""How severe a finding is: what breaks or leaks, what is likely to, what is style."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from support import ScriptedToolchain, said, written

from scaffolder import checks
from scaffolder.model import Report, Severity

WORKFLOW = {".github/workflows/a.yml": "on: push\n"}
ANSWERS = {".copier-answers.yml": "service_name: pay\nruntime: java\n"}


def asked(
    folder: Path, check: str, files: dict[str, str], tool: str, printed: Any
) -> tuple[Report, ScriptedToolchain]:
    toolchain = ScriptedToolchain({tool: said(json.dumps(printed))})
    project = written(folder, files)
    return checks.run(project, checks.choose(select=[check], ignore=[]), toolchain), toolchain


def severity(report: Report) -> Severity:
    ((finding,),) = (result.findings for result in report.results)
    return finding.severity


@pytest.mark.parametrize(
    ("rule", "level", "expected"),
    [
        ("DL3021", "error", Severity.ERROR),
        ("SC1089", "error", Severity.ERROR),
        ("DL3020", "error", Severity.WARNING),
        ("DL3008", "warning", Severity.WARNING),
        ("SC2046", "warning", Severity.WARNING),
        ("DL3015", "info", Severity.NOTE),
        ("DL3048", "style", Severity.NOTE),
    ],
)
def test_hadolint(tmp_path: Path, rule: str, level: str, expected: Severity) -> None:
    problem = {"file": "Dockerfile", "line": 1, "message": "m", "code": rule, "level": level}
    files = {"Dockerfile": "FROM a:1\n"}
    assert severity(asked(tmp_path, "DK001", files, "hadolint", [problem])[0]) is expected


HEREDOC = "FROM a:1\nRUN <<EOF\n# a comment\necho a\nEOF\n"


@pytest.mark.parametrize(
    ("dockerfile", "found"),
    [
        ("FROM a:1\nNO such instruction\n", ["does not parse"]),
        ("RUN a\n", ["does not parse"]),
        (HEREDOC, []),
        (HEREDOC + "USER 1000\n", []),
    ],
    ids=["no instruction", "no stage", "here-document", "more behind it"],
)
def test_what_hadolint_cannot_read_and_docker_can_is_not_checked(
    tmp_path: Path, dockerfile: str, found: list[str]
) -> None:
    problem = {
        "file": "Dockerfile",
        "line": 3,
        "message": "does not parse",
        "code": "DL1000",
        "level": "error",
    }
    report, _ = asked(tmp_path, "DK001", {"Dockerfile": dockerfile}, "hadolint", [problem])
    (result,) = report.results
    assert [finding.message for finding in result.findings] == found
    assert result.limit == ("" if found else "hadolint cannot read Dockerfile:3")
    assert all(finding.severity is Severity.ERROR for finding in result.findings)


@pytest.mark.parametrize(
    ("rule", "instruction", "found"),
    [
        ("DL3021", "COPY app.py requirements.txt .", 0),
        ("DL3021", "COPY --chown=a:a app.py requirements.txt ..", 0),
        ("DL3021", 'COPY ["app.py", "requirements.txt", "."]', 0),
        ("DL3021", "COPY app.py requirements.txt /app/.", 0),
        ("DL3021", "COPY app.py requirements.txt \\\n  .", 0),
        ("DL3021", "COPY app.py requirements.txt app", 1),
        ("DL3021", "COPY app.py requirements.txt .app", 1),
        ("DL3064", "ARG USERNAME=vscode", 0),
        ("DL3064", "ARG USER_PASSWORD", 1),
    ],
)
def test_what_hadolint_objects_to_and_docker_builds(
    tmp_path: Path, rule: str, instruction: str, found: int
) -> None:
    problem = {"file": "Dockerfile", "line": 2, "message": "m", "code": rule, "level": "error"}
    files = {"Dockerfile": f"FROM a:1\n{instruction}\n"}
    (result,) = asked(tmp_path, "DK001", files, "hadolint", [problem])[0].results
    assert len(result.findings) == found


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("error", Severity.ERROR),
        ("warning", Severity.WARNING),
        ("info", Severity.NOTE),
        ("style", Severity.NOTE),
    ],
)
def test_shellcheck(tmp_path: Path, level: str, expected: Severity) -> None:
    comment = {"file": "a.sh", "line": 1, "message": "m", "code": 2086, "level": level}
    found, _ = asked(
        tmp_path, "CI004", {"a.sh": "#!/bin/sh\n"}, "shellcheck", {"comments": [comment]}
    )
    assert severity(found) is expected


@pytest.mark.parametrize(
    ("kind", "message", "expected"),
    [
        ("expression", 'undefined variable "foo"', Severity.ERROR),
        ("syntax-check", "unexpected key", Severity.ERROR),
        ("action", 'missing input "path" which is required', Severity.ERROR),
        ("action", 'runtime "node20" is deprecated in GitHub', Severity.WARNING),
        ("action", 'the runtime of "a/b@v1" is retired on GitHub.com', Severity.WARNING),
        ("runner-label", 'label "builder" is unknown', Severity.NOTE),
        ("deprecated-commands", 'workflow command "set-output" was deprecated', Severity.WARNING),
        (
            "shellcheck",
            "shellcheck reported issue in this script: SC2086:info:1:2: m",
            Severity.NOTE,
        ),
        (
            "shellcheck",
            "shellcheck reported issue in this script: SC2006:style:1:2: m",
            Severity.NOTE,
        ),
        (
            "shellcheck",
            "shellcheck reported issue in this script: SC2046:warning:1:2: m",
            Severity.WARNING,
        ),
        (
            "shellcheck",
            "shellcheck reported issue in this script: SC1073:error:1:2: m",
            Severity.ERROR,
        ),
    ],
)
def test_actionlint(tmp_path: Path, kind: str, message: str, expected: Severity) -> None:
    problem = {
        "filepath": ".github/workflows/a.yml",
        "line": 1,
        "message": message,
        "kind": kind,
    }
    assert severity(asked(tmp_path, "CI002", WORKFLOW, "actionlint", [problem])[0]) is expected


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ("run: ping ${{ job.services.redis.ports[6379] }}", 0),
        ("run: ping ${{ job.services['my-redis'].ports[ 6379 ] }}", 0),
        ("run: |\n          echo ${a[0]}\n          ping ${{ job.services.db.ports[5432] }}", 0),
        ("if: job.services.db.ports[5432] != ''", 0),
        ("run: ping ${{ github[1] }}", 1),
        ("run: ping ${{ job.services.redis.ports[6379] }} ${{ github.event[0] }}", 1),
        ("run: ping ${{ job.services.redis.network[0] }}", 1),
    ],
)
def test_actionlint_on_the_port_of_a_service(tmp_path: Path, step: str, found: int) -> None:
    files = {".github/workflows/a.yml": f"on: push\njobs:\n  a:\n    steps:\n      - {step}\n"}
    problem = {
        "filepath": ".github/workflows/a.yml",
        "line": 5,
        "message": 'property access of object must be type of string but got "number"',
        "kind": "expression",
    }
    (result,) = asked(tmp_path, "CI002", files, "actionlint", [problem])[0].results
    assert len(result.findings) == found


def test_actionlint_names_a_place_in_the_repository(tmp_path: Path) -> None:
    problem = {
        "filepath": ".github/workflows/a.yml",
        "line": 1,
        "message": f'description is required in "Setup" at "{tmp_path.resolve()}/.github/actions/a"',
        "kind": "action",
    }
    (result,) = asked(tmp_path, "CI002", WORKFLOW, "actionlint", [problem])[0].results
    (finding,) = result.findings
    assert finding.message == 'description is required in "Setup" at ".github/actions/a"'


@pytest.mark.parametrize(
    ("rule", "level", "expected"),
    [
        ("template-injection", "High", Severity.ERROR),
        ("template-injection", "Informational", Severity.NOTE),
        ("artipacked", "Medium", Severity.WARNING),
        ("obfuscation", "Low", Severity.NOTE),
        ("unpinned-uses", "High", Severity.WARNING),
        ("excessive-permissions", "High", Severity.WARNING),
        ("dangerous-triggers", "High", Severity.WARNING),
        ("github-app", "High", Severity.WARNING),
        ("bot-conditions", "High", Severity.WARNING),
    ],
)
def test_zizmor(tmp_path: Path, rule: str, level: str, expected: Severity) -> None:
    problem = {
        "ident": rule,
        "desc": "d",
        "url": "https://example.com",
        "determinations": {"severity": level},
        "locations": [
            {
                "symbolic": {
                    "kind": "Primary",
                    "annotation": "a",
                    "key": {"Local": {"verbatim_path": ".github/workflows/a.yml"}},
                },
                "concrete": {"location": {"start_point": {"row": 0}}},
            }
        ],
    }
    assert severity(asked(tmp_path, "CI003", WORKFLOW, "zizmor", [problem])[0]) is expected


@pytest.mark.parametrize(("files", "pedantic"), [({}, False), (ANSWERS, True)])
def test_zizmor_is_a_reader_of_style_only_in_what_was_generated(
    tmp_path: Path, files: dict[str, str], pedantic: bool
) -> None:
    _, toolchain = asked(tmp_path, "CI003", WORKFLOW | files, "zizmor", [])
    assert ("--persona" in toolchain.calls[0]) is pedantic


def test_a_link_to_no_file_is_a_warning_and_one_to_no_heading_a_note(tmp_path: Path) -> None:
    text = "[a](absent.md)\n[b](b.md#absent)\n"
    project = written(tmp_path, {"a.md": text, "b.md": "# Present\n"})
    chosen = checks.choose(select=["AG049"], ignore=[])
    (result,) = checks.run(project, chosen, ScriptedToolchain({})).results
    assert [finding.severity for finding in result.findings] == [Severity.WARNING, Severity.NOTE]


def test_a_target_that_a_script_calls_is_an_error_and_one_that_a_text_names_a_warning(
    tmp_path: Path,
) -> None:
    files = {
        "Makefile": "build:\n\ttrue\n",
        "a.sh": "#!/bin/sh\nmake absent\n",
        "USE.md": "```sh\nmake absent\n```\n",
    }
    chosen = checks.choose(select=["AG047"], ignore=[])
    (result,) = checks.run(written(tmp_path, files), chosen, ScriptedToolchain({})).results
    assert {finding.path.name: finding.severity for finding in result.findings} == {
        "a.sh": Severity.ERROR,
        "USE.md": Severity.WARNING,
    }


def test_most_checks_find_what_breaks_and_layout_is_no_more_than_a_note() -> None:
    ceilings = {check.id: check.severity for check in checks.every()}
    assert ceilings["SY009"] is Severity.NOTE
    assert Counter(ceilings.values())[Severity.WARNING] >= 35
    assert {ceilings[runtime] for runtime in ("AG001", "AG002", "AG003")} == {Severity.ERROR}


@pytest.mark.parametrize(
    ("on", "expression", "expected"),
    [
        ("push", "github.event.repository.default_branch", Severity.NOTE),
        ("pull_request_target", "github.event.repository.html_url", Severity.NOTE),
        ("workflow_call", "inputs.name", Severity.NOTE),
        ("[push, workflow_call]", "inputs['the-name']", Severity.NOTE),
        ("{workflow_call: {inputs: {name: {type: string}}}}", "inputs.name", Severity.NOTE),
        ("workflow_dispatch", "inputs.name", Severity.WARNING),
        ("workflow_dispatch", "github.event.inputs.name", Severity.WARNING),
        ("push", "github.ref_name", Severity.WARNING),
        ("release", "github.event.release.tag_name", Severity.WARNING),
        ("pull_request", "github.head_ref", Severity.ERROR),
        ("issue_comment", "github.event.comment.body", Severity.ERROR),
        ("push", "github.event.repository_url", Severity.ERROR),
        ("workflow_call", "github.event.issue.title", Severity.ERROR),
        ("workflow_call", "github.event.pull_request.head.ref", Severity.ERROR),
    ],
)
def test_zizmor_on_what_a_stranger_cannot_set(
    tmp_path: Path, on: str, expression: str, expected: Severity
) -> None:
    feature = {"Subfeature": {"after": 6, "fragment": {"Raw": expression}}}
    key = {"Local": {"verbatim_path": ".github/workflows/a.yml"}}
    symbolic = {"kind": "Primary", "annotation": "a", "key": key, "feature_kind": feature}
    location = {"symbolic": symbolic, "concrete": {"location": {"start_point": {"row": 0}}}}
    problem = {
        "ident": "template-injection",
        "desc": "d",
        "url": "https://example.com",
        "determinations": {"severity": "High"},
        "locations": [location],
    }
    files = {".github/workflows/a.yml": f"on: {on}\n"}
    assert severity(asked(tmp_path, "CI003", files, "zizmor", [problem])[0]) is expected

"""Files of the template that go beside an existing one, because both would not agree."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.adopt import contradictions
from scaffolder.adopt.propose import Proposal
from scaffolder.model import Check, Finding, Location, Outcome, Report, Result, Verdict
from scaffolder.template.answers import Answer

CALLERS = {
    ".github/workflows/deploy.yml": "on:\n  workflow_call:\njobs: {}\n",
    ".github/workflows/ci.yml": "jobs:\n  a:\n    uses: ./.github/workflows/deploy.yml\n",
    ".github/workflows/nightly.yml": "jobs:\n  a:\n    uses: ./.github/workflows/ci.yml\n",
    ".github/workflows/alone.yml": "jobs:\n  a:\n    steps:\n      - run: make lint test\n",
}
ANSWERS: dict[str, Answer] = {"runtime": "java", "runtime_version": "17", "team": "pay-team"}


def beside(folder: Path, theirs: dict[str, str], template: dict[str, str]) -> dict[str, str]:
    proposal = Proposal(answers=ANSWERS, found=(), there=())
    project = written(folder / "theirs", {"pom.xml": "<project/>", **theirs})
    rendered = written(folder / "template", {"README.md": "", **template})
    found = contradictions.of(project, proposal, rendered)
    return {one.file: one.reason for one in found}


@pytest.mark.parametrize(
    ("theirs", "template", "files"),
    [
        # A workflow of the owner's has no workflow_call: what calls it would break, and its callers.
        (
            {".github/workflows/deploy.yml": "on: [push]\n"},
            CALLERS,
            {".github/workflows/ci.yml", ".github/workflows/nightly.yml"},
        ),
        ({".github/workflows/other.yml": "on: [push]\n"}, CALLERS, set()),
        # A Makefile of the owner's without the targets that pipelines call.
        (
            {"Makefile": "build:\n\tmvn package\n"},
            CALLERS,
            {".github/workflows/alone.yml"},
        ),
        ({"Makefile": "lint test: all\n\tmvn verify\n"}, CALLERS, set()),
        ({"GNUmakefile": "x := 1\n"}, {"Jenkinsfile": "sh 'make build'\n"}, {"Jenkinsfile"}),
        ({"tools/Makefile": "x:\n"}, {"Jenkinsfile": "sh 'make build'\n"}, set()),
        # A second version beside one.
        ({".tool-versions": "java temurin-21.0.2\n"}, {".java-version": "17\n"}, {".java-version"}),
        ({"Dockerfile": "FROM eclipse-temurin:11\n"}, {".java-version": "17\n"}, {".java-version"}),
        ({".sdkmanrc": "java=17.0.1-tem\n"}, {".java-version": "17\n"}, {".java-version"}),
        ({"Dockerfile": "FROM eclipse-temurin:17\n"}, {".java-version": "17\n"}, set()),
        # Rules for files that follow other ones.
        ({}, {".editorconfig": "root = true\n", ".gitattributes": ""}, {".editorconfig", ".gitattributes"}),
    ],
)  # fmt: skip
def test_what_goes_beside(
    tmp_path: Path, theirs: dict[str, str], template: dict[str, str], files: set[str]
) -> None:
    assert set(beside(tmp_path, theirs, template)) == files


def test_the_reason_names_the_other_side(tmp_path: Path) -> None:
    theirs = {".github/workflows/deploy.yml": "on: [push]\n", "Dockerfile": "FROM openjdk:11\n"}
    found = beside(tmp_path, theirs, {**CALLERS, ".java-version": "17\n"})
    assert (
        found[".github/workflows/ci.yml"] == "it calls .github/workflows/deploy.yml, which is yours"
    )
    assert found[".java-version"] == "Dockerfile:1 has 11"


def test_no_waiver_stays_for_a_file_that_is_not_written(tmp_path: Path) -> None:
    ledger = """\
waivers:
  - id: a
    paths: ["helm/**"]
    expires: 2027-01-01

  - id: b
    paths: ["ci/settings.sh", "platform/**"]

  - id: c
    paths:
      - "terraform/main.tf"
    reason: "x"

  - id: d
    rules: [any]
"""
    template = written(tmp_path, {".scaffold/waivers.yml": ledger})
    ((file, text),) = contradictions.waived(template, frozenset({"ci/settings.sh", "a.txt"}))
    assert file == Path(".scaffold/waivers.yml")
    assert [line.split()[-1] for line in text.splitlines() if "id:" in line] == ["b", "d"]
    assert '    paths: ["ci/settings.sh"]\n' in text
    assert "terraform" not in text
    every = frozenset({"helm/x.yaml", "ci/settings.sh", "platform/y", "terraform/main.tf"})
    assert list(contradictions.waived(template, every)) == []


def test_of_a_list_of_lines_those_stay_that_are_written(tmp_path: Path) -> None:
    ledger = "waivers:\n  - id: a\n    paths:\n      - a.yml\n      - b.yml\n    reason: x\n"
    template = written(tmp_path, {".scaffold/waivers.yml": ledger})
    ((_, text),) = contradictions.waived(template, frozenset({"b.yml"}))
    assert text == "waivers:\n  - id: a\n    paths:\n      - b.yml\n    reason: x\n"


def test_a_list_of_rules_stays_as_it_is(tmp_path: Path) -> None:
    rules = "    rules:\n      - checkov/A\n      - trivy/B\n"
    ledger = (
        f"waivers:\n  - id: a\n{rules}    paths:\n      - a.yml\n      - b.yml\n    reason: x\n"
    )
    template = written(tmp_path, {".scaffold/waivers.yml": ledger})
    ((_, text),) = contradictions.waived(template, frozenset({"b.yml"}))
    assert text == f"waivers:\n  - id: a\n{rules}    paths:\n      - b.yml\n    reason: x\n"


def test_pages_that_findings_name_go_beside_and_scripts_stay() -> None:
    page = Finding(path=Path("docs/a.md"), line=3, message="calls `make x`", fix="x")
    theirs = Finding(
        path=Path("ci.yml"),
        line=1,
        message="helm 1",
        fix="x",
        related=(Location(path=Path("mise.toml"), line=2),),
    )
    script = Finding(path=Path("ci/smoke.sh"), line=1, message="asks /info", fix="x")
    yours = Finding(path=Path("README.md"), line=1, message="links", fix="x")
    check = Check(id="AG047", title="x", run=lambda project, toolchain: Verdict())
    result = Result(
        check=check, outcome=Outcome.FAILED, seconds=0, findings=(page, theirs, script, yours)
    )
    report = Report(project="x", template="", results=(result,), seconds=0)
    written_files = {"docs/a.md", "mise.toml", "ci/smoke.sh"}
    found = contradictions.told(report, written_files)
    assert {name: told.reason for name, told in found.items()} == {
        "docs/a.md": "AG047: calls `make x`",
        "mise.toml": "AG047: helm 1",
    }

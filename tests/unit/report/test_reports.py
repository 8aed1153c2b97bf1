"""Reports: the whole text and the whole document for one run that has everything in it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
from support import ROOT

from scaffolder.model import Check, Finding, Inapplicable, Outcome, Place, Report, Result, Severity, Verdict
from scaffolder.report import json as json_report
from scaffolder.report import text as text_report


def check(name: str, title: str) -> Check:
    return Check(id=name, title=title, run=lambda project, toolchain: Verdict())


REPORT = Report(
    project="pay-api",
    template="v0.1.0",
    seconds=3.94,
    inapplicable=(Inapplicable(check=check("SY006", "XML parses"), reason="there is no XML file"),),
    results=(
        Result(
            check=check("TF002", "terraform validate passes"),
            outcome=Outcome.PASSED,
            seconds=0.412,
            level="schema",
            detail="3 roots",
            limit="values, which only the provider knows",
            tool="terraform 1.15.5 (embedded)",
        ),
        Result(
            check=check("AG001", "The runtime is the same"),
            outcome=Outcome.FAILED,
            findings=(
                Finding(
                    path=Path("Dockerfile"),
                    line=14,
                    message="says java 11, but the service is for java 8",
                    related=(Place(path=Path("pom.xml"), line=21, text="<release>8</release>"),),
                    fix="write 8 here",
                ),
            ),
        ),
        Result(
            check=check("DK001", "hadolint is silent"),
            outcome=Outcome.PASSED,
            findings=(Finding(path=Path("Dockerfile"), message="note", rule="DL1", severity=Severity.WARNING),),
            tool="hadolint 2.15.1",
        ),
        Result(
            check=check("MO004", "promtool test rules"), outcome=Outcome.SKIPPED, reason="promtool is not installed"
        ),
        Result(check=check("HL001", "helm lint"), outcome=Outcome.BROKEN, reason="helm did not finish within 30 s"),
    ),
)

TEXT = """\
Dockerfile:14: error[AG001] says java 11, but the service is for java 8
  pom.xml:21: <release>8</release>
  fix: write 8 here
Dockerfile: warning[DK001] note (DL1)

  ok    TF002  terraform validate passes  3 roots; level schema; not looked at: values, which only the provider knows; \
terraform 1.15.5 (embedded)
  FAIL  AG001  The runtime is the same    1 finding
  ok    DK001  hadolint is silent         1 finding; hadolint 2.15.1
  --    MO004  promtool test rules        not checked: promtool is not installed
  ??    HL001  helm lint                  no verdict: helm did not finish within 30 s
        SY006  XML parses                 nothing to check: there is no XML file
  2 passed, 1 failed, 1 not checked, 1 without a verdict   3.9 s"""


def test_text_shows_findings_first_then_a_line_per_check_then_the_count() -> None:
    assert text_report.write(REPORT) == TEXT


def test_text_without_checks_still_shows_what_was_not_checked() -> None:
    lines = text_report.write(REPORT, checks=False).splitlines()
    assert not [line for line in lines if line.startswith("  ok")]
    assert [line.split()[0] for line in lines if line.startswith(("  --", "  ??"))] == ["--", "??"]


def test_text_paints_by_meaning_and_never_says_less_without_paint() -> None:
    painted = text_report.write(REPORT, paint=lambda word, meaning: f"<{meaning}:{word}>")
    for meaning in ("passed", "failed", "skipped", "broken", "error", "warning"):
        assert f"<{meaning}:" in painted


def test_json_is_one_document_of_the_published_form() -> None:
    document = json.loads(json_report.write(REPORT))
    assert document["version"] == 1
    assert document["exit_code"] == 1
    assert document["summary"] == {"passed": 2, "failed": 1, "skipped": 1, "broken": 1}
    assert document["results"][1]["findings"][0] == {
        "path": "Dockerfile",
        "line": 14,
        "severity": "error",
        "rule": "",
        "message": "says java 11, but the service is for java 8",
        "fix": "write 8 here",
        "related": [{"path": "pom.xml", "line": 21, "text": "<release>8</release>"}],
    }
    assert document["not_applicable"] == [{"id": "SY006", "title": "XML parses", "reason": "there is no XML file"}]
    assert document["results"][0] == {
        "id": "TF002",
        "title": "terraform validate passes",
        "outcome": "passed",
        "level": "schema",
        "tool": "terraform 1.15.5 (embedded)",
        "seconds": 0.412,
        "detail": "3 roots",
        "reason": "",
        "limit": "values, which only the provider knows",
        "findings": [],
    }


def test_json_matches_the_published_schema() -> None:
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(json_report.write(REPORT)))

"""Reports: the whole text and the whole document for one run that has everything in it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from reported import CLEAN, HOSTILE, PARITY, REPORT
from support import ROOT

from scaffolder import report
from scaffolder.errors import DestinationError
from scaffolder.model import (
    Check,
    Finding,
    Inapplicable,
    Location,
    Outcome,
    Report,
    Result,
    Verdict,
    visible,
)
from scaffolder.report import json as json_report
from scaffolder.report import text as text_report

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


def test_text_shows_the_first_findings_of_each_check_and_how_many_more_there_are() -> None:
    check = Check(id="AG047", title="Targets exist", run=lambda project, tools: Verdict())
    findings = tuple(Finding(path=Path("a"), line=line, message="calls it") for line in range(1, 6))
    many = Report(
        project="p",
        template="",
        results=(Result(check=check, outcome=Outcome.FAILED, findings=findings),),
    )
    assert text_report.write(many, most=3).splitlines()[:4] == [
        *(f"a:{line}: error[AG047] calls it" for line in (1, 2, 3)),
        "  and 2 more findings: scaffold check --select AG047",
    ]
    assert "more finding" not in text_report.write(many, most=5) + text_report.write(many)


def test_text_gives_many_checks_of_one_family_that_passed_one_line() -> None:
    def check(number: int) -> Check:
        return Check(
            id=f"AG{number:03}", title=f"Fact {number} agrees", run=lambda project, tools: Verdict()
        )

    passed = tuple(Result(check=check(number), outcome=Outcome.PASSED) for number in range(1, 10))
    idle = tuple(
        Inapplicable(check=check(number), reason="there is no chart") for number in range(20, 29)
    )
    failed = Result(
        check=check(30),
        outcome=Outcome.FAILED,
        findings=(Finding(path=Path("a"), message="differs"),),
    )
    many = Report(project="p", template="", results=(*passed, failed), inapplicable=idle)
    families = {"AG": "agreement between files"}
    assert text_report.write(many, findings=False, families=families).splitlines()[:-1] == [
        "  ok    AG     Agreement between files  9 checks; -v names them",
        "  FAIL  AG030  Fact 30 agrees           1 finding",
        "        AG     Agreement between files  nothing to check for 9 checks; -v names them",
    ]
    assert (
        len(text_report.write(many, findings=False).splitlines())
        == len((*passed, *idle, failed)) + 1
    )
    few = replace(many, results=passed[:3], inapplicable=())
    assert len(text_report.write(few, families=families).splitlines()) == 3 + 1


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
    assert document["not_applicable"] == [
        {"id": "SY006", "title": "XML parses", "reason": "there is no XML file"}
    ]
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


@pytest.mark.parametrize("one", [REPORT, HOSTILE, CLEAN], ids=["all outcomes", "hostile", "clean"])
def test_json_matches_the_published_schema(one: Report) -> None:
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(json_report.write(one)))


def test_json_has_a_checks_table() -> None:
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))
    document = json_report.document(
        replace(CLEAN, results=(replace(CLEAN.results[0], table=PARITY),))
    )
    document = json.loads(json.dumps(document))
    jsonschema.Draft202012Validator(schema).validate(document)
    assert document["results"][0]["table"]["rows"][0] == ["replicas", "1", "2", "3"]


def test_every_format_has_a_writer_and_is_text_that_utf_8_can_hold() -> None:
    for form in report.FORMATS:
        assert report.write(HOSTILE, form).encode()


def test_a_report_is_saved_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "report.xml"
    file.write_text("old", encoding="utf-8")
    report.save(REPORT, "junit", file)
    assert file.read_text(encoding="utf-8") == report.write(REPORT, "junit") + "\n"
    assert [one.name for one in tmp_path.iterdir()] == ["report.xml"]
    with pytest.raises(DestinationError, match="cannot be written: No such file or directory"):
        report.save(REPORT, "junit", tmp_path / "absent" / "report.xml")


def test_what_a_terminal_obeys_is_shown_instead() -> None:
    assert visible("a\x1b[31m\x9b\ud800\u202e\tb\nc") == "a\\x1b[31m\\x9b\\ud800\\u202e\tb\nc"
    assert str(Location(path=Path("a\nb\x07"), line=1)) == "a\\nb\\x07:1"

"""A finding of ours that the ledger accepts: with a reason and an end, counted, and no failure."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from support import ROOT, ScriptedToolchain, written

from scaffolder import checks
from scaffolder.checks import day
from scaffolder.checks.duplicates import folded
from scaffolder.errors import ExitCode
from scaffolder.model import Check, Finding, Outcome, Report, Severity, Verdict
from scaffolder.report import json as json_report
from scaffolder.report import sarif, text
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain

TOMORROW = day.of_the_run() + datetime.timedelta(days=1)
LATER = day.of_the_run() + datetime.timedelta(days=100)
YESTERDAY = day.of_the_run() - datetime.timedelta(days=1)

FLAG = Finding(
    path=Path("values-prod.yaml"),
    line=2,
    message="FEATURE_X is on for prod, but off for dev",
    fix="give both the same value",
)
OTHER = Finding(path=Path("values-prod.yaml"), line=3, message="LOG is json for prod")


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "id": "feature-x",
        "rules": ["EN003"],
        "paths": ["values-prod.yaml"],
        "reason": "It is switched on for customers first",
        "owner": "team",
        "expires": LATER,
    } | changes


def asked(
    folder: Path, *entries: dict[str, Any], findings: tuple[Finding, ...] = (FLAG, OTHER)
) -> Report:
    files = {
        ".scaffold/waivers.yml": yaml.safe_dump({"waivers": list(entries)}),
        "values-prod.yaml": "env:\n  FEATURE_X: on\n  LOG: json\n",
    }
    compared = Check(
        id="EN003", title="Alike", run=lambda project, tools: Verdict(findings=findings)
    )
    chosen = (compared, *checks.choose(select=["WV"], ignore=[]))
    return checks.run(written(folder, files), chosen, ScriptedToolchain({}))


def left(report: Report, check: str = "EN003") -> list[str]:
    return [
        finding.message
        for result in report.results
        for finding in result.findings
        if result.check.id == check
    ]


@pytest.mark.parametrize("rule", ["EN003", "scaffold/EN003"])
@pytest.mark.parametrize("path", ["values-prod.yaml", "values-*.yaml", "**"])
def test_a_finding_is_accepted_by_its_check_and_its_path(
    tmp_path: Path, rule: str, path: str
) -> None:
    report = asked(tmp_path, entry(rules=[rule], paths=[path]))
    assert left(report) == []
    assert report.results[0].outcome is Outcome.PASSED
    assert [one.waiver for one in report.results[0].waived] == ["feature-x", "feature-x"]
    assert left(report, "WV001") + left(report, "WV002") == []
    assert report.exit_code is ExitCode.CLEAN


@pytest.mark.parametrize(
    "words", ["FEATURE_X is on", "FEATURE_X: on"], ids=["of the message", "of the line"]
)
def test_a_text_narrows_what_is_accepted(tmp_path: Path, words: str) -> None:
    assert left(asked(tmp_path, entry(text=words))) == [OTHER.message]


@pytest.mark.parametrize(
    "changes",
    [{"rules": ["EN001"]}, {"paths": ["values-dev.yaml"]}, {"text": "FEATURE_Y"}],
    ids=["another check", "another file", "another text"],
)
def test_what_is_not_meant_stays(tmp_path: Path, changes: dict[str, Any]) -> None:
    report = asked(tmp_path, entry(**changes))
    assert len(left(report)) == 2
    assert report.exit_code is ExitCode.FOUND


def test_the_last_day_still_holds(tmp_path: Path) -> None:
    today = day.of_the_run()
    assert left(asked(tmp_path, entry(expires=today))) == []
    expired = asked(tmp_path, entry(expires=YESTERDAY))
    assert len(left(expired)) == 2
    assert left(expired, "WV002") == [f"feature-x expired on {YESTERDAY}"]


def test_an_entry_that_accepts_nothing_any_more_is_found(tmp_path: Path) -> None:
    report = asked(tmp_path, entry(), findings=())
    assert left(report, "WV002") == ["feature-x waives scaffold/EN003, which finds nothing there"]
    (result,) = (one for one in report.results if one.check.id == "WV002")
    assert [finding.severity for finding in result.findings] == [Severity.WARNING]


def test_an_entry_whose_check_did_not_run_may_still_be_needed(tmp_path: Path) -> None:
    assert left(asked(tmp_path, entry(rules=["EN003", "K8001"])), "WV002") == []


def test_no_entry_accepts_what_is_said_of_the_ledger(tmp_path: Path) -> None:
    report = asked(
        tmp_path,
        entry(),
        entry(id="itself", rules=["WV002"], paths=["**"]),
        entry(id="old", expires=YESTERDAY),
    )
    assert f"old expired on {YESTERDAY}" in left(report, "WV002")


def test_a_ledger_that_cannot_be_read_accepts_nothing(tmp_path: Path) -> None:
    report = asked(tmp_path, entry(reason=""))
    assert len(left(report)) == 2
    assert left(report, "WV001") == ["feature-x: reason is not a text"]


def test_the_report_counts_what_is_accepted_and_shows_it_where_it_is_asked_for(
    tmp_path: Path,
) -> None:
    report = asked(tmp_path, entry())
    assert "  2 waived; 3 passed, 0 failed, 0 not checked" in text.write(report)
    assert FLAG.message not in text.write(report)
    shown = " ".join(text.write(report, verbose=True, checks=True).split())
    assert f"values-prod.yaml:2: waived[EN003] {FLAG.message}" in shown
    assert f"feature-x, until {LATER}: It is switched on for customers first" in shown


def test_programs_read_what_is_accepted_apart(tmp_path: Path) -> None:
    report = asked(tmp_path, entry())
    document = json_report.document(report)
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    waived = document["results"][0]["waived"]
    assert (waived[0]["path"], waived[0]["waiver"]) == ("values-prod.yaml", "feature-x")
    assert document["results"][0]["findings"] == []
    (run,) = sarif.document(report)["runs"]
    assert [one["suppressions"][0]["status"] for one in run["results"]] == ["accepted"] * 2


def test_what_another_check_says_of_an_accepted_line_is_accepted_too(tmp_path: Path) -> None:
    action = Finding(path=Path("a.yml"), line=1, message="not pinned")
    audited = Finding(path=Path("a.yml"), line=1, message="not pinned", rule="unpinned-uses")
    ledger = yaml.safe_dump({"waivers": [entry(rules=["SEC003"], paths=["a.yml"])]})
    project = written(tmp_path, {".scaffold/waivers.yml": ledger, "a.yml": "a\n"})
    both = (
        Check(id="SEC003", title="Ours", run=lambda project, tools: Verdict(findings=(action,))),
        Check(id="CI003", title="Its", run=lambda project, tools: Verdict(findings=(audited,))),
    )
    report = folded(checks.run(project, both, ScriptedToolchain({})))
    assert left(report, "SEC003") + left(report, "CI003") == []
    assert [len(result.waived) for result in report.results] == [1, 1]


# ---- comments beside the code --------------------------------------------------------------------


def commented(folder: Path, text: str, *entries: dict[str, Any], strict: bool = False) -> Report:
    """Return the report of a check that finds FEATURE_X in a file with comments, and of one that finds nothing."""

    def alike(project: Project, tools: Toolchain) -> Verdict:
        line = project.line_of(FLAG.path, "FEATURE_X:")
        return Verdict(findings=(replace(FLAG, line=line),))

    def silent(project: Project, tools: Toolchain) -> Verdict:
        return Verdict()

    files = {"values-prod.yaml": text}
    if entries:
        files[".scaffold/waivers.yml"] = yaml.safe_dump({"waivers": list(entries)})
    chosen = (
        Check(id="EN003", title="Alike", run=alike),
        Check(id="EN004", title="Silent", run=silent),
        *checks.choose(select=["WV"], ignore=[]),
    )
    return checks.run(written(folder, files), chosen, ScriptedToolchain({}), strict=strict)


def told(report: Report) -> list[str]:
    return [
        f"{one.severity.value}[{result.check.id}] {one.place} {one.message}"
        for result in report.results
        for one in result.findings
    ]


@pytest.mark.parametrize(
    "text",
    [
        "env:\n  FEATURE_X: on # scaffold: ignore[EN003] customers first\n",
        f"env:\n  # scaffold: ignore[EN003] customers first, until {LATER}\n  FEATURE_X: on\n",
    ],
)
def test_a_comment_accepts_a_finding_without_a_ledger(text: str, tmp_path: Path) -> None:
    report = commented(tmp_path, text, strict=True)
    (waived,) = report.results[0].waived
    assert (waived.reason, waived.in_source) == ("customers first", True)
    assert told(report) == []
    assert report.exit_code == ExitCode.CLEAN
    schema = json.loads((ROOT / "docs/report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json_report.document(report))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("[EN003]", "error[WV001] values-prod.yaml:1 a comment waives EN003 without a reason"),
        ("[EN03] x", "error[WV001] values-prod.yaml:1 a comment names EN03, which is not the id"),
        (f"[EN003] x, until {YESTERDAY}", "error[WV002] values-prod.yaml:1 the waiver of EN003"),
        ("[EN004] x", "warning[WV002] values-prod.yaml:1 waives EN004, which finds nothing there"),
    ],
)
def test_a_comment_that_accepts_nothing_is_told(words: str, said: str, tmp_path: Path) -> None:
    report = commented(tmp_path, f"FEATURE_X: on # scaffold: ignore{words}\n")
    found = told(report)
    assert len(found) == 2
    assert found[0].startswith("error[EN003]")
    assert found[1].startswith(said)


@pytest.mark.parametrize(
    ("day", "severity"), [(TOMORROW, "warning"), (YESTERDAY, "error"), (LATER, "")]
)
def test_the_end_of_a_comment_is_that_of_an_entry(
    day: datetime.date, severity: str, tmp_path: Path
) -> None:
    report = commented(tmp_path, f"FEATURE_X: on # scaffold: ignore[EN003] x, until {day}\n")
    of_waivers = [one.partition("[")[0] for one in told(report) if "[WV002]" in one]
    assert of_waivers == [severity][: bool(severity)]


def test_a_finding_that_a_comment_accepts_needs_no_entry(tmp_path: Path) -> None:
    text = "FEATURE_X: on # scaffold: ignore[EN003] x\n"
    report = commented(tmp_path, text, entry())
    assert [one.partition(" ")[0] for one in told(report)] == ["warning[WV002]"]
    assert "feature-x waives scaffold/EN003, which finds nothing there" in told(report)[0]

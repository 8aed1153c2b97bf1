"""Versions of runtimes in the pipelines of every CI system."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.pipelines import MATRIX, read
from scaffolder.repository.facts.statements import Declaration, Unread

WORKFLOW = """\
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    STRATEGY
    steps:
      - uses: actions/setup-java@v5
        with: {java-version: VERSION, distribution: temurin}
"""
GITHUB = ".github/workflows/build.yml"


def workflow(version: str, strategy: str = "env: {}") -> str:
    return WORKFLOW.replace("VERSION", version).replace("STRATEGY", strategy)


def stated(root: Path, file: str, text: str) -> list[tuple[str, str, str]]:
    return [
        (one.fact, one.value, one.role)
        for one in read(written(root, {file: text}))
        if isinstance(one, Declaration)
    ]


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        (GITHUB, workflow("'21'"), ("runtime java", "21")),
        (
            ".gitlab-ci.yml",
            "build:\n  image: python:3.13\n  script: [make]\n",
            ("runtime python", "3.13"),
        ),
        (
            "azure-pipelines.yml",
            "steps:\n  - task: NodeTool@0\n    inputs: {versionSpec: '24.x'}\n",
            ("runtime node", "24"),
        ),
    ],
)
def test_a_pipeline_states_a_version(
    file: str, text: str, expected: tuple[str, str], tmp_path: Path
) -> None:
    ((fact, value, _),) = stated(tmp_path, file, text)
    assert (fact, value) == expected


def test_several_versions_are_one_statement_and_each_its_own(tmp_path: Path) -> None:
    text = workflow("'${{ matrix.java }}'", "strategy: {matrix: {java: [17, 21]}}")
    found = stated(tmp_path, GITHUB, text)
    assert ("runtime java", "17", MATRIX) in found
    assert ("runtime java", "21", MATRIX) in found
    assert [value for _, value, role in found if role != MATRIX] == ["17 || 21"]


@pytest.mark.parametrize(
    "text",
    [workflow("'${{ env.JAVA }}'"), workflow("'21'").replace("setup-java", "setup-helm")],
    ids=["an unknown variable", "another step"],
)
def test_other_steps_state_none(text: str, tmp_path: Path) -> None:
    assert stated(tmp_path, GITHUB, text) == []


def test_a_pipeline_that_does_not_parse_is_unread(tmp_path: Path) -> None:
    (one,) = read(written(tmp_path, {GITHUB: "a: [1\n"}))
    assert isinstance(one, Unread)

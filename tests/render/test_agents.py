"""AGENTS.md of a generated repository: short, true, and held against the Makefile and the files that it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import Repository, ScriptedToolchain

from scaffolder.checks.agreement.documents import documents_say_what_holds
from scaffolder.checks.agreement.references import targets_exist
from scaffolder.repository.project import Project

PAGE = "AGENTS.md"


def test_it_is_short_and_names_the_commands_of_every_day(pristine: Repository) -> None:
    page = (pristine() / PAGE).read_text()
    assert len(page.splitlines()) <= 60
    targets = set(re.findall(r"`make ([a-z-]+)`", page))
    assert targets >= {"help", "test", "test-app", "contract", "lint", "run", "build"}


def test_a_platform_has_none(pristine: Repository) -> None:
    assert not (pristine(kind="platform") / PAGE).exists()


def messages(root: Path) -> list[str]:
    project, toolchain = Project(root), ScriptedToolchain({})
    return [
        finding.message
        for check in (targets_exist, documents_say_what_holds)
        for finding in check(project, toolchain).findings
        if finding.path == Path(PAGE)
    ]


@pytest.mark.parametrize(
    ("line", "finding"),
    [
        ("`make contract`", "calls `make contracts`"),
        ("`make lint test`", "calls `make tests`"),
        ("`make test-app`", "calls `make test-apps`"),
    ],
)
def test_a_target_that_is_no_more_is_a_finding(
    repository: Repository, line: str, finding: str
) -> None:
    root = repository()
    page = (root / PAGE).read_text()
    (root / PAGE).write_text(page.replace(line, f"{line[:-1]}s`", 1))
    assert [message for message in messages(root) if finding in message]


@pytest.mark.parametrize(
    "line",
    ["To make it work, ask the team.", "`make lint test contract`", "`make test PORT=9000`"],
)
def test_other_words_and_targets_that_exist_are_none(repository: Repository, line: str) -> None:
    root = repository()
    (root / PAGE).write_text(f"{(root / PAGE).read_text()}\n{line}\n")
    assert messages(root) == []

"""SY010: what is a conflict that Git left, and what only looks like one."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain

from scaffolder.checks.syntax.parsing import conflicts_are_settled
from scaffolder.repository.project import Project

CONFLICT = "a\n<<<<<<< yours\nb\n=======\nc\n>>>>>>> template-v0.4.0\n"
WITH_BASE = "<<<<<<< yours\nb\n||||||| base\nd\n=======\nc\n>>>>>>> theirs\n"


def found(text: str, folder: Path) -> list[tuple[int, str]]:
    (folder / "page.md").write_bytes(text.encode())
    return [
        (one.line, one.message)
        for one in conflicts_are_settled(Project(folder), ScriptedToolchain({})).findings
    ]


def test_a_conflict_is_found_at_its_first_marker(tmp_path: Path) -> None:
    assert found(CONFLICT, tmp_path) == [(2, "a conflict of a merge is left")]
    assert found(WITH_BASE, tmp_path) == [(1, "a conflict of a merge is left")]
    assert found(CONFLICT.replace("\n", "\r\n"), tmp_path) == [(2, "a conflict of a merge is left")]


def test_several_in_one_file_are_counted(tmp_path: Path) -> None:
    assert found(CONFLICT + WITH_BASE, tmp_path) == [
        (2, "a conflict of a merge is left (and 1 more)")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Heading\n=======\n\ntext\n",
        "Git writes `<<<<<<< yours`, then `=======`, then `>>>>>>> theirs`.\n",
        "    <<<<<<< quoted\n    =======\n    >>>>>>> quoted\n",
        "<<<<<<< a start alone\n",
        "<<<<<<< no middle\n>>>>>>> no middle\n",
        "cat <<<<<<<EOF\n=======\n>>>>>>>EOF\n",
    ],
    ids=["heading", "in a sentence", "quoted", "start alone", "no middle", "no name"],
)
def test_what_looks_like_one_is_none(text: str, tmp_path: Path) -> None:
    assert found(text, tmp_path) == []

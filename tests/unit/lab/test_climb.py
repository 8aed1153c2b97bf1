"""Rungs that are climbed: one commit for each, in their order."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.errors import ToolCrashed
from scaffolder.lab import climb, history
from scaffolder.tools.toolchain import SystemToolchain

RUNGS = climb.rungs(["monitoring=full", "servers=2|3", "level=right"])
START = {"monitoring": "no", "servers": 1, "level": "work"}

WATCHED = {**START, "monitoring": "full"}
SEVERAL = {**WATCHED, "servers": 3}
WHOLE = {"monitoring": "full", "level": "right"}
"""A rung may end the question of an earlier one."""


def committed(root: Path, states: list[dict[str, object]], tools: SystemToolchain) -> None:
    for number, state in enumerate(states):
        lines = "".join(f"{name}: {value}\n" for name, value in state.items())
        (root / ".copier-answers.yml").write_text(lines)
        (root / "number").write_text(str(number))
        history.commit(root, f"Commit {number}", tools)


@pytest.mark.parametrize(
    ("states", "says"),
    [
        ([START], "0 of 3 rungs have a commit"),
        ([START, WATCHED], "1 of 3 rungs have a commit"),
        ([START, WATCHED, SEVERAL, WHOLE], ""),
        ([START, SEVERAL], "climbs two rungs at once: monitoring and servers"),
        ([START, {**START, "servers": 2}, SEVERAL], "climbs servers before monitoring"),
        ([START, SEVERAL, START, WATCHED, SEVERAL, WHOLE], ""),
        ([START, {**START, "servers": 7}], "0 of 3 rungs have a commit"),
    ],
)
def test_each_rung_has_a_commit(
    tmp_path: Path, states: list[dict[str, object]], says: str, tools: SystemToolchain
) -> None:
    committed(tmp_path, states, tools)
    problem = climb.problem(tmp_path, RUNGS, tools)
    assert (says in problem) if says else problem == ""


@pytest.mark.parametrize("text", ["a: [\n", "- a\n", None])
def test_answers_that_cannot_be_read_are_no_rung(
    tmp_path: Path, text: str | None, tools: SystemToolchain
) -> None:
    (tmp_path / "a.txt").write_text("a\n")
    if text:
        (tmp_path / ".copier-answers.yml").write_text(text)
    history.commit(tmp_path, "Commit", tools)
    assert climb.problem(tmp_path, RUNGS, tools) == "0 of 3 rungs have a commit"


def test_a_folder_without_a_history_is_an_error(tmp_path: Path, tools: SystemToolchain) -> None:
    with pytest.raises(ToolCrashed):
        climb.problem(tmp_path, RUNGS, tools)

"""Whether a team has climbed one rung after the other: one commit for each, in their order."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scaffolder.formats import answers_file
from scaffolder.formats import yaml as bounds
from scaffolder.tools.git import Git
from scaffolder.tools.toolchain import Toolchain

_SHORT = 7
"""Characters of a commit's name for a person."""


@dataclass(frozen=True, kw_only=True)
class Rung:
    """An answer of the repository, and the values with which a rung is reached."""

    answer: str
    values: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class _Commit:
    name: str
    answers: Mapping[str, str]


def rungs(words: Sequence[str]) -> tuple[Rung, ...]:
    """Return the rungs of words such as "servers=2|3"."""
    found = []
    for word in words:
        answer, _, values = word.partition("=")
        found.append(Rung(answer=answer, values=frozenset(values.split("|"))))
    return tuple(found)


def problem(root: Path, wanted: Sequence[Rung], toolchain: Toolchain) -> str:
    """Return what is not one commit for each rung in their order, "" if all is well.

    A rung that was taken back and climbed again counts where it was climbed last.

    Raises:
        ToolMissing: Git is not installed.

    """
    commits = _commits(root, toolchain)
    climbed = [(_climbed(rung, commits), rung.answer) for rung in wanted]
    there = [(at, answer) for at, answer in climbed if at is not None]
    for before, after in itertools.pairwise(there):
        name = commits[after[0]].name
        if before[0] == after[0]:
            return f"commit {name} climbs two rungs at once: {before[1]} and {after[1]}"
        if before[0] > after[0]:
            return f"commit {name} climbs {after[1]} before {before[1]}: read the weeks again"
    if len(there) < len(wanted):
        return f"{len(there)} of {len(wanted)} rungs have a commit"
    return ""


def _climbed(rung: Rung, commits: Sequence[_Commit]) -> int | None:
    """Return the last commit that reaches a rung, None if there is none."""
    last = None
    reached = False
    for number, commit in enumerate(commits):
        now = commit.answers.get(rung.answer) in rung.values
        if now and not reached:
            last = number
        reached = now
    return last


def _commits(root: Path, toolchain: Toolchain) -> list[_Commit]:
    """Return the commits of the repository, the oldest first, with the answers of each."""
    git = Git(toolchain, root)
    names = git("log", "--reverse", "--first-parent", "--format=%H").splitlines()
    return [_Commit(name=name[:_SHORT], answers=_answers(git, name)) for name in names]


def _answers(git: Git, name: str) -> Mapping[str, str]:
    """Return the answers of a commit; none if its file cannot be read."""
    shown = git.attempt("show", f"{name}:{answers_file.FILE}")
    try:
        document: Any = bounds.data(shown.stdout) if shown.exit_code == 0 else None
    except yaml.YAMLError:
        return {}
    if not isinstance(document, dict):
        return {}
    return {str(key): str(value) for key, value in document.items()}

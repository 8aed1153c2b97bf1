"""Traps that do harm only when Jenkins runs a pipeline: a build that is approved late."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from scaffolder.formats.jenkinsfile import Statement
from scaffolder.formats.regex import regex
from scaffolder.repository.ci.trap import OUT_OF_ORDER, Trap, deploys, refuses_older
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Unreadable, jenkinsfile_of

_ORDERED = regex(r"\bmilestone\b|\bdisableConcurrentBuilds\b")
_CHOSEN = regex(r"(?i)version|tag|revision|digest|image|commit|\bref\b|release")
_SHELL = frozenset({"sh", "bat", "powershell", "pwsh"})


def traps(project: Project, file: Path) -> Iterator[Trap]:
    """Yield the question before a deployment that an older build may ask after a newer one.

    https://plugins.jenkins.io/pipeline-milestone-step/
    """
    try:
        statements = list(
            chain.from_iterable(top.everything() for top in jenkinsfile_of(project, file))
        )
    except Unreadable:
        return
    if any(_ORDERED.search(one.words) for one in statements) or _is_chosen(statements):
        return
    asked = next((one for one in statements if one.name == "input"), None)
    shells = [one for one in statements if one.name in _SHELL]
    if asked is None:
        return
    late = [one for one in shells if one.line > asked.line and deploys(_text(one))]
    if late and not any(refuses_older(project, _text(one)) for one in shells):
        yield Trap(
            kind=OUT_OF_ORDER,
            line=asked.line,
            problem="builds wait for this answer side by side: one that is approved late puts an "
            "older version over a newer one",
            fix="milestone after the answer, or disableConcurrentBuilds(abortPrevious: true) in "
            "options",
        )


def _is_chosen(statements: list[Statement]) -> bool:
    """Return whether the person who starts a build chooses the version that it deploys."""
    parameters = list(
        chain.from_iterable(block.body or () for block in statements if block.name == "parameters")
    )
    return any(_CHOSEN.search(one.words) for one in parameters)


def _text(statement: Statement) -> str:
    quotes = "'''|\"\"\"|'|\""
    return re.sub(
        rf"^\w+\s*\(?\s*(?:script:\s*)?(?:{quotes})|(?:{quotes})[^'\"]*$",
        "",
        statement.words,
        flags=re.DOTALL,
    )

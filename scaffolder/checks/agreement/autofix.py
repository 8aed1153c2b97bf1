"""Edits that mend a disagreement and need no thought: the other side's version, the page that a link misses."""

from __future__ import annotations

import re
from pathlib import Path

from scaffolder.model import Edit
from scaffolder.repository.facts import Declaration
from scaffolder.repository.facts.monitoring import Rule
from scaffolder.repository.project import Project


def write_the_right_version(
    project: Project, wrong: Declaration, right: Declaration
) -> tuple[Edit, ...]:
    """The line of `wrong` with the version of `right`; none where it takes thought.

    It does where a line says more than the plain version ("11.0.4"), says it twice, has a digest
    beside it, or where `right` is a range itself.
    """
    lines = project.lines(wrong.place.path)
    if not 0 < wrong.place.line <= len(lines) or not re.fullmatch(r"\d+(?:\.\d+)*", right.value):
        return ()
    line = lines[wrong.place.line - 1]
    new, times = re.subn(rf"(?<![\w.]){re.escape(wrong.value)}(?![\w.])", right.value, line)
    if times != 1 or "sha256:" in line:
        return ()
    return (Edit(path=wrong.place.path, line=wrong.place.line, old=line, new=new),)


def start_the_runbook(alert: Rule, path: Path) -> tuple[Edit, ...]:
    """The missing page of an alert, where its link is named after it: what the alert says, and what a page answers."""
    if path.name != f"{alert.alert}.md" or path.is_absolute() or ".." in path.parts:
        return ()
    said = [alert.annotations.get(name, "") for name in ("summary", "description")]
    words = [" ".join(text.split()) for text in said if text and "{{" not in text]
    means = (
        "\n\n".join(words) or f"What {alert.alert} says of the service, and what its users notice."
    )
    text = f"""# {alert.alert}

Nobody has written this runbook yet: whoever is on call finds out alone.

## What it means

{means}

## What to do first

The command that tells what is wrong, and the one that makes it stop.

## When it is over

What shows that it is, and whom to tell.
"""
    return (Edit(path=path, line=0, old="", new=text),)

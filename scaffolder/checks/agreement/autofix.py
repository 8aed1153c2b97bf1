"""Safe edits that resolve a disagreement: the other side's version, a missing page."""

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

    Return no edit if a line has more than the plain version ("11.0.4"), has it twice, has a digest
    beside it, or if `right` is a range itself.
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
    """Return the missing page of an alert, if its link is named after it.

    The page starts from the alert's annotations and has the headings that a runbook answers.
    """
    if path.name != f"{alert.alert}.md" or path.is_absolute() or ".." in path.parts:
        return ()
    said = [alert.annotations.get(name, "") for name in ("summary", "description")]
    words = [" ".join(text.split()) for text in said if text and "{{" not in text]
    means = (
        "\n\n".join(words)
        or f"The meaning of {alert.alert} for the service, and the effect on its users."
    )
    text = f"""# {alert.alert}

This runbook is not written yet: the person on call has no instructions.

## What it means

{means}

## What to do first

The command that tells what is wrong, and the one that makes it stop.

## When it is over

The signal that it is over, and the people to inform.
"""
    return (Edit(path=path, line=0, old="", new=text),)

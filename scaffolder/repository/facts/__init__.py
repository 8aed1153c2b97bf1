"""What a repository states, ours or anyone's: every fact with every place that states it.

A reader looks at one family of formats and yields statements; it never guesses, and it never stops
the others. What it could not read is an `Unread`. Rules that compare statements are in
`scaffolder.checks.agreement`.
"""

from __future__ import annotations

from scaffolder.repository.facts.statements import Declaration, Facts, Unread
from scaffolder.repository.project import Project

__all__ = ["Declaration", "Facts", "Unread", "read"]


def read(project: Project) -> Facts:
    """Every statement of the repository; read once, however many ask."""
    from scaffolder.repository.facts import collected

    return project.once("facts", lambda: collected.facts(project))

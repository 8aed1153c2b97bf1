"""The declarations of a repository, ours or anyone's: every fact with each of its places.

A reader looks at one family of formats and yields declarations; it never guesses, and it never
stops the others. A part that it could not read is an `Unread`. Rules that compare declarations are
in `scaffolder.checks.agreement`.
"""

from __future__ import annotations

from scaffolder.repository.facts.statements import Declaration, Facts, Unread
from scaffolder.repository.project import Project

__all__ = ["Declaration", "Facts", "Unread", "read"]


def read(project: Project) -> Facts:
    """Every statement of the repository; read once, however many ask."""
    from scaffolder.repository.facts import collected

    return project.once("facts", lambda: collected.facts(project))

"""Shared by the checks of this family."""

from __future__ import annotations

from scaffolder.model import NotApplicable
from scaffolder.repository import environments
from scaffolder.repository.environments import Family
from scaffolder.repository.project import Project


def families_of(project: Project, kind: str) -> tuple[Family, ...]:
    """The families of this kind.

    Raises:
        NotApplicable: there is none.

    """
    families = environments.family_of(project, kind)
    if not families:
        raise NotApplicable(f"no {kind} of several environments")
    return families


def patterns(families: tuple[Family, ...]) -> str:
    """Return the patterns of the files read, for a verdict's detail."""
    return ", ".join(family.pattern for family in families)


def short(value: str) -> str:
    """A value on one line that fits into a message."""
    text = " ".join(value.split())
    return (text if len(text) <= 60 else text[:57] + "...") or "not set"

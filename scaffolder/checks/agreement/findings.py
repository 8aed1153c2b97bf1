"""Shared by the rules of this family: a finding with both places, and the texts of limits."""

from __future__ import annotations

from collections.abc import Iterable

from scaffolder.model import Finding, Location, Severity
from scaffolder.repository.facts import Unread


def disagreement(
    wrong: Location,
    message: str,
    right: Iterable[Location] | Location = (),
    *,
    fix: str,
    severity: Severity = Severity.ERROR,
) -> Finding:
    """Return a finding at `wrong`, with the places that disagree."""
    return Finding(
        path=wrong.path,
        line=wrong.line,
        message=message,
        related=(right,) if isinstance(right, Location) else tuple(dict.fromkeys(right)),
        fix=fix,
        severity=severity,
    )


def limit_of(unread: Iterable[Unread]) -> str:
    """The files that could not be read, as a verdict's limit; the first few by name."""
    files = [str(one) for one in dict.fromkeys(unread)]
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    return f"{', '.join(files[:3])}{more}" if files else ""


def distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once: environments that render the same give the same ones."""
    return tuple(dict.fromkeys(findings))

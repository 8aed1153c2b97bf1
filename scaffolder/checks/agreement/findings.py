"""What the rules of this family share: the finding that shows both places, and the words for what was not read."""

from __future__ import annotations

from collections.abc import Iterable, Sized

from scaffolder.model import Finding, Location
from scaffolder.repository.facts import Unread


def disagreement(wrong: Location, message: str, right: Iterable[Location] | Location = (), *, fix: str) -> Finding:
    """A finding at `wrong`, with the places that say otherwise."""
    return Finding(
        path=wrong.path,
        line=wrong.line,
        message=message,
        related=(right,) if isinstance(right, Location) else tuple(dict.fromkeys(right)),
        fix=fix,
    )


def limit_of(unread: Iterable[Unread]) -> str:
    """The files that could not be read, as a verdict's limit; the first few by name."""
    files = [str(one) for one in dict.fromkeys(unread)]
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    return f"{', '.join(files[:3])}{more}" if files else ""


def number(items: Sized, noun: str) -> str:
    """How many there are: "1 place", "2 places"."""
    return many(len(items), noun)


def many(count: int, noun: str) -> str:
    """A number with its noun: "1 policy", "2 policies"."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun[:-1]}ies" if noun.endswith("cy") else f"{count} {noun}s"


def distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once: environments that render the same give the same ones."""
    return tuple(dict.fromkeys(findings))

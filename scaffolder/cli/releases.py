"""The releases of a template as text and JSON: their changes, and the age of the list."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from scaffolder.model import visible
from scaffolder.template.releases import Cached, Release

_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))


def lines(releases: Iterable[Release]) -> Iterator[str]:
    """Yield a paragraph for each release: what it does to a repository."""
    for release in releases:
        yield f"\n  {release.tag}   {release.date}"
        yield from (f"    - {change}" for change in release.changes)


def document(releases: Iterable[Release]) -> list[dict[str, Any]]:
    """Return the releases as JSON has them."""
    return [
        {"version": one.tag, "date": one.date, "changes": list(one.changes)} for one in releases
    ]


def cached_lines(cached: Cached | None) -> Iterator[str]:
    """Yield a warning if the host cannot be read and the releases are those of an earlier fetch."""
    if cached:
        yield f"  {visible(cached.reason)}"
        yield (
            f"  the releases are those that were fetched {_age(cached.fetched)}; there may be newer"
            " ones"
        )


def cached_document(cached: Cached | None) -> dict[str, Any] | None:
    """Return the same as JSON has it; None if the host was read now."""
    if not cached:
        return None
    fetched = cached.fetched
    return {
        "reason": cached.reason,
        "fetched": fetched and datetime.fromtimestamp(int(fetched), UTC).isoformat(),
        "seconds": fetched and max(0, int(time.time() - fetched)),
    }


def _age(fetched: float | None) -> str:
    if fetched is None:
        return "earlier, time unknown"
    seconds = max(0, int(time.time() - fetched))
    for word, unit in _UNITS:
        if (count := seconds // unit) > 0:
            return f"{count} {word}{'s' if count > 1 else ''} ago"
    return "less than a minute ago"

"""In what the alerts that a test expects differ from those that fired, as promtool prints them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from scaffolder.formats.regex import regex

_FAILED = regex(
    r"alertname: \w+, time: (?P<time>\w+),\s+exp:\[(?P<expected>.*?)\],\s+got:\[(?P<got>.*?)\]"
    r"\s*(?=\n\s*\n|\n\s*(?:name|alertname|expr):|\Z)",
    re.DOTALL,
)
_ALERT = regex(r"Labels:(\{.*\})\s+Annotations:(\{.*\})")
_PAIR = regex(r'(\w+)="((?:[^"\\]|\\.)*)"')

Values = Mapping[str, str]


def difference(printed: str) -> str:
    """Return what differs in the first test of alerts that failed, "" if there is none.

    Labels are named before annotations, and what all alerts of the test share is left out.
    """
    failed = _FAILED.search(printed)
    if failed is None:
        return ""
    expected, got = (_ALERT.findall(failed[part]) for part in ("expected", "got"))
    for part in range(2):
        wanted, found = (
            [dict(_PAIR.findall(one[part])) for one in side] for side in (expected, got)
        )
        if wanted != found:
            shared = _shared([*wanted, *found])
            said = f"expected {_words(wanted, shared)}, got {_words(found, shared)}"
            return f"at {failed['time']} {said}"
    return ""


def _shared(alerts: list[dict[str, str]]) -> frozenset[str]:
    """Return the names that have the same value in all alerts; a single one shares nothing."""
    if len(alerts) == 1:
        return frozenset()
    same = set(alerts[0].items()).intersection(*(one.items() for one in alerts[1:]))
    return frozenset(name for name, _ in same)


def _words(alerts: Iterable[Values], shared: frozenset[str]) -> str:
    return ", ".join(_labels(one, shared) for one in alerts) or "no alert"


def _labels(values: Values, shared: frozenset[str]) -> str:
    pairs: Iterator[str] = (
        f'{name}="{value}"' for name, value in values.items() if name not in shared
    )
    return f"{{{', '.join(pairs)}}}"

"""Versions and the ranges of npm, Helm, Terraform and Python: whether two share a release."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product

from scaffolder.formats.regex import regex

Version = tuple[int, ...]

_PART = regex(
    r"(>=|<=|==|~>|~=|!=|>|<|=|\^|~)?\s*v?(\d+(?:\.(?:\d+|[xX*]))*(?:\.[xX*])?|[xX*])(?:[-+][\w.+-]*)?"
)
_HYPHEN = regex(r"v?(\d+(?:\.\d+)*)\s+-\s+v?(\d+(?:\.\d+)*)")
_HIGHEST = 10**9


def parse(text: str) -> Version | None:
    """Return the numbers of a version such as "v1.36.4-eks.1", (1, 36, 4), or None."""
    found = re.match(r"\s*v?(\d{1,9}(?:\.\d{1,9})*)", text)
    return tuple(int(part) for part in found[1].split(".")) if found else None


def allows(range_text: str, version: str, *, exact: bool = False) -> bool | None:
    """Whether a range allows a version.

    A version of fewer numbers ("1.36") is allowed where one of its releases is.

    `exact` reads the range as Terraform does, for which 5.1 is 5.1.0 and no other release of 5.1:
    https://developer.hashicorp.com/terraform/language/expressions/version-constraints.

    None where either cannot be read.
    """
    wanted = parse(version)
    parts = range_text.split("||")
    bounds = [_bounds(part, exact=exact) for part in parts]
    if wanted is None or any(one is None for one in bounds):
        return None
    low, high = _padded(wanted, 0), _padded(wanted, _HIGHEST)
    return any(
        bound is not None
        and bound[0] <= high
        and low <= bound[1]
        and not (low == high and low in _excluded(part))
        for part, bound in zip(parts, bounds, strict=True)
    )


def overlap(first: str, second: str) -> bool | None:
    """Whether two ranges allow a release in common; None where either cannot be read."""
    ours, theirs = ([_bounds(part) for part in text.split("||")] for text in (first, second))
    if any(one is None for one in (*ours, *theirs)):
        return None
    return any(a and b and max(a[0], b[0]) <= min(a[1], b[1]) for a, b in product(ours, theirs))


def _bounds(text: str, *, exact: bool = False) -> tuple[Version, Version] | None:
    """Return the lowest and highest release of a range.

    Releases that it excludes stay in.
    """
    low, high = _padded((), 0), _padded((), _HIGHEST)
    text = _HYPHEN.sub(r">=\1 <=\2", text.strip())
    if text in {"", "*", "latest"}:
        return low, high
    if _PART.sub("", text).strip(" ,"):
        return None
    for operator, written in _PART.findall(text):
        least, most = _one(operator, written, exact=exact)
        low, high = max(low, least), min(high, most)
    return low, high


def _excluded(text: str) -> set[Version]:
    """The releases that a range excludes by name."""
    if "!=" not in text:
        return set()
    return {
        _padded(parse(written) or (), 0)
        for operator, written in _PART.findall(text.strip())
        if operator == "!="
    }


def _one(operator: str, written: str, *, exact: bool) -> tuple[Version, Version]:
    numbers = tuple(int(part) for part in written.split(".") if part.isdigit())[:3]
    least = _padded(numbers, 0)
    most = least if exact else _padded(numbers, _HIGHEST)
    endless, first = _padded((), _HIGHEST), _padded((), 0)
    match operator:
        case ">=":
            return least, endless
        case ">":
            return _after(most), endless
        case "<=":
            return first, most
        case "<":
            return first, _before(least)
        case "!=":
            return first, endless
        case "~>" | "~=":
            return least, _padded(numbers[:-1], _HIGHEST)
        case "~":
            return least, _padded(numbers[:2], _HIGHEST)
        case "^":
            kept = next((place + 1 for place, number in enumerate(numbers) if number), len(numbers))
            return least, _padded(numbers[:kept], _HIGHEST)
    return least, most


def _padded(numbers: Iterable[int], filler: int) -> Version:
    known = tuple(numbers)[:3]
    return known + (filler,) * (3 - len(known))


def _after(version: Version) -> Version:
    return (*version[:-1], version[-1] + 1)


def _before(version: Version) -> Version:
    """The highest version below."""
    for place in range(len(version) - 1, -1, -1):
        if version[place] > 0:
            return (
                *version[:place],
                version[place] - 1,
                *((_HIGHEST,) * (len(version) - place - 1)),
            )
    return (-1, 0, 0)

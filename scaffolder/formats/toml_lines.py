"""Find the line at which a TOML text sets a key, which the standard library does not tell."""

from __future__ import annotations

import re

from scaffolder.formats.regex import regex

_TABLE = regex(r"\s*\[\[?\s*(?P<name>[^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_PAIR = regex(rf"\s*(?P<key>{_KEY}(?:\s*\.\s*{_KEY})*)\s*=")
_INLINE = regex(rf"[{{,]\s*(?P<key>{_KEY})\s*=")
_AT = regex(r"\(at line (?P<line>\d+),")


def line_of(text: str, path: tuple[str, ...]) -> int | None:
    """Return the line, from 1, of the key or table at `path`; else of the nearest table around it.

    None if the text names neither. Keys in tables, dotted keys and inline tables on one line are
    found; a line inside a text of several lines may be taken for one.
    """
    nearest: tuple[int, int] | None = None
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _TABLE.match(line):
            table = _parts(header["name"])
            named = [table]
        elif pair := _PAIR.match(line):
            key = (*table, *_parts(pair["key"]))
            named = [key, *((*key, _bare(inner["key"])) for inner in _INLINE.finditer(line))]
        else:
            continue
        for key in named:
            if key == path:
                return number
            if key == path[: len(key)] and (nearest is None or len(key) > nearest[0]):
                nearest = (len(key), number)
    return nearest[1] if nearest else None


def line_of_error(message: str) -> int | None:
    """Return the line that `tomllib` names in the message of an error, if it names one."""
    found = _AT.search(message)
    return int(found["line"]) if found else None


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(_bare(part) for part in re.findall(_KEY, dotted))


def _bare(key: str) -> str:
    return key[1:-1] if key[:1] in {'"', "'"} else key

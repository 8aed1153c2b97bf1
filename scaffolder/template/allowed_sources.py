"""The addresses that the weekly update of a repository accepts: `TEMPLATE_SOURCES`."""

from __future__ import annotations

import re
import shlex
from itertools import chain

from scaffolder.formats.regex import regex

FILE = "ci/settings.sh"
"""The generated file that has the list; a template without it has no weekly update."""

_LIST = regex(r"^(?P<head>[ \t]*TEMPLATE_SOURCES\+?=\()(?P<items>[^()]*)(?P<end>\))", re.MULTILINE)
_PLAIN = regex(r"[\w@%+=:,./~-]+")
"""An address that means the same between double quotes, whatever the shell."""


def named(text: str) -> tuple[str, ...] | None:
    """Return the addresses in the list of `text`; None if it has no readable list."""
    found = [_items(match["items"]) for match in _LIST.finditer(text)]
    if not found or None in found:
        return None
    return tuple(chain.from_iterable(items or () for items in found))


def with_source(text: str, old: str, new: str) -> str:
    """Return `text` with `new` in its list, in place of `old` if that is there.

    The other addresses, the comments and the line breaks stay. A text without such a list stays as
    it is.
    """
    known = named(text)
    if known is None or new in known:
        return text
    if old in known:
        return _LIST.sub(lambda match: _replaced(match, old, new), text)
    last = list(_LIST.finditer(text))[-1]
    space = " " if last["items"].strip() and not last["items"][-1:].isspace() else ""
    at = last.start("end")
    return f"{text[:at]}{space}{_quoted(new)}{text[at:]}"


def lists_of(text: str) -> tuple[str, ...]:
    """Return each list of `text` as it is written."""
    return tuple(match.group() for match in _LIST.finditer(text))


def with_lists(text: str, lists: tuple[str, ...]) -> str:
    """Return `text` with `lists` in place of its own; unchanged if it has fewer or more."""
    if len(lists) != len(lists_of(text)):
        return text
    left = iter(lists)
    return _LIST.sub(lambda match: next(left), text)


def _replaced(match: re.Match[str], old: str, new: str) -> str:
    items = match["items"]
    if old not in (_items(items) or ()):
        return match.group()
    written = "|".join(re.escape(form) for form in (f'"{old}"', f"'{old}'", shlex.quote(old)))
    changed = re.sub(rf"(?<!\S)(?:{written})(?!\S)", lambda found: _quoted(new), items)
    return f"{match['head']}{changed}{match['end']}"


def _items(text: str) -> tuple[str, ...] | None:
    try:
        return tuple(shlex.split(text, comments=True))
    except ValueError:  # a quote that does not end
        return None


def _quoted(address: str) -> str:
    return f'"{address}"' if _PLAIN.fullmatch(address) else shlex.quote(address)

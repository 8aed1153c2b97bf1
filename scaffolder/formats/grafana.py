"""Fill in the variables of Grafana in a query, as a number, a duration, a name or a condition.

The meaning of a variable depends on its place: `topk($k, x)` takes a number, `x[$range]` a
duration. Every possible filling is offered, so that a query is wrong only if all of them are.
Syntax:
https://grafana.com/docs/grafana/latest/visualizations/dashboards/variables/variable-syntax/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product

from scaffolder.formats.regex import regex

MOST_FILLINGS = 400
"""Fillings of one query that are offered; more are those of a query with many variables."""

_NAME = (
    r"\$\{(?P<braced>\w+)(?:\.[^:}]+)?(?::(?P<format>[^}]+))?\}"
    r"|\[\[(?P<old>\w+)(?::(?P<old_format>\w+))?\]\]|\$(?P<plain>\w+)"
)
_TEMPLATE = r"\{\{[^{}]*\}\}"
"""Placeholders of a chart or another template engine, filled in before Grafana reads the query."""

_STRING = r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`[^`]*`'
_VARIABLE = regex(rf"{_NAME}|{_TEMPLATE}")
_PIECE = regex(rf"(?P<string>{_STRING})|{_NAME}|{_TEMPLATE}|(?P<bracket>[\[\]])", re.DOTALL)

_CALL = regex(r"\(|(?:by|without)\b")
_DURATIONS = ("5m", "5")
_ANYTHING = ("x", "1", "5m")
_QUOTES = {"singlequote": "'x'", "doublequote": '"x"'}


@dataclass(frozen=True, kw_only=True)
class _Gap:
    """A variable outside strings: which gaps are filled alike, and with what."""

    name: str
    choices: tuple[str, ...]


def fillings(expression: str, known: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield the query with its variables filled in, the likeliest filling first.

    `known` has the values of variables that the dashboard states: choices of a list, a constant.
    """
    pieces = _pieces(expression, known)
    gaps = {piece.name: piece.choices for piece in pieces if isinstance(piece, _Gap)}
    for chosen in islice(product(*gaps.values()), MOST_FILLINGS):
        filling = dict(zip(gaps, chosen, strict=True))
        yield "".join(filling[piece.name] if isinstance(piece, _Gap) else piece for piece in pieces)


def _pieces(expression: str, known: Mapping[str, tuple[str, ...]]) -> list[str | _Gap]:
    pieces: list[str | _Gap] = []
    at, in_brackets = 0, False
    for found in _PIECE.finditer(expression):
        pieces.append(expression[at : found.start()])
        at = found.end()
        if found["string"]:
            pieces.append(_VARIABLE.sub("x", found["string"]))
        elif found["bracket"]:
            in_brackets = found["bracket"] == "["
            pieces.append(found["bracket"])
        else:
            around = expression[: found.start()].rstrip()[-1:], expression[at:].lstrip()
            pieces.append(_gap(found, around, in_brackets=in_brackets, known=known))
    return [*pieces, expression[at:]]


def _gap(
    found: re.Match[str],
    around: tuple[str, str],
    *,
    in_brackets: bool,
    known: Mapping[str, tuple[str, ...]],
) -> _Gap:
    """Return a variable with what it may stand for, by the sign before it and the text behind."""
    name = found["braced"] or found["old"] or found["plain"] or found[0]
    style = found["format"] or found["old_format"] or ""
    before, behind = around
    if in_brackets:
        return _Gap(name=f"[{name}", choices=_DURATIONS)
    if style in _QUOTES:
        return _Gap(name=f"{name}:{style}", choices=(_QUOTES[style],))
    if before in {"{", ","} and behind[:1] in {"}", ","}:  # among labels, or among arguments
        return _Gap(name=f"{{{name}", choices=('x="y"', "", "x", "1"))
    if _CALL.match(behind):
        return _Gap(name=f"{name}(", choices=(*known.get(name, ()), "sum", "rate", ">", ""))
    stated = tuple(value for value in known.get(name, ()) if value)
    return _Gap(name=name, choices=tuple(dict.fromkeys((*stated[:3], *_ANYTHING, "", ">"))))

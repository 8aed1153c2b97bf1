"""The series that a PromQL expression asks for.

Not a parser of the language: it finds selectors, and divisions.

The language: https://prometheus.io/docs/prometheus/latest/querying/basics/.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from scaffolder.formats.regex import regex

_TOKEN = regex(
    r"""\s+|\#[^\n]*|(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)|(?P<word>[a-zA-Z_:$][a-zA-Z0-9_:$]*)
    |(?P<number>\d[\w.]*)|(?P<sign>=~|!~|!=|>=|<=|==|\$\{[^}]*\}|.)""",
    re.VERBOSE | re.DOTALL,
)
_LABELS_FOLLOW = frozenset({"by", "without", "on", "ignoring", "group_left", "group_right"})
_WORDS = frozenset(
    {"and", "or", "unless", "bool", "offset", "atan2", "inf", "nan", "start", "end", "default"}
)


@dataclass(frozen=True, kw_only=True)
class Matcher:
    """One condition on a label in a selector: `label` `operator` "value"."""

    label: str
    operator: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Selector:
    """The series of one name with these labels; `name` is empty where only labels select."""

    name: str
    matchers: tuple[Matcher, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Query:
    """The series of an expression; `labels` are those it groups or joins by."""

    selectors: tuple[Selector, ...]
    functions: frozenset[str]
    labels: frozenset[str]
    divides: bool


def read(expression: str) -> Query:
    """Return the selectors of an expression; of text that is not PromQL, those resembling one."""
    tokens: list[tuple[str | None, str]] = [
        (found.lastgroup, found[0])
        for found in _TOKEN.finditer(expression[:50_000])
        if found.lastgroup is not None
    ]
    selectors: list[Selector] = []
    functions: set[str] = set()
    labels: set[str] = set()
    divides = False
    at = 0
    while at < len(tokens):
        kind, text = tokens[at]
        following = tokens[at + 1][1] if at + 1 < len(tokens) else ""
        if kind == "word" and text.lower() in _LABELS_FOLLOW:
            if following == "(":
                end = _until(tokens, at + 1, ")")
                labels |= {word for kind_, word in tokens[at + 2 : end] if kind_ == "word"}
                at = end
        elif kind == "word" and following.lower() in {"(", "by", "without"}:
            functions.add(text.lower())
        elif (
            kind == "word" and text.lower() not in _WORDS and not text.startswith("$")
        ) or text == "{":
            brace = at if text == "{" else at + 1
            matchers: tuple[Matcher, ...] = ()
            name = "" if text == "{" else text
            if brace < len(tokens) and tokens[brace][1] == "{":
                end = _until(tokens, brace, "}")
                matchers = _matchers(tokens[brace + 1 : end])
                at = end
            name = name or next(
                (one.value for one in matchers if one.label == "__name__" and one.operator == "="),
                "",
            )
            selectors.append(Selector(name=name, matchers=matchers))
        elif text == "[":
            at = _until(tokens, at, "]")
        elif text == "/":
            divides = True
        at += 1
    return Query(
        selectors=tuple(selectors),
        functions=frozenset(functions),
        labels=frozenset(labels),
        divides=divides,
    )


def _until(tokens: list[tuple[str | None, str]], at: int, end: str) -> int:
    while at < len(tokens) and tokens[at][1] != end:
        at += 1
    return at


def _matchers(tokens: list[tuple[str | None, str]]) -> tuple[Matcher, ...]:
    found = []
    for at, (kind, text) in enumerate(tokens[:-2]):
        if (
            kind == "word"
            and tokens[at + 1][1] in {"=", "!=", "=~", "!~"}
            and tokens[at + 2][0] == "string"
        ):
            found.append(
                Matcher(label=text, operator=tokens[at + 1][1], value=tokens[at + 2][1][1:-1])
            )
    return tuple(found)

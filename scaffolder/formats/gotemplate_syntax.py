"""The structure of Go's templates: texts, actions and blocks, with the line of each.

The language: https://pkg.go.dev/text/template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scaffolder.formats import Unreadable
from scaffolder.formats.regex import regex

_TOKEN = regex(
    r"""\s*(?:(?P<string>"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)')|(?P<number>-?\d[\w.]*)|(?P<variable>\$\w*)
    |(?P<field>\.\w+)|(?P<dot>\.(?!\w))|(?P<word>[A-Za-z_]\w*)|(?P<sign>:=|=|\||\(|\)|,))""",
    re.VERBOSE,
)

Token = tuple[str, str, bool]
"""Kind, text, and whether a space stands before it."""


@dataclass(frozen=True, kw_only=True)
class Node:
    """A text, an action, or a block of one with what it holds."""

    kind: str
    line: int
    text: str = ""
    tokens: tuple[Token, ...] = ()
    body: tuple[Node, ...] = ()
    otherwise: tuple[Node, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Template:
    """A parsed file: what it prints, and the templates that it defines."""

    nodes: tuple[Node, ...]
    defined: Mapping[str, tuple[Node, ...]]


def parse(text: str) -> Template:
    """The structure of a template.

    Raises:
        Unreadable: an action or a block is not closed, or one holds what Go would refuse.

    """
    parser = _Parser(list(_pieces(text)))
    try:
        nodes = parser.nodes(())
    except RecursionError as error:
        raise Unreadable("nests too deep") from error
    return Template(nodes=nodes, defined=parser.defined)


def _pieces(text: str) -> list[tuple[str, str, int]]:
    """Texts and actions in turn: kind, content, line; what `{{-` and `-}}` trim is gone."""
    pieces: list[tuple[str, str, int]] = []
    at, line, trim = 0, 1, False
    while True:
        start = text.find("{{", at)
        piece = text[at:] if start < 0 else text[at:start]
        shown = piece
        if trim:
            shown = shown.lstrip()
        begins = line + piece[: len(piece) - len(shown)].count("\n")
        if start >= 0 and re.match(r"\{\{-\s", text[start : start + 4]):
            shown = shown.rstrip()
        if shown:
            pieces.append(("text", shown, begins))
        line += piece.count("\n")
        if start < 0:
            return pieces
        end = _end(text, start + 2)
        if end < 0:
            raise Unreadable("an action is not closed", line)
        inner = text[start + 2 : end]
        trim = bool(re.search(r"\s-$", inner)) or inner == "-"
        content = re.sub(r"\s-$", "", re.sub(r"^-\s", "", inner)).strip()
        if not content.startswith("/*"):
            pieces.append(("action", content, line))
        line += inner.count("\n")
        at = end + 2


def _end(text: str, at: int) -> int:
    if re.match(r"-?\s*/\*", text[at : at + 200]):
        close = text.find("*/", at)
        return text.find("}}", close) if close >= 0 else -1
    while at < len(text):
        if text.startswith("}}", at):
            return at
        quote = text[at]
        if quote in "\"'`":
            at += 1
            while at < len(text) and text[at] != quote:
                at += 2 if text[at] == "\\" and quote != "`" else 1
        at += 1
    return -1


def tokens_of(text: str, line: int) -> tuple[Token, ...]:
    """The words of an action."""
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if not token or token.lastgroup is None:
            raise Unreadable(f"{text[at : at + 20]!r} is not understood", line)
        word = token[token.lastgroup]
        found.append((token.lastgroup, word, token.start(token.lastgroup) > at))
        at = token.end()
    return tuple(found)


class _Parser:
    def __init__(self, pieces: Sequence[tuple[str, str, int]]) -> None:
        self._pieces = pieces
        self._at = 0
        self.defined: dict[str, tuple[Node, ...]] = {}

    def nodes(self, until: tuple[str, ...]) -> tuple[Node, ...]:
        """The nodes up to an action of one of these words, which is the next piece then."""
        made: list[Node] = []
        while self._at < len(self._pieces):
            kind, content, line = self._pieces[self._at]
            word = content.split(None, 1)[0] if content.split() else ""
            if kind == "action" and word in until:
                return tuple(made)
            self._at += 1
            if kind == "text":
                made.append(Node(kind="text", line=line, text=content))
            elif word in {"end", "else"}:
                raise Unreadable(f"{word} without a beginning", line)
            else:
                made += self._action(word, content, line)
        if until:
            raise Unreadable("a block is not closed", self._pieces[-1][2] if self._pieces else 0)
        return tuple(made)

    def _action(self, word: str, content: str, line: int) -> list[Node]:
        rest = content[len(word) :]
        if word in {"if", "range", "with"}:
            return [self._block(word, rest, line)]
        if word in {"define", "block"}:
            tokens = tokens_of(rest, line)
            body = self.nodes(("end",))
            self._at += 1
            self.defined[tokens[0][1].strip('"`')] = body
            return (
                []
                if word == "define"
                else [Node(kind="action", line=line, tokens=(("word", "template", False), *tokens))]
            )
        if word in {"break", "continue"}:
            raise Unreadable(f"{word} is not understood", line)
        return [Node(kind="action", line=line, tokens=tokens_of(content, line))] if content else []

    def _block(self, word: str, rest: str, line: int) -> Node:
        body = self.nodes(("end", "else"))
        _, content, other = self._pieces[self._at]
        self._at += 1
        otherwise: tuple[Node, ...] = ()
        if content.startswith("else"):
            more = content[4:].strip()
            if more:
                next_word = more.split(None, 1)[0]
                otherwise = (self._block(next_word, more[len(next_word) :], other),)
            else:
                otherwise = self.nodes(("end",))
                self._at += 1
        return Node(
            kind=word, line=line, tokens=tokens_of(rest, line), body=body, otherwise=otherwise
        )

"""The commands of a shell script: words by the rules of quoting, without comments and texts.

Follows https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html as far as it tells
commands from words that are only printed or written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scaffolder.formats.regex import regex

_KEYWORDS = frozenset(
    {"if", "then", "elif", "else", "while", "until", "do", "!", "{", "(", "time", "function"}
)
_WRAPPERS = frozenset({"sudo", "command", "exec", "nohup", "nice", "env", "time", "builtin"})
_ASSIGNMENT = regex(r"[A-Za-z_]\w*\+?=")
_HERE = regex(r"<<(-?)\s*(?:\"([^\"\n]+)\"|'([^'\n]+)'|\\?([\w.+-]+))")
_SHELLS = regex(r"\b(?:ba|da|k|z)?sh\b|\bssh\b")


def simple_commands(line: str) -> Iterator[tuple[str, ...]]:
    """Yield the commands of a line, each as its words without quotes, those of `$(…)` included.

    Keywords, assignments and programs that run another one (sudo, env) before a command are left
    out, and so are redirections.
    """
    for words in _split(line):
        at = 0
        while at < len(words) and _is_before_command(words, at):
            at += 1
        if at < len(words):
            yield tuple(words[at:])


def lines_of_texts(text: str) -> frozenset[int]:
    """Return the numbers of lines that begin in a here document or inside quotes: no commands.

    A here document that is given to a shell is one, and is not among them.
    """
    return frozenset(_lines_of_texts(text))


@dataclass
class _Scanner:
    """Where in nested quotes and substitutions a place of a text is."""

    nesting: list[str] = field(default_factory=list)

    @property
    def innermost(self) -> str:
        return self.nesting[-1] if self.nesting else ""

    def step(self, text: str, at: int) -> int:
        """Take in the character at a place, and return how many were taken."""
        character = text[at]
        if self.innermost == "'":
            if character == "'":
                self.nesting.pop()
            return 1
        if character == "\\":
            return 2
        if text.startswith("$(", at):
            self.nesting.append(")")
            return 2
        if character == self.innermost:
            self.nesting.pop()
        elif character in '"`' or (character == "'" and self.innermost != '"'):
            self.nesting.append(character)
        elif character == "(" and self.innermost == ")":
            self.nesting.append(")")
        return 1


_OPENS = regex(r"[\"'`\\#<(]")
"""Signs without which a line changes nothing of the nesting."""


_SPECIAL = regex(r"[\"'`\\#<()$]")
"""Signs that change the nesting, begin a here document or end the line."""


def _lines_of_texts(text: str) -> Iterator[int]:
    scanner = _Scanner()
    waiting: list[tuple[str, bool]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if waiting:
            word, runs = waiting[0]
            if line.strip() == word:
                waiting.pop(0)
                yield number
            elif not runs:
                yield number
            continue
        if not scanner.nesting and not _OPENS.search(line):
            continue
        if scanner.innermost in {"'", '"'}:
            yield number
        waiting = list(_here_documents(line, scanner))


def _here_documents(line: str, scanner: _Scanner) -> Iterator[tuple[str, bool]]:
    """Scan a line; yield the word that ends each here document, and whether a shell runs it."""
    at = 0
    while found := _SPECIAL.search(line, at):
        at = found.start()
        quoted = scanner.innermost in {"'", '"'}
        if not quoted and line[at] == "#" and (at == 0 or line[at - 1] in " \t;"):
            return
        starts = line[at] == "<" and not quoted and not line.startswith("<<<", at)
        here = _HERE.match(line, at) if starts else None
        if here and (at == 0 or line[at - 1] != "<") and "((" not in line[:at]:
            runs = bool(_SHELLS.search(line[:at]))
            yield here[2] or here[3] or here[4], runs
            at = here.end()
        else:
            at += scanner.step(line, at)


_REDIRECTION = regex(r"[<>]+[&-]*\s*[^\s;&|()]*")


_PLAIN = regex(r"[^ \t\n'\"`$<>;&|()\\#]+")
"""Text that continues a word, without a meaning of its own."""


class _Splitter:
    """The words of a line, gathered command by command."""

    def __init__(self, line: str) -> None:
        self._line = line
        self._word: str | None = None
        self._words: list[str] = []
        self.commands: list[list[str]] = []

    def run(self) -> None:
        """Go through the line up to its end or a comment."""
        at = 0
        while at < len(self._line) and not (self._line[at] == "#" and self._word is None):
            at = self._take(at)
        self._end_command()

    def _take(self, at: int) -> int:
        """Take in what begins at a place, and return where it ends."""
        line, character = self._line, self._line[at]
        if character in "'\"`" or line.startswith("$(", at):
            end, text = _quoted(line, at)
            self._word = (self._word or "") + text
            if character != "'":
                self.commands += _inside(line[at:end])
            return end
        if character in "<>":
            if self._word is not None and self._word.isdigit():
                self._word = None  # the number of a file descriptor
            found = _REDIRECTION.match(line, at)
            return found.end() if found else at + 1
        if character in " \t":
            self._end_word()
        elif character in "\n;&|()":
            self._end_command()
        elif character == "\\":
            self._word = (self._word or "") + line[at + 1 : at + 2]
            return at + 2
        else:
            plain = _PLAIN.match(line, at + 1)
            end = plain.end() if plain else at + 1
            self._word = (self._word or "") + line[at:end]
            return end
        return at + 1

    def _end_word(self) -> None:
        if self._word is not None:
            self._words.append(self._word)
            self._word = None

    def _end_command(self) -> None:
        self._end_word()
        if self._words:
            self.commands.append(self._words)
            self._words = []


def _split(line: str) -> list[list[str]]:
    """Return the words of each command, in the order in which they end."""
    splitter = _Splitter(line)
    splitter.run()
    return splitter.commands


def _quoted(line: str, at: int) -> tuple[int, str]:
    """Return where a quotation or substitution ends, and its text."""
    scanner = _Scanner()
    start = at
    at += scanner.step(line, at)
    while at < len(line) and scanner.nesting:
        at += scanner.step(line, at)
    at = min(at, len(line))
    text = line[start:at]
    if text[:1] not in {"'", '"'}:
        return at, text
    return at, text[1:-1] if len(text) > 1 and text[-1] == text[0] else text[1:]


def _inside(text: str) -> Iterator[list[str]]:
    """Yield the commands of the substitutions in a quotation or substitution."""
    if text.startswith("$("):
        yield from _split(text[2:-1])
    elif text.startswith("`"):
        yield from _split(text[1:-1])
    else:
        for found in re.finditer(r"(?<!\\)\$\((?!\()", text):
            end, _ = _quoted(text, found.start())
            yield from _split(text[found.end() : end - 1])


def _is_before_command(words: list[str], at: int) -> bool:
    word = words[at]
    if word in _KEYWORDS or word in _WRAPPERS or _ASSIGNMENT.match(word):
        return True
    return word.startswith("-") and at > 0 and words[at - 1] in _WRAPPERS

"""Read the texts of generated repositories: prose, comments, messages and questions.

A page is read by its paragraphs, without its code. In every other file two kinds of line are text:
comments, and lines with several plain words in a row (a message of a script, the description of a
variable, the help of a target, an annotation of an alert). Lines of one kind that follow each other
are one text, because a sentence goes on over several lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

_COMMENT = re.compile(r"^\s*(?:#(?![!%])|//|/?\*+(?!/)|--(?= )|\{\{-? ?/\*)\s?(.*)")
_PROSE = re.compile(r"(?:[A-Za-z][A-Za-z'-]*[,;:.]? ){4,}[A-Za-z][A-Za-z'-]*")
"""Five words in a row: no line of code has them outside of its strings."""

_JINJA = re.compile(r"\[%.*?%\]|\[#.*?#\]|^[ \t]*#%[^\n]*$", re.DOTALL | re.MULTILINE)
_VALUE = re.compile(r"\[\[.*?\]\]|\$\{[^}]*\}|\{\{.*?\}\}")
_BINARY = frozenset({".pem", ".jks"})


def read(root: Path, first_release: str) -> Iterator[tuple[str, str]]:
    """Yield the texts with their file and line; of the notes, those from `first_release` on."""
    for path in sorted((root / "templates").rglob("*")):
        if path.is_file() and path.suffix not in _BINARY:
            yield from of_file(path)
    yield from of_file(root / "copier.yml")
    yield from _notes(root / "notes.yml", first_release)


def of_file(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the texts of one template with their lines."""
    source = _plain(path.read_text(encoding="utf-8"))
    is_page = ".md" in path.suffixes
    for line, text in _page(source) if is_page else _prose(source):
        yield f"{path}:{line}", text


def _plain(source: str) -> str:
    """Return the template without its statements; each value becomes "`", lines are kept."""
    without = _JINJA.sub(lambda match: "\n" * match[0].count("\n"), source)
    return _VALUE.sub("`", without)


def _page(source: str) -> Iterator[tuple[int, str]]:
    """Yield the paragraphs of a page, its blocks of code left out."""
    blanked = re.sub(
        r"^```.*?^```", lambda match: "\n" * match[0].count("\n"), source, flags=re.S | re.M
    )
    line = 1
    for paragraph in re.split(r"(\n\s*\n)", blanked):
        if paragraph.strip():
            yield line, re.sub(r"\n(?![-*|#\d])", " ", paragraph)
        line += paragraph.count("\n")


def _prose(source: str) -> Iterator[tuple[int, str]]:
    """Yield blocks of comments and blocks of prose, each as one text."""
    block: list[str] = []
    kind = ""
    first = 0
    for number, line in enumerate(source.splitlines(), start=1):
        found, text = _kind(line)
        if found != kind:
            if block:
                yield first, " ".join(block)
            block, first, kind = [], number, found
        if found:
            block.append(text)
    if block:
        yield first, " ".join(block)


def _kind(line: str) -> tuple[str, str]:
    if comment := _COMMENT.match(line):
        return "comment", comment[1]
    if _PROSE.search(line):
        return "prose", line.strip()
    return "", ""


def _notes(path: Path, first_release: str) -> Iterator[tuple[str, str]]:
    """Yield the texts of notes: older ones are what their release told, and stay."""
    for note in yaml.safe_load(path.read_text(encoding="utf-8")):
        if _version(note["release"]) < _version(first_release):
            continue
        for part in ("title", "changes", "do", "undo"):
            if text := note.get(part):
                yield f"{path}:{note['id']}", text if isinstance(text, str) else "\n".join(text)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split("."))

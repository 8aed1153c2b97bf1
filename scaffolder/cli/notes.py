"""The notes of releases as text and JSON: changes, steps before a deployment, the way back."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from scaffolder.template.notes import Note, Notes

HEADING = "Before you deploy"
"""The line above the notes.

ci/template-update.sh of generated repositories looks for it, and for their indentation.
"""

_WHERE = "Do this from the branch of the update, before you merge it: a merge deploys to dev."
"""Common to all notes: after the merge it is too late for them."""

_WIDTH = 80
_INDENT = " " * 4


def lines(notes: Notes, heading: str = HEADING) -> Iterator[str]:
    """Yield a blank line, a heading and the notes, wrapped to 80 columns; nothing without notes.

    De-indented, a note is Markdown: that is how it gets into the text of a proposed change.
    """
    if notes == Notes():
        return
    yield ""
    yield heading
    if heading == HEADING:
        yield ""
        yield from _wrapped(_WHERE)
    for note in notes.entries:
        yield ""
        yield from _note(note)
    if notes.problems:
        yield ""
    for problem in notes.problems:
        yield from _wrapped(f"({problem})")


def document(notes: Notes) -> list[dict[str, str]]:
    """Return the notes as JSON has them."""
    return [
        {
            "id": note.id,
            "release": _tag(note),
            "title": note.title,
            "changes": note.changes,
            "do": note.do,
            "undo": note.undo,
        }
        for note in notes.entries
    ]


def _note(note: Note) -> Iterator[str]:
    yield f"  {_tag(note)}   {' '.join(note.title.split()) or note.id}"
    if note.changes:
        yield from _paragraphs(note.changes)
    for label, text in (("Do:", note.do), ("Undo:", note.undo)):
        if text:
            yield ""
            yield from _paragraphs(f"{label}\n{text}" if "\n" in text else f"{label} {text}")


def _tag(note: Note) -> str:
    return f"v{note.release}" if note.number else note.release or "v?"


def _paragraphs(text: str) -> Iterator[str]:
    """Yield a text line by line.

    A long line is wrapped, a line break of the author's stays.
    """
    for line in text.splitlines():
        if not line.strip():
            yield ""
        elif line[0].isspace():  # a command, or what belongs to the item of a list above
            yield f"{_INDENT}{line}"
        else:
            yield from _wrapped(line)


def _wrapped(line: str) -> list[str]:
    """Wrap a line between words, never inside `code`: a command that is broken cannot be copied."""
    marker = re.match(r"(\d+[.)]|[-*])\s+", line)
    spans = re.sub(r"`[^`]+`", lambda span: span[0].replace(" ", "\0"), line)
    wrapped = textwrap.wrap(
        spans,
        width=_WIDTH,
        initial_indent=_INDENT,
        subsequent_indent=_INDENT + " " * (len(marker[0]) if marker else 0),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [part.replace("\0", " ") for part in wrapped]

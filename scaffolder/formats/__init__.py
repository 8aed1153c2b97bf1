"""Texts of known formats as values that remember their lines; nothing here knows files or projects."""

from __future__ import annotations


class Unreadable(Exception):
    """A text is not what its format demands; `line` is where, 0 where nobody can tell."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line

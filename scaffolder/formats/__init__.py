"""Texts of known formats as values that know their lines; independent of files and projects."""

from __future__ import annotations


class Unreadable(Exception):
    """A text is not valid in its format; `line` is the place, 0 if unknown."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line

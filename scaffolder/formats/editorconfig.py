"""Read the properties that an .editorconfig sets for a file: https://spec.editorconfig.org."""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

from scaffolder.formats.regex import regex

_MALFORMED = regex(r"\[(?:\\.|[^\]\\])*(?:[\[*?]|--|&&|~~|\|\||$)")
"""A set that is not closed, or that `re` warns of: the package makes a regular expression of it."""

_STARS = regex(r"\*{3,}")
"""Stars that mean no more than two, and would make the regular expression slow."""

_FILTERS = threading.Lock()
"""Filters of warnings belong to the process: one thread at a time changes them here."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """The properties, in lower case, for the files that a pattern matches."""

    pattern: str
    properties: Mapping[str, str]

    def covers(self, path: str) -> bool:
        """Return whether the pattern names the file at `path`, seen from the folder of its file.

        One without a slash names files in every folder below. One that is malformed names nothing.
        """
        from editorconfig.fnmatch import fnmatch

        if _MALFORMED.search(self.pattern):
            return False
        start = "/" if "/" in self.pattern else "**/"
        pattern = _STARS.sub("**", self.pattern.removeprefix("/"))
        try:
            with _FILTERS, warnings.catch_warnings():
                warnings.simplefilter("error", FutureWarning)
                return fnmatch(f"/{path}", start + pattern)
        except (re.error, TypeError, IndexError, FutureWarning):
            return False


@dataclass(frozen=True, kw_only=True)
class EditorConfig:
    """One .editorconfig; with `root` those of the folders above do not count."""

    root: bool
    sections: tuple[Section, ...]

    def of(self, path: str) -> dict[str, str]:
        """Return the properties of the file at `path`, relative to this one.

        A later section wins.
        """
        found: dict[str, str] = {}
        for section in self.sections:
            if section.covers(path):
                found |= section.properties
        return found


def read(text: str) -> EditorConfig:
    """Return the .editorconfig in `text`; other lines than sections and properties are skipped."""
    preamble: dict[str, str] = {}
    sections: list[tuple[str, dict[str, str]]] = [("", preamble)]
    for line in text.splitlines():
        if header := re.fullmatch(r"\s*\[(.+)\]\s*(?:[#;].*)?", line):
            sections.append((header[1], {}))
        elif line.strip() and not line.lstrip().startswith(("#", ";")):
            key, found, value = line.partition("=")
            if found:
                sections[-1][1][key.strip().lower()] = value.strip().lower()
    return EditorConfig(
        root=preamble.get("root") == "true",
        sections=tuple(
            Section(pattern=pattern, properties=given) for pattern, given in sections[1:]
        ),
    )

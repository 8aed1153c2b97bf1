"""What an .editorconfig demands of a file: https://spec.editorconfig.org."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, kw_only=True)
class Section:
    """What is demanded of the files that a pattern names; `properties` are in lower case."""

    pattern: str
    properties: Mapping[str, str]

    def covers(self, path: str) -> bool:
        return _expression(self.pattern).fullmatch(path) is not None


@dataclass(frozen=True, kw_only=True)
class EditorConfig:
    """One .editorconfig; `root` says that those of the folders above do not count."""

    root: bool
    sections: tuple[Section, ...]

    def of(self, path: str) -> dict[str, str]:
        """The properties of the file at `path`, seen from the folder of this one; a later section wins."""
        found: dict[str, str] = {}
        for section in self.sections:
            if section.covers(path):
                found |= section.properties
        return found


def read(text: str) -> EditorConfig:
    """The .editorconfig that `text` is; what is no section, property or comment is passed over."""
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


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    """A pattern without a slash names files in every folder below; one with a slash counts from the file's folder."""
    anchored = "/" in pattern
    try:
        return re.compile(
            ("" if anchored else "(?:.*/)?") + "".join(_parts(pattern.lstrip("/"))), re.DOTALL
        )
    except re.error:
        return re.compile(r"(?!)")  # a pattern that is none names nothing


_PIECE = re.compile(
    r"\\.|\*\*/?|\*|\?|\[[^\]/]+\]|\{-?\d+\.\.-?\d+\}|[{},]|[^\\*?\[{},]+|.", re.DOTALL
)


def _parts(pattern: str) -> Iterator[str]:
    depth = 0
    closed = pattern.count("{") == pattern.count("}")
    for piece in _PIECE.findall(pattern):
        if piece == "**/":
            yield "(?:.*/)?"
        elif piece == "**":
            yield ".*"
        elif piece == "*":
            yield "[^/]*"
        elif piece == "?":
            yield "[^/]"
        elif piece.startswith("[") and len(piece) > 2:
            yield (
                "["
                + ("^" if piece[1] == "!" else "")
                + re.sub(r"([\\^\[])", r"\\\1", piece[1:-1].lstrip("!"))
                + "]"
            )
        elif ".." in piece and piece.startswith("{"):
            low, high = sorted(int(number) for number in piece[1:-1].split(".."))
            yield f"(?:{'|'.join(map(str, range(low, min(high, low + 999) + 1)))})"
        elif piece == "{" and closed:
            depth += 1
            yield "(?:"
        elif piece == "}" and depth:
            depth -= 1
            yield ")"
        elif piece == "," and depth:
            yield "|"
        else:
            yield re.escape(piece.removeprefix("\\") if len(piece) == 2 else piece)

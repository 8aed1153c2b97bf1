"""Find texts that install scaffolder by name alone, so that an index decides whose package that is."""

from __future__ import annotations

import re
from pathlib import Path

FORMER = "scaffolder"
_NAME_ALONE = r"(?<![\w/.@+:-])(?P<name>(?:devops[-_.])?scaffolder)"
_EXTRA = r"\[[\w, -]*\]"
_NAME = _NAME_ALONE + f"(?:{_EXTRA})?" + r"(?![\w/-]|\.\w)"
_FROM_AN_ADDRESS = re.compile(r"\s*@\s")
_COMMAND = re.compile(
    r"\bpip[\d.]*\s+(?:install|download|wheel)\b|\bpipx\s+(?:install|run|inject|upgrade)\b|\buvx\b|\buv\s+(?:add|tool\s+\w+)\b"
    r"|\b(?:poetry|pdm|rye|hatch)\s+add\b|\b(?:conda|mamba)\s+install\b|--(?:from|with)\b"
    r"|\b(?:additional_|build_|optional-)?dependencies\s*[:=]|\brequires\s*[:=]"
)
_INDEX_OF_ONES_OWN = re.compile(
    r"--index-url\b|--no-index\b|--default-index\b|\s-i\s|\bSCAFFOLDER_INDEX\b"
)
_END_OF_A_COMMAND = re.compile(r"&&|\|\||[;|`]|\s#\s")
_NAMED = re.compile(_NAME)
_WITH_A_VERSION = re.compile(_NAME + r"\s*(?:[=<>!~]=|[<>])\s*v?[\dX$]")
_WITH_AN_EXTRA = re.compile(_NAME_ALONE + _EXTRA + r"(?!\s*(?:@\s|[=<>!~$({]))")
_A_WHOLE_LINE = re.compile(r"\s*" + _NAME + r"\s*,?\s*")
_LISTS = {".in", ".toml", ".txt"}


def bare_installs(text: str, file: str = "") -> list[str]:
    """Return the lines of `text` that name scaffolder for an installer, and neither an address nor an index.

    A line that a backslash continues is one with the next. `file` is the name of the file; a line of a requirements
    file is a name alone.
    """
    lines = re.sub(r"\\\r?\n", " ", text).splitlines()
    return [line.strip() for line in lines if _is_bare(line, Path(file).suffix)]


def _is_bare(line: str, suffix: str) -> bool:
    plain = re.sub(r"""["'](?:\s*,)?""", " ", line)  # also a command as a list of words
    if _A_WHOLE_LINE.fullmatch(plain) and suffix in _LISTS:
        return True
    if any(_opens(plain[start:]) for start in (found.end() for found in _COMMAND.finditer(plain))):
        return True
    if "--hash=" in plain:
        return False
    return any(
        not _excused(found, plain)
        for rule in (_WITH_A_VERSION, _WITH_AN_EXTRA)
        for found in rule.finditer(plain)
    )


def _opens(arguments: str) -> bool:
    """Whether the words after a command name scaffolder without saying where it comes from."""
    words = _END_OF_A_COMMAND.split(arguments, maxsplit=1)[0]
    return any(
        not _FROM_AN_ADDRESS.match(words, found.end()) and not _excused(found, words)
        for found in _NAMED.finditer(words)
    )


def _excused(found: re.Match[str], text: str) -> bool:
    return found["name"] != FORMER and bool(_INDEX_OF_ONES_OWN.search(text))

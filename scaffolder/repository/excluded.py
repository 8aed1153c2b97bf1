"""Which paths a repository leaves out of its checks, by patterns as `.gitignore` has them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path


class Excluded:
    """Patterns of paths; what is in a folder that matches is left out with it.

    A pattern without a slash (but at its end) matches at every depth, one with a slash from the
    root. `*` and `?` take no slash, `**` takes any number of folders.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        """Read the patterns; blanks around them do not count."""
        written = [pattern.strip() for pattern in patterns if pattern.strip()]
        self._named = re.compile("|".join(map(_expression, written))) if written else None

    def __contains__(self, path: object) -> bool:
        """Whether this path, relative to the root, or a folder of it is left out."""
        if self._named is None or not isinstance(path, Path):
            return False
        return self._named.match(path.as_posix()) is not None


def _expression(pattern: str) -> str:
    """Return a regular expression for the start of a path, up to its end or a slash."""
    anchored = "/" in pattern.rstrip("/")
    words = pattern.strip("/").removeprefix("./")
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", words)
    body = "".join(_WILD.get(part, re.escape(part)) for part in parts)
    return rf"(?:{'' if anchored else '(?:.*/)?'}{body}(?:/|$))"


_WILD = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}

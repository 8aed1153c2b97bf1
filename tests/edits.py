"""Edits of a file in a repository, to be made when its folder is known."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

Edit = Callable[[Path], None]


def append(file: str, text: str) -> Edit:
    def edit(root: Path) -> None:
        with (root / file).open("a", encoding="utf-8") as stream:
            stream.write(text)

    return edit


def replace(file: str, pattern: str, replacement: str) -> Edit:
    def edit(root: Path) -> None:
        text = (root / file).read_text(encoding="utf-8")
        changed, number = re.subn(pattern, replacement, text, count=1, flags=re.MULTILINE)
        assert number == 1, f"{file} has no {pattern}"
        (root / file).write_text(changed, encoding="utf-8")

    return edit

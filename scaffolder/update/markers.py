"""Whether a conflict of an earlier update was committed without being settled.

Markers alone are not enough: a page may show a conflict. A conflict that Git left in a file holds
lines of a side as that side had them, so one of its sides stands in the template's text.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from scaffolder.errors import UpdateError
from scaffolder.formats.regex import regex
from scaffolder.update.merge_repository import YOURS, Workshop
from scaffolder.update.repository import Repository, some

_BLOCK = regex(
    r"^<<<<<<< (?P<left>[^\n]*)\n(?P<ours>(?:(?!<<<<<<< )[^\n]*\n)*?)(?:\|{7}[^\n]*\n"
    r"(?:(?!<<<<<<< )[^\n]*\n)*?)?=======\n(?P<theirs>(?:(?!<<<<<<< )[^\n]*\n)*?)>>>>>>>"
    r" (?P<right>[^\n]*)$",
    re.MULTILINE,
)
"""A conflict as Git writes it, in its styles `merge`, `diff3` and `zdiff3`."""

_EXCEPTED = "conflict-marker-size"
"""The attribute that tells Git that a page shows conflicts.

https://git-scm.com/docs/gitattributes
"""


def refuse_left(
    repository: Repository,
    work: Workshop,
    edited: Mapping[str, tuple[str, str]],
    written: Path,
    tag: str,
) -> None:
    """Raise if one of the `edited` files (path → mode, hash) holds an earlier update's conflict.

    `written` is the folder of what the template wrote at the release `tag`, which the repository is
    at. Nothing but these files is read.

    Raises:
        UpdateError: naming the files.

    """
    work.read(blob for _, blob in edited.values())
    texts = {path: work.content_of(blob).said for path, (_, blob) in edited.items()}
    marked = [
        path for path, text in texts.items() if _left(text, written / path, f"template-{tag}")
    ]
    marked = [path for path in marked if not _excepted(repository, path)]
    if marked:
        quoted = shlex.quote(marked[0])
        raise UpdateError(
            f"markers of a conflict are left in {some(marked)}",
            hint=(
                f'git grep -n "^<<<<<<< " -- {quoted}, resolve it, and commit; or, if the file only'
                f" shows what a conflict looks like, have `{marked[0]} {_EXCEPTED}=32` in"
                " .gitattributes"
            ),
        )


def _left(text: str, written: Path, label: str) -> bool:
    """Return whether `text` holds a conflict between the side `label` and a user's lines."""
    if "\n>>>>>>> " not in text:
        return False
    template = _text(written)
    return any(_is_left(block, template, label) for block in _BLOCK.finditer(text))


def _is_left(block: re.Match[str], template: str, label: str) -> bool:
    if block[0] in template:
        return False
    if block["left"] == YOURS and block["right"] == label and not block["theirs"]:
        return bool(block["ours"])  # lines that the template removed
    return any(
        side.strip() and f"\n{side}" in f"\n{template}" for side in (block["ours"], block["theirs"])
    )


def _text(file: Path) -> str:
    if file.is_symlink() or not file.is_file():
        return ""
    text = file.read_text(encoding="utf-8", errors="replace")
    return text if text.endswith("\n") else f"{text}\n"


def _excepted(repository: Repository, path: str) -> bool:
    said = repository.git.attempt("check-attr", "-z", _EXCEPTED, "--", path).stdout.split("\0")
    return said[2:3] not in ([], ["unspecified"], ["unset"])

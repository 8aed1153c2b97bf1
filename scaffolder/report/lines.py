"""Lines that fit a terminal: no word is broken, so that paths and addresses can be copied."""

from __future__ import annotations

import textwrap


def wrapped(text: str, width: int, *, indent: str = "    ", most: int = 0) -> list[str]:
    """Return `text` in lines of at most `width` characters, but for a word that is longer.

    Every line after the first starts with `indent`. `width` 0 leaves it on one line. Of more than
    `most` lines the last one that is left ends with "…"; 0 leaves all.
    """
    lines = textwrap.wrap(
        text,
        width or len(text) + 1,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
    if not most or len(lines) <= most:
        return lines
    last = lines[most - 1]
    while len(last) + 2 > width and " " in last.strip():
        last = last.rstrip().rpartition(" ")[0]
    return [*lines[: most - 1], f"{last} …"]

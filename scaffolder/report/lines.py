"""Lines that fit a terminal: no word is broken, so that paths and addresses can be copied."""

from __future__ import annotations

import textwrap


def wrapped(
    text: str, width: int, *, indent: str = "    ", most: int = 0, end: str = ""
) -> list[str]:
    """Return `text` and `end` in lines of at most `width` characters, but for longer words.

    Every line after the first starts with `indent`. `width` 0 leaves it on one line. Text that does
    not fit into `most` lines becomes "…", with `end` behind it; 0 leaves all.
    """
    lines = _broken(text + end, width, indent)
    if not most or len(lines) <= most:
        return lines
    lines = _broken(text, width, indent)[:most]
    last = lines[-1]
    while len(last) + len(" …") + len(end) > width and " " in last.strip():
        last = last.rstrip().rpartition(" ")[0]
    if len(last) + len(" …") + len(end) > width and end:
        return [*lines[:-1], f"{last} …", f"{indent}{end.strip()}"]
    return [*lines[:-1], f"{last} …{end}"]


def _broken(text: str, width: int, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        width or len(text) + 1,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )

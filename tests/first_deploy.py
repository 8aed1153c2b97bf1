"""The commands and edits by hand until a new repository serves in all its environments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

ENVIRONMENTS = ("dev", "qa", "prod")

_NOT_ON_THE_WAY = (
    "Or from your machine",
    "Is it there",
    "The alert",
    "Taking it down",
    "Before you start",
)
"""Sections with another way, a proof, or the way back."""

_BLOCK = re.compile(r"^( *)```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| (?!by hand|---)(?P<what>[^|]+) \| (?P<where>[^|]+) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """One command, or one edit by hand, and how often it is done."""

    section: str
    text: str
    times: int


def steps(page: str) -> tuple[Step, ...]:
    """Return what the page has to be typed or edited, in its order."""
    sections = re.split(r"^## (?:\d+\. )?", page, flags=re.MULTILINE)[1:]
    return tuple(
        step
        for section in sections
        if not section.startswith(_NOT_ON_THE_WAY)
        for step in _of_section(section)
    )


def count(page: str) -> int:
    """Return how many commands and edits there are, each environment counted."""
    return sum(step.times for step in steps(page))


def _of_section(section: str) -> Iterator[Step]:
    title = section.partition("\n")[0]
    for row in _ROW.finditer(section):
        yield Step(title, row["what"].strip(), 1)
    for_each = title.endswith("environments")  # "then the same with qa and prod"
    for _, block in _BLOCK.findall(section):
        for command in commands(block):
            named = re.search(r"\bENVIRONMENT=dev\b|--env[= ]dev\b|-dev\b", command)
            yield Step(title, command, len(ENVIRONMENTS) if named or for_each else 1)


def commands(block: str) -> list[str]:
    """Return the commands of a block of shell: continued lines joined, comments left out."""
    joined = re.sub(r"\\\n\s*", "", block)
    lines = (re.sub(r"(?:^|\s)#\s.*$", "", line).strip() for line in joined.splitlines())
    return [line for line in lines if line]

"""Wrong versions of a file of rules: each number, comparator, label and window of it, changed by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

NUMBER = re.compile(r"(?<![\w.\"])\d+(?:\.\d+)?(?![\w.\"])")
COMPARATOR = re.compile(r"==|>=|<=|(?<![=~!])>|(?<![=~!])<")
WINDOW = re.compile(r"(?<=\[)\d+[smhdw](?=\])")
MATCHER = re.compile(r'(\w+)(=~|!=|=)"([^"]*)"')
GROUPING = re.compile(r"(?<=by \()[^)]+(?=\))")
DURATION = re.compile(r"(?<=for: )\d+[smhd]|(?<=interval: )\d+[smhd]")

OPPOSITE = {"==": "!=", ">=": "<", "<=": ">", ">": "<", "<": ">"}
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@dataclass(frozen=True)
class Mutant:
    """A changed file: the group and rule, the line, what stood there, and what stands there instead."""

    group: str
    rule: str
    line: int
    before: str
    after: str
    text: str

    def __str__(self) -> str:
        now = self.text.splitlines()[self.line - 1].strip()
        return f"{self.rule}:{self.line} {self.before} -> {self.after} in {now}"


def of(text: str) -> Iterator[Mutant]:
    """Yield every mutant of a file of rules."""
    group = rule = ""
    lines = text.splitlines(keepends=True)
    in_expression = False
    for number, line in enumerate(lines):
        if named := re.match(r"\s+- (alert|record|name): (\S+)", line):
            rule, in_expression = named[2], False
            group = rule if named[1] == "name" else group
        if re.match(r"\s+expr: ", line):
            in_expression = True
        elif re.match(r"\s+(?:labels|annotations|for|interval|rules):", line):
            in_expression = False
        if line.lstrip().startswith("#"):
            continue
        for start, end, after in _edits(line, in_expression):
            changed = line[:start] + after + line[end:]
            whole = "".join([*lines[:number], changed, *lines[number + 1 :]])
            yield Mutant(group, rule, number + 1, line[start:end], after, whole)


def _edits(line: str, in_expression: bool) -> Iterator[tuple[int, int, str]]:
    """Yield the places of a line that are changed, and what each becomes."""
    for found in DURATION.finditer(line):
        yield from _lengths(found)
    label = re.match(r"\s+(severity|service|team|window): (\S+)", line)
    if label:
        yield label.start(2), label.end(2), '"mutant"'
    url = re.search(r"\{\{ \$externalLabels\.environment \}\}", line)
    if url:
        yield url.start(), url.end(), "prod"
    runbook = re.search(r"(?<=/)\w+(?=\.md\")", line)
    if runbook:
        yield runbook.start(), runbook.end(), "Mutant"
    if in_expression:
        yield from _of_expression(line)


def _of_expression(line: str) -> Iterator[tuple[int, int, str]]:
    plain = re.sub(r'"[^"]*"', lambda text: '"' * len(text[0]), line)
    for found in NUMBER.finditer(plain):
        value = float(found[0])
        # The counterparts of 0 and 1 are counts: a part of one would change nothing.
        near = (value - 1, value + 1) if value in (0, 1) else (value * 0.8, value * 1.25)
        for wrong in near:
            yield found.start(), found.end(), f"{wrong:g}"
    for found in COMPARATOR.finditer(plain):
        yield found.start(), found.end(), OPPOSITE[found[0]]
    for found in WINDOW.finditer(plain):
        yield from _lengths(found)
    for found in MATCHER.finditer(line):
        other = {"5..": "[45]..", "0.25": "0.5"}.get(found[3], "mutant")
        yield found.start(3), found.end(3), other
    for found in GROUPING.finditer(line):
        yield found.start(), found.end(), "mutant"


def _lengths(found: re.Match[str]) -> Iterator[tuple[int, int, str]]:
    """Half as long, and twice as long."""
    seconds = int(found[0][:-1]) * SECONDS[found[0][-1]]
    for other in (seconds // 2, seconds * 2):
        yield found.start(), found.end(), f"{other}s"

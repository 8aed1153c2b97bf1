"""The targets of a Makefile, and what each calls."""

from __future__ import annotations

from dataclasses import dataclass

from scaffolder.formats.regex import regex

_RULE = regex(r"^(?!\t)([^#:=\s][^#:=]*?)\s*:{1,2}(?![:=])")
_VARIABLE = regex(r"^(?:export\s+|override\s+)?([\w.-]+)\s*(?::{0,3}|\?|\+)=\s*(.*?)\s*(?:#.*)?$")
_REFERENCE = regex(r"\$[({]([\w.-]+)[)}]")


@dataclass(frozen=True, kw_only=True)
class Target:
    """A target, or a pattern with one `%`; `recipe` are its lines with their numbers."""

    name: str
    line: int
    recipe: tuple[tuple[int, str], ...]


@dataclass(frozen=True, kw_only=True)
class Makefile:
    """A Makefile; `complete` is false if targets may come from includes or functions."""

    targets: tuple[Target, ...]
    complete: bool

    def has(self, name: str) -> bool:
        """Return whether a target, or a pattern of one, matches this name."""
        return any(_matches(target.name, name) for target in self.targets)


def read(text: str) -> Makefile:
    """The targets of a Makefile, its simple variables filled in. Any text is one."""
    variables: dict[str, str] = {}
    targets: list[tuple[list[str], int, list[tuple[int, str]]]] = []
    complete = True
    for number, line in logical_lines(text):
        if line.startswith("\t"):
            if targets:
                targets[-1][2].append((number, line.strip()))
            continue
        words = line.split()
        if words and words[0] in {"include", "-include", "sinclude", "define"}:
            complete = False
        elif (found := _VARIABLE.match(line)) and ":" not in found[1]:
            variables[found[1]] = _filled(found[2], variables)
        elif found := _RULE.match(line):
            names = _filled(found[1], variables)
            complete = complete and "$(" not in names and "${" not in names
            targets.append(
                ([name for name in names.split() if not name.startswith(".")], number, [])
            )
        elif "$(eval" in line or "$(call" in line:
            complete = False
    named: list[Target] = []
    for of_rule, start, recipe in targets:
        named += [Target(name=name, line=start, recipe=tuple(recipe)) for name in of_rule]
    return Makefile(targets=tuple(named), complete=complete)


def logical_lines(text: str) -> list[tuple[int, str]]:
    """Return numbered lines of a Makefile or script; a backslash joins lines."""
    lines: list[tuple[int, str]] = []
    pending, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        start = start or number
        if line.endswith("\\"):
            pending += line[:-1] + " "
            continue
        lines.append((start, pending + line))
        pending, start = "", 0
    return lines


def _filled(text: str, variables: dict[str, str]) -> str:
    return _REFERENCE.sub(lambda found: variables.get(found[1], found[0])[:10_000], text)[:100_000]


def _matches(target: str, name: str) -> bool:
    if "%" not in target:
        return target == name
    before, _, after = target.partition("%")
    return (
        name.startswith(before) and name.endswith(after) and len(name) >= len(before) + len(after)
    )

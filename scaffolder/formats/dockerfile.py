"""A Dockerfile as stages of instructions, its build arguments filled in where they have a default.

The language: https://docs.docker.com/reference/dockerfile/. No library on PyPI keeps lines,
here-documents and the scopes of ARG apart, and this much of it fits on a page.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scaffolder.formats import Unreadable
from scaffolder.formats.regex import regex

_WORDS = frozenset(
    {
        *(
            "ADD",
            "ARG",
            "CMD",
            "COPY",
            "ENTRYPOINT",
            "ENV",
            "EXPOSE",
            "FROM",
            "HEALTHCHECK",
            "LABEL",
            "MAINTAINER",
        ),
        *("ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
    }
)
_DIRECTIVE = regex(r"#\s*(\w+)\s*=\s*(\S+)\s*$")
_HERE = regex(r"<<-?\s*([\"']?)(\w+)\1")
_VARIABLE = regex(r"\$(?:\{(\w+)(?::?([-+])((?:[^{}]|\{[^{}]*\})*))?\}|(\w+))")


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """One instruction: its first `line`, `word` in capitals, `text` on one line, as written."""

    line: int
    word: str
    text: str

    @property
    def flags(self) -> dict[str, str]:
        """`--from=build` and the like."""
        return {
            name: value
            for name, _, value in (
                one[2:].partition("=") for one in self.text.split() if one[:2] == "--"
            )
        }

    @property
    def words(self) -> tuple[str, ...]:
        """The words after the flags; those of a JSON list where it is one."""
        rest = re.sub(r"^(?:--\S+\s+)*", "", self.text)
        if rest.startswith("["):
            try:
                listed = json.loads(rest)
                return tuple(str(word) for word in listed)
            except (ValueError, RecursionError):
                pass
        try:
            return tuple(shlex.split(rest))
        except ValueError:
            return tuple(rest.split())


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The part of a Dockerfile that one FROM begins.

    `image` has its arguments filled in, and is a name of an earlier stage or an image.
    """

    line: int
    name: str
    image: str
    written: str
    instructions: tuple[Instruction, ...]
    variables: Mapping[str, str]

    def each(self, word: str) -> Iterator[Instruction]:
        """Yield the instructions of this word, such as COPY."""
        yield from (one for one in self.instructions if one.word == word)

    def filled(self, text: str) -> str:
        """`text` with the stage's variables filled in, those without a value left as they are."""
        return filled(text, self.variables)


@dataclass(frozen=True, kw_only=True)
class Dockerfile:
    """`arguments` are those before the first FROM; `stages` has one at least."""

    arguments: tuple[Instruction, ...]
    stages: tuple[Stage, ...]

    def base(self, stage: Stage) -> Stage:
        """Return the first stage of the line that `stage` comes from: its `image` is external."""
        seen = {stage.line}
        while True:
            earlier = [one for one in self.stages if one.name and one.name == stage.image.lower()]
            if not earlier or earlier[-1].line in seen:
                return stage
            stage = earlier[-1]
            seen.add(stage.line)


def read(text: str) -> Dockerfile:
    """The stages of a Dockerfile.

    Raises:
        Unreadable: an instruction does not exist, or no FROM instruction.

    """
    before: list[Instruction] = []
    global_variables: dict[str, str] = {}
    opened: list[tuple[Instruction, list[Instruction]]] = []
    for instruction in _instructions(text):
        if instruction.word == "FROM":
            if not instruction.words:
                raise Unreadable("FROM names no image", instruction.line)
            opened.append((instruction, []))
        elif opened:
            opened[-1][1].append(instruction)
        elif instruction.word == "ARG":
            before.append(instruction)
            global_variables.update(_assignments(instruction, global_variables))
        else:
            raise Unreadable(f"{instruction.word} comes before the first FROM", instruction.line)
    if not opened:
        raise Unreadable("no FROM instruction")
    return Dockerfile(
        arguments=tuple(before),
        stages=tuple(_stage(start, within, global_variables) for start, within in opened),
    )


def filled(text: str, variables: Mapping[str, str]) -> str:
    """`text` with `$NAME`, `${NAME}` and `${NAME:-default}` filled in where there is a value."""

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[4]
        known = variables.get(name, "")
        if found[2] == "+":
            return found[3] if known else ""
        return known or (found[3] if found[2] == "-" else found[0])

    return _VARIABLE.sub(value, text)


def _stage(
    start: Instruction, within: list[Instruction], global_variables: Mapping[str, str]
) -> Stage:
    words = start.words
    variables: dict[str, str] = {}
    for instruction in within:
        if instruction.word == "ARG":
            for name, value in _assignments(instruction, variables).items():
                variables.setdefault(name, value or global_variables.get(name, ""))
        elif instruction.word == "ENV":
            variables.update(_assignments(instruction, variables))
    name = words[2].lower() if len(words) > 2 and words[1].lower() == "as" else ""
    return Stage(
        line=start.line,
        name=name,
        image=filled(words[0], global_variables),
        written=words[0],
        instructions=tuple(within),
        variables=variables,
    )


def _assignments(instruction: Instruction, variables: Mapping[str, str]) -> dict[str, str]:
    words = instruction.words
    if instruction.word == "ENV" and words and "=" not in words[0]:
        return {words[0]: filled(" ".join(words[1:]), variables)}
    return {
        name: filled(value, variables) for name, _, value in (word.partition("=") for word in words)
    }


def _instructions(text: str) -> Iterator[Instruction]:
    lines = text.splitlines()
    escape = next(
        (found[2] for found in map(_DIRECTIVE.match, lines[:3]) if found and found[1] == "escape"),
        "\\",
    )
    number = 0
    while number < len(lines):
        start, said = number, ""
        while number < len(lines):
            line = lines[number]
            number += 1
            if not line.strip() or line.lstrip().startswith("#"):
                if not said:
                    start = number
                    if number < len(lines):
                        continue
                    return
                continue
            if line.rstrip().endswith(escape):
                said += line.rstrip()[:-1] + " "
                continue
            said += line
            break
        word, _, rest = said.strip().partition(" ")
        word = word.strip().upper()
        if word not in _WORDS:
            raise Unreadable(f"unknown instruction {word[:40]}", start + 1)
        for _, end in _HERE.findall(rest) if word in {"RUN", "COPY", "ADD"} else ():
            while number < len(lines) and lines[number].strip() != end:
                number += 1
            number += 1
        yield Instruction(line=start + 1, word=word, text=rest.strip())

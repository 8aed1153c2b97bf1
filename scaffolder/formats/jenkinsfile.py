"""Read a Jenkinsfile: its blocks and statements, and errors of Declarative Pipeline.

Not Groovy: braces, strings and comments are understood, expressions are text. That is enough to
find a section that does not exist, a stage that nothing runs, and a machine that is held while a
person is asked. Rules: https://www.jenkins.io/doc/book/pipeline/syntax/
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from scaffolder import formats
from scaffolder.formats.regex import regex

_WORK = frozenset({"steps", "stages", "parallel", "matrix"})
_PIPELINE = frozenset(
    {
        "agent",
        "stages",
        "post",
        "environment",
        "options",
        "parameters",
        "triggers",
        "tools",
        "libraries",
    }
)
_STAGE = _WORK | {"agent", "post", "when", "input", "environment", "options", "tools", "failFast"}
_MATRIX = (_STAGE - _WORK) | {"axes", "excludes", "stages"}
_POST = frozenset(
    {
        *("always", "changed", "fixed", "regression", "aborted"),
        *("failure", "success", "unstable", "unsuccessful", "cleanup"),
    }
)
_AGENT = frozenset({"any", "none", "label", "node", "docker", "dockerfile", "kubernetes"})
_INPUT = frozenset({"message", "id", "ok", "submitter", "submitterParameter", "parameters"})
_WHEN = frozenset(
    {
        *(
            "branch",
            "buildingTag",
            "changelog",
            "changeset",
            "changeRequest",
            "environment",
            "equals",
            "expression",
        ),
        *(
            "tag",
            "triggeredBy",
            "not",
            "allOf",
            "anyOf",
            "beforeAgent",
            "beforeInput",
            "beforeOptions",
        ),
    }
)
_NEEDS_A_MACHINE = frozenset(
    {
        *("sh", "bat", "powershell", "pwsh", "checkout", "git", "stash", "unstash"),
        *("junit", "archiveArtifacts", "readFile", "writeFile", "dir"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A statement: `words` to the line's end or a brace; `body` is in the braces, or None."""

    line: int
    words: str
    body: tuple[Statement, ...] | None = None

    @property
    def name(self) -> str:
        """The first word: `stage` of `stage('Lint') {`."""
        found = re.match(r"\w+", self.words)
        return found[0] if found else self.words

    @property
    def text(self) -> str:
        """The first string that follows the name: `Lint` of `stage('Lint')`."""
        found = re.search(r"'([^']*)'|\"([^\"]*)\"", self.words)
        return (found[1] if found[1] is not None else found[2]) if found else ""

    def within(self, *names: str) -> Iterator[Statement]:
        """The direct children of one of these names."""
        yield from (child for child in self.body or () if child.name in names)

    def child(self, name: str) -> Statement | None:
        """Return the first statement of this name directly inside, or None."""
        return next(self.within(name), None)

    def everything(self) -> Iterator[Statement]:
        """This statement and all below it, in the order of the file."""
        yield self
        for child in self.body or ():
            yield from child.everything()


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """A construct that Jenkins refuses, or that does harm."""

    line: int
    message: str
    fix: str = ""


class Unreadable(formats.Unreadable):
    """A brace or a string has no end; `line` is where it begins."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message, line)


def read(text: str) -> tuple[Statement, ...]:
    """The statements of a Jenkinsfile.

    Raises:
        Unreadable: a string, a comment, a bracket or a block is not closed.

    """
    try:
        return _statements(_without_comments(text) + "\n", 0, -1)[0]
    except RecursionError as error:
        raise Unreadable(0, "blocks nest without end") from error


def is_scripted(text: str) -> bool:
    """Return whether a Jenkinsfile is a program of Groovy, or calls a step of a shared library.

    Such a file has no `pipeline` block and needs none. One that has the sections of a pipeline
    under another word, or nothing at all, is declarative by mistake.
    """
    code = _without_comments(text)
    if _PIPELINE_BLOCK.search(code):
        return False
    try:
        statements = read(text)
    except Unreadable:
        return bool(code.strip())
    return bool(statements) and not any(_is_misspelt(one) for one in statements)


_PIPELINE_BLOCK = regex(r"^\s*pipeline\s*\{", re.MULTILINE)


def _is_misspelt(statement: Statement) -> bool:
    """Return whether a block is a misspelt `pipeline`: it holds `stages`, or is nearly named so."""
    if statement.body is None or " " in statement.words:
        return False
    return statement.child("stages") is not None or bool(
        difflib.get_close_matches(statement.name.lower(), ["pipeline"], n=1, cutoff=0.85)
    )


def problems(text: str) -> tuple[Problem, ...]:
    """Return the problems of a declarative Jenkinsfile, in the order of its lines."""
    try:
        statements = read(text)
    except Unreadable as error:
        return (Problem(line=error.line, message=str(error)),)
    pipeline = next((statement for statement in statements if statement.name == "pipeline"), None)
    if pipeline is None or pipeline.body is None:
        return (
            Problem(
                line=0,
                message="no pipeline block",
                fix="a declarative pipeline starts with pipeline {",
            ),
        )
    return tuple(sorted(_of_pipeline(pipeline)))


def _of_pipeline(pipeline: Statement) -> Iterator[Problem]:
    yield from _unknown(pipeline, _PIPELINE, "pipeline")
    yield from _repeated(pipeline)
    for required in ("agent", "stages"):
        if pipeline.child(required) is None:
            yield Problem(line=pipeline.line, message=f"the pipeline has no {required}")
    agent = pipeline.child("agent")
    has_agent = agent is not None and not agent.words.endswith("none")
    yield from _common(pipeline)
    for stages in pipeline.within("stages"):
        yield from _of_stages(stages, has_agent)


def _of_stages(stages: Statement, has_agent: bool) -> Iterator[Problem]:
    if not stages.body:
        yield Problem(line=stages.line, message=f"{stages.name} holds no stage")
    for child in stages.body or ():
        if child.name != "stage":
            yield _misspelt(child, frozenset({"stage"}), stages.name)
        else:
            yield from _of_stage(child, has_agent)


def _of_stage(stage: Statement, inherited: bool) -> Iterator[Problem]:
    if stage.body is None or not stage.text:
        yield Problem(
            line=stage.line, message="a stage needs a name and a block: stage('Test') { … }"
        )
        return
    yield from _unknown(stage, _STAGE, f"stage {stage.text}")
    yield from _repeated(stage)
    yield from _common(stage)
    work = [child for child in stage.body if child.name in _WORK]
    if len(work) != 1:
        yield Problem(
            line=stage.line,
            message=f"stage {stage.text} needs exactly one of steps, stages, parallel and matrix",
        )
    yield from _early_lock(stage)
    agent = stage.child("agent")
    has_agent = inherited if agent is None else not agent.words.endswith("none")
    asks = stage.child("input")
    if asks is not None and inherited:
        yield Problem(
            line=asks.line,
            message=f"stage {stage.text} waits for an answer and holds a machine meanwhile",
            fix=(
                "write `agent none` for the pipeline and give each stage that works an agent of"
                " its own"
            ),
        )
    for part in work:
        if part.name == "steps":
            yield from _of_steps(part, stage, has_agent)
        elif part.name == "matrix":
            yield from _unknown(part, _MATRIX, "matrix")
            own = part.child("agent")
            in_cells = has_agent if own is None else not own.words.endswith("none")
            for inner in part.within("stages"):
                yield from _of_stages(inner, in_cells)
        else:
            yield from _of_stages(part, has_agent)


def _early_lock(stage: Statement) -> Iterator[Problem]:
    """Find a lock in `options` that is taken before the stage knows whether it runs.

    Declarative Pipeline enters `options` first, then asks `input`, then evaluates `when`, unless
    `when` changes the order. Source: https://www.jenkins.io/doc/book/pipeline/syntax/#when and
    jenkinsci/lockable-resources-plugin#112.
    """
    lock = next(
        chain.from_iterable(options.within("lock") for options in stage.within("options")), None
    )
    when = stage.child("when")
    if lock is None:
        return
    if when is not None and not any(
        re.fullmatch(r"beforeOptions\W+true\W*", one.words) for one in when.body or ()
    ):
        yield Problem(
            line=lock.line,
            message=(
                f"stage {stage.text} takes its lock before `when` is evaluated, also in a build"
                " that skips it"
            ),
            fix="write `beforeOptions true` in `when`",
        )
    if stage.child("input") is not None:
        yield Problem(
            line=lock.line,
            message=f"stage {stage.text} holds its lock while it waits for an answer",
            fix="ask in a stage of its own, which takes no lock",
        )


def _of_steps(steps: Statement, stage: Statement, has_agent: bool) -> Iterator[Problem]:
    if not steps.body:
        yield Problem(line=steps.line, message=f"stage {stage.text} has no steps")
    for step in steps.everything():
        if step.name in _NEEDS_A_MACHINE and not has_agent:
            yield Problem(
                line=step.line,
                message=f"stage {stage.text} has no agent, and {step.name} needs a machine",
                fix="give the stage an agent",
            )
            return
        if step.name == "input" and has_agent:
            yield Problem(
                line=step.line,
                message=f"stage {stage.text} waits for an answer and holds a machine meanwhile",
                fix="ask in a stage of its own, which has no agent",
            )


def _common(block: Statement) -> Iterator[Problem]:
    """Sections that a pipeline and a stage both may have."""
    for name, known in (("post", _POST), ("when", _WHEN), ("input", _INPUT), ("agent", _AGENT)):
        for section in block.within(name):
            if section.body is not None:
                yield from _unknown(section, known, name)
    for section in block.within("when"):
        for condition in section.everything():
            if condition.name in {"not", "allOf", "anyOf"}:
                yield from _unknown(condition, _WHEN, condition.name)


def _unknown(block: Statement, known: frozenset[str], where: str) -> Iterator[Problem]:
    yield from (
        _misspelt(child, known, where) for child in block.body or () if child.name not in known
    )


def _misspelt(statement: Statement, known: frozenset[str], where: str) -> Problem:
    close = difflib.get_close_matches(statement.name, sorted(known), n=1)
    return Problem(
        line=statement.line,
        message=f"{where} has no {statement.name}",
        fix=f"{close[0]} is meant?" if close else f"it may have {', '.join(sorted(known))}",
    )


def _repeated(block: Statement) -> Iterator[Problem]:
    seen: set[str] = set()
    for child in block.body or ():
        if child.name in seen:
            yield Problem(line=child.line, message=f"{child.name} is here twice")
        seen.add(child.name)


_STRING = regex(r"'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL)
_CLOSED_BY = {"(": ")", "[": "]"}


def _without_comments(text: str) -> str:
    """The text with comments as spaces, so that every line keeps its number."""
    kept, position = [], 0
    for found in re.finditer(rf"{_STRING.pattern}|//[^\n]*|/\*.*?\*/", text, re.DOTALL):
        if found[0].startswith(("//", "/*")):
            kept += [text[position : found.start()], re.sub(r"[^\n]", " ", found[0])]
            position = found.end()
    return "".join([*kept, text[position:]])


def _statements(text: str, at: int, opened: int) -> tuple[tuple[Statement, ...], int]:
    """Return the statements from `at` to the brace that ends their block, and its place.

    The block began at `opened`; -1 is the file, which no brace ends.
    """
    found: list[Statement] = []
    brackets: list[int] = []
    start = at
    while at < len(text):
        character = text[at]
        if character in "'\"":
            string = _STRING.match(text, at)
            if string is None:
                raise Unreadable(_line(text, at), "a string is not closed")
            at = string.end()
            continue
        if character in _CLOSED_BY:
            brackets.append(at)
        elif character in _CLOSED_BY.values():
            if not brackets or _CLOSED_BY[text[brackets.pop()]] != character:
                raise Unreadable(_line(text, at), f"{character} closes nothing")
        elif not brackets and character in "{}\n;":
            words = text[start:at].strip()
            line = _line(text, start + len(text[start:at]) - len(text[start:at].lstrip()))
            if character == "{":
                body, at = _statements(text, at + 1, at)
                found.append(Statement(line=line, words=words, body=body))
            else:
                if words:
                    found.append(Statement(line=line, words=words))
                if character == "}":
                    if opened < 0:
                        raise Unreadable(_line(text, at), "} closes nothing")
                    return tuple(found), at + 1
                at += 1
            start = at
            continue
        at += 1
    if brackets or opened >= 0:
        raise Unreadable(
            _line(text, brackets[-1] if brackets else opened), "a bracket or a block is not closed"
        )
    return tuple(found), at


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1

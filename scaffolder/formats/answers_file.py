"""Reading a file of answers: YAML that people also edit, merge and damage."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

from scaffolder.errors import AnswersError
from scaffolder.formats.regex import regex

FILE = ".copier-answers.yml"

_MARKER = regex(r"^(<<<<<<<|>>>>>>>) ", re.MULTILINE)
_CONFLICT = regex(
    r"^<<<<<<<"
    r" .*\n(?P<one>(?:.*\n)*?)(?:\|\|\|\|\|\|\|.*\n(?:.*\n)*?)?"
    r"=======\n(?P<other>(?:.*\n)*?)>>>>>>>"
    r" .*\n?",
    re.MULTILINE,
)
_COMMIT = regex(r"^_commit:[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)
_FINGERPRINT = regex(
    r"^# Fingerprint of the release and the answers: ([0-9a-f]+).*\n?", re.MULTILINE
)
_ENTRY = regex(r"(\w+):")


def content(path: Path) -> dict[str, Any]:
    """Return the content of a YAML or JSON file of answers, with Copier's own entries.

    Raises:
        AnswersError: it cannot be read, does not parse, is not a mapping, or holds an answer twice
        or
        a conflict.

    """
    import yaml

    from scaffolder.formats import yaml as bounds

    try:
        text = path.read_text(encoding="utf-8")
        _refuse_markers(path, text)
        bounds.refuse_unbounded(text)
        _refuse_twice(path, bounds.node(text))
        content = bounds.data(text)
    except (OSError, UnicodeDecodeError) as error:
        raise AnswersError(
            f"{path} cannot be read: {_reason(error)}", hint="name a YAML file of answers"
        ) from error
    except yaml.YAMLError as error:
        raise AnswersError(
            f"{path} does not parse as YAML: {' '.join(str(error).split())}"
        ) from error
    if not isinstance(content, dict):
        raise AnswersError(
            f"{path} holds no answers",
            hint="one `question: answer` a line, as in `service_name: my-service`",
        )
    return {str(key): value for key, value in content.items()}


def load(path: Path) -> dict[str, object]:
    """Return the answers in a YAML or JSON file, without Copier's own (a leading underscore).

    Raises:
        AnswersError: the file cannot be read, does not parse, or holds no mapping.

    """
    return {key: value for key, value in content(path).items() if not key.startswith("_")}


def right_fingerprint(text: str) -> str:
    """Return the fingerprint of the release and the answers in the record `text`.

    "" if it has none.
    """
    import yaml

    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError:
        return ""
    if not isinstance(content, dict):
        return ""
    named = {
        str(name): value
        for name, value in content.items()
        if name == "_commit" or str(name)[:1] != "_"
    }
    return hashlib.sha256(json.dumps(named, sort_keys=True, default=str).encode()).hexdigest()[:16]


def fingerprint_in(text: str) -> str:
    """Return the fingerprint that a record holds, or ""; the caller compares it."""
    found = _FINGERPRINT.findall(text)
    return found[-1] if found else ""


def with_fingerprint(text: str, value: str) -> str:
    """The record `text` with this fingerprint and no other one, or with none where `value` is "".

    It is on the line below `_commit`. Another release changes one of the two lines, and another
    answer the other one: Git, to which lines that touch are one place, stops where two branches did
    either. Plain Copier, which renders the record from the template, leaves it out.
    """
    bare = _FINGERPRINT.sub("", text)
    line = (
        f"# Fingerprint of the release and the answers: {value} (two branches that change them"
        " conflict here)\n"
    )
    commit = re.search(r"^_commit:.*\n", bare, re.MULTILINE)
    return f"{bare[: commit.end()]}{line}{bare[commit.end() :]}" if value and commit else bare


def with_comments(ours: str, theirs: str, base: str) -> str:
    """Return the record `theirs` with the comments of `ours` that `base` does not have.

    A comment on a line of its own stays below the entry that it was below, and one at the end of a
    line on its line.
    """
    comments = _comments(ours, frozenset(base.splitlines()) | frozenset(theirs.splitlines()))
    lines, left = theirs.splitlines(), list[str]()
    for anchor, comment, trailing in reversed(comments):
        at = _place(lines, anchor)
        if at is None:
            left.insert(0, comment.strip())
        elif trailing:
            lines[at] += comment
        else:
            lines.insert(at + 1, comment)
    return "".join(f"{line}\n" for line in [*lines, *left])


def _comments(text: str, known: frozenset[str]) -> list[tuple[str, str, bool]]:
    """Return the comments that are not `known`.

    Each has the line it is below or behind, its text, and whether it is behind.
    """
    found = []
    anchor = ""
    ends = _ends_of_values(text)
    for number, line in enumerate(text.splitlines()):
        if number not in ends and line.lstrip().startswith("#"):
            if line not in known and not _FINGERPRINT.match(line):
                found.append((anchor, line, False))
            elif not _FINGERPRINT.match(line):
                anchor = line
        elif line.strip():
            end = ends.get(number, len(line))
            anchor = line[:end].rstrip()
            if line[end:].lstrip().startswith("#") and line not in known:
                found.append((anchor, line[len(anchor) :], True))
    return found


def _ends_of_values(text: str) -> dict[int, int]:
    """Return the column behind the last value of each line, also inside a multi-line text."""
    import yaml

    ends: dict[int, int] = {}
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if token.end_mark.index > token.start_mark.index:
            for line in range(token.start_mark.line, token.end_mark.line):
                ends[line] = len(text.splitlines()[line])
            if token.end_mark.column:
                ends[token.end_mark.line] = token.end_mark.column
    return ends


def _place(lines: list[str], anchor: str) -> int | None:
    """The line that `anchor` is now: the same one, else that of the same entry."""
    if not anchor:
        return -1
    if anchor in lines:
        return lines.index(anchor)
    entry = _ENTRY.match(anchor)
    same = (at for at, line in enumerate(lines) if entry and line.startswith(entry[0]))
    return next(same, None)


def _refuse_markers(path: Path, text: str) -> None:
    if _MARKER.search(text):
        raise AnswersError(
            f"{path} holds the markers of a conflict", hint=_to_settle(text, path.name)
        )


def _to_settle(text: str, name: str) -> str:
    """Return the lines to keep of a record in conflict: of two releases the older one.

    A branch at the older release has the files of that one, and only an update that starts there
    changes them. With two sets of answers and one release it is an answer that one side's files
    were made without.
    """
    one, other = (_CONFLICT.sub(rf"\g<{side}>", text) for side in ("one", "other"))
    commits = [match[1] for side in (one, other) if (match := _COMMIT.search(side))]
    if len(commits) == 2 and commits[0] == commits[1]:
        return (
            f"git checkout --ours {name}, git add, git commit; then `scaffold set` what the other"
            f" branch answered, of {_different(one, other)}"
        )
    older = min(commits, key=_number) if len(commits) == 2 and all(map(_number, commits)) else ""
    named = f"_commit: {older}, the older release" if older else "the older release of _commit"
    return (
        f"keep {named}, and the answers of both sides; then git add, git commit, and scaffold"
        " update"
    )


def _number(commit: str) -> tuple[int, ...]:
    return (
        tuple(int(part) for part in commit.lstrip("v").split("."))
        if re.fullmatch(r"v?\d+(\.\d+)*", commit)
        else ()
    )


def _different(one: str, other: str) -> str:
    """Return the answers of `other` that `one` lacks, as typed; "NAME=VALUE" if unknown."""
    import yaml

    try:
        ours, theirs = yaml.safe_load(one), yaml.safe_load(other)
    except yaml.YAMLError:
        return "NAME=VALUE"
    if not isinstance(ours, dict) or not isinstance(theirs, dict):
        return "NAME=VALUE"
    differing = {name: value for name, value in theirs.items() if ours.get(name) != value}
    typed = (
        f"{name}={','.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in differing.items()
    )
    return " ".join(typed) or "NAME=VALUE"


def _refuse_twice(path: Path, node: Any) -> None:
    """Raise if a name occurs twice, as after a careless merge: YAML readers take the last one."""
    rows = node.value if isinstance(getattr(node, "value", None), list) else []
    keys = [row[0] for row in rows if isinstance(row, tuple)]
    counts = Counter(key.value for key in keys if isinstance(key.value, str))
    for name, count in counts.items():
        if count > 1:
            lines = ", ".join(str(key.start_mark.line + 1) for key in keys if key.value == name)
            raise AnswersError(
                f"{path} has {name} twice, on lines {lines}", hint="keep the one that is right"
            )


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)

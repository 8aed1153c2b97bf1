"""Apply the safe edits of findings, all or none, and only inside the project."""

from __future__ import annotations

import contextlib
import difflib
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from scaffolder.errors import DestinationError
from scaffolder.model import Edit, Location
from scaffolder.repository.project import Project


@dataclass(frozen=True, kw_only=True)
class Change:
    """One file as it is (None where there is none yet) and as it will be."""

    path: Path
    before: str | None
    after: str


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """An edit that is not made, and why."""

    place: Location
    reason: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The edits that would be written, and the refused ones."""

    changes: tuple[Change, ...] = ()
    refused: tuple[Refusal, ...] = ()


def edits_between(path: Path, before: str, after: str) -> tuple[Edit, ...]:
    """Return the edits from the text `before` to `after`, each a run of whole lines."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    return tuple(
        Edit(path=path, line=first + 1, old="".join(old[first:last]), new="".join(new[start:end]))
        for kind, first, last, start, end in matcher.get_opcodes()
        if kind != "equal"
    )


def plan(project: Project, edits: Iterable[Edit]) -> Plan:
    """Return the changes of the edits; nothing is written.

    An edit is refused if its file is not an ordinary file of the project, differs from the text
    that the check read, or was edited by another one at the same place.
    """
    changes: list[Change] = []
    refused: list[Refusal] = []
    by_file: dict[Path, list[Edit]] = {}
    for edit in dict.fromkeys(edits):
        by_file.setdefault(edit.path, []).append(edit)
    for path, wanted in sorted(by_file.items()):
        try:
            change, late = _changed(project, path, wanted)
        except _Refused as error:
            refused += [Refusal(place=edit.place, reason=str(error)) for edit in wanted]
            continue
        refused += late
        if change.before != change.after:
            changes.append(change)
    return Plan(changes=tuple(changes), refused=tuple(refused))


def write(project: Project, plan: Plan) -> None:
    """Write every change of the plan, or none.

    Raises:
        DestinationError: a file cannot be written; those before it are as they were.

    """
    done: list[Change] = []
    with contextlib.ExitStack() as stack:
        staged = []
        try:
            for change in plan.changes:
                staged.append((change, _staged(project.root / change.path, change.after)))
                stack.callback(staged[-1][1].unlink, missing_ok=True)
            for change, file in staged:
                file.replace(project.root / change.path)
                done.append(change)
        except OSError as error:
            for change in reversed(done):
                _restore(project.root / change.path, change.before)
            raise DestinationError(
                f"{error.filename or 'a file'} cannot be written: {error.strerror or error}",
                hint="nothing was changed; look at the rights of the folder",
            ) from error


def diff(plan: Plan) -> str:
    """The plan as a unified diff, as `git apply` takes it."""
    return "".join(chain.from_iterable(map(_diff, plan.changes)))


class _Refused(Exception):
    """Why no edit of a file is made."""


def _changed(project: Project, path: Path, edits: Sequence[Edit]) -> tuple[Change, list[Refusal]]:
    before = _now(project, path, creating=all(edit.line == 0 for edit in edits))
    if before is None:
        if len({edit.new for edit in edits}) > 1:
            raise _Refused("two checks would make it, and not the same")
        return Change(path=path, before=None, after=edits[0].new), []
    ends = "\r\n" if "\r\n" in before and before.count("\n") == before.count("\r\n") else "\n"
    read = text = before.replace("\r\n", "\n") if ends == "\r\n" else before
    starts = _starts(text)
    refused, limit = [], len(text) + 1
    for edit in sorted(
        edits, key=lambda one: (one.line, one.old), reverse=True
    ):  # from below: places stay where they are
        offset = starts[edit.line - 1] if 0 < edit.line <= len(starts) else -1
        if offset < 0 or not read.startswith(edit.old, offset):
            refused.append(
                Refusal(place=edit.place, reason="the file changed since the check read it")
            )
        elif offset + max(1, len(edit.old)) > limit:
            refused.append(
                Refusal(place=edit.place, reason="another edit is at the same place; run it again")
            )
        else:
            text = text[:offset] + edit.new + text[offset + len(edit.old) :]
            limit = offset
    return Change(path=path, before=before, after=text.replace("\n", ends)), refused


def _now(project: Project, path: Path, *, creating: bool) -> str | None:
    """Return the file's present text on disk; None if it is to be made."""
    if path.is_absolute() or ".." in path.parts or ".git" in path.parts:
        raise _Refused("it is outside the project")
    file = project.root / path
    if not file.parent.resolve().is_relative_to(project.root):
        raise _Refused("it is outside the project: a folder on its way is a link")
    if creating and not os.path.lexists(file):
        return None
    if file.is_symlink() or not file.is_file() or not project.has(path) or creating:
        raise _Refused(
            "it is there already" if creating else "it is not an ordinary file of the project"
        )
    try:
        text = file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _Refused("it cannot be read as UTF-8") from error
    if text.replace("\r\n", "\n") != project.text(path).replace("\r\n", "\n"):
        raise _Refused("it was changed while the checks ran")
    return text


def _starts(text: str) -> list[int]:
    """Return the start of each line, and the end of the text, for appending."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _staged(target: Path, text: str) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    with os.fdopen(handle, "wb") as stream:
        stream.write(text.encode())
    Path(name).chmod(target.stat().st_mode & 0o7777 if target.exists() else 0o644)
    return Path(name)


def _restore(target: Path, before: str | None) -> None:
    if before is None:
        target.unlink(missing_ok=True)
    else:
        target.write_bytes(before.encode())


def _diff(change: Change) -> Iterator[str]:
    name = change.path.as_posix()
    before, after = (
        (change.before or "").splitlines(keepends=True),
        change.after.splitlines(keepends=True),
    )
    old = "/dev/null" if change.before is None else f"a/{name}"
    for line in difflib.unified_diff(before, after, old, f"b/{name}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"

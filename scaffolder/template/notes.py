"""The notes of a release: changed behaviour, and steps before the next deployment."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scaffolder.errors import RenderError, StoreError, ToolError
from scaffolder.model import plain
from scaffolder.template import bundled, expressions, releases
from scaffolder.template.releases import History, Release
from scaffolder.tools.git import Git, bare
from scaffolder.tools.toolchain import Toolchain

FILE = "notes.yml"
"""A file at the template's root, beside copier.yml, with the notes of all releases so far."""

LARGEST = 2**20
"""Characters of a notes.yml that are read."""


@dataclass(frozen=True, kw_only=True)
class Note:
    """One change of behaviour: its subject, the steps before the next deployment, and the way back.

    `release` is the version that brought it, as "0.6.0". `when` is a Jinja expression over the
    answers, "" always. `at` is "set" if the note is not about an update, but about a change of
    answers after which `when` holds. `objects` are globs for the rendered objects that differ
    (Kind/name) and for Terraform addresses.
    """

    id: str
    release: str
    title: str
    changes: str
    do: str
    undo: str
    when: str = ""
    at: str = ""
    objects: tuple[str, ...] = ()

    @property
    def number(self) -> tuple[int, ...]:
        """The numbers of the release; none where it is not the name of a release."""
        return releases.number_of(self.release)


@dataclass(frozen=True, kw_only=True)
class Notes:
    """The notes of a notes.yml, or the applicable ones.

    `problems` lists entries that could not be read or decided.
    """

    entries: tuple[Note, ...] = ()
    problems: tuple[str, ...] = ()


NONE = Notes()


def parse(text: str) -> Notes:
    """Read a notes.yml; an incomplete entry keeps its fields, and is named in `problems`."""
    from yaml import YAMLError

    if len(text) > LARGEST:
        return Notes(problems=(f"{FILE} is longer than {LARGEST} characters, and was not read",))
    try:
        document = _document(text)
    except (
        YAMLError,
        ValueError,
        RecursionError,
    ) as error:  # ValueError: a date such as 2026-99-99
        return Notes(problems=(f"{FILE} is not YAML: {plain(' '.join(str(error).split()))}",))
    if document is None:
        return NONE
    if not isinstance(document, list):
        return Notes(problems=(f"{FILE} is not a list of notes",))
    entries = tuple(
        _entry(number, content)
        for number, content in enumerate(document, 1)
        if isinstance(content, dict)
    )
    return Notes(entries=entries, problems=tuple(_problems(document, entries)))


def defects(text: str, version: str, folder: Path) -> tuple[str, ...]:
    """Return what stops the release `version` of the template in `folder`, by its notes.yml.

    Stricter than `parse`: also fields that do not exist, ids, conditions, and releases that are not
    made yet.
    """
    found = parse(text)
    problems = [*found.problems, *(_unknown_fields(text) if found.entries else ())]
    ids = [note.id for note in found.entries]
    known = {name for name in bundled.configuration(folder) if not name.startswith("_")}
    for note in found.entries:
        problems += (
            f"{note.id}: {defect}" for defect in _defects(note, releases.number_of(version), known)
        )
        if ids.count(note.id) > 1:
            problems.append(f"{note.id}: the id is used more than once")
    return tuple(dict.fromkeys(problems))


def brought(
    history: History,
    old: Release,
    new: Release,
    answers: Mapping[str, object],
    toolchain: Toolchain,
) -> Notes:
    """Return the notes of an update from `old` to `new` for a repository with these answers.

    A note whose release or condition is unusable is among them, and `problems` has the reason:
    nothing is hidden, and nothing here stops an update.
    """
    if old.number >= new.number:
        return NONE
    git = bare(toolchain, history.repository)
    try:
        found = _read(git, new)
        entries = tuple(
            note
            for note in found.entries
            if not note.at and _is_brought(note, old, new, history, git)
        )
        return _applying(
            replace(found, entries=entries),
            answers,
            lambda: releases.checkout(history, new, toolchain),
        )
    except ToolError as error:
        return Notes(problems=(f"{FILE} of {new.tag} cannot be read: {error.message}",))


def taken(
    history: History, release: Release, answers: Mapping[str, object], toolchain: Toolchain
) -> Notes:
    """Return the applicable notes of `release` and of those before it, for these answers."""
    try:
        found = _read(bare(toolchain, history.repository), release)
        entries = tuple(
            note for note in found.entries if not note.at and note.number <= release.number
        )
        return _applying(
            replace(found, entries=entries),
            answers,
            lambda: releases.checkout(history, release, toolchain),
        )
    except ToolError as error:
        return Notes(problems=(f"{FILE} of {release.tag} cannot be read: {error.message}",))


def chosen(
    history: History,
    release: Release,
    before: Mapping[str, object],
    after: Mapping[str, object],
    toolchain: Toolchain,
) -> Notes:
    """Return the notes of `release` about a change of answers: what holds for `after` alone."""
    try:
        found = _read(bare(toolchain, history.repository), release)
    except ToolError as error:
        return Notes(problems=(f"{FILE} of {release.tag} cannot be read: {error.message}",))
    asked = tuple(note for note in found.entries if note.at == "set")
    if not asked:
        return NONE

    def holding(answers: Mapping[str, object]) -> Notes:
        return _applying(
            Notes(entries=asked), answers, lambda: releases.checkout(history, release, toolchain)
        )

    held, holds = holding(before), holding(after)
    new = tuple(note for note in holds.entries if note not in held.entries)
    return replace(holds, entries=new, problems=holds.problems if new else ())


def _read(git: Git, release: Release) -> Notes:
    """Read the notes.yml of a release from the bare repository: nothing is checked out."""
    done = git.attempt("cat-file", "blob", f"{release.tree}:{FILE}")
    return parse(done.stdout) if done.exit_code == 0 else NONE


def _is_brought(note: Note, old: Release, new: Release, history: History, git: Git) -> bool:
    if not note.number or old.number < note.number <= new.number:
        return True
    return note.number <= old.number and _came_by_merge(note, old, history, git)


def _came_by_merge(note: Note, old: Release, history: History, git: Git) -> bool:
    """Return whether `old` lacks a note of an earlier number.

    The releases of a team's own template have numbers far above those of the template that it
    merges: v51.0.0 may bring 0.6.0, which v50.0.0 did not have.
    """
    if history.address == bundled.SOURCE or note.number < history.releases[0].number:
        return False
    if note.id in {known.id for known in _read(git, old).entries}:
        return False
    if note.release in {release.version for release in history.releases}:
        return not git.says("merge-base", "--is-ancestor", f"v{note.release}", old.tag)
    return True


def _applying(found: Notes, answers: Mapping[str, object], checkout: Callable[[], Path]) -> Notes:
    """Return the notes whose condition holds for these answers, or cannot be evaluated.

    `checkout` gives the folder of the release; it is called only if a condition reads a value that
    is not an answer.
    """
    values = answers
    if any(not _names(note) <= answers.keys() for note in found.entries):
        with contextlib.suppress(
            RenderError, StoreError
        ):  # a copier.yml that cannot be read: the update reports it
            values = expressions.completed(answers, checkout())
    entries, problems = [], list(found.problems)
    for note in sorted(found.entries, key=lambda note: note.number):
        try:
            if note.when and not expressions.holds(note.when, values):
                continue
        except ValueError as error:
            reason = plain(" ".join(str(error).split()))
            problems.append(
                f"{note.id} may not concern this repository: `when: {note.when}` fails: {reason}"
            )
        entries.append(note)
    return Notes(entries=tuple(entries), problems=tuple(problems))


def _document(text: str) -> Any:
    from scaffolder.formats.yaml import data

    return data(text)


def _names(note: Note) -> frozenset[str]:
    with contextlib.suppress(ValueError):  # not an expression: its evaluation reports it
        return expressions.names(note.when) if note.when else frozenset()
    return frozenset()


_TEXTS = ("id", "release", "title", "changes", "do", "undo")
_FIELDS = {*_TEXTS, "when", "at", "objects"}


def _entry(number: int, content: Mapping[str, object]) -> Note:
    texts = {name: _text(content.get(name)) for name in (*_TEXTS, "when", "at")}
    objects = content.get("objects") or ()
    globs = objects if isinstance(objects, list) else [objects] if isinstance(objects, str) else []
    texts["id"] = texts["id"] or f"entry {number}"
    texts["release"] = texts["release"].removeprefix("v")
    texts["when"] = _bare(texts["when"])
    return Note(**texts, objects=tuple(_text(item) for item in globs))


def _problems(document: list[object], entries: tuple[Note, ...]) -> Iterator[str]:
    """Yield the problems of the notes: invalid entries, and missing fields."""
    yield from (
        f"{FILE}: entry {n} is not a note"
        for n, one in enumerate(document, 1)
        if not isinstance(one, dict)
    )
    for note in entries:
        missing = [name for name in _TEXTS if not getattr(note, name)]
        if missing:
            yield f"{note.id} lacks {', '.join(missing)}"
        elif not note.number:
            yield f"{note.id} names the release {note.release}, which is not X.Y.Z"


def _defects(note: Note, newest: tuple[int, ...], known: Set[str]) -> Iterator[str]:
    """Yield what is wrong with one note of a release that is to be made."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", note.id):
        yield "the id is not in kebab-case"
    if note.number > newest:
        yield (
            f"release {note.release} is newer than the one that is made,"
            f" {'.'.join(map(str, newest))}"
        )
    if note.at not in {"", "set"}:
        yield f"`at: {note.at}` is not set, the one moment beside an update"
    try:
        unknown = sorted(expressions.names(note.when) - known) if note.when else []
    except ValueError as error:
        yield f"`when: {note.when}` is not an expression: {error}"
        return
    if unknown:
        yield f"`when: {note.when}` reads {', '.join(unknown)}, which copier.yml does not have"


def _unknown_fields(text: str) -> Iterator[str]:
    for number, content in enumerate(_document(text) or (), 1):
        unknown = content.keys() - _FIELDS if isinstance(content, dict) else set()
        if unknown:
            yield (
                f"{content.get('id', f'entry {number}')}: no note has"
                f" {', '.join(sorted(map(str, unknown)))}"
            )


def _text(value: object) -> str:
    """Return a YAML value as plain text: a list as numbered lines, "" for a mapping."""
    if isinstance(value, list):
        return "\n".join(
            f"{number}. {_text(item)}" for number, item in enumerate(value, 1) if _is_scalar(item)
        )
    return plain(str(value)) if _is_scalar(value) else ""


def _is_scalar(value: object) -> bool:
    return value is not None and not isinstance(value, list | dict | set | tuple)


def _bare(condition: str) -> str:
    """Return a condition without the marks that copier.yml has around expressions."""
    marked = re.fullmatch(r"\s*(?:\[\[(.*)\]\]|\{\{(.*)\}\})\s*", condition, re.DOTALL)
    return (marked[1] or marked[2] or "").strip() if marked else condition.strip()

"""Find a merge that left one branch's release beside files of an older one.

Git merges `_commit` of one branch and an answer of another without a word, if plain Copier or a
person wrote them. Then what the older branch brought counts as edited or deleted, and no update
changes it ever again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffolder.errors import ScaffolderError
from scaffolder.formats.regex import regex
from scaffolder.template import answers, manifest
from scaffolder.template.manifest import Entry
from scaffolder.template.releases import History, Release
from scaffolder.tools.git import GIT, PLAIN_DIFF, Git
from scaffolder.tools.toolchain import Toolchain

RENDERED = 3
"""The number of older releases to look at, the newest first: each takes as long as a generation."""

_RECORDED = regex(r"^[+-]_commit: *[\"']?([^\s\"'#]+)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Older:
    """The release of `files`: those it writes so, and those it lacks and that never came."""

    release: Release
    files: tuple[str, ...]


def older(
    root: Path,
    history: History,
    release: Release,
    given: Mapping[str, object],
    *,
    edited: Mapping[str, Entry],
    deleted: tuple[str, ...],
    toolchain: Toolchain,
) -> Older | None:
    """Return the oldest release whose files the repository still has, or None if edited.

    `edited` are the files, as they are, that `release` writes otherwise for the answers `given`;
    `deleted` those that it writes and that are not there. An edited file that is exactly as an
    older release writes it is of that one. A deleted one never came if the history does not have
    it, and a merge put the record together or another file is old.
    """
    if not (edited or deleted) or toolchain.find(GIT) is None:
        return None
    git = Git(toolchain, root)
    found: Older | None = None
    explained: set[str] = set()
    merged: bool | None = None
    for candidate in _candidates(git, history, release):
        try:
            written = manifest.of(history, candidate, given, toolchain)
        except ScaffolderError:  # it has not these answers yet, and so wrote none of the files
            continue
        same = {
            name for name, entry in edited.items() if written.get(Path(name)) == entry
        } - explained
        absent = [name for name in deleted if Path(name) not in written]
        if absent and not same and merged is None:
            merged = record_is_merged(root, toolchain)
        never = {
            name for name in absent if (same or merged) and not _was_there(git, name)
        } - explained
        explained |= same | never
        if same or never:
            found = Older(release=candidate, files=tuple(sorted(explained)))
    return found


def record_is_merged(root: Path, toolchain: Toolchain) -> bool:
    """Return whether a merge made the record at `root` another one than either side had."""
    options = ("--min-parents=2", "--max-count=1", "--format=%H")
    return bool(Git(toolchain, root).attempt("log", *options, "--", answers.FILE).stdout.strip())


def _candidates(git: Git, history: History, release: Release) -> Iterator[Release]:
    """The releases before `release` that the repository was at, the newest first."""
    shown = ("-p", "-U0", "--format=", "--full-history", "--max-count=200", *PLAIN_DIFF)
    logged = git.attempt("log", *shown, "--", answers.FILE)
    names = set(_RECORDED.findall(logged.stdout)) if logged.exit_code == 0 else set[str]()
    known = [one for one in history.releases if one.tag in names and one.number < release.number]
    yield from sorted(known, key=lambda one: one.number, reverse=True)[:RENDERED]


def _was_there(git: Git, name: str) -> bool:
    found = git.attempt(
        "--literal-pathspecs", "log", "--full-history", "--max-count=1", "--format=%H", "--", name
    )
    return found.exit_code != 0 or bool(found.stdout.strip())

"""Tell the state of a generated repository: its release, newer ones, and edited files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from scaffolder.repository.project import Project
from scaffolder.template import (
    answers,
    keep_list,
    manifest,
    merged_branches,
    moved_tags,
    notes,
    releases,
)
from scaffolder.template.manifest import Entry
from scaffolder.template.merged_branches import Older
from scaffolder.template.notes import NONE, Notes
from scaffolder.template.releases import Cached, Release
from scaffolder.tools.git import GIT, Git
from scaffolder.tools.toolchain import Toolchain


@dataclass(frozen=True, kw_only=True)
class Status:
    """The report of `scaffold status`. Files are from the root of the repository, sorted.

    `generated` is how many files the release writes. Each is as it was, or in one of `edited` (its
    content or its executable bit differs), `deleted`, or `not_taken`: the file in its place is the
    repository's own since it was adopted. `kept` are the entries of the keep list, a folder
    ("app/") as one. `unmanaged` are the files that Git knows or would add and that the release does
    not write. `notes` are those that the newer releases bring, `taken` those of the release and the
    ones before it, if requested. `older` is the release that some of these files are still of,
    because a merge put them beside a newer record; `stale` is whether something else than
    scaffolder changed the record since `scaffold set` wrote it. `warning` is about the release, or
    "". `cached` is set if the template's host could not be read: the newer releases are those that
    were known before.
    """

    name: str
    release: Release
    newer: tuple[Release, ...]
    generated: int
    edited: tuple[str, ...]
    deleted: tuple[str, ...]
    kept: tuple[str, ...]
    not_taken: int
    unmanaged: tuple[str, ...]
    notes: Notes = NONE
    taken: Notes = NONE
    cached: Cached | None = None
    older: Older | None = None
    stale: bool = False
    warning: str = ""


def of(root: Path, toolchain: Toolchain, *, taken: bool = False) -> Status:
    """Return the status of the repository at `root`, with the notes it has `taken` if requested.

    Nothing in it is changed.

    The files of its release are rendered once for the answers that it records, and then read from
    the user's cache: docs/decisions/0010-the-manifest-is-derived.md.

    Raises:
        ProjectError: it was not made from a template.
        StoreError: its release is not known here, or its template's address cannot be read.
        RenderError: its release does not render with its answers.

    """
    record = answers.recorded(root)
    history = releases.at(record.address, toolchain, or_cached=True)
    named = history.named(record.commit)
    release = moved_tags.made_from(root, history, named, record.answers, toolchain)
    written = manifest.of(history, release, record.answers, toolchain)
    keeps = keep_list.kept(root)
    known = _known(root, toolchain)
    fates = {file.as_posix(): _fate(root, file, entry, known) for file, entry in written.items()}
    managed = {file: fate for file, fate in fates.items() if file not in keeps}
    edited = tuple(file for file, fate in sorted(managed.items()) if fate == _EDITED)
    deleted = tuple(file for file, fate in sorted(managed.items()) if fate == _DELETED)
    return Status(
        name=str(record.answers.get("service_name", root.resolve().name)),
        release=release,
        newer=history.since(release),
        generated=len(written),
        edited=edited,
        deleted=deleted,
        kept=tuple(sorted({keeps.entry_of(file) for file in fates} - {""})),
        not_taken=len(fates) - len(managed),
        unmanaged=tuple(file for file in known.files if file not in fates and file not in keeps),
        notes=notes.brought(history, release, history.newest, record.answers, toolchain),
        taken=notes.taken(history, release, record.answers, toolchain) if taken else NONE,
        cached=history.cached,
        older=merged_branches.older(
            root,
            history,
            release,
            record.answers,
            edited={file: _found(root, file, known) for file in edited if (root / file).is_file()},
            deleted=deleted,
            toolchain=toolchain,
        ),
        stale=record.stale,
        warning=moved_tags.warning(release, named, history),
    )


@dataclass(frozen=True, kw_only=True)
class ChecksStatus:
    """The report of `scaffold status` if only the checks were adopted, and nothing is generated.

    `files` are those of the job that are there, `edited` those of them that are not as written.
    """

    name: str
    release: str
    files: tuple[str, ...]
    edited: tuple[str, ...]
    deleted: tuple[str, ...]
    pinned: bool
    baseline: bool


def of_checks(root: Path) -> ChecksStatus | None:
    """Return where a repository stands that took the checks alone; None if it did not.

    Raises:
        AnswersError: its record does not parse.

    """
    only = keep_list.checks_only(root)
    if only is None:
        return None
    there = {name: root / name for name in only.files if (root / name).is_file()}
    edited = [name for name, path in there.items() if not _as_written(path, only.files[name])]
    return ChecksStatus(
        name=only.name,
        release=only.release,
        files=tuple(sorted(there)),
        edited=tuple(sorted(edited)),
        deleted=tuple(sorted(set(only.files) - set(there))),
        pinned=(root / keep_list.LOCK).is_file(),
        baseline=(root / keep_list.BASELINE).is_file(),
    )


def _as_written(path: Path, blob: str) -> bool:
    return blob in {manifest.entry(path).blob, manifest.without_returns(path)}


_SAME, _EDITED, _DELETED = "same", "edited", "deleted"


@dataclass(frozen=True, kw_only=True)
class _Known:
    """The repository's files on disk, and what only Git knows of some of these or others.

    `absent` are the files that a sparse checkout leaves out. `modes` are Git's, if the file system
    has none of its own (`core.fileMode`).
    """

    files: list[str]
    absent: Mapping[str, Entry]
    modes: Mapping[str, str]


def _fate(root: Path, file: Path, written: Entry, known: _Known) -> str:
    path, name = root / file, file.as_posix()
    if not path.is_symlink() and not path.is_file():
        return (
            _DELETED if name not in known.absent else _fate_of_absent(known.absent[name], written)
        )
    found = _found(root, name, known)
    if found == written:
        return _SAME
    # A checkout may have its line ends from `core.autocrlf`; Git does not hold that for a change
    # either.
    if (
        found.mode == written.mode
        and found.mode != manifest.LINK
        and manifest.without_returns(path) == written.blob
    ):
        return _SAME
    return _EDITED


def _found(root: Path, name: str, known: _Known) -> Entry:
    """A file that is there, with the mode that Git has for it where the file system has none."""
    found = manifest.entry(root / name)
    return (
        replace(found, mode=known.modes[name])
        if found.mode != manifest.LINK and name in known.modes
        else found
    )


def _fate_of_absent(found: Entry, written: Entry) -> str:
    if len(found.blob) != len(written.blob):  # hashes of SHA-256, without a content to hash
        return _SAME if found.mode == written.mode else _EDITED
    return _SAME if found == written else _EDITED


def _known(root: Path, toolchain: Toolchain) -> _Known:
    """Return Git's files; outside Git, all files but the leftovers of tools."""
    if toolchain.find(GIT) is not None:
        git = Git(toolchain, root)
        listed = git.attempt(
            "ls-files", "-z", "-t", "--stage", "--cached", "--others", "--exclude-standard"
        )
        if listed.exit_code == 0:
            modes_count = (
                git.attempt("config", "--type=bool", "core.fileMode").stdout.strip() != "false"
            )
            return _read(
                root, [line for line in listed.stdout.split("\0") if line], modes_count=modes_count
            )
    return _Known(files=[file.as_posix() for file in Project(root).files], absent={}, modes={})


def _read(root: Path, lines: list[str], *, modes_count: bool) -> _Known:
    """Read the output of `git ls-files -t --stage`.

    A line is "H MODE HASH STAGE<tab>PATH", with S for a file that is left out, or "? PATH".
    """
    names, entries, absent = set[str](), dict[str, Entry](), set[str]()
    for line in lines:
        about, tab, name = line.partition("\t")
        if tab and about[0] != "?":
            tag, mode, blob, _ = about.split(" ")
            entries[name] = Entry(mode=mode, blob=blob)
            if tag == "S":
                absent.add(name)
        else:
            name = line[2:]
        if (root / name).is_symlink() or (root / name).is_file():
            names.add(name)
    return _Known(
        files=sorted(names),
        absent={name: entries[name] for name in absent},
        modes={} if modes_count else {name: entry.mode for name, entry in entries.items()},
    )

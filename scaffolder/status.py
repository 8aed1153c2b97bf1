"""Where a generated repository stands: its release, what is newer, which of its files are no longer as generated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scaffolder import adopted, answers, manifest, store
from scaffolder.manifest import Entry
from scaffolder.project import Project
from scaffolder.store import Release
from scaffolder.toolchain import Toolchain
from scaffolder.version_control import GIT, Git


@dataclass(frozen=True, kw_only=True)
class Status:
    """What `scaffold status` tells. Files are from the root of the repository, sorted.

    `generated` is how many files the release writes. Each is as it was, or in one of `edited` (its content or its
    executable bit differs), `deleted`, or `not_taken`: what stands in its place is the repository's own since it was
    adopted. `kept` are the entries that say so, a folder ("app/") as one. `unmanaged` are the files that Git knows or
    would add and that the release does not write.
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


def of(root: Path, toolchain: Toolchain) -> Status:
    """The status of the repository at `root`; nothing in it is changed.

    What its release wrote is rendered once for the answers that it records, and then read from the user's cache:
    docs/decisions/0010-the-manifest-is-derived.md.

    Raises:
        ProjectError: it was not made from a template.
        StoreError: its release is not known here, or its template's address cannot be read.
        RenderError: its release does not render with its answers.
    """
    record = answers.recorded(root)
    history = store.at(record.address, toolchain)
    release = history.named(record.commit)
    written = manifest.of(history, release, record.answers, toolchain)
    keeps = adopted.kept(root)
    fates = {file.as_posix(): _fate(root / file, entry) for file, entry in written.items()}
    managed = {file: fate for file, fate in fates.items() if file not in keeps}
    return Status(
        name=str(record.answers.get("service_name", root.resolve().name)),
        release=release,
        newer=history.since(release),
        generated=len(written),
        edited=tuple(file for file, fate in sorted(managed.items()) if fate == _EDITED),
        deleted=tuple(file for file, fate in sorted(managed.items()) if fate == _DELETED),
        kept=tuple(sorted({keeps.entry_of(file) for file in fates} - {""})),
        not_taken=len(fates) - len(managed),
        unmanaged=tuple(file for file in _files(root, toolchain) if file not in fates and file not in keeps),
    )


_SAME, _EDITED, _DELETED = "same", "edited", "deleted"


def _fate(path: Path, written: Entry) -> str:
    if not path.is_symlink() and not path.is_file():
        return _DELETED
    found = manifest.entry(path)
    if found == written:
        return _SAME
    # A checkout may have its line ends from `core.autocrlf`; Git does not hold that for a change either.
    if found.mode == written.mode and found.mode != manifest.LINK and manifest.without_returns(path) == written.blob:
        return _SAME
    return _EDITED


def _files(root: Path, toolchain: Toolchain) -> list[str]:
    """Every file that belongs to the repository; outside Git, all but what tools leave behind."""
    if toolchain.find(GIT) is not None:
        listed = Git(toolchain, root).attempt("ls-files", "-z", "--cached", "--others", "--exclude-standard")
        if listed.exit_code == 0:
            names = {name for name in listed.stdout.split("\0") if name}
            return sorted(name for name in names if (root / name).is_symlink() or (root / name).is_file())
    return [file.as_posix() for file in Project(root).files]

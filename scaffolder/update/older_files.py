"""Which files of a repository are still as an older release writes them, beside a newer record.

`scaffold status` reports it of a repository; an update reports it if it would not change them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from scaffolder.template import manifest, merged_branches
from scaffolder.template.answers import Record
from scaffolder.template.manifest import Entry
from scaffolder.template.merged_branches import Older
from scaffolder.template.releases import History, Release
from scaffolder.tools.toolchain import Toolchain


def found(
    root: Path,
    history: History,
    release: Release,
    record: Record,
    *,
    written: Path,
    edited: Iterable[str],
    deleted: Iterable[str],
    is_empty: bool,
    toolchain: Toolchain,
) -> Older | None:
    """Return the oldest release that files at `root` are of, or None if there is none.

    `written` is the folder of what `release`, which the repository records, writes; `edited` and
    `deleted` are the files that differ from it. An update that `is_empty` can afford to look at
    each older release; another one looks if a merge, or something else than scaffolder, put the
    record together.
    """
    entries = {name: entry for name in edited if (entry := _entry(root / name, written / name))}
    gone = tuple(sorted(deleted))
    if not (entries or gone):
        return None
    if not (is_empty or record.stale or merged_branches.record_is_merged(root, toolchain)):
        return None
    return merged_branches.older(
        root, history, release, record.answers, edited=entries, deleted=gone, toolchain=toolchain
    )


def _entry(path: Path, written: Path) -> Entry | None:
    """Return the entry of an edited file, with the line ends of the template; else None."""
    if path.is_symlink() or not path.is_file() or written.is_symlink():
        return None
    entry, other = manifest.entry(path), manifest.entry(written)
    if b"\r\n" not in written.read_bytes():
        entry = Entry(mode=entry.mode, blob=manifest.without_returns(path))
    return entry if entry != other else None

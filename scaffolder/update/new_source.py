"""Another address of the template, in the list that the weekly update compares it with.

A merge is not about this list: teams edit its one line, and the template knows none of their
addresses.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scaffolder.template import allowed_sources
from scaffolder.update.merge import Change, FileAction, Merged
from scaffolder.update.merge_repository import Workshop, entries


def keep_lists(root: Path, *sides: Path) -> None:
    """Let both sides of the template have the list that the repository has."""
    text = _text(root / allowed_sources.FILE)
    if text is None:
        return
    lists = allowed_sources.lists_of(text)
    for folder in sides:
        file = folder / allowed_sources.FILE
        if (rendered := _text(file)) is not None:
            file.write_bytes(allowed_sources.with_lists(rendered, lists).encode("utf-8"))


def allowed(work: Workshop, merged: Merged, old: str, new: str) -> Merged:
    """Return `merged` with `new` in the list in place of `old`.

    The file stays as it is if it has no list, or is in conflict.
    """
    path = allowed_sources.FILE
    entry = entries(work.git, merged.tree).get(path)
    if entry is None or any(stage.path == path for stage in merged.stages):
        return merged
    mode, blob = entry
    text = work.text_of(blob)
    changed = allowed_sources.with_source(text, old, new)
    if changed == text:
        return merged
    if work.ends_as_on_windows(blob):
        changed = changed.replace("\n", "\r\n")
    row = Change(path=path, fate=FileAction.UPDATED, note=f"TEMPLATE_SOURCES allows {new}")
    others = [change for change in merged.changes if change.path != path]
    return replace(
        merged,
        tree=work.edited(merged.tree, {path: (mode, work.kept(changed))}),
        changes=tuple(sorted((*others, row), key=lambda change: change.path)),
    )


def _text(file: Path) -> str | None:
    if file.is_symlink() or not file.is_file():
        return None
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return None

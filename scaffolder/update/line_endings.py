"""Apply Windows line endings of committed files to the template's sides as well.

Otherwise all lines of such a file differ, and whatever the template changes in it is a conflict of
the whole file.
"""

from __future__ import annotations

from scaffolder.update.merge_repository import Workshop, changed, entries


def followed(work: Workshop, base: str, ours: str, theirs: str) -> tuple[str, str]:
    """Return the trees `base` and `theirs` with Windows line endings, as the files of `ours`."""
    if base == ours:
        return base, theirs
    candidates = changed(work.git, base, ours)
    work.read(blob for _, blob in candidates.values())
    turned = [path for path, (_, blob) in candidates.items() if work.ends_as_on_windows(blob)]
    if not turned:
        return base, theirs
    sides = entries(work.git, base), entries(work.git, theirs)
    work.read_of(sides, turned)
    return _turned(work, base, turned), _turned(work, theirs, turned)


def _turned(work: Workshop, tree: str, paths: list[str]) -> str:
    there = entries(work.git, tree)
    texts = {path: work.text_of(there[path][1]) for path in paths if path in there}
    texts = {path: text.replace("\n", "\r\n") for path, text in texts.items() if text}
    if not texts:
        return tree
    blobs = zip(texts, work.kept_all(texts.values()), strict=True)
    return work.edited(tree, {path: (there[path][0], blob) for path, blob in blobs})

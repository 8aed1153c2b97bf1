"""Files whose line ends people made those of Windows, in what they committed: the template's sides get them as well.

Otherwise all lines of such a file differ, and whatever the template changes in it is a conflict of the whole file.
"""

from __future__ import annotations

from scaffolder.update.merge_repository import Workshop, entries


def followed(work: Workshop, base: str, ours: str, theirs: str) -> tuple[str, str]:
    """The trees `base` and `theirs`, with the line ends of Windows in each file that has them throughout in `ours`."""
    candidates = _with_returns(work, base, ours)
    if not candidates:
        return base, theirs
    there = entries(work.git, ours)
    turned = [path for path in candidates if work.ends_as_on_windows(there[path][1])]
    return _turned(work, base, turned), _turned(work, theirs, turned)


def _with_returns(work: Workshop, base: str, ours: str) -> list[str]:
    """The files that both have, that differ, and that hold a carriage return in `ours`."""
    names = work.git("diff-tree", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=M", base, ours)
    changed = [name for name in names.split("\0") if name]
    if not changed:
        return []
    asked = ("-z", "-I", "--files-with-matches", "--no-color", "-e", "\r$", ours)
    found = work.git.attempt("--literal-pathspecs", "grep", *asked, "--", *changed).stdout
    return [name.removeprefix(f"{ours}:") for name in found.split("\0") if name]


def _turned(work: Workshop, tree: str, paths: list[str]) -> str:
    there = entries(work.git, tree)
    texts = {path: work.text_of(there[path][1]) for path in paths if path in there}
    edits = {path: (there[path][0], work.kept(text.replace("\n", "\r\n"))) for path, text in texts.items() if text}
    return work.edited(tree, edits) if edits else tree

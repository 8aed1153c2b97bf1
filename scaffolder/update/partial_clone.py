"""In a partial clone (`git clone --filter`), find the files that a merge needs from the host.

A merge happens in a repository of ours, where Git fetches nothing by itself and stops at the first
file that is missing.
"""

from __future__ import annotations

from collections.abc import Set
from itertools import chain

from scaffolder.update.merge_repository import SUBMODULE, Workshop, entries
from scaffolder.update.repository import Repository


def absent(repository: Repository, work: Workshop, base: str, theirs: str) -> frozenset[str]:
    """Return files, from the root, that are not on this machine and that no merge needs.

    `base` and `theirs` are the trees of the template. Files in the places of theirs are fetched.
    """
    if next(repository.objects.glob("pack/*.promisor"), None) is None:
        return frozenset()
    ours = entries(work.git, repository.tree)
    lacking = work.lacking({blob for mode, blob in ours.values() if mode != SUBMODULE})
    missing = {path: blob for path, (_, blob) in ours.items() if blob in lacking}
    files = {*entries(work.git, base), *entries(work.git, theirs)}
    folders = set(chain.from_iterable(map(_folders, files)))
    needed = {
        path for path in missing if path in folders or not files.isdisjoint({path, *_folders(path)})
    }
    if needed:
        listed = "".join(f"{missing[path]}\n" for path in sorted(needed))
        repository.git("cat-file", "--batch-check", stdin=listed, timeout=600)
    return frozenset(missing.keys() - needed)


def _folders(path: str) -> Set[str]:
    """All folders above a file, from the root of the repository."""
    return {path[:at] for at, sign in enumerate(path) if sign == "/"}

"""Tell which of a moved tag's releases on this machine a repository was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from scaffolder.errors import ScaffolderError
from scaffolder.template import manifest
from scaffolder.template.releases import History, Release
from scaffolder.tools.toolchain import Toolchain


def made_from(
    root: Path,
    history: History,
    release: Release,
    given: Mapping[str, object],
    toolchain: Toolchain,
) -> Release:
    """Return `release` with the tree that equals most files at `root`, for the answers `given`.

    Of two that fit as well the earlier one: what the repository has of a later one already merges
    with itself.
    """
    best, most = release, -1
    for tree in (*release.earlier, release.tree) if release.earlier else ():
        candidate = replace(release, tree=tree)
        equal = _equal(root, history, candidate, given, toolchain)
        if equal > most:
            best, most = candidate, equal
    return best


def warning(release: Release, named: Release, history: History) -> str:
    """Return the warning for `release` instead of `named`, its tag's present one; "" if equal."""
    if release.tree == named.tree:
        return ""
    return (
        f"the tag {named.tag} at {history.address} was moved: the repository is compared with the"
        f" {named.tag} that this machine knows from before"
    )


def _equal(
    root: Path,
    history: History,
    release: Release,
    given: Mapping[str, object],
    toolchain: Toolchain,
) -> int:
    """How many files at `root` are as the release writes them; -1 if it does not render."""
    try:
        written = manifest.of(history, release, given, toolchain)
    except ScaffolderError:
        return -1
    there = ((root / file, entry) for file, entry in written.items())
    return sum(
        1
        for path, entry in there
        if path.is_file()
        and entry.blob in {manifest.entry(path).blob, manifest.without_returns(path)}
    )

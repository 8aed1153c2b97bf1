"""List the frozen releases of the templates, and differences in the bundle or a tag."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "frozen-releases.yml"


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """A release that never changes again, by the Git hashes of its commit and of its tree."""

    version: str
    commit: str
    tree: str


def releases(file: Path = FILE) -> tuple[Frozen, ...]:
    """Return the frozen releases, in the order of the file."""
    entries = yaml.safe_load(file.read_text(encoding="utf-8"))
    return tuple(
        Frozen(version=version, commit=ids["commit"], tree=ids["tree"])
        for version, ids in entries.items()
    )


def moved_in(repository: Path, frozen: Iterable[Frozen]) -> Iterator[str]:
    """Yield a sentence per release whose tag in the bare `repository` is not the frozen one."""
    for release in frozen:
        tag = f"v{release.version}"
        for kind, expected in (("commit", release.commit), ("tree", release.tree)):
            actual = _git(
                "--git-dir",
                str(repository),
                "rev-parse",
                "--quiet",
                "--verify",
                f"{tag}^{{{kind}}}",
            )
            if actual != expected:
                yield f"{tag}: the bundle has {kind} {actual or 'none'}, frozen is {expected}"


def moved_in_list(entries: Iterable[Mapping[str, Any]], frozen: Iterable[Frozen]) -> Iterator[str]:
    """Yield a sentence per release that releases.yml lacks or lists with another tree."""
    listed = {entry["version"]: entry["tree"] for entry in entries}
    for release in frozen:
        actual = listed.get(release.version, "none")
        if actual != release.tree:
            yield f"v{release.version}: releases.yml has tree {actual}, frozen is {release.tree}"


def moved_tags(
    project: Path, repository: Path, frozen: Iterable[Frozen], files: tuple[str, ...]
) -> Iterator[str]:
    """Yield a sentence per tag of `project` whose `files` differ from the frozen tree of its name.

    Passes over releases that the checkout has no tag of. The tree is computed in the bare
    `repository`.
    """
    for release in frozen:
        tag = f"v{release.version}"
        if not _git("-C", str(project), "tag", "--list", tag):
            continue
        entries = _git("-C", str(project), "ls-tree", "--full-tree", tag, "--", *files)
        actual = _git(
            "--git-dir", str(repository), "mktree", "--missing", stdin=entries and f"{entries}\n"
        )
        if actual != release.tree:
            yield f"{tag}: the tag of this project has tree {actual}, frozen is {release.tree}"


def _git(*arguments: str, stdin: str = "") -> str:
    return subprocess.run(
        ["git", *arguments], input=stdin, capture_output=True, text=True
    ).stdout.strip()

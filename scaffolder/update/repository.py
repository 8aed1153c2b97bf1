"""The repository to update, as Git has it: its place, its commits, and what forbids an update."""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from scaffolder.errors import UpdateError
from scaffolder.tools.git import Git, refuse_distrusted, require_git
from scaffolder.tools.toolchain import Toolchain

_UNDER_WAY = {
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
}
"""Files in `.git` while Git waits for a person to continue an operation."""


_SAID = 7
"""Lines of Git's output for a repository with a commit."""


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A generated repository: `root` is its folder, `prefix` its path ("" or "services/pay/").

    `tree` is the hash of all that is committed in `root`; `head` the commit; `inside` is `.git`, or
    what a worktree has for it; `private` a folder in there for what we note of this `root`.
    """

    root: Path
    top: Path
    prefix: str
    head: str
    tree: str
    inside: Path
    private: Path
    objects: Path
    hash_format: str
    git: Git

    def at_top(self, file: str) -> str:
        """A path from `root` as a path from the top, as Git's index has it."""
        return self.prefix + file


def opened(root: Path, toolchain: Toolchain) -> Repository:
    """The repository at `root`, whatever state it is in.

    Raises:
        UpdateError: there is none, or nothing is committed.
        ProjectError: it is another user's, and Git does not trust it.
        ToolMissing: Git is missing or too old.

    """
    require_git(toolchain)
    git = Git(toolchain, root)
    asked = ("--show-toplevel", "--show-prefix", "--git-dir", "--git-path", "objects")
    where = git.attempt("rev-parse", *asked, "--show-object-format", "HEAD^{commit}", "HEAD:./")
    said = where.stdout.splitlines()
    if where.exit_code != 0 or len(said) != _SAID:
        _refuse_unborn(git, root)
        raise UpdateError(
            f"nothing of {root} is committed", hint="git add --all && git commit, then update"
        )
    top, prefix, inside, objects, form, head, tree = said
    return Repository(
        root=root,
        top=Path(top),
        prefix=prefix,
        head=head,
        tree=tree,
        inside=_absolute(root, inside),
        private=_absolute(root, inside) / "scaffold" / prefix,
        objects=_absolute(root, objects),
        hash_format=form,
        git=git,
    )


def _refuse_unborn(git: Git, root: Path) -> None:
    """Stop where `root` is in no repository of Git, or in one that Git does not trust."""
    where = git.attempt("rev-parse", "--show-toplevel")
    refuse_distrusted(where, root)
    if where.exit_code != 0:
        raise UpdateError(
            f"{root} is not in a Git repository, and an update could not be taken back",
            hint="git init && git add --all && git commit",
        )


def refuse_unsettled(repository: Repository) -> None:
    """Stop where something is not committed, or Git is in the middle of something.

    Untracked files do not matter.

    Raises:
        UpdateError: naming the files.

    """
    refuse_locked(repository.inside, then="scaffold update")
    changed = _status(repository)
    under_way = next(
        (word for name, word in _UNDER_WAY.items() if (repository.inside / name).exists()), ""
    )
    ways = f"git {under_way} --continue, or git {under_way} --abort" if under_way else ""
    unmerged = [file for state, file in changed if "U" in state or state in {"AA", "DD"}]
    if unmerged:
        raise UpdateError(
            f"conflicts are left from a {under_way or 'merge'}: {some(unmerged)}",
            hint=(
                f"settle them, then git add and {ways or 'git commit; or scaffold update --abort'}"
            ),
        )
    if under_way:
        raise UpdateError(f"a {under_way} is under way", hint=ways)
    if changed:
        raise UpdateError(
            f"changed and not committed: {some([file for _, file in changed])}",
            hint="git commit (or git stash) first, so that the update is separate from your work",
        )


def refuse_locked(inside: Path, then: str) -> None:
    """Raise if Git's lock is in `inside`, the folder `.git`; `then` is the command to repeat.

    Raises:
        UpdateError: naming it. A Git that a power cut or the system ended has left it, and no Git
        goes on beside it.

    """
    lock = inside / "index.lock"
    if os.path.lexists(lock):
        raise UpdateError(
            f"{lock} is there: another git is at work, or one was ended before it could remove that"
            " file",
            hint=f"wait for it; if no git runs: rm {shlex.quote(str(lock))}, then {then}",
        )


def refuse_occupied(repository: Repository, files: Collection[str]) -> None:
    """Stop where a file that the update adds is there already, and Git does not know it.

    Raises:
        UpdateError: naming the files.

    """
    occupied = [file for file in files if _occupied(repository.root / file)]
    if occupied:
        raise UpdateError(
            f"the update would write what is there and not committed: {some(occupied)}",
            hint="git add and git commit, to have it merged; or move it away",
        )


def _occupied(path: Path) -> bool:
    return path.is_symlink() or path.is_file() or (path.is_dir() and any(path.iterdir()))


def _status(repository: Repository) -> list[tuple[str, str]]:
    # A change inside a submodule is committed there, and no update comes near it.
    options = (
        "--porcelain=v1",
        "-z",
        "--untracked-files=no",
        "--no-renames",
        "--ignore-submodules=dirty",
    )
    said = repository.git("--no-optional-locks", "status", *options, "--", ".")
    entries = [entry for entry in said.split("\0") if entry]
    return [(entry[:2], entry[3:].removeprefix(repository.prefix)) for entry in entries]


def some(files: Collection[str]) -> str:
    """The first of `files`, for a message."""
    shown = ", ".join(sorted(files)[:5])
    more = f" and {len(files) - 5} more" if len(files) > 5 else ""
    return f"{shown}{more}"


def _absolute(root: Path, said: str) -> Path:
    return (root / said).resolve()

"""The branch that an adoption is committed to.

No file of the repository, and not its index, is touched.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from scaffolder.errors import ProjectError
from scaffolder.template import manifest
from scaffolder.tools.git import Git, refuse_distrusted
from scaffolder.tools.toolchain import Toolchain

NAME = "scaffold/adopt"


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A Git repository that is in order.

    `prefix` is where `root` lies below its `top`; `tracked` are its files from `root`,
    `all_tracked` those from `top`.
    """

    root: Path
    top: Path
    prefix: str
    head: str
    current: str
    remote: str
    tracked: frozenset[str]
    all_tracked: frozenset[str]
    git: Git


def opened(root: Path, toolchain: Toolchain) -> Repository:
    """The repository at `root`.

    Raises:
        ProjectError: it is none, nothing is committed, something is not committed, or the branch is
        there already. ToolMissing: Git is missing.

    """
    git = Git(toolchain, root)
    if not root.is_dir():
        raise ProjectError(
            f"{root} is not a folder", hint="scaffold adopt PATH, where PATH is a repository"
        )
    prefix = git.attempt("rev-parse", "--show-prefix")
    refuse_distrusted(prefix, root)
    if prefix.exit_code == 0 and not git.says("rev-parse", "--show-toplevel"):
        raise ProjectError(
            f"{root} is a Git repository without a checkout",
            hint="git clone it, and adopt the clone",
        )
    if prefix.exit_code != 0:
        raise ProjectError(
            f"{root} is not in a Git repository, and what is adopted goes onto a branch",
            hint="git init && git add --all && git commit",
        )
    head = git.attempt("rev-parse", "--quiet", "--verify", "HEAD^{commit}")
    if head.exit_code != 0:
        empty = not any(one.name != ".git" for one in root.iterdir())
        raise ProjectError(
            f"nothing of {root} is committed",
            hint=(
                "scaffold new my-service makes a new one"
                if empty
                else "git add --all && git commit"
            ),
        )
    options = (
        "--porcelain=v1",
        "-z",
        "--untracked-files=normal",
        "--no-renames",
        "--ignore-submodules=dirty",
    )
    changed = git("--no-optional-locks", "status", *options, "--", ".").split("\0")
    if any(changed):
        names = ", ".join(entry[3:] for entry in changed[:3] if entry)
        raise ProjectError(
            f"not committed: {names}", hint="git add and git commit (or git stash) first"
        )
    _refuse_taken(git)
    return Repository(
        root=root,
        top=Path(git("rev-parse", "--show-toplevel")),
        prefix=prefix.stdout.strip("\n"),
        head=head.stdout.strip(),
        current=git.attempt("symbolic-ref", "--quiet", "--short", "HEAD").stdout.strip()
        or head.stdout[:12],
        remote=git.attempt("config", "--get", "remote.origin.url").stdout.strip(),
        tracked=_names(git("ls-files", "-z")),
        all_tracked=_names(git("ls-files", "-z", "--full-name", ":/")),
        git=git,
    )


def _refuse_taken(git: Git) -> None:
    if git.says("show-ref", "--quiet", f"refs/heads/{NAME}"):
        raise ProjectError(
            f"there is a branch {NAME} already",
            hint=(
                f"git switch {NAME} to go on with it; git branch --delete --force {NAME} to start"
                " again"
            ),
        )
    # Git keeps a branch in a file: scaffold/adopt cannot be beside scaffold, nor beside
    # scaffold/adopt/more.
    below = git("for-each-ref", "--format=%(refname:short)", f"refs/heads/{NAME}/").splitlines()
    above = (
        [NAME.partition("/")[0]]
        if git.says("show-ref", "--quiet", f"refs/heads/{NAME.partition('/')[0]}")
        else []
    )
    for name in (*above, *below):
        raise ProjectError(
            f"Git keeps no branch {NAME} beside the branch {name}",
            hint=f"git branch --move {name} another-name",
        )


def tree(repository: Repository, files: Mapping[str, Path]) -> str:
    """Return the hash of the commit with `files` added.

    They map a place below `root` to where each is now.

    Raises:
        ProjectError: what is committed would not all stay as it is.

    """
    named = list(files.items())
    stdin = "".join(f"{source}\n" for _, source in named)
    blobs = repository.git(
        "hash-object", "-w", "--no-filters", "--stdin-paths", stdin=stdin
    ).split()
    modes = [manifest.entry(source).mode for _, source in named]
    entries = [
        f"{mode} {blob}\t{os.path.normpath(f'{repository.prefix}{name}')}\0"
        for (name, _), blob, mode in zip(named, blobs, modes, strict=True)
    ]
    with tempfile.TemporaryDirectory(prefix="scaffolder-") as folder:
        git = replace(repository.git, environment={"GIT_INDEX_FILE": str(Path(folder) / "index")})
        git("read-tree", repository.head)
        git("update-index", "-z", "--index-info", stdin="".join(entries))
        made = git("write-tree")
    # To the index a file `app/build.sh` takes the place of a file `app`, without a word.
    changed = git(
        "diff-tree",
        "-r",
        "-z",
        "--no-renames",
        "--name-only",
        "--diff-filter=a",
        repository.head,
        made,
    )
    if changed:
        raise ProjectError(
            f"{changed.split(chr(0))[0]} would not stay as it is; nothing was written"
        )
    return made


def commit(repository: Repository, tree: str, message: str) -> str:
    """Commit `tree` to the new branch, which one rename makes: it is there whole, or not at all.

    Raises:
        ToolCrashed: Git refused; no branch was made.

    """
    person: dict[str, str] = {}
    for what, key in (("NAME", "user.name"), ("EMAIL", "user.email")):
        if value := repository.git.attempt("config", "--get", key).stdout.strip():
            person |= {f"GIT_AUTHOR_{what}": value, f"GIT_COMMITTER_{what}": value}
    now = f"{int(time.time())} +0000"
    git = replace(
        repository.git, environment={**person, "GIT_AUTHOR_DATE": now, "GIT_COMMITTER_DATE": now}
    )
    made = git("commit-tree", tree, "-p", repository.head, "-m", message)
    git("update-ref", "-m", "scaffold adopt", f"refs/heads/{NAME}", made, "0" * len(made))
    return made


def written(repository: Repository, tree: str, folder: Path) -> None:
    """Write a tree's files below `root` into the new `folder`, as a checkout would."""
    folder.mkdir(parents=True)
    below = repository.git(
        "rev-parse", f"{tree}:{repository.prefix}" if repository.prefix else tree
    )
    with tempfile.TemporaryDirectory(prefix="scaffolder-") as temporary:
        places = {"GIT_INDEX_FILE": str(Path(temporary) / "index")}
        git = replace(repository.git, folder=repository.top, environment=places)
        git("read-tree", below)
        git("checkout-index", "--all", f"--prefix={folder.resolve()}/")


def _names(listed: str) -> frozenset[str]:
    return frozenset(filter(None, listed.split("\0")))

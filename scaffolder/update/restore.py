"""Take back an uncommitted update: files return to the last commit, and no edit is lost."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from scaffolder.errors import UpdateError
from scaffolder.template import answers
from scaffolder.tools.git import PLAIN_DIFF, Git
from scaffolder.update import journal
from scaffolder.update.journal import Journal
from scaffolder.update.merge_repository import entries
from scaffolder.update.repository import Repository, refuse_locked


@dataclass(frozen=True, kw_only=True)
class Restored:
    """The restored files; those that the team changed since the update, and where these are.

    All files are from the top. `saved` is a patch, to be read and applied by hand; None where
    nothing was changed.
    """

    files: tuple[str, ...]
    edited: tuple[str, ...] = ()
    saved: Path | None = None


def refuse_interrupted(repository: Repository) -> None:
    """Raise if an earlier update was interrupted.

    Raises:
        UpdateError: saying how to take it back.

    """
    last = journal.read(repository.private, repository.head)
    if last and last.state == journal.BEGUN and last.head == repository.head:
        raise UpdateError(
            "an earlier update was interrupted", hint="scaffold update --abort takes it back"
        )


def abort(repository: Repository) -> Restored:
    """Make every file that the last update touched what the last commit has.

    Raises:
        UpdateError: no update to undo, or it is committed.
        ProjectError: there is none, and the folder is not that of a generated repository.
        ToolCrashed: Git could not write a file.

    """
    last = journal.read(repository.private, repository.head)
    if last is None:
        answers.require_record(repository.root)
        raise UpdateError("no update to undo", hint="git log shows what was committed")
    if last.head != repository.head:
        raise UpdateError(
            "the update is committed, or the branch is another one",
            hint="git revert takes a commit back",
        )
    refuse_locked(repository.inside, then="scaffold update --abort")
    edited, patch = _saved(repository, last)
    files(Git(repository.git.toolchain, repository.top), last)
    journal.remove(journal.place(repository.private))
    return Restored(files=last.paths, edited=edited, saved=patch if edited else None)


def files(git: Git, last: Journal) -> None:
    """Restore files and index from before the update `last`; `git` is at the top.

    Raises:
        ToolCrashed: Git could not write a file.

    """
    committed = entries(git, last.before)
    zero = "0" * len(last.before)
    _into_index(git, {path: committed.get(path, ("0", zero)) for path in last.paths})
    git.attempt("update-index", "-q", "--refresh")  # what is as it was need not be written
    for path in last.paths:
        if path not in committed:
            _remove(git.folder, Path(path))
    there = [path for path in last.paths if path in committed]
    git(
        "checkout-index",
        "--force",
        "-u",
        "-z",
        "--stdin",
        stdin="".join(f"{path}\0" for path in there),
    )
    if git.attempt("config", "--type=bool", "core.sparseCheckout").stdout.strip() == "true":
        git.attempt("sparse-checkout", "reapply")


def _saved(repository: Repository, last: Journal) -> tuple[tuple[str, ...], Path]:
    """Return the team's changes in updated files: their names, and a patch."""
    names = (repository.private / f"aborted-{number}.patch" for number in count(1))
    patch, index = next(name for name in names if not name.exists()), repository.private / "index"
    index.unlink(missing_ok=True)
    if last.state != journal.DONE or not last.after:
        return (), patch
    git = Git(repository.git.toolchain, repository.top, {"GIT_INDEX_FILE": str(index)})
    there = [path for path in last.paths if (repository.top / path).is_file()]
    own = _unlike(git, last.before, there)  # a change by `git reset --hard` is not an edit
    edited = tuple(path for path in _unlike(git, last.after, there) if path in own)
    if edited:
        git(
            "--literal-pathspecs",
            "diff",
            *PLAIN_DIFF,
            "--binary",
            f"--output={patch}",
            "--",
            *edited,
        )
    index.unlink(missing_ok=True)
    return edited, patch


def _unlike(git: Git, tree: str, paths: Iterable[str]) -> tuple[str, ...]:
    """Those of `paths` that are not as `tree` has them; its entries are in the index afterwards."""
    listed = entries(git, tree)
    git("read-tree", "--empty")
    _into_index(git, {path: listed[path] for path in paths if path in listed})
    anew = [path for path in paths if path not in listed]
    if anew:
        git("--literal-pathspecs", "add", "--intent-to-add", "--force", "--", *anew)
    return tuple(filter(None, git("diff", *PLAIN_DIFF, "-z", "--name-only").split("\0")))


def _into_index(git: Git, listed: Mapping[str, tuple[str, str]]) -> None:
    lines = [f"{mode} {blob}\t{path}\0" for path, (mode, blob) in listed.items()]
    git("update-index", "-z", "--index-info", stdin="".join(lines))


def _remove(top: Path, path: Path) -> None:
    if (top / path).is_dir() and not (
        top / path
    ).is_symlink():  # a folder of theirs, which the update conflicted with
        return
    (top / path).unlink(missing_ok=True)
    for folder in path.parents:
        if folder == Path():
            break
        with contextlib.suppress(OSError):  # something else lies in it
            (top / folder).rmdir()

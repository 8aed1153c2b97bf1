"""The Git history of a lab: one commit a working day, the same bytes on every machine."""

from __future__ import annotations

import datetime
from pathlib import Path

from scaffolder.errors import ProjectError
from scaffolder.tools.git import Git, require_git
from scaffolder.tools.toolchain import Toolchain

_FIRST = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.UTC)
_DAY = datetime.timedelta(days=1)


def commit(root: Path, message: str, toolchain: Toolchain) -> None:
    """Commit everything; the first commit makes the repository.

    Raises:
        ToolMissing: Git is not installed.

    """
    require_git(toolchain)
    number = 0
    if (root / ".git").exists():
        number = int(_git(root, toolchain)("rev-list", "--count", "HEAD"))
    else:
        _git(root, toolchain)("init", "--quiet", "--initial-branch", "main")
        _name_someone(root, toolchain)
    git = _git(root, toolchain, _FIRST + number * _DAY)
    git("add", "--all", "--force")
    git("commit", "--quiet", "--no-verify", "--message", message)


def find(root: Path, message: str, toolchain: Toolchain) -> str:
    """Return the commit with this message. Raises ProjectError if there is none."""
    for line in _git(root, toolchain)("log", "--format=%H %s").splitlines():
        name, _, text = line.partition(" ")
        if text == message:
            return name
    raise ProjectError(f"{root} has no commit {message!r}", hint="scaffold lab reset")


def named(root: Path, word: str, toolchain: Toolchain) -> str:
    """Return the whole name of a commit: a revision such as HEAD~1, or the message of one.

    Raises:
        ProjectError: the repository has no such commit.

    """
    git = _git(root, toolchain)
    done = git.attempt("rev-parse", "--verify", "--end-of-options", f"{word}^{{commit}}")
    if done.exit_code == 0:
        return done.stdout.strip()
    for line in git.attempt("log", "--format=%H %s").stdout.splitlines():
        name, _, subject = line.partition(" ")
        if subject == word:
            return name
    raise ProjectError(f"unknown commit {word!r}", hint="git log --oneline, in the repository")


def revert(root: Path, message: str, toolchain: Toolchain) -> None:
    """Take back what the commit with this message changed, in a commit of its own."""
    name = find(root, message, toolchain)
    _git(root, toolchain)("revert", "--no-edit", name)


def _name_someone(root: Path, toolchain: Toolchain) -> None:
    """Name an author in the settings of the repository, for students whom Git does not know."""
    git = _git(root, toolchain)
    git("config", "user.name", "student")
    git("config", "user.email", "student@example.com")


def _git(root: Path, toolchain: Toolchain, day: datetime.datetime | None = None) -> Git:
    dates = {}
    if day:
        dates = {
            "GIT_AUTHOR_DATE": day.isoformat(),
            "GIT_COMMITTER_DATE": day.isoformat(),
        }
    return Git(toolchain, root, dates)

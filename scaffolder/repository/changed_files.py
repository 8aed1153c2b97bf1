"""Find the files that differ from the default branch, and limit a report to them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from scaffolder.errors import ProjectError
from scaffolder.model import Finding, Report, Result, counted
from scaffolder.tools.git import Git, refuse_distrusted
from scaffolder.tools.toolchain import Toolchain

_DEFAULT_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
"""References of the default branch, in order; the remote's own name comes first."""


@dataclass(frozen=True, kw_only=True)
class Changes:
    """The files that are new, different or gone since `since`; paths as Git prints them."""

    since: str
    names: frozenset[str]

    def touch(self, finding: Finding) -> bool:
        """Whether the finding, or the other side of it, lies in a file that changed."""
        return any(
            _printed(path) in self.names
            for path in (finding.path, *(one.path for one in finding.related))
        )


def changes(root: Path, toolchain: Toolchain, *, since: str = "") -> Changes:
    """Return the changes below `root` since it left `since`, and in the working tree.

    An empty `since` is the default branch.

    Raises:
        ProjectError: `root` is not in a Git repository, or the reference does not exist.
        ToolError: Git is missing, or failed.

    """
    git = Git(toolchain, root)
    inside = git.attempt("rev-parse", "--is-inside-work-tree")
    refuse_distrusted(inside, root)
    if inside.stdout.strip() != "true":
        raise ProjectError(
            f"{root} is not in a Git repository", hint="leave out --only-changed and --since"
        )
    new = _listed(git("ls-files", "-z", "--others", "--exclude-standard"))
    if not git.says("rev-parse", "--quiet", "--verify", "HEAD"):
        return Changes(
            since="the beginning", names=frozenset((*new, *_listed(git("ls-files", "-z"))))
        )
    reference = since or _default_branch(git)
    if not git.says(
        "rev-parse", "--quiet", "--verify", "--end-of-options", f"{reference}^{{commit}}"
    ):
        raise ProjectError(
            f"unknown commit {reference!r} in {root}",
            hint="--since REF: a branch, tag or commit",
        )
    forked = git.attempt("merge-base", "--end-of-options", reference, "HEAD").stdout.strip()
    if not forked:
        raise ProjectError(
            f"{reference} and HEAD have no commit in common here",
            hint="git fetch --unshallow if the clone is shallow, or --since REF",
        )
    different = _listed(
        git(
            "diff", "-z", "--name-only", "--no-renames", "--relative", "--no-ext-diff", forked, "--"
        )
    )
    return Changes(since=f"{reference} ({forked[:7]})", names=frozenset((*new, *different)))


def only(changes: Changes, report: Report) -> Report:
    """Return the report with the findings in changed files, and the number of the others."""
    results = tuple(_only(changes, result, strict=report.strict) for result in report.results)
    hidden = _findings(report.results) - _findings(results)
    files = counted(len(changes.names), "file")
    note = (
        f"only findings in what changed since {changes.since} count: {files}; {hidden} in other"
        " files are not shown"
    )
    return replace(report, results=results, notes=(*report.notes, note))


def _only(changes: Changes, result: Result, *, strict: bool) -> Result:
    return result.with_findings(
        (finding for finding in result.findings if changes.touch(finding)), strict=strict
    )


def _findings(results: Iterable[Result]) -> int:
    return sum(len(result.findings) for result in results)


def _default_branch(git: Git) -> str:
    for name in _DEFAULT_BRANCHES:
        if git.says("rev-parse", "--quiet", "--verify", f"refs/remotes/{name}") or git.says(
            "rev-parse", "--quiet", "--verify", f"refs/heads/{name}"
        ):
            return name
    raise ProjectError("which branch is the default one cannot be told", hint="--since REF")


def _listed(printed: str) -> list[str]:
    return [name for name in printed.split("\0") if name]


def _printed(path: Path) -> str:
    """The path as `Toolchain.run` reads it from Git: bytes that are not UTF-8 become U+FFFD."""
    return os.fsencode(path.as_posix()).decode("utf-8", errors="replace")

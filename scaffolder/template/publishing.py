"""Publish the releases that travel with scaffolder on the user's own Git host."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from scaffolder.errors import StoreError
from scaffolder.template import git_mirror, releases
from scaffolder.template.bundled import SOURCE
from scaffolder.tools.git import Git, bare
from scaffolder.tools.toolchain import Toolchain


@dataclass(frozen=True, kw_only=True)
class Published:
    """The result of a publication: its new `tags`, and whether branch main there has them.

    If the host refuses main for another reason than the team's own work there, `reason` has its
    words.
    """

    tags: tuple[str, ...]
    main: bool
    reason: str = ""


def publish(url: str, toolchain: Toolchain) -> Published:
    """Push every packaged release to the Git repository at `url`: all of them, or none.

    Raises:
        StoreError: it cannot be read or written, has another release of the same name, or holds
        something else.

    """
    if url.startswith("scaffold:"):
        raise StoreError(
            f"{SOURCE} is inside scaffolder",
            hint="give the address of an empty repository of yours",
        )
    git = bare(toolchain, releases.embedded(toolchain).repository)
    tags = _named(git("show-ref", "--tags"))
    ours = dict(sorted(tags.items(), key=lambda one: releases.number_of(_tag(one[0]))))
    there = _there(git, url)
    new = [name for name in ours if name not in there]
    _refuse_strangers(url, ours, there)
    if new:
        _refuse_to_pass(url, _tag(new[-1]), [_tag(name) for name in there.keys() - ours.keys()])
        done = git.attempt(
            "push",
            "--quiet",
            "--atomic",
            "--",
            url,
            *(f"{name}:{name}" for name in new),
            timeout=300,
        )
        if done.exit_code != 0:
            raise _refused(
                url, f"refuses: {git_mirror.reason(done.stderr)}", hint="may you push tags there?"
            )
    # A host refuses a commit that does not descend from its main: of a team's own work, or of a
    # newer scaffolder's.
    moved = git.attempt("push", "--quiet", "--", url, "refs/heads/main:refs/heads/main")
    main = moved.exit_code == 0 or not new
    reason = (
        ""
        if main or "! [rejected]" in moved.stderr
        else git_mirror.without_secret(git_mirror.reason(moved.stderr), url)
    )
    return Published(tags=tuple(_tag(name) for name in new), main=main, reason=reason)


def _refuse_strangers(url: str, ours: Mapping[str, str], there: Mapping[str, str]) -> None:
    """Stop where a release is another one, or where the repository is for something else."""
    others = [name for name, commit in ours.items() if there.get(name, commit) != commit]
    if others:
        raise _refused(
            url,
            f"has another {_tag(others[0])}",
            hint="a release never moves: give an empty repository",
        )
    if there and not ours.keys() & there.keys():
        raise _refused(
            url,
            "holds something else: branches or tags, and no release",
            hint="give an empty repository, or ours",
        )


def _refuse_to_pass(url: str, tag: str, others: list[str]) -> None:
    """Raise if `tag` would become the newest release of a repository with a team's own."""
    highest = max(filter(releases.number_of, others), key=releases.number_of, default=tag)
    if releases.number_of(highest) < releases.number_of(tag):
        raise _refused(
            url,
            f"has a release of its own, {highest}, and repositories would lose what is in it: {tag}"
            " is newer",
            hint=f"merge it into your template (git pull {SOURCE} {tag}), and tag the result",
        )


def _there(git: Git, url: str) -> dict[str, str]:
    """The branches and tags at `url`: name → hash."""
    known = git.attempt("ls-remote", "--heads", "--tags", "--refs", "--", url)
    if known.exit_code != 0:
        raise _refused(
            url,
            f"cannot be read: {git_mirror.reason(known.stderr)}",
            hint=f"git ls-remote {shlex.quote(url)}",
        )
    return _named(known.stdout)


def _named(listed: str) -> dict[str, str]:
    return {name: commit for commit, name in (line.split() for line in listed.splitlines())}


def _tag(name: str) -> str:
    return name.removeprefix("refs/tags/")


def _refused(url: str, why: str, *, hint: str) -> StoreError:
    return StoreError(
        git_mirror.without_secret(f"{url} {why}", url), hint=git_mirror.without_secret(hint, url)
    )

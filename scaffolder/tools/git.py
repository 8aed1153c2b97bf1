"""Run Git: the first commit of a new repository, and commands in an existing one."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from scaffolder import __version__
from scaffolder.errors import ProjectError, ToolCrashed, ToolError, ToolMissing
from scaffolder.formats.regex import regex
from scaffolder.tools.process import CompletedRun, clean_environment
from scaffolder.tools.programs import Tool
from scaffolder.tools.toolchain import Toolchain

GIT = Tool(
    name="git", minimum=(2, 28), install_hint="apt install git, or https://git-scm.com/downloads"
)

_SYNTHETIC = {
    "GIT_AUTHOR_NAME": "scaffolder",
    "GIT_AUTHOR_EMAIL": "scaffolder@localhost",
    "GIT_AUTHOR_DATE": "2000-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "scaffolder",
    "GIT_COMMITTER_EMAIL": "scaffolder@localhost",
    "GIT_COMMITTER_DATE": "2000-01-01T00:00:00Z",
}
"""The author of commits that only a merge needs: no user's settings, always the same bytes."""

_SETTINGS = (
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "commit.gpgSign=false"),
    *("-c", "gc.auto=0"),
    *("-c", "advice.detachedHead=false"),
)


_BAD_SETTINGS = regex(
    r"^fatal: (?:bad (?:\w+ )?config (?:line|value|variable)|unknown error occurred while reading"
    r" the configuration)",
    re.MULTILINE,
)
"""Git's message for settings that it cannot read.

They are the system's, the user's, or the repository's.
"""

PLAIN_DIFF = ("--no-color", "--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/")
"""Options that make `git diff` print the same for all users, whatever their settings."""


@dataclass(frozen=True, kw_only=True)
class FirstCommit:
    """Whether the repository has its first commit; if not, `reason` has the cause and a command.

    Inside another repository none belongs, and nothing `failed`.
    """

    made: bool
    reason: str = ""
    failed: bool = False


@dataclass(frozen=True)
class Git:
    """Git in one folder: no hook runs, no question is asked, no user's name is needed.

    `environment` sets, for example, the index to use; `settings` are `-c` settings, one "key=value"
    each.
    """

    toolchain: Toolchain
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    settings: tuple[str, ...] = ()

    def __call__(self, *arguments: str, stdin: str | None = None, timeout: float = 120) -> str:
        """Return the output of `git ARGUMENTS`, without the last newline.

        Raises:
            ToolError: it failed, which no caller of this expects.

        """
        done = self.attempt(*arguments, stdin=stdin, timeout=timeout)
        if done.exit_code != 0:
            said = (done.stderr or done.stdout).strip().splitlines()
            command = next(word for word in arguments if not word.startswith("-"))
            raise ToolCrashed(
                f"git {command} failed in {self.folder}:"
                f" {said[-1] if said else f'exit code {done.exit_code}'}",
                hint="see for yourself: git status",
            )
        return done.stdout.removesuffix("\n")

    def attempt(
        self, *arguments: str, stdin: str | None = None, timeout: float = 120
    ) -> CompletedRun:
        """Return the result of `git ARGUMENTS`, whichever exit code; `timeout` is in seconds.

        Raises:
            ToolCrashed: Git does nothing at all, because a file of its settings does not parse.

        """
        own = tuple(chain.from_iterable(("-c", setting) for setting in self.settings))
        done = self.toolchain.run(
            GIT,
            *_SETTINGS,
            *own,
            *arguments,
            cwd=self.folder,
            env={**_SYNTHETIC, "GIT_TERMINAL_PROMPT": "0", **self.environment},
            stdin=stdin,
            timeout=timeout,
        )
        if done.exit_code != 0 and _BAD_SETTINGS.search(done.stderr):
            said = " ".join(done.stderr.split()).removeprefix(
                "fatal: "
            )  # a warning before it may name the file
            raise ToolCrashed(
                f"git cannot work in {self.folder}: {said}", hint="fix that file, then try again"
            )
        return done

    def says(self, *arguments: str) -> bool:
        """Whether `git ARGUMENTS` ends with 0."""
        return self.attempt(*arguments).exit_code == 0


def bare(toolchain: Toolchain, repository: Path, settings: tuple[str, ...] = ()) -> Git:
    """Git in a bare repository of ours, which it is told of by name.

    Where `safe.bareRepository` is `explicit`, Git takes no folder for a bare repository because it
    looks like one
    (https://git-scm.com/docs/git-config#Documentation/git-config.txt-safebareRepository).
    """
    return Git(toolchain, repository, {"GIT_DIR": str(repository)}, settings)


def first_commit(
    folder: Path, destination: Path, toolchain: Toolchain, *, branch: str = "main"
) -> FirstCommit:
    """Make `folder` a Git repository on `branch` with everything committed.

    It will be moved to `destination`.

    An empty `branch` is the one that the user's Git gives to a new repository, else main.
    Nothing is done inside another repository (a folder of a monorepo belongs to that repository),
    and a machine without Git, or a Git without an identity, gets a repository without the commit.
    """
    try:
        require_git(toolchain)
        if _git(toolchain, destination.parent, "rev-parse", "--is-inside-work-tree"):
            return FirstCommit(made=False, reason="it is in a Git repository; git add it there")
        branch = branch or _default_branch(toolchain, folder)
        message = f"Generated by scaffolder {__version__}"
        for arguments in (
            ("init", "--quiet", "--initial-branch", branch),
            (
                "add",
                "--all",
                "--force",
            ),  # also what the person's own core.excludesFile leaves out everywhere
            ("commit", "--quiet", "--no-verify", "--message", message),
        ):
            done = toolchain.run(GIT, *arguments, cwd=folder, timeout=30)
            if done.exit_code != 0:
                return FirstCommit(
                    made=False, failed=True, reason=_reason(toolchain, folder, arguments[0], done)
                )
    except ToolMissing as error:
        return FirstCommit(made=False, failed=True, reason=f"{error.message} ({error.hint})")
    except ToolError as error:
        return FirstCommit(made=False, failed=True, reason=error.message)
    return FirstCommit(made=True)


def _default_branch(toolchain: Toolchain, folder: Path) -> str:
    done = toolchain.run(GIT, "config", "--get", "init.defaultBranch", cwd=folder, timeout=30)
    return (done.stdout.strip() if done.exit_code == 0 else "") or "main"


def require_git(toolchain: Toolchain) -> None:
    """Stop where this machine has no Git that can be used.

    Raises:
        ToolMissing: Git is missing, too old, or prints only the faults of its
        settings.

    """
    if toolchain.find(GIT) is None:
        toolchain.run(GIT, "--version")  # which raises that, and knows the reason


def refuse_distrusted(said: CompletedRun, folder: Path) -> None:
    """Raise if Git distrusts a repository of another user, as in a container.

    `said` is Git's output.

    Raises:
        ProjectError: with the command that Git itself names.

    """
    lines = [line.strip() for line in said.stderr.splitlines() if "safe.directory" in line]
    command = next((line for line in lines if line.startswith("git config ")), "")
    if said.exit_code != 0 and command:
        raise ProjectError(
            f"{folder} belongs to another user, and Git does not trust it", hint=command
        )


def upload_pack(repository: Path) -> int:
    """Serve Git's protocol for `repository` on stdin and stdout; return the exit code.

    The other side is the Git that started us, so its own repository must not be named in the
    environment.
    """
    argv = ["git", "upload-pack", "--strict", str(repository)]
    return subprocess.call(argv, env=clean_environment())


def _reason(toolchain: Toolchain, folder: Path, command: str, done: CompletedRun) -> str:
    if command == "commit" and not _git(toolchain, folder, "var", "GIT_COMMITTER_IDENT"):
        return "git knows no name and e-mail of yours: git config, then git commit"
    said = (
        (done.stderr or done.stdout).strip().splitlines()
    )  # a hook's words, or those of what signs
    errors = [line for line in said if line.startswith("error: ")]
    last = (errors or said or ["no reason given"])[-1].strip()
    return f"git {command} failed: {last}; fix that, then git commit"


def _git(toolchain: Toolchain, folder: Path, *arguments: str) -> bool:
    return toolchain.run(GIT, *arguments, cwd=folder, timeout=30).exit_code == 0

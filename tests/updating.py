"""A small template with releases of its own, a repository generated from it, and Git's output about it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from scaffolder.template import releases, render
from scaffolder.tools import package_data
from scaffolder.update import run
from scaffolder.update.engine import Request
from scaffolder.update.merge import FileAction
from scaffolder.update.run import Outcome

PLAIN_COPIER = pytest.mark.skipif(
    shutil.which("sed") is None,
    reason="plain Copier runs `git submodule`, a shell script, and sed is not installed",
)
"""Marks a test that runs Copier's own command."""

Files = Mapping[str, str | None]
"""Path → content; None removes it, and a content that begins with "#!" is executable."""

SETTINGS = """_subdirectory: templates
_templates_suffix: .jinja
_envops: {variable_start_string: "[[", variable_end_string: "]]", block_start_string: "[%", block_end_string: "%]", comment_start_string: "[#", comment_end_string: "#]", keep_trailing_newline: true}
"""
QUESTIONS = "name: {type: str, default: thing}\n"
RECORD = {
    "templates/[[ _copier_conf.answers_file ]].jinja": "# Answers.\n[[ _copier_answers | to_nice_yaml -]]\n"
}


def git(folder: Path, *arguments: str, check: bool = True, **environment: str) -> str:
    """Return the output of git, without the space around it."""
    person = {
        f"GIT_{role}_{what}": "someone"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("GIT_")},
        **person,
        **environment,
    }
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, env=env
    )
    assert done.returncode == 0 or not check, done.stderr
    return done.stdout.strip()


def lay(folder: Path, files: Files) -> None:
    """Make `folder` hold these files as well, or no longer."""
    for name, content in files.items():
        path = folder / name
        if content is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8", newline="")
            path.chmod(0o755 if content.startswith("#!") else 0o644)


NEWEST = "v99.0.0"
"""The templates of this checkout, as a release after all others."""


def history_to_now(folder: Path) -> Path:
    """Make a template of all releases and, as the newest one, what this checkout has."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "fetch", "--quiet", str(releases.BUNDLE), "refs/tags/*:refs/tags/*")
    git(folder, "checkout", "--quiet", "-B", "main", releases.releases()[-1].tag)
    git(folder, "rm", "--quiet", "-r", ".")
    for name in ("copier.yml", "versions.yml", "notes.yml"):
        shutil.copy(package_data.root() / name, folder / name)
    shutil.copytree(package_data.root() / "templates", folder / "templates")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", NEWEST)
    git(folder, "tag", NEWEST)
    return folder


@dataclass(frozen=True)
class Template:
    """A template in a Git repository: each release changes some files and gets its tag."""

    folder: Path

    @classmethod
    def made(cls, folder: Path, files: Files, questions: str = QUESTIONS) -> Template:
        """One with the release v1.0.0."""
        folder.mkdir(parents=True)
        git(folder, "init", "--quiet", "--initial-branch=main")
        template = cls(folder)
        lay(folder, RECORD)
        template.release("1.0.0", files, questions)
        return template

    def release(self, version: str, files: Files, questions: str = QUESTIONS) -> None:
        lay(self.folder, {"copier.yml": SETTINGS + questions})
        lay(self.folder, {f"templates/{name}": content for name, content in files.items()})
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "--quiet", "--allow-empty", "--message", version)
        git(self.folder, "tag", f"v{version}")

    def generate(self, folder: Path, answers: Mapping[str, object] | None = None) -> Path:
        """A repository from what the folder holds now, with everything committed."""
        tag = git(self.folder, "describe", "--tags")
        render.write(
            render.Origin(folder=self.folder, commit=tag, address=str(self.folder)),
            answers or {},
            folder,
        )
        git(folder, "init", "--quiet", "--initial-branch=main")
        commit(folder)
        return folder


def commit(folder: Path, files: Files | None = None) -> None:
    """Change files and commit everything, as a person does it."""
    lay(folder, files or {})
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "mine")


def update(folder: Path, **settings: object) -> Outcome:
    """`scaffold update` in process."""
    flags = {
        name: bool(settings.pop(name)) for name in ("dry_run", "diff", "check") if name in settings
    }
    return run.update(Request(root=folder, **settings), **flags)  # type: ignore[arg-type]


def plain_copier(folder: Path, *options: str) -> None:
    """`copier update` as it is typed, with git-remote-scaffold on PATH."""
    path = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
    argv = [sys.executable, "-m", "copier", "update", "--quiet", "--defaults", *options]
    env = {**os.environ, "PATH": path, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def fates(outcome: Outcome) -> dict[str, FileAction]:
    """Return each file's outcome, but for the record of the answers."""
    return {
        change.path: change.fate
        for change in outcome.changes
        if change.path != ".copier-answers.yml"
    }


def contents(folder: Path) -> dict[str, tuple[str, bool]]:
    """Every file outside .git: its content, and whether it is executable."""
    paths = (
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    )
    return {
        path.relative_to(folder).as_posix(): (
            path.read_bytes().decode("latin-1"),
            bool(path.stat().st_mode & 0o100),
        )
        for path in paths
    }

"""Git and plain Copier read `scaffold://templates.git` through `git-remote-scaffold`, offline, as the tool is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from support import copier_alone
from updating import PLAIN_COPIER

from scaffolder.template import releases
from scaffolder.template.bundled import SOURCE
from scaffolder.tools import installation

SCRIPTS = sysconfig.get_path("scripts")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A person who has the tool on PATH, and nothing in the home folder."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "XDG_"))
    }
    return {
        **inherited,
        "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path / "home"),
    }


def run(*argv: str, cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("protocol", ["0", "2"])
def test_git_lists_the_releases(tmp_path: Path, environment: dict[str, str], protocol: str) -> None:
    done = run(
        "git",
        "-c",
        f"protocol.version={protocol}",
        "ls-remote",
        "--tags",
        SOURCE,
        cwd=tmp_path,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    assert [line.split("/")[-1] for line in done.stdout.splitlines()] == sorted(
        release.tag for release in releases.releases()
    )


def test_git_clones_inside_another_repository(tmp_path: Path, environment: dict[str, str]) -> None:
    run("git", "init", "--quiet", cwd=tmp_path, env=environment)
    named = {**environment, "GIT_DIR": str(tmp_path / ".git")}
    assert run("git", "fetch", "--quiet", SOURCE, "main", cwd=tmp_path, env=named).returncode == 0
    done = run("git", "clone", "--quiet", SOURCE, "cloned", cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "cloned" / "copier.yml").is_file()


def test_a_push_is_refused_and_says_what_to_type(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    run("git", "clone", "--quiet", SOURCE, "cloned", cwd=tmp_path, env=environment)
    done = run("git", "push", "origin", "HEAD:mine", cwd=tmp_path / "cloned", env=environment)
    assert done.returncode != 0
    assert (
        "the releases inside scaffolder can only be read\n  try: scaffold template publish URL"
        in done.stderr
    )


def test_a_home_that_cannot_be_written_is_no_obstacle(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "file").touch()
    elsewhere = {**environment, "XDG_CACHE_HOME": str(tmp_path / "file")}
    done = run("git", "ls-remote", SOURCE, cwd=tmp_path, env=elsewhere)
    assert done.returncode == 0, done.stderr


@copier_alone
@PLAIN_COPIER
def test_plain_copier_generates_from_the_address(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    copier = [
        sys.executable,
        "-m",
        "copier",
        "copy",
        "--quiet",
        "--defaults",
        "--data",
        "service_name=my-service",
    ]
    done = run(*copier, SOURCE, str(tmp_path / "made"), cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stderr
    answers = (tmp_path / "made" / ".copier-answers.yml").read_text(encoding="utf-8")
    assert f"_commit: {releases.newest().tag}\n_src_path: {SOURCE}\n" in answers


@pytest.mark.parametrize(
    ("commit", "served"), [("v99.1.0", False), ("v0.1.0", True), ("v0.0.1-3-gdd350ca", True)]
)
def test_a_tool_that_is_older_than_the_repository_says_what_to_type(
    commit: str, served: bool, tmp_path: Path, environment: dict[str, str]
) -> None:
    """Plain Copier asks Git for the releases, in the repository.

    Git would print `invalid reference: v99.1.0` later.
    """
    record = f"_commit: {commit}\n_src_path: {SOURCE}\nservice_name: my-service\n"
    (tmp_path / ".copier-answers.yml").write_text(record, encoding="utf-8")
    done = run("git", "ls-remote", "--tags", "--refs", "--", SOURCE, cwd=tmp_path, env=environment)
    assert (done.returncode == 0) is served
    assert (
        "v99.1.0 is not among the releases of scaffold://templates.git: v0.1.0" in done.stderr
    ) is not served
    assert (f"  try: {installation.current().upgrade('99.1.0')}\n" in done.stderr) is not served


def test_without_the_tool_git_names_the_program_that_is_missing(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(str(shutil.which("git")))
    done = run(
        "git", "ls-remote", SOURCE, cwd=tmp_path, env={**environment, "PATH": str(tmp_path / "bin")}
    )
    assert done.returncode != 0
    assert "remote-scaffold" in done.stderr

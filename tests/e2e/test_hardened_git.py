"""Settings that harden Git on a machine, or damage it.

Every command works as without them, or reports Git's message.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from updating import Template, commit, git, lay

from scaffolder import cli
from scaffolder.errors import ExitCode
from scaffolder.template import releases
from scaffolder.template.bundled import SOURCE
from scaffolder.tools import folder_cache
from scaffolder.tools.cache import FOLDER_VARIABLE
from scaffolder.tools.toolchain import SystemToolchain

EXPLICIT = "[safe]\nbareRepository = explicit\n"
NO_FILES = '[protocol "file"]\nallow = never\n'
NO_PROTOCOL = "[protocol]\nallow = never\n"
HARDENED = {
    "safe.bareRepository": EXPLICIT,
    "protocol.file.allow": NO_FILES,
    "protocol.allow": NO_PROTOCOL,
}

Configure = Callable[[str], Path]
"""`configured(text)` makes `text` the settings of this user's Git; the file."""


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("GIT_CONFIG_GLOBAL", raising=False)

    def write(text: str) -> Path:
        lay(tmp_path, {"home/.gitconfig": text})
        return tmp_path / "home/.gitconfig"

    return write


@pytest.fixture
def _cold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is in the cache."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "cache"))
    folder_cache.folder.cache_clear()
    yield
    folder_cache.folder.cache_clear()


@pytest.fixture
def template(tmp_path: Path) -> Template:
    made = Template.made(tmp_path / "template", {"a.txt": "a\n"})
    made.release("1.1.0", {"a.txt": "new\n"})
    return made


@pytest.mark.only_git
@pytest.mark.parametrize("settings", HARDENED.values(), ids=HARDENED)
@pytest.mark.usefixtures("_cold")
def test_the_releases_inside_scaffolder_are_read_from_a_cold_and_a_warm_cache(
    settings: str, configured: Configure
) -> None:
    configured(settings)
    for _ in ("cold", "warm"):
        with SystemToolchain() as toolchain:
            history = releases.embedded(toolchain)
            assert (releases.checkout(history, history.newest, toolchain) / "copier.yml").is_file()
            listed = ("tag", "--sort=version:refname")
            tags = git(history.repository, "--git-dir", str(history.repository), *listed).split()
            assert tags == [release.tag for release in releases.releases()]


@pytest.mark.only_git
@pytest.mark.usefixtures("_cold")
def test_what_is_unpacked_is_what_a_clone_is(tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--mirror", str(releases.BUNDLE), "clone.git")
    with SystemToolchain() as toolchain:
        unpacked = releases.embedded(toolchain).repository
    asked = ("for-each-ref", "--format=%(refname) %(objectname) %(objecttype)")
    assert git(unpacked, *asked) == git(tmp_path / "clone.git", *asked)
    assert git(unpacked, "symbolic-ref", "HEAD") == git(
        tmp_path / "clone.git", "symbolic-ref", "HEAD"
    )
    git(unpacked, "fsck", "--strict")


@pytest.mark.parametrize(
    "settings", [EXPLICIT, NO_FILES], ids=["safe.bareRepository", "protocol.file.allow"]
)
@pytest.mark.usefixtures("_cold")
def test_git_itself_reads_them_through_the_helper(
    settings: str, configured: Configure, tmp_path: Path
) -> None:
    configured(settings)
    env = {**os.environ, "PATH": f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"}
    for _ in ("cold", "warm"):
        done = subprocess.run(
            ["git", "ls-remote", "--tags", SOURCE],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.only_git
@pytest.mark.usefixtures("_cold")
def test_every_command_works_where_only_named_repositories_are_bare(
    configured: Configure,
    template: Template,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    git(template.folder, "checkout", "--quiet", "v1.0.0")
    project = template.generate(tmp_path / "project")
    git(tmp_path, "clone", "--quiet", "--mirror", str(template.folder), "host.git")
    monkeypatch.chdir(project)
    configured(EXPLICIT)
    for _ in ("cold", "warm"):
        assert cli.run(["status"]) == ExitCode.CLEAN, capsys.readouterr().err
        assert cli.run(["explain", "a.txt"]) == ExitCode.CLEAN, capsys.readouterr().err
    assert cli.run(["template", "use", str(tmp_path / "host.git")]) == ExitCode.CLEAN, (
        capsys.readouterr().err
    )
    commit(project)
    assert cli.run(["update"]) == ExitCode.CLEAN, capsys.readouterr().err
    assert (project / "a.txt").read_text(encoding="utf-8") == "new\n"
    assert cli.run(["update", "--abort"]) == ExitCode.CLEAN, capsys.readouterr().err


@pytest.mark.only_git
@pytest.mark.usefixtures("_cold")
def test_the_releases_are_published_where_only_named_repositories_are_bare(
    configured: Configure, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "host.git")
    configured(EXPLICIT)
    assert cli.run(["template", "publish", str(tmp_path / "host.git")]) == ExitCode.CLEAN, (
        capsys.readouterr().err
    )
    tags = git(tmp_path, "--git-dir", "host.git", "tag", "--sort=version:refname").split()
    assert tags == [release.tag for release in releases.releases()]


@pytest.mark.only_git
@pytest.mark.parametrize(
    "words",
    [["status"], ["update"], ["set", "name=other"], ["check", "--only-changed"]],
    ids=" ".join,
)
@pytest.mark.usefixtures("_cold")
def test_settings_that_do_not_parse_are_named_as_git_names_them(
    words: list[str],
    configured: Configure,
    template: Template,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    project = template.generate(tmp_path / "project")
    monkeypatch.chdir(project)
    file = configured("[user\n")
    assert cli.run(words) in {ExitCode.USAGE, ExitCode.NO_VERDICT}
    said = capsys.readouterr().err
    assert f"bad config line 1 in file {file}" in said
    assert "install" not in said


def test_new_says_why_there_is_no_first_commit_in_the_words_of_git(
    configured: Configure,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    file = configured("[user\n")
    assert cli.run(["new", "x", "--no-check", "--quiet"]) == ExitCode.CLEAN
    program = shutil.which("git")
    assert capsys.readouterr() == (
        "",
        f"scaffold: no first commit: git cannot be used: {program}: does not tell its version (exit code 128):"
        f" fatal: bad config line 1 in file {file} (see for yourself: {program} --version)\n",
    )


@pytest.mark.only_git
def test_settings_of_the_repository_that_do_not_parse_are_named(
    template: Template,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    project = template.generate(tmp_path / "project")
    monkeypatch.chdir(project)
    lay(project, {".git/config": "[core\n"})
    assert cli.run(["update"]) == ExitCode.NO_VERDICT
    assert capsys.readouterr().err == (
        "scaffold: git cannot work in .: bad config line 1 in file .git/config\n  try: fix that file, then try again\n"
    )

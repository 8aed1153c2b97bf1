"""An obstacle to an update, or to taking one back, is named as it is, with a command that helps."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest
from updating import Template, commit, contents, git, lay, update

from scaffolder import cli
from scaffolder.adopt import branch
from scaffolder.errors import ExitCode, ProjectError, ToolCrashed, UpdateError
from scaffolder.repository import changed_files
from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.update import run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository at v1.0.0, where v1.1.0 is out; its path holds a space."""
    template = Template.made(tmp_path / "template", {"a.txt": "a\n", "docs/b.txt": "b\n"})
    project = template.generate(tmp_path / "a project")
    template.release("1.1.0", {"a.txt": "A\n", "c.txt": "c\n"})
    return project


def test_a_repository_of_another_user_is_not_called_none(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # what Git's own tests set
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    asked = subprocess.run(
        ["git", "-C", str(project), "rev-parse", "--git-dir"], capture_output=True, text=True
    )
    if asked.returncode == 0:
        pytest.skip("this Git does not look at who owns a repository")
    with SystemToolchain() as toolchain:
        for act in (
            lambda: update(project),
            lambda: run.abort(project),
            lambda: branch.opened(project, toolchain),
            lambda: changed_files.changes(project, toolchain),
        ):
            with pytest.raises(
                ProjectError, match="belongs to another user, and Git does not trust it"
            ) as stopped:
                act()
            assert (
                stopped.value.hint
                == f"git config --global --add safe.directory {shlex.quote(str(project))}"
            )


@pytest.mark.parametrize(("flag", "tag"), [("--assume-unchanged", "h"), ("--skip-worktree", "S")])
def test_a_file_that_git_was_told_not_to_look_at_is_named(
    project: Path, flag: str, tag: str
) -> None:
    git(project, "update-index", flag, "a.txt", "docs/b.txt")
    lay(project, {"a.txt": "mine\n", "docs/b.txt": "mine\n"})
    before = contents(project)
    with pytest.raises(
        ToolCrashed, match=r"Git was told not to look at a\.txt, which the update changes$"
    ) as stopped:
        update(project)
    assert contents(project) == before
    assert git(project, "ls-files", "-v", "a.txt") == f"{tag} a.txt"
    command, _, _ = stopped.value.hint.partition(",")
    git(project, *shlex.split(command)[1:])
    commit(project)
    assert update(project).conflicts


def test_what_is_changed_inside_a_submodule_is_no_obstacle(project: Path) -> None:
    library = project / "lib"  # as `git submodule add` leaves it, which needs a shell and sed
    library.mkdir()
    git(library, "init", "--quiet")
    commit(library, {"x.txt": "x\n"})
    commit(project)
    assert git(project, "ls-files", "--stage", "lib").startswith("160000 ")
    lay(project, {"lib/x.txt": "mine\n", "lib/new.txt": "mine\n"})
    with SystemToolchain() as toolchain:
        assert branch.opened(project, toolchain).current == "main"
    assert update(project).taken
    run.abort(project)
    assert (project / "lib/x.txt").read_text() == "mine\n"
    git(library, "commit", "--quiet", "--all", "--message", "mine")
    with pytest.raises(UpdateError, match=r"^changed and not committed: lib$"):
        update(project)


def test_abort_in_a_folder_inside_names_the_one_to_give(project: Path) -> None:
    update(project)
    with pytest.raises(ProjectError) as stopped:
        run.abort(project / "docs")
    assert stopped.value.hint == f"{project} has one: give that folder"
    (project / ".copier-answers.yml").unlink()
    assert "a.txt" in run.abort(project).files


def test_abort_after_a_reset_calls_nothing_an_edit_but_what_is_one(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    update(project)
    git(project, "reset", "--quiet", "--hard")
    assert run.abort(project).edited == ()
    update(project)
    git(project, "reset", "--quiet", "--hard")
    lay(project, {"a.txt": "mine\n"})
    assert cli.run(["update", "--abort", str(project)]) == ExitCode.CLEAN
    said = capsys.readouterr().out
    patch = project / ".git/scaffold/aborted-1.patch"
    assert f"what you changed since in a.txt is in {patch}" in said
    assert f"git apply --3way '{patch}', if you want it back" in said
    assert patch.read_text().count("diff --git") == 1


def test_a_filter_that_is_not_installed_is_told_in_gits_words(project: Path) -> None:
    commit(project, {".gitattributes": "*.txt filter=lfs\n"})
    git(project, "config", "filter.lfs.required", "true")
    git(project, "config", "filter.lfs.clean", "false")
    lay(project, {"a.txt": "A\n"})
    with pytest.raises(
        ToolCrashed, match=r"^git status failed in .*: fatal: a\.txt: clean filter 'lfs' failed$"
    ):
        update(project)

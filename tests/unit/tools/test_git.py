"""Git: failures with their last line, settings that cannot be read, distrusted folders."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain, said

from scaffolder.errors import ProjectError, ToolCrashed, ToolMissing
from scaffolder.tools.git import Git, bare, first_commit, refuse_distrusted, require_git
from scaffolder.tools.process import CompletedRun


def git(done: CompletedRun) -> tuple[Git, ScriptedToolchain]:
    toolchain = ScriptedToolchain({"git": done})
    return Git(toolchain, Path("x"), settings=("a.b=c",)), toolchain


def test_the_output_has_no_last_newline_and_no_hook_runs() -> None:
    one, toolchain = git(said("a\nb\n"))
    assert one("log", "-1") == "a\nb"
    (call,) = toolchain.calls
    assert call[-2:] == ("log", "-1")
    assert "core.hooksPath=/dev/null" in call
    assert "a.b=c" in call


def test_a_failure_has_the_last_line_of_git() -> None:
    one, _ = git(said(exit_code=128, stderr="warning: x\nfatal: no such ref\n"))
    with pytest.raises(ToolCrashed, match="git log failed in x: fatal: no such ref"):
        one("--no-pager", "log")
    assert not one.says("log")
    assert one.attempt("log").exit_code == 128


def test_a_silent_failure_has_its_exit_code() -> None:
    one, _ = git(said(exit_code=3))
    with pytest.raises(ToolCrashed, match="exit code 3"):
        one("log")


def test_settings_that_do_not_parse_stop_everything() -> None:
    one, _ = git(said(exit_code=128, stderr="fatal: bad config line 1 in file x\n"))
    with pytest.raises(ToolCrashed, match="git cannot work in x: bad config line 1"):
        one.attempt("status")


def test_a_bare_repository_is_named() -> None:
    assert bare(ScriptedToolchain({}), Path("/r")).environment == {"GIT_DIR": "/r"}


@pytest.mark.parametrize(
    ("exit_code", "stderr", "refused"),
    [
        (128, "fatal: x\n\tgit config --global --add safe.directory /r\n", True),
        (128, "fatal: not a repository\n", False),
        (0, "git config --global --add safe.directory /r\n", False),
    ],
)
def test_a_folder_of_another_user_is_refused_with_the_command_of_git(
    exit_code: int, stderr: str, *, refused: bool
) -> None:
    done = said(exit_code=exit_code, stderr=stderr)
    if not refused:
        refuse_distrusted(done, Path("/r"))
        return
    with pytest.raises(ProjectError) as error:
        refuse_distrusted(done, Path("/r"))
    assert error.value.hint == "git config --global --add safe.directory /r"


def test_a_machine_without_git_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing):
        require_git(ScriptedToolchain({}))
    made = first_commit(tmp_path, tmp_path, ScriptedToolchain({}))
    assert (made.made, made.failed) == (False, True)
    assert "git is not installed" in made.reason


def test_no_commit_is_made_inside_another_repository(tmp_path: Path) -> None:
    made = first_commit(tmp_path, tmp_path, ScriptedToolchain({"git": said("true\n")}))
    assert (made.made, made.failed) == (False, False)
    assert "git add" in made.reason

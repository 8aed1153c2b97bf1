"""`scaffold doctor`: tools, Git, and plain Copier."""

from __future__ import annotations

import json
import sysconfig
from pathlib import Path

import pytest

from scaffolder import cli
from scaffolder.errors import ExitCode


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.programs
def test_doctor_names_every_tool_and_what_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["doctor", "--format", "json"]) == ExitCode.CLEAN
    tools = json.loads(capsys.readouterr().out)["tools"]
    assert {"git", "terraform", "helm", "hadolint"} <= {tool["tool"] for tool in tools}
    assert cli.run(["doctor"]) == ExitCode.CLEAN
    out = capsys.readouterr().out
    for tool in tools:
        assert f" {tool['tool']} " in out


@pytest.mark.programs
def test_doctor_says_whether_plain_copier_reaches_the_releases(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    helper = tmp_path / "bin" / "git-remote-scaffold"
    helper.parent.mkdir()
    helper.write_text("#!/bin/sh\n")
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", str(helper.parent))
    assert f"  ok  git-remote-scaffold           path      {helper}\n" in _doctor(capsys)
    helper.unlink()
    scripts = Path(sysconfig.get_path("scripts"))
    said = (
        f'export PATH="{scripts}:$PATH"'
        if (scripts / helper.name).is_file()
        else "pip install --force-reinstall --no-deps"
    )
    assert f"  --  git-remote-scaffold not on PATH; {said}" in _doctor(capsys)


@pytest.mark.programs
def test_doctor_has_the_words_of_a_git_that_cannot_be_used_and_nothing_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    git = tmp_path / "git"
    said = "fatal: bad config line 1 in file /home/dev/.gitconfig"
    git.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 128\n")
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert f"  --  git               cannot be used: {said}\n" in _doctor(capsys)


@pytest.mark.programs
def test_doctor_says_what_installs_a_git_that_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "  --  git               not found; apt install git" in _doctor(capsys)


def _doctor(capsys: pytest.CaptureFixture[str]) -> str:
    assert cli.run(["doctor"]) == ExitCode.CLEAN
    return capsys.readouterr().out

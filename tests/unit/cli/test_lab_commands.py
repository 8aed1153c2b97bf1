"""Each command of `scaffold lab`: it explains itself, and says what is missing before anything is started."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from scaffolder import cli
from scaffolder.cli import lab
from scaffolder.errors import ExitCode

WORDS = {
    "bundle": ("bundle", "usb", "--track", "go"),
    "check": ("check",),
    "cloud apply": ("cloud", "apply", "prod"),
    "cloud delete": ("cloud", "delete", "sg-1"),
    "cloud ls": ("cloud", "ls"),
    "cloud plan": ("cloud", "plan", "prod"),
    "deploy": ("deploy", "prod", "HEAD~1"),
    "hint": ("hint",),
    "open": ("open", "chat"),
    "pipeline": ("pipeline",),
    "prove": ("prove", "nothing"),
    "replace": ("replace",),
    "report": ("report", "nobody"),
    "reset": ("reset",),
    "run": ("run", "prod"),
    "show": ("show", "learnt"),
    "start": ("start", "nothing"),
    "watch": ("watch",),
}
"""What a person types who has not started anything, or names what is not there."""

NEVER_WRONG = {"list", "stop"}
"""Commands without an error of their own: there is always a list, and to end nothing is no mistake."""

SAYS = {
    "bundle": "unknown track 'go'",
    "prove": "unknown exercise 'nothing'",
    "report": "'nobody' does not exist",
    "start": "unknown exercise 'nothing'",
}


def commands(group: click.Group, *names: str) -> Iterator[tuple[str, click.Command]]:
    """Yield each command with its names, those of a group among them."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found
        if isinstance(found, click.Group):
            yield from commands(found, *names, name)
        else:
            yield " ".join((*names, name)), found


@pytest.fixture(autouse=True)
def an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")


def test_each_command_is_known_here() -> None:
    assert {name for name, _ in commands(lab.command)} == {*WORDS, *NEVER_WRONG}


@pytest.mark.parametrize("name", sorted({*WORDS, *NEVER_WRONG}))
def test_a_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["lab", *name.split(), "--help"]) == ExitCode.CLEAN
    out = capsys.readouterr().out
    assert out.startswith(f"Usage: scaffold lab {name}")
    assert dict(commands(lab.command))[name].help
    assert "--help" in out


@pytest.mark.parametrize("name", WORDS)
def test_a_command_says_what_is_missing_and_writes_nothing(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert cli.run(["lab", *WORDS[name]]) == ExitCode.USAGE
        told = capsys.readouterr().err
        assert SAYS.get(name, "nothing is started\n  try: scaffold lab start") in told
        assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", sorted(NEVER_WRONG))
def test_a_command_without_an_error_says_the_same_twice(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for _ in range(2):
        assert cli.run(["lab", name]) == ExitCode.CLEAN
        said.append(capsys.readouterr().out)
    assert said[0] == said[1] != ""
    assert list(tmp_path.iterdir()) == []

"""Options that mean the same in every command, and colours."""

from __future__ import annotations

import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from scaffolder.cli import options


@click.command()
@options.directory
@options.no_color
@options.verbose
@options.debug
def command(*, verbose: bool) -> None:
    click.echo(f"{Path.cwd().name} {verbose} {click.get_current_context().color}")


def run(*arguments: str, **environment: str) -> str:
    here = Path.cwd()
    known: dict[str, str | None] = {"NO_COLOR": None, "FORCE_COLOR": None, "ACCESSIBLE": None}
    try:
        done = CliRunner().invoke(command, arguments, env={**known, **environment})
    finally:
        os.chdir(here)
    return done.output if done.exit_code == 0 else f"exit code {done.exit_code}"


def test_a_command_works_in_another_folder(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    assert run("-C", str(tmp_path / "there")) == "there False None\n"
    assert run("-C", str(tmp_path / "missing")) == "exit code 2"


@pytest.mark.parametrize(
    ("arguments", "environment", "color"),
    [
        ((), {}, "None"),
        (("--no-color",), {}, "False"),
        ((), {"NO_COLOR": "1"}, "False"),
        ((), {"ACCESSIBLE": "1"}, "False"),
        ((), {"FORCE_COLOR": "1"}, "True"),
        (("--no-color",), {"FORCE_COLOR": "1"}, "False"),
        ((), {"NO_COLOR": ""}, "None"),
    ],
)
def test_colours_are_decided(
    arguments: tuple[str, ...], environment: dict[str, str], color: str
) -> None:
    assert run(*arguments, **environment).split()[-1] == color


@pytest.mark.parametrize("live", [True, False])
def test_a_terminal_shows_that_a_command_works(
    live: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(options, "live", lambda: live)
    monkeypatch.setenv("COLUMNS", "40")
    with pytest.raises(KeyboardInterrupt), options.working("judging lab 8"):
        raise KeyboardInterrupt
    shown, blank = f"  {'judging lab 8 ...':<37}", " " * 39
    assert capsys.readouterr().err == (f"\r{shown}\r{blank}\r" if live else "")


def test_verbose_and_debug_are_flags() -> None:
    assert run("-v", "--debug").split()[1] == "True"


@pytest.mark.parametrize(
    ("meaning", "coloured"), [("failed", True), ("passed", True), ("other", False)]
)
def test_a_word_has_the_colour_of_its_meaning(meaning: str, *, coloured: bool) -> None:
    painted = options.paint("x", meaning)
    assert click.unstyle(painted) == "x"
    assert painted.startswith("\x1b[3") is coloured


def test_a_line_has_at_least_forty_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    assert options.width() == 40
    monkeypatch.setenv("COLUMNS", "100")
    assert options.width() == 100
    assert options.width(whole=True) in {0, 100}


def test_no_one_is_asked_in_a_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert not options.interactive()
    assert not options.live()

"""The lab that a command means, and the one that comes next."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from scaffolder.cli import lab_place
from scaffolder.errors import ProjectError
from scaffolder.lab import unit, work
from scaffolder.lab.work import FOLDER, Progress, Work


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    known = {name: Progress(started=work.now()) for name in ("drift", "grow", "two-javas")}
    work.save(FOLDER, Work(current="drift", exercises=known))
    for name in ("drift", "grow/docs", ".grow/prod", "two-javas", ".programs"):
        (FOLDER / name).mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    ("folder", "word", "expected"),
    [
        (".", None, "drift"),
        ("lab-work", None, "drift"),
        ("lab-work/grow", None, "grow"),
        ("lab-work/grow/docs", None, "grow"),
        ("lab-work/.grow/prod", None, "grow"),
        ("lab-work/two-javas", None, "two-javas"),
        ("lab-work/.programs", None, "drift"),
        ("lab-work/grow", "3", "drift"),
    ],
)
def test_a_command_means_the_lab_of_the_folder(
    course: Path,
    folder: str,
    word: str | None,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(folder)
    with click.Context(click.Command("lab")) as context:
        lab_place.step_out(context)
        assert Path.cwd() == course
        assert lab_place.chosen(word).id == expected


@pytest.mark.parametrize(
    ("started", "after", "expected"),
    [
        ([], "", "1"),
        (["7"], "7", "8"),
        (["7", "8"], "8", "1"),
        (["1", "2", "3", "4", "5", "6", "7", "8"], "8", "e1"),
        (["e2"], "e2", "e3"),
        (["7"], "", "8"),
    ],
)
def test_what_comes_next_is_after_the_last_one(
    tmp_path: Path,
    started: list[str],
    after: str,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    known = {unit.named(word).id: Progress(started=work.now()) for word in started}
    current = unit.named(started[-1]).id if started else ""
    work.save(FOLDER, Work(current=current, exercises=known))
    with click.Context(click.Command("lab")):
        following = lab_place.following(unit.named(after).id if after else "")
    assert following.short == expected


def test_an_end_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    known = {one.id: Progress(started=work.now()) for one in unit.every()}
    work.save(FOLDER, Work(exercises=known))
    with (
        click.Context(click.Command("lab")),
        pytest.raises(ProjectError, match="everything is started"),
    ):
        lab_place.following()

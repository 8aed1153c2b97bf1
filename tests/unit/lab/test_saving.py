"""A save is noticed once, however many steps an editor takes for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from scaffolder.lab import saving


class Time:
    """Time that passes by the test's plan: at each look something may happen in the folder."""

    def __init__(self, *happens: Callable[[], object]) -> None:
        self.happens = list(happens)
        self.slept = 0

    def __call__(self, seconds: float) -> None:
        self.slept += 1
        if self.happens:
            self.happens.pop(0)()


def nothing() -> None:
    """Let time pass."""


def test_it_is_judged_at_once_and_after_each_save(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("1")
    time = Time(nothing, lambda: file.write_text("12"), nothing, lambda: file.write_text("123"))
    saves = saving.saves(tmp_path, time)
    next(saves)
    assert time.slept == 0
    next(saves)
    assert time.slept == 3
    next(saves)
    assert time.slept == 5


def test_a_save_in_several_steps_is_one(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    time = Time(lambda: file.write_text("1"), lambda: file.write_text("12"), nothing)
    saves = saving.saves(tmp_path, time)
    next(saves)
    next(saves)
    assert time.slept == 3


def test_what_tools_write_is_no_save(tmp_path: Path) -> None:
    for folder in ("build", ".git", "app/__pycache__"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "x").write_text("1")
    (tmp_path / "app/main.py").write_text("1")
    assert list(saving.stamps(tmp_path)) == [str(tmp_path / "app/main.py")]


def test_a_file_that_is_gone_is_a_change(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    before = saving.stamps(tmp_path)
    (tmp_path / "a").unlink()
    assert saving.stamps(tmp_path) != before

"""The program that ends processes with its parent: names that it knows, and its folder."""

from __future__ import annotations

from pathlib import Path

from scaffolder.tools.guard import Guard


def test_an_unknown_name_is_neither_polled_nor_stopped() -> None:
    guard = Guard()
    assert guard.answer({"poll": "x"}) == {"exit_code": None, "known": False}
    assert guard.answer({"stop": "x"}) == {}


def test_a_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    request = {
        "start": "x",
        "argv": [str(tmp_path / "missing")],
        "cwd": str(tmp_path),
        "env": {},
        "log": str(tmp_path / "log"),
    }
    guard = Guard()
    assert guard.answer(request) == {"error": "No such file or directory"}
    assert guard.answer({"poll": "x"})["known"] is False


def test_the_folder_of_the_run_is_removed_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "run/a").mkdir(parents=True)
    guard = Guard()
    assert guard.answer({"folder": str(tmp_path / "run")}) == {}
    guard.end()
    assert not (tmp_path / "run").exists()
    assert tmp_path.exists()


def test_without_a_folder_nothing_is_removed(tmp_path: Path) -> None:
    Guard().end()
    assert tmp_path.exists()

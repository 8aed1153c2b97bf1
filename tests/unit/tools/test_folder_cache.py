"""Files in the user's cache are whole, or made again."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scaffolder.tools import folder_cache
from scaffolder.tools.cache import FOLDER_VARIABLE


class Maker:
    """Writes two files, and counts how often it was asked to."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, folder: Path) -> None:
        self.times += 1
        (folder / "below").mkdir(parents=True)
        (folder / "a.txt").write_text("a\n", encoding="utf-8")
        (folder / "below" / "b.txt").write_text("b\n", encoding="utf-8")


@pytest.fixture
def fresh() -> Iterator[None]:
    """The folder is looked for again, before and after."""
    folder_cache.folder.cache_clear()
    yield
    folder_cache.folder.cache_clear()


def test_what_is_whole_is_made_once(tmp_path: Path) -> None:
    make = Maker()
    first, again = (folder_cache.made_once(tmp_path / "kept", make) for _ in range(2))
    assert (first, make.times) == (again, 1)
    assert (first / "below" / "b.txt").read_text(encoding="utf-8") == "b\n"


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a file is gone": lambda content: (content / "below" / "b.txt").unlink(),
    "a file is cut off": lambda content: (content / "a.txt").write_text("", encoding="utf-8"),
    "a file is another one": lambda content: (content / "a.txt").write_text(
        "b\n", encoding="utf-8"
    ),
    "the list is gone": lambda content: (content.parent / "files.json").unlink(),
    "the list is cut off": lambda content: (content.parent / "files.json").write_text(
        "{", encoding="utf-8"
    ),
    "the folder is empty": lambda content: [content.rename(content.parent / "elsewhere")],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_is_damaged_is_made_anew(damage: Callable[[Path], object], tmp_path: Path) -> None:
    make = Maker()
    content = folder_cache.made_once(tmp_path / "kept", make)
    os.utime(
        content / "a.txt", ns=(0, 0)
    )  # long ago, so that a change of now is seen whatever the clock's steps are
    make.times = 0
    folder_cache.made_once(tmp_path / "kept", make)
    damage(content)
    assert folder_cache.made_once(tmp_path / "kept", make) == content
    assert (content / "a.txt").read_text(encoding="utf-8") == "a\n"
    assert (content / "below" / "b.txt").is_file()
    assert list(tmp_path.iterdir()) == [tmp_path / "kept"]
    assert make.times == 2


def test_what_could_not_be_made_leaves_nothing(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        folder.mkdir()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folder_cache.made_once(tmp_path / "kept", fail)
    assert list(tmp_path.iterdir()) == []


def test_who_comes_second_uses_what_the_first_one_made(tmp_path: Path) -> None:
    inner, outer = Maker(), Maker()

    def slow(folder: Path) -> None:
        folder_cache.made_once(tmp_path / "kept", inner)
        outer(folder)

    content = folder_cache.made_once(tmp_path / "kept", slow)
    before = (content / "a.txt").stat().st_ino
    assert folder_cache.made_once(tmp_path / "kept", outer) == content
    assert ((content / "a.txt").stat().st_ino, inner.times, outer.times) == (before, 1, 1)


def test_only_one_at_a_time_is_alone(tmp_path: Path) -> None:
    order: list[str] = []

    def other() -> None:
        with folder_cache.alone(tmp_path / "mirror"):
            order.append("second")

    thread = threading.Thread(target=other)
    with folder_cache.alone(tmp_path / "mirror"):
        thread.start()
        thread.join(0.05)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_where_nothing_can_be_written_a_temporary_folder_serves(
    fresh: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "file"))
    assert folder_cache.made_once(folder_cache.folder() / "kept", Maker()).is_dir()
    assert folder_cache.folder() != tmp_path / "file"


@pytest.mark.parametrize("named", ["cache", "./below/cache", "../cache"])
def test_a_folder_that_is_named_from_here_is_the_same_one_from_everywhere(
    named: str, fresh: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv(FOLDER_VARIABLE, named)
    folder = folder_cache.folder()
    assert folder.is_absolute()
    assert folder.samefile(tmp_path / "here" / named)


@pytest.mark.parametrize("named", ["cache", "./cache", ".", "below/cache", "../repository/cache"])
def test_a_relative_name_makes_no_folder_inside_a_repository(
    named: str, fresh: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    (repository / "below").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    monkeypatch.setenv(FOLDER_VARIABLE, named)
    for here in (repository, repository / "below"):
        if named == "../repository/cache" and here != repository:
            continue
        monkeypatch.chdir(here)
        folder_cache.folder.cache_clear()
        assert folder_cache.folder() == tmp_path / "user" / "scaffolder"
    assert sorted(path.name for path in repository.rglob("*")) == [".git", "below"]


def test_a_relative_name_that_leads_out_of_the_repository_counts(
    fresh: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repository")
    monkeypatch.setenv(FOLDER_VARIABLE, "../cache")
    assert folder_cache.folder() == tmp_path / "cache"


def test_git_leaves_a_cache_inside_a_repository_alone(
    fresh: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / ".scaffold-cache"))
    assert (folder_cache.folder() / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_a_folder_that_was_there_gets_no_ignore_file(
    fresh: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert folder_cache.folder() == tmp_path
    assert not (tmp_path / ".gitignore").exists()

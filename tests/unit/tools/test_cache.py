"""The cache: what was put in comes out, what is damaged does not, and nothing it cannot do stops a run."""

from __future__ import annotations

import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scaffolder.tools import cache
from scaffolder.tools.cache import Cache, Contents, key_of


@pytest.fixture
def kept(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def file_of(kept: Cache) -> Path:
    (file,) = kept.folder.glob("??/*.json")
    return file


def test_what_is_put_comes_out(kept: Cache) -> None:
    key = key_of("a", 1)
    assert kept.get(key) is None
    kept.put(key, {"stdout": "é\ud800", "exit_code": 0})
    assert kept.get(key) == {"stdout": "é\ud800", "exit_code": 0}
    assert kept.get(key_of("a", 2)) is None


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"key": 1}'])
def test_a_damaged_entry_is_not_believed_and_can_be_written_again(kept: Cache, damage: str) -> None:
    key = key_of("a")
    kept.put(key, "x")
    file_of(kept).write_text(damage, encoding="utf-8")
    assert kept.get(key) is None
    kept.put(key, "y")
    assert kept.get(key) == "y"


def test_an_entry_that_says_something_else_than_was_written_is_not_believed(kept: Cache) -> None:
    key = key_of("a")
    kept.put(key, "failed")
    file_of(kept).write_text(
        file_of(kept).read_text(encoding="utf-8").replace("failed", "passed"), encoding="utf-8"
    )
    assert kept.get(key) is None


def test_an_entry_under_another_name_is_not_believed(kept: Cache) -> None:
    kept.put(key_of("a"), "x")
    other = key_of("b")
    (kept.folder / other[:2]).mkdir(exist_ok=True)
    file_of(kept).rename(kept.folder / other[:2] / f"{other}.json")
    assert kept.get(other) is None


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, not a folder", encoding="utf-8")
    kept = Cache(tmp_path / "cache")
    kept.put(key_of("a"), "x")
    kept.prune()
    assert kept.get(key_of("a")) is None
    assert kept.usage().entries == 0


def test_runs_at_the_same_time_see_whole_entries_only(kept: Cache) -> None:
    key = key_of("a")
    values = ["x" * 200_000, "y" * 200_000]

    def both(number: int) -> object:
        kept.put(key, values[number % 2])
        return kept.get(key)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(both, range(64))) <= set(values)
    assert [file.suffix for file in kept.folder.glob("??/*")] == [".json"]


def test_what_is_old_or_too_much_goes_and_what_was_used_last_stays(
    kept: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("forgotten", "older", "newer")
    for age, name in zip((cache.OLDEST + 60, 7200, 60), names, strict=True):
        kept.put(key_of(name), name * 100)
        file = kept.folder / key_of(name)[:2] / f"{key_of(name)}.json"
        os.utime(file, (time.time() - age, time.time() - age))
    monkeypatch.setattr(cache, "LARGEST", file_of_size(kept, "newer") + 10)
    kept.prune()
    assert [name for name in names if kept.get(key_of(name))] == ["newer"]


def file_of_size(kept: Cache, name: str) -> int:
    return (kept.folder / key_of(name)[:2] / f"{key_of(name)}.json").stat().st_size


def test_pruning_looks_once_a_day(kept: Cache) -> None:
    kept.put(key_of("a"), "x")
    kept.prune()
    long_ago = time.time() - cache.OLDEST - 60
    os.utime(file_of(kept), (long_ago, long_ago))
    kept.prune()
    assert kept.usage().entries == 1
    yesterday = time.time() - 90_000
    os.utime(kept.folder / "pruned", (yesterday, yesterday))
    kept.prune()
    assert kept.usage().entries == 0


def test_entries_are_for_their_owner(kept: Cache) -> None:
    kept.put(key_of("a"), "x")
    assert stat.S_IMODE(file_of(kept).stat().st_mode) == 0o600


def test_git_leaves_a_new_cache_alone(tmp_path: Path) -> None:
    Cache(tmp_path / "new").put(key_of("a"), "x")
    assert (tmp_path / "new" / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_the_folder_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(tmp_path / "mine"))
    assert Cache().usage().folder == tmp_path / "mine"


def test_contents_are_of_every_file_below_and_of_what_is_absent(tmp_path: Path) -> None:
    (tmp_path / "chart" / "templates").mkdir(parents=True)
    (tmp_path / "chart" / "templates" / "a.yaml").write_text("a", encoding="utf-8")

    def of() -> str | None:
        return Contents().of([tmp_path / "chart", tmp_path / "absent"])

    seen = [of()]
    assert of() == seen[0]
    for change in (
        lambda: (tmp_path / "chart" / "templates" / "a.yaml").write_text("b", encoding="utf-8"),
        lambda: (tmp_path / "chart" / "b.yaml").write_text("", encoding="utf-8"),
        lambda: (tmp_path / "chart" / "b.yaml").rename(tmp_path / "chart" / "c.yaml"),
        lambda: (tmp_path / "absent").write_text("", encoding="utf-8"),
    ):
        change()
        seen.append(of())
    assert len(set(seen)) == 5


def test_one_reader_notices_an_edit(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("one", encoding="utf-8")
    contents = Contents()
    before = contents.of([file])
    file.write_text("two", encoding="utf-8")
    os.utime(file, ns=(0, file.stat().st_mtime_ns + 1))
    assert contents.of([file]) != before


def test_a_pipe_is_not_opened_and_a_loop_of_links_is_not_followed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert Contents().of([tmp_path]) is not None
    (tmp_path / "loop").symlink_to("loop")
    assert Contents().of([tmp_path]) is None

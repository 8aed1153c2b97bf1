"""Modes and hashes of files, as Git has them."""

from __future__ import annotations

from pathlib import Path

from scaffolder.template.manifest import EXECUTABLE, LINK, PLAIN, entries, entry, without_returns

HELLO = "ce013625030ba8dba906f756967f9e9ca394464a"
"""The name that Git gives to the content "hello" with a line end."""
EMPTY = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"


def test_a_file_has_the_hash_that_git_gives_it(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("hello\n")
    (tmp_path / "b").write_text("")
    assert (entry(tmp_path / "a").mode, entry(tmp_path / "a").blob) == (PLAIN, HELLO)
    assert entry(tmp_path / "b").blob == EMPTY


def test_a_program_and_a_link_have_their_modes(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("hello\n")
    (tmp_path / "a").chmod(0o755)
    (tmp_path / "link").symlink_to("hello\n")
    assert entry(tmp_path / "a").mode == EXECUTABLE
    assert (entry(tmp_path / "link").mode, entry(tmp_path / "link").blob) == (LINK, HELLO)


def test_line_ends_of_windows_can_be_left_out(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"hello\r\n")
    assert entry(tmp_path / "a").blob != HELLO
    assert without_returns(tmp_path / "a") == HELLO


def test_entries_are_by_path(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x/a").write_text("hello\n")
    found = entries(tmp_path, (Path("x/a"),))
    assert {path.as_posix(): one.blob for path, one in found.items()} == {"x/a": HELLO}

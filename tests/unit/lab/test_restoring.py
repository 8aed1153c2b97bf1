"""A folder is put back, and a shell that stands in it can go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.lab import restoring


@pytest.fixture
def source(tmp_path: Path) -> Path:
    root = tmp_path / "source"
    (root / "docs").mkdir(parents=True)
    (root / "docs/a.md").write_text("a\n")
    (root / "run.sh").write_text("#!/bin/sh\n")
    (root / "run.sh").chmod(0o755)
    (root / "link").symlink_to("run.sh")
    (root / "empty").mkdir()
    return root


def names(root: Path) -> list[tuple[str, int]]:
    return sorted((str(path.relative_to(root)), path.lstat().st_mode) for path in root.rglob("*"))


def test_a_folder_becomes_the_same(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    (target / "docs/own").mkdir(parents=True)
    (target / "docs/own/b.md").write_text("b\n")
    (target / "docs/a.md").mkdir()
    (target / "run.sh").write_text("changed\n")
    (target / "run.sh").chmod(0o400)
    (target / "link").symlink_to("docs", target_is_directory=True)
    for _ in range(2):
        restoring.restore(source, target)
        assert names(target) == names(source)
        assert (target / "docs/a.md").read_text() == "a\n"
        assert (target / "link").readlink() == Path("run.sh")


def test_a_shell_in_the_folder_can_go_on(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "target"
    (target / "docs").mkdir(parents=True)
    monkeypatch.chdir(target / "docs")
    restoring.restore(source, target)
    assert [entry.name for entry in Path().iterdir()] == ["a.md"]


def test_what_differs_is_copied_before(source: Path, tmp_path: Path) -> None:
    target, backups = tmp_path / "target", tmp_path / "backups"
    restoring.restore(source, target)
    assert restoring.back_up(source, target, backups)[1] == ()
    assert not backups.exists()
    (target / "docs/a.md").write_text("mine\n")
    (target / "docs/b.md").write_text("new\n")
    (target / "run.sh").unlink()
    (target / "link").unlink()
    (target / "link").symlink_to("docs/a.md")
    (target / ".git").mkdir()
    (target / ".git/HEAD").write_text("x")
    for number in (1, 2):
        folder, files = restoring.back_up(source, target, backups)
        assert folder == backups / f"target-{number}"
        assert files == (Path("docs/a.md"), Path("docs/b.md"), Path("link"))
        assert (folder / "docs/a.md").read_text() == "mine\n"
        assert (folder / "link").readlink() == Path("docs/a.md")

"""Paths that a repository leaves out, by patterns as `.gitignore` has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.repository.excluded import Excluded
from scaffolder.repository.project import Project


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("vendor", "vendor/a.yml"),
        ("vendor/", "vendor/a.yml"),
        ("vendor", "services/pay/vendor/deep/a.yml"),
        ("*.md", "docs/a.md"),
        ("*.md", "a.md"),
        ("docs/*.md", "docs/a.md"),
        ("/docs", "docs/a.md"),
        ("./docs/a.md", "docs/a.md"),
        ("docs/**", "docs/deep/a.md"),
        ("**/testdata/**", "a/b/testdata/c.yml"),
        ("**/testdata", "testdata/c.yml"),
        ("a/**/z.yml", "a/z.yml"),
        ("a/**/z.yml", "a/b/c/z.yml"),
        ("a?.yml", "ab.yml"),
        (" vendor ", "vendor/a.yml"),
    ],
)
def test_what_is_left_out(pattern: str, path: str) -> None:
    assert Path(path) in Excluded([pattern])


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("vendor", "vendored/a.yml"),
        ("vendor", "my-vendor/a.yml"),
        ("docs/*.md", "docs/deep/a.md"),
        ("docs/*.md", "other/docs/a.md"),
        ("/docs", "other/docs/a.md"),
        ("a?.yml", "a/.yml"),
        ("a.yml", "axyml"),
        ("", "a.yml"),
    ],
)
def test_what_only_looks_alike_stays(pattern: str, path: str) -> None:
    assert Path(path) not in Excluded([pattern])


def test_a_project_does_not_hold_what_is_left_out(tmp_path: Path) -> None:
    for name in ("a.yml", "vendor/b.yml", "src/vendor/c.yml", "src/d.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a: 1\n", encoding="utf-8")
    project = Project(tmp_path, exclude=["vendor"])
    assert [file.as_posix() for file in project.files] == ["a.yml", "src/d.yml"]
    assert not project.has("vendor/b.yml")

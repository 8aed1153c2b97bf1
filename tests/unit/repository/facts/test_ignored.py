"""Paths that Git leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts import ignored


@pytest.mark.parametrize(
    ("lines", "path", "is_left_out"),
    [
        ("/report/\n", "report/index.html", True),
        ("*.log\n", "a/b.log", True),
        (".local\n", ".local/runs/x.json", True),
        ("# report\n", "report", False),
        ("!report\n", "report", False),
        ("report\n", "reports", False),
    ],
)
def test_gitignore_names_what_is_left_out(
    lines: str, path: str, is_left_out: bool, tmp_path: Path
) -> None:
    project = written(tmp_path, {".gitignore": lines, "a.txt": "x\n"})
    assert (Path(path) in ignored.of(project)) == is_left_out

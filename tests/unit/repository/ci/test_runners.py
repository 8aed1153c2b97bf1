"""Hosted machines that a matrix names."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.ci.runners import runners_in_matrices

FILE = ".github/workflows/a.yml"


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("matrix: {os: [ubuntu-24.04, windows-2022]}", ["ubuntu-24.04", "windows-2022"]),
        ("matrix: {include: [{os: macos-15}]}", ["macos-15"]),
        ("matrix: {os: [ubuntu-latest, self-hosted]}", []),
        ("matrix: {version: ['24.04']}", []),
    ],
)
def test_labels_are_those_with_a_version(
    strategy: str, expected: list[str], tmp_path: Path
) -> None:
    project = written(tmp_path, {FILE: f"jobs:\n  a:\n    strategy: {{{strategy}}}\n"})
    found = list(runners_in_matrices(project, Path(FILE)))
    assert [label for label, _ in found] == expected
    assert {line for _, line in found} <= {3}


def test_a_label_outside_of_a_strategy_is_no_matrix(tmp_path: Path) -> None:
    project = written(tmp_path, {FILE: "# matrix\njobs:\n  a:\n    runs-on: ubuntu-24.04\n"})
    assert list(runners_in_matrices(project, Path(FILE))) == []

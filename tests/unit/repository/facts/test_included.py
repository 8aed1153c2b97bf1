"""The folder in which the recipes of a part of a Makefile run."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.included import folder_of

PART = "test:\n\tgo test ./...\n"


@pytest.mark.parametrize(
    ("files", "folder"),
    [
        ({"Makefile": "include scripts/go.mk\n", "scripts/go.mk": PART}, "."),
        ({"app/Makefile": "-include ../scripts/go.mk\n", "scripts/go.mk": PART}, "app"),
        ({"Makefile": "include scripts/*.mk\n", "scripts/go.mk": PART}, "."),
        ({"Makefile": "include $(TOP)/scripts/go.mk\n", "scripts/go.mk": PART}, "."),
        (
            {
                "Makefile": "include scripts/all.mk\n",
                "scripts/all.mk": "include scripts/go.mk\n",
                "scripts/go.mk": PART,
            },
            ".",
        ),
    ],
)
def test_a_part_runs_in_the_folder_of_the_makefile_that_includes_it(
    files: dict[str, str], folder: str, tmp_path: Path
) -> None:
    assert folder_of(written(tmp_path, files), Path("scripts/go.mk")) == Path(folder)


@pytest.mark.parametrize(
    "files",
    [
        {"Makefile": "all:\n\ttrue\n", "scripts/go.mk": PART},
        {"Makefile": "# include scripts/go.mk\n", "scripts/go.mk": PART},
        {
            "a/Makefile": "include ../scripts/go.mk\n",
            "b/Makefile": "include ../scripts/go.mk\n",
            "scripts/go.mk": PART,
        },
        {"scripts/go.mk": "include scripts/go.mk\n"},
    ],
    ids=["not included", "a comment", "two folders", "itself"],
)
def test_the_folder_of_a_part_may_be_unknown(files: dict[str, str], tmp_path: Path) -> None:
    assert folder_of(written(tmp_path, files), Path("scripts/go.mk")) is None


def test_a_makefile_runs_in_its_own_folder(tmp_path: Path) -> None:
    project = written(tmp_path, {"app/Makefile": PART})
    assert folder_of(project, Path("app/Makefile")) == Path("app")

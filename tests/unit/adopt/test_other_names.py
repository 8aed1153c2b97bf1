"""Files that programs look for under several names."""

from __future__ import annotations

import pytest

from scaffolder.adopt.other_names import of


@pytest.mark.parametrize(
    ("file", "tracked", "other"),
    [
        ("compose.yaml", ["docker-compose.yml"], "docker-compose.yml"),
        ("CODEOWNERS", [".github/CODEOWNERS"], ".github/CODEOWNERS"),
        ("Makefile", ["GNUmakefile"], "GNUmakefile"),
        ("README.md", ["readme.rst"], "readme.rst"),
        ("azure-pipelines.yml", [".azure-pipelines.yml"], ".azure-pipelines.yml"),
        ("README.md", ["README.rst", "README"], "README"),
    ],
)
def test_a_file_may_be_there_under_another_name(file: str, tracked: list[str], other: str) -> None:
    assert of(file, tracked) == other


@pytest.mark.parametrize(
    ("file", "tracked"),
    [
        ("compose.yaml", ["app/docker-compose.yml"]),
        ("Makefile", ["Makefile.am"]),
        ("Dockerfile", ["Containerfile"]),
    ],
)
def test_other_files_are_other_files(file: str, tracked: list[str]) -> None:
    assert of(file, tracked) == ""

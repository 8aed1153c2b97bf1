"""Services of a repository, and the service that a file belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.services import (
    dockerfiles_of,
    folders,
    shared,
    subject_of,
    with_image,
)

IMAGE = "FROM scratch\n"
MODULE = "module x\n\ngo 1.26\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"Dockerfile": IMAGE}, ["."]),
        ({"docker/Dockerfile": IMAGE}, ["."]),
        ({"app/src/main/docker/Dockerfile": IMAGE}, ["app"]),
        ({"a/Dockerfile": IMAGE, "b/Dockerfile": IMAGE}, ["a", "b"]),
        ({"a/Dockerfile": IMAGE, "b/go.mod": MODULE}, ["a", "b"]),
        ({"a/Dockerfile": IMAGE, "a/lib/go.mod": MODULE}, ["a"]),
        ({"Dockerfile": IMAGE, "b/go.mod": MODULE}, ["."]),
        ({"tools/go.mod": MODULE, "a/Dockerfile": IMAGE}, ["a"]),
        ({"x.txt": ""}, []),
    ],
)
def test_services_are_folders_with_an_image_or_a_build(
    files: dict[str, str], expected: list[str], tmp_path: Path
) -> None:
    assert [one.as_posix() for one in folders(written(tmp_path, files))] == expected


TWO = {"a/Dockerfile": IMAGE, "b/go.mod": MODULE, "a/ci/Dockerfile.dev": IMAGE}


def test_a_file_belongs_to_the_nearest_service(tmp_path: Path) -> None:
    project = written(tmp_path, TWO)
    assert subject_of(project, Path("a/src/main.go")) == Path("a")
    assert subject_of(project, Path("b/go.mod")) == Path("b")
    assert subject_of(project, Path("ci/build.sh")) == Path()


def test_the_root_is_shared_unless_it_has_an_image(tmp_path: Path) -> None:
    assert shared(written(tmp_path / "two", TWO), Path())
    assert not shared(written(tmp_path / "two", TWO), Path("a"))
    assert not shared(written(tmp_path / "one", {"Dockerfile": IMAGE}), Path())


def test_dockerfiles_are_those_of_a_service(tmp_path: Path) -> None:
    project = written(tmp_path, TWO)
    assert Path("a/Dockerfile") in dockerfiles_of(project, Path("a"))
    assert dockerfiles_of(project, Path("b")) == ()
    assert with_image(project) == (Path("a"),)

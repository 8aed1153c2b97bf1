"""The files that Dockerfiles copy into images."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.image_sources import absent, sources


@pytest.mark.parametrize(
    ("copies", "paths"),
    [
        ("COPY a.txt b/ ./", ["a.txt", "b"]),
        ("COPY ./a.txt /", ["a.txt"]),
        ("COPY src/*.py lib/**/x.js ./", ["src", "lib"]),
        ("COPY *.py ./", []),
        ("COPY --from=build /a.txt ./", []),
        ("COPY . ./", []),
        ("COPY $A ../b ./", []),
        ("ADD https://example.com/a.txt ./", []),
    ],
)
def test_sources_are_those_of_the_context(copies: str, paths: list[str], tmp_path: Path) -> None:
    project = written(tmp_path, {"Dockerfile": f"FROM scratch\n{copies}\n"})
    assert [one.path.as_posix() for one in sources(project)] == paths


def test_an_absent_source_has_the_path_that_is_meant(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM scratch\nCOPY confg/a.txt ./\n", "config/a.txt": "a\n"}
    ((source, near),) = absent(written(tmp_path, files))
    assert (source.path, source.place.line, near) == (Path("confg/a.txt"), 2, Path("config/a.txt"))

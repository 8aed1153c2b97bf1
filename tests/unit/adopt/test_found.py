"""Things that are found in a repository, with their places."""

from __future__ import annotations

from pathlib import Path

from support import written

from scaffolder.adopt.found import by_weight, matches, there
from scaffolder.model import Location


def test_each_line_that_matches_is_found_with_its_group(tmp_path: Path) -> None:
    project = written(tmp_path, {"a": "x\nport=80\nport: 81\n", "b": "port=82\n"})
    found = list(matches(project, (Path("a"), Path("b")), r"port=(\d+)|port: (\d+)"))
    assert [(place.path.name, place.line, value) for place, value in found] == [
        ("a", 2, "80"),
        ("a", 3, "81"),
        ("b", 1, "82"),
    ]


def test_without_a_group_all_is_the_value(tmp_path: Path) -> None:
    project = written(tmp_path, {"a": "port=80\n"})
    assert [value for _, value in matches(project, (Path("a"),), r"port=\d+")] == ["port=80"]
    assert list(matches(project, (Path("a"),), "host")) == []


def test_files_are_there_or_nothing_is() -> None:
    one = there("chart", "helm", [Path("helm/Chart.yaml")])
    assert one is not None
    assert (one.value, one.places) == ("helm", (Location(path=Path("helm/Chart.yaml")),))
    assert there("chart", "helm", []) is None


def test_files_near_the_root_and_plain_dockerfiles_are_first() -> None:
    files = [
        Path("a/b/Dockerfile"),
        Path("Dockerfile.dev"),
        Path("Dockerfile"),
        Path("a/Dockerfile"),
    ]
    assert sorted(files, key=by_weight) == [
        Path("Dockerfile"),
        Path("Dockerfile.dev"),
        Path("a/Dockerfile"),
        Path("a/b/Dockerfile"),
    ]

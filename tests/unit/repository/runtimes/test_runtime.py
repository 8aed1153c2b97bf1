"""Parts that the modules of runtimes share: versions, images, lines, paths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import written

from scaffolder.repository.runtimes.runtime import (
    first_numbers,
    is_plain,
    last_part,
    leading_version,
    line_with,
    names_in,
    relative_path,
    value_at,
    version_of_distroless,
)


@pytest.mark.parametrize(
    ("version", "count", "expected"),
    [
        ("3.13.2", 2, "3.13"),
        ("v24.1.0", 1, "24"),
        ("8u502", 2, "8.502"),
        ("17.0.2_8", 2, "17.0"),
        (" 21 ", 2, "21"),
        ("latest", 2, ""),
        ("x", 1, ""),
        ("", 1, ""),
    ],
)
def test_the_first_numbers_of_a_version(version: str, count: int, expected: str) -> None:
    assert first_numbers(version, count) == expected


@pytest.mark.parametrize(
    ("name", "tag", "version"),
    [
        ("eclipse-temurin", "17.0.2_8-jdk", "17.0.2_8"),
        ("python", "3.13-slim", "3.13"),
        ("mcr.microsoft.com/devcontainers/python", "1-3.12", "3.12"),
        ("python", "latest", ""),
        ("python", "slim-3.13", ""),
    ],
)
def test_a_tag_begins_with_its_version(name: str, tag: str, version: str) -> None:
    assert leading_version(name, tag) == version


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("gcr.io/distroless/java21", "21"),
        ("gcr.io/distroless/java21-debian12", "21"),
        ("gcr.io/distroless/java", ""),
        ("example.com/java21", ""),
        ("gcr.io/distroless/javascript21", ""),
    ],
)
def test_a_distroless_image_has_its_version_in_its_name(name: str, version: str) -> None:
    assert version_of_distroless(name, "java") == version


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        (["java", "-jar", "/app.jar"], True),
        (["sh", "-c", "a && b"], False),
        (["$A"], False),
        ([], True),
    ],
)
def test_words_may_mean_more_to_a_shell(words: list[str], *, plain: bool) -> None:
    assert is_plain(words) is plain


def test_a_line_is_found_by_an_expression(tmp_path: Path) -> None:
    project = written(tmp_path, {"a.txt": "x\nname = b\nname = c\n"})
    assert line_with(project, Path("a.txt"), r"^name\s*=") == 2
    assert line_with(project, Path("a.txt"), r"^title") == 0


def test_names_are_those_of_files_at_the_root(tmp_path: Path) -> None:
    project = written(tmp_path, {"a.cfg": "name = shop\n", "x/a.cfg": "name = other\n"})
    (one,) = names_in(project, "a.cfg", r"name = (\w+)", rank=3)
    assert (one.value, one.file, one.line, one.rank) == ("shop", Path("a.cfg"), 1, 3)


@pytest.mark.parametrize(
    ("start", "end", "way"), [("a/b", "c", "../../c"), (".", "a/b", "a/b"), ("a", "a", ".")]
)
def test_the_way_between_folders(start: str, end: str, way: str) -> None:
    assert relative_path(Path(start), Path(end)) == way


@pytest.mark.parametrize(
    ("table", "value"), [({"a": {"b": 1}}, 1), ({"a": 1}, None), ({}, None), ([1], None)]
)
def test_a_value_at_the_end_of_keys(table: Any, value: Any) -> None:
    assert value_at(table, "a", "b") == value


def test_the_last_part_of_a_name() -> None:
    assert last_part("registry.test:5000/team/shop") == "shop"
    assert last_part("shop") == "shop"

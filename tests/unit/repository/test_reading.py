"""Files as values: each format raises for who reports what does not parse, and gives nothing to who leaves it to SY."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scaffolder.repository import reading
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Unreadable

Read = Callable[[Project, Path], Any]

FORMATS: dict[str, tuple[str, Read, Read, Any]] = {
    "a.yaml": ("a: [1\n", reading.yaml_of, reading.documents, []),
    "b.yaml": ("a: [1\n", reading.table_of, reading.table, {}),
    "a.json": ('{"a": ', reading.json_of, reading.json, {}),
    "a.xml": ("<a>", reading.xml_of, reading.xml, None),
    "a.tf": ("a = {", reading.hcl_of, reading.blocks, None),
    "Dockerfile": ("RUN x\n", reading.dockerfile_of, reading.stages, None),
}


@pytest.mark.parametrize("name", FORMATS)
def test_what_does_not_parse_is_refused_or_is_nothing(name: str, tmp_path: Path) -> None:
    text, strictly, leniently, nothing = FORMATS[name]
    (tmp_path / name).write_text(text, encoding="utf-8")
    project = Project(tmp_path)
    with pytest.raises(Unreadable):
        strictly(project, Path(name))
    assert leniently(project, Path(name)) == nothing


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("a: 1\nb: [1\n", "did not find expected ',' or ']'", 3),
        ("a: 1\na: 2\n", "the key 'a' is there twice", 2),
        ("a: \x00\n", "control characters are not allowed", 0),
    ],
)
def test_a_text_of_yaml_is_refused_with_its_reason_and_line(
    text: str, reason: str, line: int
) -> None:
    with pytest.raises(Unreadable, match=re.escape(reason)) as refused:
        reading.yaml_in(text)
    assert refused.value.line == line


def test_a_text_of_yaml_has_documents() -> None:
    assert reading.yaml_in("a: 1\n---\n- b\n") == [{"a": 1}, ["b"]]


@pytest.mark.parametrize("text", ["- 1\n", "x\n", ""])
def test_a_document_that_is_no_table_is_an_empty_one(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    assert reading.table(Project(tmp_path), Path("a.yaml")) == {}


def test_an_open_jenkinsfile_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "Jenkinsfile").write_text("\npipeline {\n", encoding="utf-8")
    with pytest.raises(Unreadable) as error:
        reading.jenkinsfile_of(Project(tmp_path), Path("Jenkinsfile"))
    assert error.value.line == 2


@pytest.mark.parametrize(
    ("name", "allowed"),
    [("tsconfig.base.json", True), ("devcontainer.json", True), ("a.json", False)],
)
def test_comments_are_for_the_readers_that_allow_them(
    name: str, allowed: bool, tmp_path: Path
) -> None:
    (tmp_path / name).write_text('// why\n{"a": 1}\n', encoding="utf-8")
    assert reading.json(Project(tmp_path), Path(name)) == ({"a": 1} if allowed else {})

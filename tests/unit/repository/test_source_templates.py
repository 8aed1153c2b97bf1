"""Files that another program renders first, so that their text is not yet what it will be."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.source_templates import (
    has_open_values,
    is_named_so,
    is_source,
    is_written_by_a_script,
)


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("{{cookiecutter.name}}/a.yaml", True),
        ("a.yaml.j2", False),
        ("a.j2.yaml", True),
        ("a.tpl.json", True),
        ("[[ x ]]/a.yaml", True),
        ("templates/a.yaml", False),
        ("a.yaml", False),
    ],
)
def test_a_path_may_tell(path: str, *, named: bool) -> None:
    assert is_named_so(Path(path)) is named


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("a.yaml", "{% if x %}\na: b\n{% endif %}\n", 0),
        ("a.yaml", "{{- range .Items }}\na: b\n", 0),
        ("a.json", "version https://git-lfs.github.com/spec/v1\noid x\n", 0),
        ("a.yaml", "a: {{ name }}\n", 1),
        ("a.yaml", "a: @project.version@\n", 1),
        ("a.json", '{"a": {name}}\n', 1),
    ],
)
def test_a_template_is_known_by_its_text(file: str, text: str, line: int, tmp_path: Path) -> None:
    assert is_source(written(tmp_path, {file: text}), Path(file), line)


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("a.yaml", "a: [1\n", 1),
        ("a.yaml", "a: {{ name }}\n", 0),
        ("a.yaml", 'a: "{{ name }}\n', 0),
        (".github/workflows/a.yml", "a: {{ name }}\n", 1),
        ("roles/x/tasks/main.yml", "a: {{ name }}\n", 1),
    ],
    ids=["plain", "it parses", "in quotes", "a workflow", "a playbook"],
)
def test_other_files_are_read_as_they_are(file: str, text: str, line: int, tmp_path: Path) -> None:
    assert not is_source(written(tmp_path, {file: text}), Path(file), line)


def test_the_values_of_a_chart_are_not_rendered(tmp_path: Path) -> None:
    files = {
        "c/Chart.yaml": "name: a\n",
        "c/values.yaml": "a: {{ b }}\n",
        "values.yaml": "a: {{ b }}\n",
    }
    project = written(tmp_path, files)
    assert not is_source(project, Path("c/values.yaml"), 1)
    assert is_source(project, Path("values.yaml"), 1)


@pytest.mark.parametrize(
    ("text", "by_script", "is_open"),
    [
        ("a: #NAME#\n", True, True),
        ("a: __NAME__\n", True, False),
        ("a: {{ name }}\n", False, True),
        ("a: b # NAME\n", False, False),
        ("a: {b: c}\n", False, False),
    ],
)
def test_a_value_may_be_a_placeholder(
    text: str, by_script: bool, is_open: bool, tmp_path: Path
) -> None:
    project = written(tmp_path, {"a.yaml": text})
    assert is_written_by_a_script(project, Path("a.yaml")) is by_script
    assert has_open_values(project, Path("a.yaml")) is is_open

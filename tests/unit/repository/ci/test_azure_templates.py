"""Templates of Azure Pipelines, and the parts that an expression lets in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import written

from scaffolder.repository.ci.azure_templates import called, flat, inside


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([{"bash": "a"}], [{"bash": "a"}]),
        ([{"${{ if x }}": [{"bash": "a"}]}, {"bash": "b"}], [{"bash": "a"}, {"bash": "b"}]),
        ([{"${{ each x }}": [{"${{ if y }}": [1]}]}], [1]),
        ([{"if": [{"bash": "a"}]}], [{"if": [{"bash": "a"}]}]),
        ([{"${{ if x }}": "a"}], [{"${{ if x }}": "a"}]),
        ("steps", []),
        (None, []),
    ],
)
def test_entries_of_expressions_are_let_in(parts: Any, expected: list[Any]) -> None:
    assert flat(parts) == expected


FILES = {
    "ci/steps.yml": "steps:\n  - bash: a\n  - template: more.yml\n",
    "ci/more.yml": "steps:\n  - bash: b\n  - template: steps.yml\n",
}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("steps.yml", "ci/steps.yml"),
        ("/ci/steps.yml", "ci/steps.yml"),
        ("../ci/more.yml", "ci/more.yml"),
        ("steps.yml@templates", None),
        ("${{ parameters.file }}", None),
        ("missing.yml", None),
        ("", None),
    ],
)
def test_a_template_is_named_from_its_caller_or_the_root(
    name: str, path: str | None, tmp_path: Path
) -> None:
    found = called(written(tmp_path, FILES), Path("ci/main.yml"), {"template": name})
    assert found == (None if path is None else Path(path))


def test_templates_that_call_each_other_end(tmp_path: Path) -> None:
    project = written(tmp_path, FILES)
    found = [
        one["bash"]
        for one in inside(project, Path("ci/x.yml"), {"template": "steps.yml"})
        if "bash" in one
    ]
    assert found[:2] == ["a", "b"]
    assert len(found) < 20

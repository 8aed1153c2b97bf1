"""SY002 and SY003: a file that Terraform renders first is not YAML or JSON before that."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.repository.project import Project

TEMPLATE = 'a: ${a}\n%{ if b != "" ~}\nb: ${b}\n%{ endif ~}\n'
ITEMS = "a:\n  - x\n b-${b}\n  c: d\n"
"""Not YAML, without a directive as the reason."""


def found(root: Path, files: dict[str, str], check: str = "SY002") -> list[str]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    report = checks.run(
        Project(root), checks.choose(select=[check], ignore=[]), ScriptedToolchain({})
    )
    return [finding.path.as_posix() for result in report.results for finding in result.findings]


CALLS = {
    "beside the module": ("infra/a.tf", '"${path.module}/values/a.yaml"', "infra/values/a.yaml"),
    "above the module": (
        "infra/m/a.tf",
        '"${path.module}/../values/a.yaml"',
        "infra/values/a.yaml",
    ),
    "from the root": ("a.tf", '"${path.root}/a.yml"', "a.yml"),
    "without a folder": ("a.tf", '"./values/a.yaml"', "values/a.yaml"),
    "in a loop": ("a.tf", '"${path.module}/values/${each.key}.yaml"', "values/prod.yaml"),
    "over two lines": ("a.tf", '\n    "${path.module}/a.yaml"', "a.yaml"),
}


@pytest.mark.parametrize(("module", "path", "file"), CALLS.values(), ids=CALLS)
def test_a_file_that_terraform_renders_is_left_alone(
    module: str, path: str, file: str, tmp_path: Path
) -> None:
    text = f"locals {{\n  values = templatefile({path}, {{ b = 1 }})\n}}\n"
    assert found(tmp_path, {module: text, file: ITEMS, "other.yaml": "a: b\n"}) == []


def test_a_file_with_directives_of_terraform_is_left_alone(tmp_path: Path) -> None:
    assert (
        found(tmp_path, {"a.tf": "locals {}\n", "b.yaml": TEMPLATE, "other.yaml": "a: b\n"}) == []
    )


def test_json_that_terraform_renders_is_left_alone(tmp_path: Path) -> None:
    files = {
        "a.tf": 'x = templatefile("${path.module}/a.json", {})\n',
        "a.json": '{"a": ${b}}\n',
        "b.json": "{}\n",
    }
    assert found(tmp_path, files, "SY003") == []


def test_any_other_file_has_to_parse(tmp_path: Path) -> None:
    text = 'locals {\n  values = templatefile("${path.module}/values/a.yaml", {})\n}\n'
    files = {
        "a.tf": text,
        "values/a.yaml": ITEMS,
        "values/b.yaml": ITEMS,
        "other/values/a.yaml": ITEMS,
    }
    assert found(tmp_path, files) == ["other/values/a.yaml", "values/b.yaml"]


def test_without_terraform_a_directive_is_an_error(tmp_path: Path) -> None:
    assert found(tmp_path, {"b.yaml": TEMPLATE}) == ["b.yaml"]

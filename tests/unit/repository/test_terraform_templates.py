"""Files that Terraform renders first."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.terraform_templates import is_one, without


@pytest.mark.parametrize(
    ("main", "text", "rendered"),
    [
        ('a = templatefile("${path.module}/a.yaml", {})\n', "x: 1\n", True),
        ('a = templatefile("${path.module}/${var.name}.yaml", {})\n', "x: 1\n", True),
        ('a = templatefile("${path.module}/b.yaml", {})\n', "x: 1\n", False),
        ('a = file("${path.module}/a.yaml")\n', "x: 1\n", False),
        ("a = 1\n", "%{ if x }\nx: 1\n%{ endif }\n", True),
        ("a = 1\n", "x: '%{ y }'\n", False),
    ],
)
def test_a_file_may_be_rendered_by_terraform(
    main: str, text: str, *, rendered: bool, tmp_path: Path
) -> None:
    project = written(tmp_path, {"infra/main.tf": f"locals {{\n  {main}}}\n", "infra/a.yaml": text})
    file = Path("infra/a.yaml")
    assert is_one(project, file) is rendered
    assert without(project, (file,)) == (() if rendered else (file,))


def test_without_terraform_a_directive_is_a_text(tmp_path: Path) -> None:
    project = written(tmp_path, {"a.yaml": "%{ if x }\n"})
    assert not is_one(project, Path("a.yaml"))

"""Lists of environments in validations, schemas, guards, loops and choices."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.environment_lists import (
    CHOICE,
    GUARD,
    LOOP,
    SCHEMA,
    TABLE,
    VALIDATION,
    concerns,
    declared,
    lists,
    usual,
)

NAMES = ("dev", "qa", "prod")
VALID = """\
variable "environment" {
  validation {
    condition = contains(["dev", "qa", "prod"], var.environment)
  }
}
"""


@pytest.mark.parametrize(
    ("file", "text", "kind"),
    [
        ("main.tf", VALID, VALIDATION),
        ("main.tf", 'x = can(regex("^(dev|qa|prod)$", var.environment))\n', VALIDATION),
        (
            "main.tf",
            "locals {\n  sizes = {\n    dev  = 1\n    qa   = 2\n    prod = 3\n  }\n}\n"
            "x = local.sizes[var.environment]\n",
            TABLE,
        ),
        (
            "chart/values.schema.json",
            '{"properties": {"environment": {"enum": ["dev", "qa", "prod"]}}}',
            SCHEMA,
        ),
        ("ci/a.sh", 'case "$1" in\n  dev | qa | prod) ;;\n  *) exit 1 ;;\nesac\n', GUARD),
        ("ci/a.sh", "[[ $1 =~ ^(dev|qa|prod)$ ]] || exit 2\n", GUARD),
        ("ci/a.sh", "for env in dev qa prod; do\n  echo\ndone\n", LOOP),
        (
            ".github/workflows/a.yml",
            "on:\n  workflow_dispatch:\n    inputs:\n      environment:\n        options: [dev, qa, prod]\n",
            CHOICE,
        ),
    ],
)
def test_a_list_has_its_kind_and_names(file: str, text: str, kind: str, tmp_path: Path) -> None:
    files = {"chart/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n", file: text}
    found = [(one.kind, one.names) for one in lists(written(tmp_path, files))]
    assert (kind, NAMES) in found


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("main.tf", 'x = contains(["dev", "prod"], var.size)\n'),
        ("ci/a.sh", "for file in dev qa prod; do\n  echo\ndone\n"),
        ("ci/a.sh", "# for env in dev qa prod; do\n"),
    ],
    ids=["another variable", "another loop", "a comment"],
)
def test_other_lists_are_left_out(file: str, text: str, tmp_path: Path) -> None:
    assert lists(written(tmp_path, {file: text})) == ()


@pytest.mark.parametrize(
    ("name", "expected"), [("production", "prod"), ("PROD", "prod"), ("dev", "dev"), ("eu1", "eu1")]
)
def test_names_of_one_environment_are_one(name: str, expected: str) -> None:
    assert usual(name) == usual(expected)


def test_environments_are_declared_by_files(tmp_path: Path) -> None:
    project = written(tmp_path, {"env/dev.tfvars": "a = 1\n", "env/production.tfvars": "a = 1\n"})
    assert declared(project) == {
        "dev": [Path("env/dev.tfvars")],
        usual("prod"): [Path("env/production.tfvars")],
    }


def test_environments_are_declared_by_overlays_and_by_what_files_call_themselves(
    tmp_path: Path,
) -> None:
    overlay = "resources: [../../base]\n"
    project = written(
        tmp_path,
        {
            "k8s/overlays/dev/kustomization.yaml": overlay,
            "k8s/overlays/prod/kustomization.yaml": overlay,
            "settings/one.tfvars": 'environment = "dev"\n',
            "settings/two.tfvars": 'environment = "qa"\n',
            "settings/three.tfvars": 'name = "prod"\n',
        },
    )
    found = {name: {file.as_posix() for file in paths} for name, paths in declared(project).items()}
    assert found["dev"] == {"k8s/overlays/dev/kustomization.yaml", "settings/one.tfvars"}
    assert found[usual("qa")] == {"settings/two.tfvars"}
    assert found[usual("prod")] == {"k8s/overlays/prod/kustomization.yaml"}


def test_a_schema_concerns_the_values_of_its_chart(tmp_path: Path) -> None:
    project = written(
        tmp_path,
        {
            "chart/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n",
            "chart/values.schema.json": '{"properties": {"env": {"enum": ["dev", "prod"]}}}',
            "chart/values-dev.yaml": "a: 1\n",
            "other/values-dev.yaml": "a: 1\n",
        },
    )
    (one,) = lists(project)
    assert concerns(project, one, Path("chart/values-dev.yaml"))
    assert not concerns(project, one, Path("other/values-dev.yaml"))


def test_a_validation_concerns_the_values_of_its_configuration(tmp_path: Path) -> None:
    project = written(
        tmp_path,
        {"a/main.tf": VALID, "a/dev.tfvars": "x = 1\n", "b/main.tf": "", "b/dev.tfvars": ""},
    )
    (one,) = lists(project)
    assert concerns(project, one, Path("a/dev.tfvars"))
    assert not concerns(project, one, Path("b/dev.tfvars"))

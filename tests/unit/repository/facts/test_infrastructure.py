"""Versions that Terraform's files name: of itself, of providers, of Kubernetes."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.infrastructure import files, read
from scaffolder.repository.facts.statements import Declaration, Unread

PROVIDERS = """\
terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/AWS"
      version = "~> 5.0"
    }
    helm = "3.0.2"
  }
}
"""
LOCK = 'provider "registry.terraform.io/hashicorp/aws" {\n  version = "5.100.0"\n}\n'
CLUSTER = 'resource "aws_eks_cluster" "main" {\n  version = "1.33"\n}\n'


def stated(root: Path, files: dict[str, str]) -> list[tuple[str, str, int]]:
    return [
        (one.fact, one.value, one.place.line)
        for one in read(written(root, files))
        if isinstance(one, Declaration)
    ]


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("main.tf", PROVIDERS, ("tool terraform", ">= 1.9", 2)),
        ("main.tf", PROVIDERS, ("provider hashicorp/aws", "~> 5.0", 6)),
        (".terraform.lock.hcl", LOCK, ("provider hashicorp/aws", "5.100.0", 2)),
        ("main.tf", CLUSTER, ("kubernetes", "1.33", 2)),
    ],
)
def test_versions_are_stated(
    file: str, text: str, expected: tuple[str, str, int], tmp_path: Path
) -> None:
    assert expected in stated(tmp_path, {file: text})


def test_a_version_without_a_source_is_that_of_hashicorp(tmp_path: Path) -> None:
    text = PROVIDERS.replace('source  = "hashicorp/AWS"', "")
    assert ("provider hashicorp/aws", "~> 5.0", 6) in stated(tmp_path, {"main.tf": text})


def test_a_provider_outside_a_lock_file_is_not_locked(tmp_path: Path) -> None:
    assert stated(tmp_path, {"main.tf": LOCK}) == []


def test_the_default_of_a_module_is_no_version_of_a_cluster(tmp_path: Path) -> None:
    default = 'variable "kubernetes_version" {\n  default = "1.33"\n}\n'
    module = {
        "main.tf": 'module "cluster" {\n  source = "./cluster"\n}\n',
        "cluster/main.tf": default,
    }
    assert stated(tmp_path / "module", module) == []
    assert stated(tmp_path / "root", {"main.tf": default}) == [("kubernetes", "1.33", 2)]


def test_a_file_that_does_not_parse_is_unread(tmp_path: Path) -> None:
    project = written(tmp_path, {"main.tf": "a = {", "b.tf": CLUSTER})
    found = list(read(project))
    assert [one.path for one in found if isinstance(one, Unread)] == [Path("main.tf")]
    assert [one.value for one in found if isinstance(one, Declaration)] == ["1.33"]


def test_files_are_those_of_terraform_and_its_locks(tmp_path: Path) -> None:
    names = ("main.tf", "prod.tfvars", ".terraform.lock.hcl", "notes.hcl.md")
    assert {file.as_posix() for file in files(written(tmp_path, dict.fromkeys(names, "")))} == {
        "main.tf",
        "prod.tfvars",
        ".terraform.lock.hcl",
    }

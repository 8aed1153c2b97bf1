"""AG007 to AG010: versions of Terraform, of tools, of providers and of Kubernetes."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import places

TERRAFORM = 'terraform {\n  required_version = "VERSION"\n}\n'
PROVIDER = 'terraform {\n  required_providers {\n    aws = {\n      source  = "hashicorp/aws"\n      version = "VERSION"\n    }\n  }\n}\n'
CLUSTER = 'resource "aws_eks_cluster" "a" {\n  version = "VERSION"\n}\n'


@pytest.mark.parametrize(
    ("version", "number"), [("~> 1.11", 0), (">= 1.9", 0), ("~> 1.10.0", 1), ("< 1.11", 1)]
)
def test_the_installed_terraform_is_allowed(version: str, number: int, tmp_path: Path) -> None:
    files = {
        "main.tf": TERRAFORM.replace("VERSION", version),
        "mise.toml": '[tools]\nterraform = "1.11.4"\n',
    }
    assert len(places(tmp_path, files, "AG007")) == number


@pytest.mark.parametrize(("version", "number"), [("3.17.0", 0), ("3.16.0", 1)])
def test_a_tool_has_one_version(version: str, number: int, tmp_path: Path) -> None:
    files = {"mise.toml": '[tools]\nhelm = "3.17.0"\n', "ci/a.sh": f"HELM_VERSION={version}\n"}
    assert len(places(tmp_path, files, "AG008")) == number


@pytest.mark.parametrize(("version", "number"), [("~> 5.0", 0), ("~> 5.90", 0), ("~> 6.0", 1)])
def test_roots_agree_on_a_provider(version: str, number: int, tmp_path: Path) -> None:
    files = {
        "a/main.tf": PROVIDER.replace("VERSION", "~> 5.0") + 'module "b" {\n  source = "../b"\n}\n',
        "b/main.tf": PROVIDER.replace("VERSION", version),
    }
    assert len(places(tmp_path, files, "AG009")) == number


@pytest.mark.parametrize(("version", "number"), [("1.33", 0), ("1.31", 1)])
def test_kubernetes_has_one_version(version: str, number: int, tmp_path: Path) -> None:
    files = {
        "main.tf": CLUSTER.replace("VERSION", "1.33"),
        "ci/a.sh": f"kubeconform -kubernetes-version {version}.0 x\n",
    }
    assert len(places(tmp_path, files, "AG010")) == number

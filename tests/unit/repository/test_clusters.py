"""Versions of Kubernetes that Terraform names, and the managed cluster they are for."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.clusters import managed, versions

EKS = 'resource "aws_eks_cluster" "a" {\n  version = "1.33"\n}\n'
AKS = 'resource "azurerm_kubernetes_cluster" "a" {\n  kubernetes_version = "1.33"\n}\n'
GKE = 'resource "google_container_cluster" "a" {\n  min_master_version = "1.33"\n}\n'


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("main.tf", EKS),
        ("main.tf", AKS),
        ("main.tf", GKE),
        ("main.tf", 'variable "cluster_version" {\n  default = "1.33"\n}\n'),
        ("main.tf", 'locals {\n  k8s_version = "1.33"\n}\n'),
        ("main.tf", 'module "a" {\n  source = "x"\n  kubernetes_version = "1.33"\n}\n'),
        ("prod.tfvars", 'kubernetes_version = "1.33"\n'),
    ],
)
def test_a_version_is_named(file: str, text: str, tmp_path: Path) -> None:
    ((path, attribute),) = versions(written(tmp_path, {file: text}))
    assert (path, attribute.text) == (Path(file), "1.33")


@pytest.mark.parametrize(
    "text",
    [
        'resource "aws_db_instance" "a" {\n  version = "1.33"\n}\n',
        'resource "aws_eks_cluster" "a" {\n  version = var.version\n}\n',
        'variable "cluster_version" {}\n',
        'variable "chart_version" {\n  default = "1.33"\n}\n',
        "a = {",
    ],
)
def test_other_versions_are_left_out(text: str, tmp_path: Path) -> None:
    assert list(versions(written(tmp_path, {"main.tf": text}))) == []


def test_values_of_variables_come_first(tmp_path: Path) -> None:
    project = written(tmp_path, {"a.tf": EKS, "z.tfvars": 'cluster_version = "1.32"\n'})
    assert [attribute.text for _, attribute in versions(project)] == ["1.32", "1.33"]


@pytest.mark.parametrize(
    ("files", "cluster"),
    [
        ({"a/main.tf": EKS}, "eks"),
        ({"a/main.tf": AKS}, "aks"),
        ({"a/main.tf": GKE}, "gke"),
        ({"a/main.tf": EKS, "b/main.tf": AKS}, "eks"),
        ({"a/main.tf": "", "b/main.tf": AKS}, "aks"),
        ({"a/main.tf": "", "b/main.tf": AKS, "c/main.tf": EKS}, ""),
        ({"a/main.tf": ""}, ""),
    ],
)
def test_a_version_is_that_of_the_nearest_cluster(
    files: dict[str, str], cluster: str, tmp_path: Path
) -> None:
    project = written(tmp_path, {**files, "a/prod.tfvars": 'cluster_version = "1.33"\n'})
    assert managed(project, Path("a/prod.tfvars")) == cluster

"""Providers of Terraform beside the cluster that they speak to."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.cluster_providers import beside_their_cluster, providers

CLUSTER = 'resource "aws_eks_cluster" "main" {\n  name = "x"\n}\n'
PROVIDER = 'provider "kubernetes" {\n  host = aws_eks_cluster.main.endpoint\n}\n'
USE = 'resource "kubernetes_namespace" "shop" {}\n'


@pytest.mark.parametrize(
    "text",
    [
        CLUSTER + PROVIDER + USE,
        CLUSTER
        + PROVIDER.replace("kubernetes", "helm")
        + USE.replace("kubernetes_namespace", "helm_release"),
        CLUSTER
        + "locals {\n  host = aws_eks_cluster.main.endpoint\n}\n"
        + 'provider "kubernetes" {\n  host = local.host\n}\n'
        + USE,
    ],
    ids=["kubernetes", "helm", "through a local"],
)
def test_a_provider_reads_the_cluster_of_its_configuration(text: str, tmp_path: Path) -> None:
    (found,) = beside_their_cluster(written(tmp_path, {"main.tf": text}))
    assert found.cluster == "aws_eks_cluster.main"
    assert found.made_at.line == 1
    assert found.at.path == Path("main.tf")


@pytest.mark.parametrize(
    "text",
    [
        CLUSTER + PROVIDER,
        PROVIDER + USE,
        CLUSTER.replace("resource", "data") + PROVIDER.replace("= aws", "= data.aws") + USE,
        CLUSTER + PROVIDER.replace("aws_eks_cluster.main.endpoint", '"https://x"') + USE,
        CLUSTER + PROVIDER.replace("kubernetes", "postgresql") + USE,
    ],
    ids=["no resource needs it", "no cluster", "a data source", "an address", "another provider"],
)
def test_other_providers_are_apart_from_their_cluster(text: str, tmp_path: Path) -> None:
    assert list(beside_their_cluster(written(tmp_path, {"main.tf": text}))) == []


def test_a_module_may_make_the_cluster(tmp_path: Path) -> None:
    files = {
        "env/main.tf": 'module "k8s" {\n  source = "../k8s"\n}\n'
        + PROVIDER.replace("aws_eks_cluster.main.endpoint", "module.k8s.endpoint")
        + USE,
        "k8s/main.tf": CLUSTER
        + 'output "endpoint" {\n  value = aws_eks_cluster.main.endpoint\n}\n',
    }
    (found,) = beside_their_cluster(written(tmp_path, files))
    assert found.made_at.path == Path("k8s/main.tf")


@pytest.mark.parametrize(
    ("source", "makes"),
    [
        ("terraform-aws-modules/eks/aws", True),
        ("terraform-aws-modules/eks/aws//modules/karpenter", False),
        ("terraform-aws-modules/vpc/aws", False),
    ],
)
def test_a_published_module_may_make_the_cluster(
    source: str, *, makes: bool, tmp_path: Path
) -> None:
    module = f'module "x" {{\n  source = "{source}"\n}}\n'
    provider = PROVIDER.replace("aws_eks_cluster.main.endpoint", "module.x.endpoint")
    found = list(beside_their_cluster(written(tmp_path, {"main.tf": module + provider + USE})))
    assert bool(found) is makes


def test_providers_of_a_cluster_are_counted(tmp_path: Path) -> None:
    text = PROVIDER + 'provider "helm" {}\nprovider "aws" {}\n'
    assert providers(written(tmp_path, {"main.tf": text})) == 2

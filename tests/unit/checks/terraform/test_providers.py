"""Providers beside the cluster that they speak to: TF003 on Terraform as teams write it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.repository.project import Project

KUBERNETES = """\
provider "kubernetes" {{
  host                   = {0}
  cluster_ca_certificate = base64decode({1})
}}

resource "kubernetes_namespace" "this" {{
  metadata {{
    name = "shop"
  }}
}}
"""
EKS = 'resource "aws_eks_cluster" "this" {\n  name = "shop"\n}\n'
PUBLISHED = 'module "eks" {\n  source  = "terraform-aws-modules/eks/aws"\n  version = "21.0.0"\n}\n'
LOOKED_UP = 'data "aws_eks_cluster" "this" {{\n  name = {0}\n}}\n'
BY_DATA = KUBERNETES.format(
    "data.aws_eks_cluster.this.endpoint", "data.aws_eks_cluster.this.certificate_authority[0].data"
)


def found(root: Path, files: dict[str, str]) -> list[tuple[str, str]]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    report = checks.run(
        Project(root), checks.choose(select=["TF003"], ignore=[]), ScriptedToolchain({})
    )
    return [
        (f"{finding.path.as_posix()}:{finding.line}", finding.related[0].path.as_posix())
        for result in report.results
        for finding in result.findings
    ]


BESIDE = {
    "a resource": {
        "main.tf": EKS,
        "k8s.tf": KUBERNETES.format("aws_eks_cluster.this.endpoint", "var.certificate"),
    },
    "the second setting alone": {
        "main.tf": EKS,
        "k8s.tf": KUBERNETES.format(
            "var.host", "aws_eks_cluster.this.certificate_authority[0].data"
        ),
    },
    "a published module": {
        "main.tf": PUBLISHED,
        "k8s.tf": KUBERNETES.format(
            "module.eks.cluster_endpoint", "module.eks.cluster_certificate_authority_data"
        ),
    },
    "a module of Azure with a count": {
        "main.tf": 'module "aks" {\n  source = "Azure/aks/azurerm"\n}\n',
        "k8s.tf": KUBERNETES.format("module.aks[0].host", "module.aks[0].cluster_ca_certificate"),
    },
    "a module by its repository": {
        "main.tf": 'module "gke" {\n  source = "git::https://github.com/'
        'terraform-google-modules/terraform-google-kubernetes-engine.git?ref=v37.0.0"\n}\n'
        'resource "google_container_cluster" "this" {\n  name = "shop"\n}\n',
        "k8s.tf": KUBERNETES.format('"https://${google_container_cluster.this.endpoint}"', '""'),
    },
    "a local module": {
        "main.tf": 'module "cluster" {\n  source = "./modules/cluster"\n}\n',
        "modules/cluster/main.tf": EKS,
        "modules/cluster/outputs.tf": 'output "endpoint" {\n  value = aws_eks_cluster.this.endpoint\n}\n',
        "k8s.tf": KUBERNETES.format("module.cluster.endpoint", '""'),
    },
    "locals": {
        "main.tf": EKS + "locals {\n  host = aws_eks_cluster.this.endpoint\n}\n",
        "k8s.tf": KUBERNETES.format("local.host", '""'),
    },
    "a block in helm": {
        "main.tf": 'resource "azurerm_kubernetes_cluster" "this" {\n  name = "shop"\n}\n',
        "k8s.tf": 'provider "helm" {\n  kubernetes {\n'
        "    host = azurerm_kubernetes_cluster.this.kube_config[0].host\n  }\n}\n"
        'resource "helm_release" "shop" {\n  name = "shop"\n}\n',
    },
    "an object in helm": {
        "main.tf": PUBLISHED,
        "k8s.tf": 'provider "helm" {\n  kubernetes = {\n    host = module.eks.cluster_endpoint\n  }\n}\n'
        'module "addons" {\n  source = "aws-ia/eks-blueprints-addons/aws"\n}\n',
    },
    "a data source that waits for the cluster": {
        "main.tf": PUBLISHED,
        "data.tf": LOOKED_UP.format("module.eks.cluster_name"),
        "k8s.tf": BY_DATA,
    },
    "a variable of a module": {
        "main.tf": EKS
        + 'module "inside" {\n  source = "./inside"\n  host = aws_eks_cluster.this.endpoint\n}\n',
        "inside/main.tf": KUBERNETES.format("var.host", '""'),
    },
}


@pytest.mark.parametrize("files", BESIDE.values(), ids=BESIDE)
def test_a_provider_beside_its_cluster_is_found(tmp_path: Path, files: dict[str, str]) -> None:
    places = found(tmp_path, files)
    assert len(places) == 1
    assert places[0][0].startswith(("k8s.tf:", "inside/main.tf:"))
    assert places[0][1].endswith("main.tf")


APART = {
    "a data source, the cluster is elsewhere": {
        "main.tf": BY_DATA,
        "data.tf": LOOKED_UP.format("var.cluster"),
    },
    "a root for the cluster, a root for what is in it": {
        "cluster/main.tf": EKS
        + 'output "endpoint" {\n  value = aws_eks_cluster.this.endpoint\n}\n',
        "inside/main.tf": BY_DATA + LOOKED_UP.format('"shop"'),
    },
    "the state of the other root": {
        "main.tf": KUBERNETES.format(
            "data.terraform_remote_state.cluster.outputs.endpoint",
            "data.terraform_remote_state.cluster.outputs.ca",
        ),
        "cluster/main.tf": EKS,
    },
    "a kubeconfig beside a cluster": {
        "main.tf": EKS
        + 'provider "kubernetes" {\n  config_path = var.kubeconfig\n}\n'
        + 'resource "kubernetes_namespace" "this" {}\n',
    },
    "a module that makes no cluster": {
        "main.tf": 'module "names" {\n  source = "./names"\n}\n',
        "names/main.tf": 'output "host" {\n  value = "https://10.0.0.1"\n}\n',
        "k8s.tf": KUBERNETES.format("module.names.host", '""'),
    },
    "a part of the published module for pods": {
        "main.tf": 'module "role" {\n  source = "terraform-aws-modules/eks/aws//modules/karpenter"\n}\n',
        "k8s.tf": KUBERNETES.format("var.host", "module.role.name"),
    },
    "a provider that nothing uses": {
        "main.tf": PUBLISHED,
        "k8s.tf": 'provider "kubernetes" {\n  host = module.eks.cluster_endpoint\n}\n',
    },
    "the name in a text and in a comment": {
        "main.tf": EKS,
        "k8s.tf": KUBERNETES.format(
            '"aws_eks_cluster.this.endpoint"', "var.ca # not aws_eks_cluster.this.ca"
        ),
    },
    "the provider of the cloud": {
        "main.tf": EKS
        + 'provider "aws" {\n  alias = "x"\n  region = aws_eks_cluster.this.region\n}\n',
    },
    "an example": {
        "examples/all/main.tf": EKS + KUBERNETES.format("aws_eks_cluster.this.endpoint", '""'),
    },
    "modules that refer to each other": {
        "main.tf": "locals {\n  a = local.b\n  b = local.a\n}\n"
        + KUBERNETES.format("local.a", '""'),
    },
}


@pytest.mark.parametrize("files", APART.values(), ids=APART)
def test_a_provider_apart_from_its_cluster_is_right(tmp_path: Path, files: dict[str, str]) -> None:
    assert found(tmp_path, files) == []


def test_says_that_a_plan_may_fail(tmp_path: Path) -> None:
    for name, text in BESIDE["a resource"].items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    chosen = checks.choose(select=["TF003"], ignore=[])
    (result,) = checks.run(Project(tmp_path), chosen, ScriptedToolchain({})).results
    message = result.findings[0].message
    assert message.endswith(": a plan may fail, and a destroy or a replaced cluster does")

"""Providers of Terraform that speak to a cluster, and what makes the cluster."""

from __future__ import annotations

from scaffolder.model import Check, Finding, NotApplicable, Severity, Verdict, counted
from scaffolder.repository.facts import cluster_providers
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain


def clusters_are_made_before(project: Project, _: Toolchain) -> Verdict:
    """No provider takes its settings from a cluster that the same configuration makes.

    https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs
    """
    number = cluster_providers.providers(project)
    if not number:
        raise NotApplicable("no provider of Terraform speaks to a cluster")
    findings = tuple(
        Finding(
            path=provider.at.path,
            line=provider.at.line,
            message=f"the provider {provider.name} takes its settings from {provider.cluster}, "
            "which the same configuration makes: a plan may fail, and a destroy or a replaced "
            "cluster does",
            fix="move what is inside the cluster to another root, which looks the cluster up",
            related=(provider.made_at,),
        )
        for provider in cluster_providers.beside_their_cluster(project)
    )
    return Verdict(findings=findings, detail=counted(number, "provider"))


CHECKS = (
    Check(
        id="TF003",
        severity=Severity.WARNING,
        title="Clusters are made before their providers",
        run=clusters_are_made_before,
    ),
)

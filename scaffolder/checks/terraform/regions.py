"""Regions of clouds that the Terraform code names."""

from __future__ import annotations

from scaffolder.model import Check, Finding, NotApplicable, Severity, Verdict, counted
from scaffolder.repository.facts import regions
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain


def regions_exist(project: Project, _: Toolchain) -> Verdict:
    """Each region that the code names is one that its cloud lists."""
    stated = tuple(regions.stated(project))
    if not stated:
        raise NotApplicable("no Terraform code names a region of AWS or Azure")
    findings = tuple(
        Finding(
            path=region.at.path,
            line=region.at.line,
            message=region.doubt,
            fix="correct the name; if the region is newer than this scaffolder, waive the finding",
        )
        for region in stated
        if region.doubt
    )
    return Verdict(findings=findings, detail=counted(len(stated), "region"))


CHECKS = (
    Check(
        id="TF004",
        severity=Severity.WARNING,
        title="Regions exist",
        run=regions_exist,
    ),
)

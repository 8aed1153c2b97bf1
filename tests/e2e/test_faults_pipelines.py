"""Faults in the pipelines of GitLab, Jenkins and Azure, each found by its check."""

from __future__ import annotations

import pytest
from faults import Fault, append, expect_found, fault, replace
from support import Repository

from scaffolder import checks
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import SystemToolchain

SYSTEMS = ["gitlab", "jenkins", "azure-devops"]

FAULTS = (
    fault("CI005", "a section is misspelt", "Jenkinsfile", replace, r"^  stages \{", "  stagez {"),
    fault("CI005", "a condition is misspelt", "Jenkinsfile", replace, r"^      when \{", "      whenn {"),
    fault("CI005", "steps are written step", "Jenkinsfile", replace, r"^( +)steps \{", r"\1step {"),
    fault("CI005", "the pipeline has no agent", "Jenkinsfile", replace, r"^  agent none\n", ""),
    fault("CI005", "a machine is held during an approval", "Jenkinsfile", replace, r"^  agent none", "  agent any"),
    fault("CI005", "a brace is missing", "Jenkinsfile", append, "\nvoid helper() {\n"),
    fault("CI006", "a job has a key that does not exist", ".gitlab-ci.yml", append, "\nbroken:\n  scripts: [make test]\n"),
    fault("CI007", "a stage has a key that does not exist", "azure-pipelines.yml", replace, r"^    dependsOn: \[qa\]", "    dependson: [qa]\n    nonsense: true"),
    fault("CI007", "a template calls a task by a wrong input", "ci/azure-devops/deploy.yml", replace, r"lockBehavior: sequential", "lockBehavior: always"),
)  # fmt: skip


@pytest.mark.parametrize("one", FAULTS, ids=lambda one: f"{one.check} {one.name}")
def test_fault_is_found_and_its_place_is_said(
    one: Fault, repository: Repository, toolchain: SystemToolchain
) -> None:
    (check,) = checks.choose(select=[one.check], ignore=[])
    if check.tool and toolchain.find(check.tool) is None:
        pytest.skip(f"{check.tool.name} is not installed: {check.tool.how_to_get}")
    expect_found(one, repository(ci=SYSTEMS), toolchain)


def test_untouched_pipelines_have_no_finding(
    pristine: Repository, toolchain: SystemToolchain
) -> None:
    chosen = checks.choose(select=["CI", "SY"], ignore=[])
    for cloud in ("aws", "azure", "none"):
        report = checks.run(Project(pristine(ci=SYSTEMS, cloud=cloud)), chosen, toolchain)
        assert [finding for result in report.results for finding in result.findings] == []

"""Every check is shown to bite: a small fault in a generated repository turns it red, and it says where."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
from faults import Fault, append, expect_found, fault, replace
from support import Repository

from scaffolder import checks
from scaffolder.model import Outcome
from scaffolder.project import Project
from scaffolder.toolchain import SystemToolchain

CHART = "helm/my-service"

FAULTS = (
    fault("SY001", "a template variable is left", "README.md", append, "\nfor [[ service_name ]]\n"),
    fault("SY001", "a template block is left", "Makefile", append, "\n#% if cloud == 'aws'\n"),
    fault("SY002", "a YAML list is not closed", f"{CHART}/values.yaml", append, "\nbroken: [\n"),
    fault("SY003", "a JSON document goes on", "renovate.json", append, "}\n"),
    fault("SY004", "a TOML key has no value", "mise.toml", append, "\nhelm =\n"),
    fault("SY005", "a Terraform block is not closed", "terraform/env/main.tf", append, '\nresource "x" "y" {\n'),
    fault("SY006", "an XML element is not closed", "app/report.xml", append, "<a><b></a>"),
    fault("SY007", "a file is of more bytes than a person writes", f"{CHART}/values.yaml", append, "#" * 3_000_000),
    fault("SY007", "a text holds a zero", "docs/oncall.md", append, "\0"),
    fault("SY008", "an instruction is misspelt", "Dockerfile", replace, "^EXPOSE", "EXPOZE"),
    fault("TF001", "indentation is off", "terraform/env/main.tf", append, "\nlocals {\n      x = 1\n}\n"),
    fault("TF002", "an argument does not exist", "terraform/env/main.tf", append, '\nresource "aws_vpc" "x" {\n  cidrr_block = "10.0.0.0/16"\n}\n'),
    fault("TF002", "a module gets an argument it does not know", "terraform/env/main.tf", replace, r'^(module "network" \{)', r"\1\n  nonsense = 1"),
    fault("HL001", "a value is of another type than the schema says", f"{CHART}/values-qa.yaml", append, "\nreplicas: many\n", place=CHART),
    fault("HL002", "a template fails", f"{CHART}/templates/service.yaml", append, '\n{{ fail "no" }}\n'),
    fault("K8001", "a field does not exist", f"{CHART}/templates/service.yaml", replace, r"^spec:", "spec:\n  nonsense: true"),
    fault("K8001", "an API was removed", f"{CHART}/templates/poddisruptionbudget.yaml", replace, "policy/v1$", "policy/v1beta1"),
    fault("K8002", "a field of a custom resource is misspelt", f"{CHART}/templates/servicemonitor.yaml", replace, r"^(\s+)jobLabel:", r"\1jobLabell:"),
    fault("DK001", "a base image floats", "Dockerfile", append, "\nFROM ubuntu:latest\n"),
    fault("CI001", "a workflow has a key that does not exist", ".github/workflows/ci.yml", append, "\nnonsense: true\n"),
    fault("CI002", "an expression uses a context that does not exist", ".github/workflows/ci.yml", replace, r"^name: .*", "name: x\nrun-name: ${{ nonsense.x }}"),
    fault("CI003", "an action is not pinned", ".github/workflows/ci.yml", replace, r"uses: actions/checkout@\S+.*", "uses: actions/checkout@v7"),
    fault("CI004", "a variable is not quoted", "ci/deploy.sh", append, "\nrm $1\n"),
    fault("MO001", "an expression is not closed", f"{CHART}/files/rules.yaml", replace, r"^(\s+)expr: .*$", r"\1expr: |\n\1  sum(rate(up[5m]) +"),
    fault("MO002", "a panel asks for the rate of a gauge", f"{CHART}/files/dashboard.json", replace, r'"expr": "(?:[^"\\]|\\.)*"', '"expr": "rate(up)"'),
    fault("MO003", "a rule has no expression", f"{CHART}/files/rules.yaml", replace, r"^(\s+)expr:.*(\n\1  .*)*", r"\1labels: {}"),
    fault("MO004", "an alert waits longer than its test", f"{CHART}/files/rules.yaml", replace, r"^(\s+for:) \S+", r"\1 9h", place="monitoring/tests"),
    fault("MO005", "a route leads to nobody", "monitoring/alertmanager/values.yaml", replace, "receiver: team-chat$", "receiver: nobody-here"),
    fault("AG001", "the image runs another Java", "Dockerfile", replace, r"^ARG JAVA_VERSION=.*", "ARG JAVA_VERSION=11"),
)  # fmt: skip


@pytest.mark.parametrize("one", FAULTS, ids=lambda one: f"{one.check} {one.name}")
def test_fault_is_found_and_its_place_is_said(one: Fault, repository: Repository, toolchain: SystemToolchain) -> None:
    (check,) = checks.choose(select=[one.check], ignore=[])
    if check.tool and toolchain.find(check.tool) is None:
        pytest.skip(f"{check.tool.name} is not installed: {check.tool.install_hint}")
    expect_found(one, repository(), toolchain)


def test_every_check_has_a_fault() -> None:
    """FAULTS of this file, and of those beside it that go on with it for one family of checks.

    What a cluster is asked, and finds, is in test_cluster.py.
    """
    files = Path(__file__).parent.glob("test_faults*.py")
    faults = [one for file in files for one in runpy.run_path(str(file))["FAULTS"]]
    assert {one.check for one in faults} == {check.id for check in checks.every()} - {"K8003"}


def test_an_untouched_repository_has_no_finding(pristine: Repository, toolchain: SystemToolchain) -> None:
    report = checks.run(Project(pristine()), checks.every(), toolchain)
    assert [finding for result in report.results for finding in result.findings] == []
    unsettled = {result.check.id: result.reason for result in report.results if result.outcome is not Outcome.PASSED}
    assert all("is not installed" in reason for reason in unsettled.values()), unsettled


def test_checking_changes_nothing_in_the_repository(repository: Repository, toolchain: SystemToolchain) -> None:
    root = repository()
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    checks.run(Project(root), checks.every(), toolchain)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before

"""Environments that drift apart are found, whichever file it happens in."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults import Edit, Fault, append, expect_found, fault, replace
from support import Repository

from scaffolder.tools.programs import HELM
from scaffolder.tools.toolchain import SystemToolchain

CHART = "helm/my-service"
ENVS = "terraform/env/envs"
CI = ".github/workflows/ci.yml"


def remove(file: str) -> Edit:
    def edit(root: Path) -> None:
        (root / file).unlink()

    return edit


def everywhere(files: str, texts: dict[str, str]) -> Edit:
    """Append to the file of each environment what belongs there."""

    def edit(root: Path) -> None:
        for name, text in texts.items():
            with (root / files.replace("*", name)).open("a", encoding="utf-8") as stream:
                stream.write(text)

    return edit


OLD = {
    name: f'\nkubernetes_version = "{version}"\n'
    for name, version in (("dev", "1.36"), ("qa", "1.36"), ("prod", "1.35"))
}

FAULTS = (
    fault("EN001", "prod has a key that no other has", f"{CHART}/values-prod.yaml", append, "\nport: 8080\n"),
    fault("EN001", "a key of a table is missing in qa", f"{CHART}/values-qa.yaml", replace, r"^  maxReplicas: .*\n", ""),
    fault("EN001", "the monitoring of dev has one more key", "monitoring/values-dev.yaml", append, "\nfullnameOverride: x\n"),
    fault("EN002", "prod gives one variable more", f"{ENVS}/prod.tfvars", append, "\nnode_max = 9\n"),
    fault("EN002", "qa lacks a variable", f"{ENVS}/qa.tfvars", replace, r"^vpc_cidr.*\n", ""),
    fault("EN003", "prod has another port", f"{CHART}/values-prod.yaml", append, "\nport: 8081\n"),
    fault("EN003", "prod has no network policy", f"{CHART}/values-prod.yaml", replace, "^networkPolicy:", "networkPolicy:\n  enabled: false", place=CHART),
    fault("EN003", "qa has another setting", f"{CHART}/values-qa.yaml", append, "\nconfig:\n  CACHE: elsewhere\n", place=CHART),
    fault("EN005", "qa has the state of dev", f"{ENVS}/qa.s3.tfbackend", replace, "env/qa/", "env/dev/"),
    fault("EN005", "the state of prod has no lock", f"{ENVS}/prod.s3.tfbackend", replace, r"^use_lockfile .*\n", ""),
    fault("EN005", "the state of qa is elsewhere", f"{ENVS}/qa.s3.tfbackend", replace, "eu-central-1", "eu-west-1"),
    fault("EN006", "prod does not wait for qa", CI, replace, r"^(  prod:(?:\n    .*)*?\n    needs: )\[.*\]", r"\1[image]"),
    fault("EN006", "prod gets no digest", CI, replace, r"^(  prod:(?:\n    .*)*?)\n      digest: .*", r"\1"),
    fault("EN008", "prod has the host of qa", f"{CHART}/values-prod.yaml", replace, r"prod\.example", "qa.example"),
    fault("EN008", "qa has the backend of production", f"{ENVS}/qa.s3.tfbackend", replace, '"env/qa/', '"env/production/'),
    Fault(name="prod has an older Kubernetes", check="EN004", place=f"{ENVS}/prod.tfvars", edit=everywhere(f"{ENVS}/*.tfvars", OLD)),
    Fault(name="qa has no variables", check="EN007", place=ENVS, edit=remove(f"{ENVS}/qa.tfvars")),
)  # fmt: skip


@pytest.mark.parametrize("one", FAULTS, ids=lambda one: f"{one.check} {one.name}")
def test_fault_is_found_and_its_place_is_said(
    one: Fault, repository: Repository, toolchain: SystemToolchain
) -> None:
    if one.check == "EN003" and toolchain.find(HELM) is None:
        pytest.skip(f"helm is not installed: {HELM.how_to_get}")
    expect_found(one, repository(), toolchain)

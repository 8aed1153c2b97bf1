"""Environments before production may cost less.

Production keeps its settings, and every page agrees.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import Repository

from scaffolder.checks.environments import values
from scaffolder.repository.project import Project
from scaffolder.template import answers
from scaffolder.tools.toolchain import SystemToolchain

NAME = {"service_name": "my-service"}
CHEAPER = {"outside_production": "cheaper", "network_range": "10.87.0.0/16"}
SMALLER = {
    "aws": ("single_nat_gateway", {"dev": "true", "qa": "true", "prod": "false"}),
    "azure": ("node_min", {"dev": "2", "qa": "2", "prod": "3"}),
}


def read(root: Path, name: str) -> str:
    return (root / name).read_text(encoding="utf-8")


def test_a_new_repository_on_aws_fits_into_the_addresses_of_a_new_account() -> None:
    proposed = answers.complete(NAME, proposed=answers.proposals())
    assert proposed["outside_production"] == "cheaper"
    azure = answers.complete({**NAME, "cloud": "azure"}, proposed=answers.proposals())
    assert azure["outside_production"] == "same"
    assert answers.complete(NAME)["outside_production"] == "same", "no update changes it unasked"


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_only_environments_before_production_are_smaller(pristine: Repository, cloud: str) -> None:
    root = pristine(cloud=cloud, **CHEAPER)
    variable, expected = SMALLER[cloud]
    line = re.compile(rf"^{variable} *= (.*)$", re.MULTILINE)
    found = {
        name: line.findall(read(root, f"terraform/env/envs/{name}.tfvars")) for name in expected
    }
    assert found == {name: [value] for name, value in expected.items()}
    assert not line.search(read(root, "terraform/env/envs/common.tfvars"))
    assert read(root, "terraform/env/variables.tf").count(f'variable "{variable}"') == 1
    tests = read(root, "terraform/env/tests/environments.tftest.hcl")
    assert "prod keeps" in tests
    assert tests.count(f"run.values.common.{variable}") == 0
    assert f"| `{variable}` |" in read(root, "terraform/README.md")
    assert "who administers it, size |" in read(root, "docs/architecture.md")


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_the_check_of_environments_finds_nothing(pristine: Repository, cloud: str) -> None:
    project = Project(pristine(cloud=cloud, **CHEAPER))
    with SystemToolchain() as toolchain:
        verdict = values.variables_are_the_same(project, toolchain)
    assert verdict.findings == ()
    assert verdict.table
    assert SMALLER[cloud][0] in {row[0] for row in verdict.table.rows}


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_the_default_leaves_sizes_with_what_environments_share(
    pristine: Repository, cloud: str
) -> None:
    root = pristine(cloud=cloud)
    variable, _ = SMALLER[cloud]
    assert re.search(rf"^{variable} ", read(root, "terraform/env/envs/common.tfvars"), re.MULTILINE)
    assert variable not in read(root, "terraform/env/envs/dev.tfvars")
    assert "prod keeps" not in read(root, "terraform/env/tests/environments.tftest.hcl")


def test_the_pages_name_what_it_costs_and_needs(pristine: Repository) -> None:
    root = pristine(**CHEAPER)
    readme = " ".join(read(root, "terraform/README.md").replace("\n>", "").split())
    assert "Three environments: about 1070 $ a month" in readme
    assert "146 $ for one NAT gateway instead of three in dev and qa" in readme
    assert "need 5 Elastic" in read(root, "docs/first-deploy.md")
    script = read(root, "ci/first-deploy.sh")
    assert 'terraform/env/envs/$environment.tfvars"; then addresses=' in script

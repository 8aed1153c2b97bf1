"""Regions that Terraform code names: TF004 on Terraform as teams write it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Outcome, Result
from scaffolder.repository.project import Project

AWS = 'provider "aws" {{\n  region = {0}\n}}\n'
AZURE = (
    'provider "azurerm" {{\n  features {{}}\n}}\n'
    'resource "azurerm_resource_group" "a" {{\n  name     = "a"\n  location = {0}\n}}\n'
)
VARIABLE = 'variable "{0}" {{\n  default = {1}\n}}\n'


def results(root: Path, files: dict[str, str]) -> tuple[Result, ...]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    chosen = checks.choose(select=["TF004"], ignore=[])
    return checks.run(Project(root), chosen, ScriptedToolchain({})).results


WRONG = {
    "a letter of AWS": {"main.tf": AWS.format('"eu-centrl-1"')},
    "a number of AWS": {"main.tf": AWS.format('"eu-central-7"')},
    "a zone of AWS": {"main.tf": AWS.format('"eu-central-1a"')},
    "the backend": {"main.tf": 'terraform {\n  backend "s3" {\n    region = "us-eest-1"\n  }\n}\n'},
    "the default of a variable": {
        "main.tf": AWS.format("var.where"),
        "variables.tf": VARIABLE.format("where", '"us-east1"'),
    },
    "the values of an environment": {
        "env/main.tf": AWS.format("var.region"),
        "env/envs/prod.tfvars": 'region = "eu-wst-1"\n',
    },
    "a region of the other cloud": {"main.tf": AWS.format('"westeurope"')},
    "a letter of Azure": {"main.tf": AZURE.format('"westeurop"')},
    "a name for people": {"main.tf": AZURE.format('"West Eurpe"')},
    "values of Azure": {
        "main.tf": AZURE.format("var.region"),
        "dev.tfvars": 'region = "eu-central-1"\n',
    },
}

RIGHT = {
    "a region of AWS": {"main.tf": AWS.format('"eu-central-1"')},
    "the government": {"main.tf": AWS.format('"us-gov-west-1"')},
    "China": {"main.tf": AWS.format('"cn-northwest-1"')},
    "a closed partition": {"main.tf": AWS.format('"us-isof-south-1"')},
    "the sovereign cloud": {"main.tf": AWS.format('"eusc-de-east-1"')},
    "Azure for people": {"main.tf": AZURE.format('"West Europe"')},
    "nowhere": {"main.tf": AZURE.format('"global"')},
    "a preview": {"main.tf": AZURE.format('"eastus2euap"')},
    "Azure's government": {"main.tf": AZURE.format('"usgovvirginia"')},
}

NOTHING = {
    "an expression": {"main.tf": AWS.format("local.regions[terraform.workspace]")},
    "a template": {"main.tf": AWS.format('"${var.continent}-central-1"')},
    "a store that is not AWS": {
        "main.tf": 'terraform {\n  backend "s3" {\n    region = "nyc3"\n    endpoint = "https://nyc3.digitaloceanspaces.com"\n  }\n}\n'
    },
    "LocalStack": {
        "main.tf": 'provider "aws" {\n  region = "local"\n  endpoints {\n    s3 = "http://localhost:4566"\n  }\n}\n'
    },
    "a provider without checks": {
        "main.tf": 'provider "aws" {\n  region = "garage"\n  skip_region_validation = true\n}\n'
    },
    "another cloud": {"main.tf": 'provider "google" {\n  region = "europe-west3"\n}\n'},
    "a variable that is not a region of AWS": {
        "main.tf": AWS.format("var.aws_region"),
        "dev.tfvars": 'region = "emea"\n',
    },
    "Azure beside Google": {
        "main.tf": 'provider "azurerm" {\n  features {}\n}\nprovider "google" {\n}\n',
        "dev.tfvars": 'region = "europe-west3"\n',
    },
    "values without code": {"dev.tfvars": 'region = "emea"\n'},
}


@pytest.mark.parametrize("files", WRONG.values(), ids=WRONG)
def test_a_region_that_the_cloud_does_not_list_is_found(
    tmp_path: Path, files: dict[str, str]
) -> None:
    (one,) = results(tmp_path, files)
    (finding,) = one.findings
    assert "is not a region of" in finding.message
    assert finding.line
    assert finding.path.as_posix() == list(files)[-1]


@pytest.mark.parametrize("files", RIGHT.values(), ids=RIGHT)
def test_a_region_that_exists_is_none(tmp_path: Path, files: dict[str, str]) -> None:
    (one,) = results(tmp_path, files)
    assert (one.outcome, one.findings) == (Outcome.PASSED, ())


@pytest.mark.parametrize("files", NOTHING.values(), ids=NOTHING)
def test_what_is_no_region_is_not_looked_at(tmp_path: Path, files: dict[str, str]) -> None:
    assert Outcome.PASSED not in {one.outcome for one in results(tmp_path, files)}
    assert [one.findings for one in results(tmp_path, files) if one.findings] == []

"""Regions that Terraform names, and whether the cloud has them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.regions import StatedRegion, stated


def regions(root: Path, files: dict[str, str]) -> list[StatedRegion]:
    return list(stated(written(root, files)))


@pytest.mark.parametrize(
    "text",
    [
        'provider "aws" {\n  region = "eu-central-1"\n}\n',
        'terraform {\n  backend "s3" {\n    region = "eu-central-1"\n  }\n}\n',
        'provider "azurerm" {\n  features {}\n}\nresource "azurerm_resource_group" "x" {\n  location = "westeurope"\n}\n',
        'resource "azurerm_resource_group" "x" {\n  location = "West Europe"\n}\n',
    ],
)
def test_a_known_region_is_not_in_doubt(text: str, tmp_path: Path) -> None:
    (one,) = regions(tmp_path, {"main.tf": text})
    assert one.doubt == ""


def test_a_region_that_no_cloud_has_is_in_doubt(tmp_path: Path) -> None:
    (one,) = regions(tmp_path, {"main.tf": 'provider "aws" {\n  region = "eu-center-1"\n}\n'})
    assert one.value == "eu-center-1"
    assert one.doubt
    assert one.at.line == 2


def test_the_value_of_a_variable_is_a_region(tmp_path: Path) -> None:
    files = {
        "main.tf": 'provider "aws" {\n  region = var.region\n}\nvariable "region" {}\n',
        "prod.tfvars": 'region = "eu-center-1"\nname = "eu-center-2"\n',
    }
    (one,) = regions(tmp_path, files)
    assert (one.value, one.at.path) == ("eu-center-1", Path("prod.tfvars"))


@pytest.mark.parametrize(
    "text",
    [
        'provider "aws" {\n  region = local.region\n}\n',
        'provider "aws" {\n  region = "x-1"\n  skip_region_validation = true\n}\n',
        'terraform {\n  backend "s3" {\n    region = "x-1"\n    endpoint = "https://minio"\n  }\n}\n',
        'provider "google" {\n  region = "europe-west3"\n}\n',
    ],
    ids=["an expression", "not validated", "MinIO", "another cloud"],
)
def test_other_settings_are_never_in_doubt(text: str, tmp_path: Path) -> None:
    assert not [one for one in regions(tmp_path, {"main.tf": text}) if one.doubt]

"""Nodes are looked after on both clouds: images, numbers and zones, without changing a repository unasked."""

from __future__ import annotations

import json
import re

import pytest
from support import Repository

from scaffolder.errors import AnswersError
from scaffolder.template import answers

NAME = {"service_name": "my-service"}
MANAGED = {"cloud": "aws", "nodes": "managed"}


def test_a_new_repository_on_aws_gets_nodes_that_are_looked_after() -> None:
    proposed = answers.complete(NAME, proposed=answers.proposals())
    assert proposed["nodes"] == "managed"
    assert answers.complete(NAME)["nodes"] == "manual", "an update changes no repository unasked"


def test_what_is_given_or_usual_goes_before_the_proposal() -> None:
    own = answers.complete(NAME, usual={"nodes": "manual"}, proposed=answers.proposals())
    given = answers.complete({**NAME, "nodes": "manual"}, proposed=answers.proposals())
    assert own["nodes"] == given["nodes"] == "manual"


@pytest.mark.parametrize(
    ("given", "zones"),
    [
        ({"cloud": "aws", "region": "us-west-1"}, "ac"),
        ({"cloud": "aws", "region": "eu-central-1"}, "abc"),
        ({"cloud": "aws", "region": "ca-central-1"}, "abd"),
        ({"cloud": "azure", "region": "westeurope"}, "123"),
        ({"cloud": "azure", "region": "westus"}, "none"),
        ({"cloud": "azure", "region": "westus2"}, "123"),
    ],
)
def test_zones_are_proposed_that_the_region_has(given: dict[str, str], zones: str) -> None:
    assert answers.complete({**NAME, **given}, proposed=answers.proposals())["zones"] == zones


@pytest.mark.parametrize(
    ("cloud", "zones"),
    [
        ("aws", "a"),
        ("aws", "abcd"),
        ("aws", "aab"),
        ("aws", "123"),
        ("aws", "none"),
        ("azure", "abc"),
        ("azure", "11"),
        ("azure", "4"),
        ("azure", ""),
    ],
)
def test_zones_that_no_region_has_are_refused(cloud: str, zones: str) -> None:
    with pytest.raises(AnswersError):
        answers.complete({**NAME, "cloud": cloud, "zones": zones})


def test_an_autoscaler_exists_and_has_its_rights(pristine: Repository) -> None:
    root = pristine(**MANAGED)
    care = (root / "terraform/modules/cluster/node_care.tf").read_text(encoding="utf-8")
    account = re.search(r'service_account = "([^"]+)"', care)
    values = (root / "platform/cluster-autoscaler.yaml").read_text(encoding="utf-8")
    assert account
    assert f"name: {account[1]}\n" in values
    assert '"autoscaling:SetDesiredCapacity"' in care
    assert "autoscaler.sh" in (root / "Makefile").read_text(encoding="utf-8")
    settings = (root / "ci/settings.sh").read_text(encoding="utf-8")
    cluster = (root / "terraform/env/envs/common.tfvars").read_text(encoding="utf-8")
    minor = re.search(r'CLUSTER_AUTOSCALER_VERSION="(\d+\.\d+)', settings)
    assert minor
    assert f'kubernetes_version = "{minor[1]}"' in cluster, "the autoscaler is that of the cluster"


def test_nodes_get_new_images_on_another_day_in_each_environment(pristine: Repository) -> None:
    root = pristine(**MANAGED)
    care = (root / "terraform/modules/cluster/node_care.tf").read_text(encoding="utf-8")
    assert ":scheduler:::aws-sdk:eks:updateNodegroupVersion" in care
    assert '"scheduler:GetSchedule"' in (root / "terraform/env/main.tf").read_text(encoding="utf-8")
    days = re.search(
        r"default     = (\{ dev .*\})",
        (root / "terraform/env/variables.tf").read_text(encoding="utf-8"),
    )
    assert days
    named = re.findall(r'(\w+) = "(\w+)"', days[1])
    assert [name for name, _ in named] == ["dev", "qa", "prod"]
    assert len({day for _, day in named}) == 3


def test_renovate_knows_the_autoscaler(pristine: Repository) -> None:
    managers = json.loads((pristine(**MANAGED) / "renovate.json").read_text(encoding="utf-8"))
    names = {manager.get("depNameTemplate") for manager in managers["customManagers"]}
    assert {"cluster-autoscaler", "registry.k8s.io/autoscaling/cluster-autoscaler"} <= names


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_the_page_says_image_updates_numbers_and_zones(cloud: str, pristine: Repository) -> None:
    given = MANAGED if cloud == "aws" else {"cloud": cloud}
    page = (pristine(**given) / "terraform/README.md").read_text(encoding="utf-8")
    table = page.partition("\n## Nodes\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)[1:] == [
        "image",
        "new images",
        "how many",
        "zones",
    ]


def test_by_hand_the_page_says_that_nothing_adds_nodes(pristine: Repository) -> None:
    root = pristine(cloud="aws")
    assert "Nothing adds nodes by itself" in (root / "terraform/README.md").read_text("utf-8")
    assert not (root / "ci/autoscaler.sh").exists()


@pytest.mark.parametrize(
    ("zones", "listed"), [("123", '["1", "2", "3"]'), ("23", '["2", "3"]'), ("none", "[]")]
)
def test_pools_of_aks_are_in_the_zones_of_the_answer(
    zones: str, listed: str, pristine: Repository
) -> None:
    modules = pristine(cloud="azure", zones=zones) / "terraform/modules"
    for file in ("cluster/main.tf", "cluster/nodes.tf"):
        assert f"= {listed}\n" in (modules / file).read_text(encoding="utf-8")
    redundant = "false" if zones == "none" else "true"
    registry = (modules / "registry/main.tf").read_text(encoding="utf-8")
    assert f"zone_redundancy_enabled       = {redundant}\n" in registry

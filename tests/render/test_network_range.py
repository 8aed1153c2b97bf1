"""Services have networks of their own: private addresses, one part for each environment, and none of them twice."""

from __future__ import annotations

import ipaddress
import re

import pytest
from support import Repository

from scaffolder.errors import AnswersError
from scaffolder.template import answers, expressions
from scaffolder.tools import package_data

NAME = {"service_name": "my-service"}
VARIABLE = {"aws": "vpc_cidr", "azure": "vnet_cidr"}


def cidrs(**given: object) -> dict[str, dict[str, str]]:
    completed = answers.complete({**NAME, **given})
    found: dict[str, dict[str, str]] = expressions.completed(completed, package_data.root())[
        "environment_cidrs"
    ]  # type: ignore[assignment]
    return found


def proposed(name: str, **given: object) -> str:
    found = answers.complete({"service_name": name, **given}, proposed=answers.proposals())
    return str(found["network_range"])


def test_a_repository_that_exists_keeps_its_addresses() -> None:
    assert answers.complete(NAME)["network_range"] == "10.0.0.0/8"
    assert cidrs() == {
        "dev": {"all": "10.10.0.0/16", "public": "10.10.192.0/18"},
        "qa": {"all": "10.20.0.0/16", "public": "10.20.192.0/18"},
        "prod": {"all": "10.30.0.0/16", "public": "10.30.192.0/18"},
    }


@pytest.mark.parametrize("given", [{}, {"cloud": "azure"}, {"kind": "platform"}])
def test_a_new_repository_gets_a_range_of_its_own(given: dict[str, object]) -> None:
    found = {proposed(name, **given) for name in ("pay", "cash", "ledger", "platform")}
    assert len(found) == 4
    assert found.isdisjoint(f"10.{number}.0.0/16" for number in (0, 1, 10, 20, 30, 244))
    for one in found:
        answers.complete({**NAME, **given, "network_range": one})
    assert proposed("pay", **given) == proposed("pay", **given), "the same on each day"


def test_nothing_is_proposed_where_no_network_is_made() -> None:
    for given in ({"cloud": "none"}, {"cluster": "shared"}):
        found = answers.complete({**NAME, **given}, proposed=answers.proposals())
        assert "network_range" not in found


@pytest.mark.parametrize(
    "given",
    [
        "10.87.0.0/16",
        "10.88.0.0/13",
        "10.64.0.0/10",
        "10.128.0.0/9",
        "172.24.0.0/13",
        "192.168.0.0/16",
    ],
)
def test_environments_are_apart_and_inside_the_range(given: str) -> None:
    names = ["dev", "lab1", "uat", "lab2", "prod"]
    found = cidrs(network_range=given, environments=names)
    networks = [ipaddress.ip_network(found[name]["all"]) for name in names]
    whole = ipaddress.ip_network(given)
    assert all(one.subnet_of(whole) for one in networks)  # type: ignore[arg-type]
    assert not any(one.overlaps(two) for one in networks for two in networks if one != two)
    assert len(set(networks)) == 5
    for name, network in zip(names, networks, strict=True):
        assert 16 <= network.prefixlen <= 20, "AWS takes no larger one"
        quarters = list(network.subnets(prefixlen_diff=2))
        assert found[name]["public"] == str(quarters[3])


@pytest.mark.parametrize(
    "given",
    [
        "",
        "10.87.0.0",
        "10.87.0.0/17",
        "10.87.0.0/7",
        "10.87.1.0/16",
        "10.87.0.0/15",  # not on its boundary
        "10.300.0.0/16",
        "11.0.0.0/16",
        "172.15.0.0/16",
        "172.32.0.0/16",
        "172.16.0.0/11",
        "192.169.0.0/16",
        "192.168.0.0/15",
        "203.0.0.0/16",
        "172.20.0.0/16",  # Services of Kubernetes
        "172.16.0.0/12",
        "10.87.0.0/16 ",
        "network",
    ],
)
def test_what_is_no_private_range_is_refused(given: str) -> None:
    for cloud in ("aws", "azure"):
        with pytest.raises(AnswersError):
            answers.complete({**NAME, "cloud": cloud, "network_range": given})


def test_the_addresses_of_pods_are_taken_in_azure_alone() -> None:
    for given in ("10.244.0.0/16", "10.240.0.0/12"):
        assert answers.complete({**NAME, "network_range": given})
        with pytest.raises(AnswersError, match="addresses of pods"):
            answers.complete({**NAME, "cloud": "azure", "network_range": given})


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_terraform_and_chart_have_the_addresses_of_the_range(
    pristine: Repository, cloud: str
) -> None:
    root = pristine(cloud=cloud, network_range="10.87.0.0/16", outside_production="cheaper")
    found = {
        name: re.findall(
            rf'^{VARIABLE[cloud]} += "(.*)"$',
            (root / f"terraform/env/envs/{name}.tfvars").read_text("utf-8"),
            re.MULTILINE,
        )
        for name in ("dev", "qa", "prod")
    }
    assert found == {"dev": ["10.87.0.0/20"], "qa": ["10.87.16.0/20"], "prod": ["10.87.32.0/20"]}
    values = (root / "helm/my-service/values-qa.yaml").read_text("utf-8")
    assert ("10.87.28.0/22" in values) == (cloud == "aws")
    variables = (root / "terraform/env/variables.tf").read_text("utf-8")
    assert f'can(regex("/(1[6-9]|20)$", var.{VARIABLE[cloud]}))' in variables


def test_the_page_of_the_chart_names_the_addresses_of_each_environment(
    pristine: Repository,
) -> None:
    readme = (pristine(environments=["alpha", "live"]) / "helm/my-service/README.md").read_text(
        "utf-8"
    )
    row = next(line for line in readme.splitlines() if "networkPolicy.ingress.cidrs` | `10" in line)
    assert row.count("`10.") == 2
    assert "10.10." not in row

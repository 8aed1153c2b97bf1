"""Leftovers outside Git of a change of the answers are named, and nothing that cannot exist."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from updating import Template

from scaffolder import cli
from scaffolder.errors import ExitCode
from scaffolder.tools import package_data
from scaffolder.update import outside_git
from scaffolder.update.outside_git import Outside

AWS = {
    "service_name": "pay",
    "organization": "Acme",
    "cloud": "aws",
    "region": "eu-central-1",
    "ci": ["github"],
    "monitoring": "prometheus-grafana",
}


def kept(before: Mapping[str, object], **after: object) -> tuple[Outside, ...]:
    return outside_git.kept(before, {**before, **after}, package_data.root())


def test_another_name_leaves_what_carries_the_old_one() -> None:
    (entry,) = kept(AWS, service_name="cash")
    assert (
        entry.title == "service_name was pay, now cash: files change, and nothing else is renamed"
    )
    assert entry.objects == (
        "AWS clusters and networks pay-dev, pay-qa, pay-prod",
        "AWS roles pay-build, pay-dev-deploy, pay-qa-deploy, pay-prod-deploy, and what trusts them",
        "AWS registry pay with all images",
        "Terraform's state in the bucket acme-pay-tfstate",
        "in each cluster: namespace pay and its Helm release pay",
        "metrics, silences and alerts that were recorded for pay",
        "GitHub: the repository https://github.com/Acme/pay, its environments, variables and approvals",
    )
    assert "terraform/README.md" in entry.do


def test_the_names_of_azure_are_those_that_its_template_computes() -> None:
    (entry,) = kept({**AWS, "cloud": "azure", "region": "westeurope"}, region="northeurope")
    assert entry.title == (
        "region was westeurope, now northeurope: files change, and nothing else is moved"
    )
    groups, identities, registry, state = entry.objects
    assert groups.startswith("Azure resource groups with clusters and networks pay-dev, pay-qa")
    assert identities.startswith("Azure identities pay-build, pay-dev-deploy, pay-qa-deploy")
    assert registry.startswith("Azure resource group pay-shared: registry crpay")
    assert state.startswith("Terraform's state in the storage account stpay")
    assert all(text.endswith(", in westeurope") for text in entry.objects)


def test_servers_are_no_clusters_and_have_no_namespaces() -> None:
    before = {**AWS, "runs_on": "server", "environments": ["dev", "qa", "prod"]}
    (entry,) = kept(before, service_name="cash")
    assert entry.objects[0] == "AWS servers and networks pay-dev, pay-qa, pay-prod"
    assert not [text for text in entry.objects if "cluster" in text or "Helm" in text]
    (entry,) = kept({**before, "cloud": "azure", "region": "westeurope"}, region="northeurope")
    assert entry.objects[0].startswith("Azure resource groups with servers and networks pay-dev")
    (entry,) = kept(before, environments=["dev", "stage", "prod"])
    assert entry.objects[0] == "AWS servers and networks pay-qa"
    assert "not there yet: servers, network and identities of stage" in entry.objects
    assert not [text for text in entry.objects if "cluster" in text]
    (entry,) = kept(before, network_range="10.87.0.0/16")
    assert entry.objects[0].endswith("with the servers and all that runs on them")
    assert "the plan replaces network and servers (AWS)" in entry.do


def test_environments_of_ones_own_are_named() -> None:
    (entry,) = kept({**AWS, "environments": ["test", "live"]}, region="eu-west-1")
    assert entry.objects[0] == "AWS clusters and networks pay-test, pay-live, in eu-central-1"


@pytest.mark.parametrize(
    ("before", "after", "answers"),
    [
        (AWS, {"cloud": "azure", "region": "westeurope"}, ["cloud"]),
        (AWS, {"cloud": "none", "region": None}, ["cloud"]),
        (AWS, {"service_name": "cash", "region": "eu-west-1"}, ["service_name", "region"]),
        (AWS, {"organization": "Other"}, ["organization"]),
        (AWS, {"runtime": "go"}, []),
        (AWS, {}, []),
        ({**AWS, "cloud": "none", "region": None}, {"cloud": "aws", "region": "eu-west-1"}, []),
        ({**AWS, "cloud": "none", "ci": ["jenkins"]}, {"organization": "Other"}, []),
        ({"service_name": "pay"}, {"organization": "New"}, []),
        ({"cloud": "aws", "region": "here"}, {"region": "there"}, []),  # another's template
    ],
)
def test_each_answer_is_told_once_and_only_where_something_can_exist(
    before: Mapping[str, object], after: dict[str, object], answers: list[str]
) -> None:
    assert [entry.answer for entry in kept(before, **after)] == answers


def test_clusters_that_are_left_for_those_of_a_platform_go_on_and_cost() -> None:
    (entry,) = kept({**AWS, "cluster": "dedicated"}, cluster="shared", platform="platform")
    assert entry.objects == ("AWS clusters and networks pay-dev, pay-qa, pay-prod",)
    assert kept({**AWS, "cluster": "shared"}, cluster="dedicated") == ()


def test_clusters_of_a_platform_are_none_of_the_service() -> None:
    (entry,) = kept({**AWS, "cluster": "shared"}, service_name="cash")
    assert not any("clusters and networks" in text for text in entry.objects)
    assert any(text.startswith("AWS roles pay-build") for text in entry.objects)


def test_jenkins_and_a_cluster_of_ones_own_keep_their_names() -> None:
    own = {**AWS, "cloud": "none", "ci": ["jenkins"], "monitoring": "none"}
    (entry,) = kept(own, service_name="cash")
    assert entry.objects == (
        "in each cluster: namespace pay and its Helm release pay",
        "Jenkins: the job of pay and its credentials",
    )


def test_the_command_tells_it_with_quiet_too_and_to_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = "service_name: {type: str, default: pay}\ncloud: {type: str, default: aws}\n"
    template = Template.made(
        tmp_path / "template", {"a.txt.jinja": "[[ service_name ]]\n"}, questions
    )
    project = template.generate(tmp_path / "project")
    command = ["set", "service_name=cash", "--path", str(project), "--dry-run"]
    assert cli.run([*command, "--quiet"]) == ExitCode.CLEAN
    out = capsys.readouterr().out
    assert "Outside Git\n\n  service_name was pay, now cash: files change" in out
    assert "\n    Do: if nothing is deployed yet, nothing. Else destroy it" in out
    assert cli.run([*command, "--format", "json"]) == ExitCode.CLEAN
    (entry,) = json.loads(capsys.readouterr().out)["outside"]
    assert (entry["answer"], entry["before"], entry["after"]) == ("service_name", "pay", "cash")
    assert "AWS registry pay with all images" in entry["objects"]


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_clusters_that_are_left_for_a_platform_are_forgotten_and_not_destroyed(cloud: str) -> None:
    (left,) = kept({**AWS, "cloud": cloud, "cluster": "dedicated"}, cluster="shared")
    assert "deploy to the new clusters first" in left.do
    assert "deletes nothing" in left.do
    assert "destroy it" not in left.do


def test_an_environment_that_goes_is_left_in_the_cloud_and_no_plan_destroys_it() -> None:
    (entry,) = kept({**AWS, "environments": ["dev", "qa", "prod"]}, environments=["dev", "prod"])
    assert entry.title.startswith("environments was dev,qa,prod, now dev,prod: files change")
    assert entry.objects == (
        "AWS clusters and networks pay-qa",
        "identities pay-qa-deploy",
        "Terraform's state in the bucket acme-pay-tfstate (env/qa)",
        "the namespace pay in the cluster of qa",
        "GitHub: the environment qa and its variables",
    )
    assert entry.do.startswith("no plan destroys qa: if it was applied, destroy it from a checkout")


def test_an_environment_that_comes_is_made_before_the_merge() -> None:
    before = {**AWS, "cloud": "none", "environments": ["dev", "prod"], "ci": ["github", "jenkins"]}
    (entry,) = kept(before, environments=["dev", "staging", "prod"])
    assert entry.objects == (
        "not there yet: namespace of staging",
        "not there yet: GitHub: the environment staging, its variables",
    )
    assert "before this is merged" in entry.do


def test_another_last_environment_is_asked_about() -> None:
    (entry,) = kept({**AWS, "environments": ["dev", "qa"]}, environments=["qa", "dev"])
    assert entry.objects == ("approvals that ask before qa, and not before dev",)
    assert kept({**AWS, "environments": ["dev", "qa"]}, environments=["dev", "qa"]) == ()


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_a_long_name_is_short_in_the_cloud_and_whole_in_a_cluster(cloud: str) -> None:
    name = "customer-notification-preferences-api-v2"
    (entry,) = kept({**AWS, "cloud": cloud, "service_name": name}, service_name="cash")
    clusters, roles, registry, _, namespace, *_ = entry.objects
    assert "customer-not-0e2bf27-dev" in clusters
    assert "customer-not-0e2bf27-build" in roles
    assert "customer-not-0e2bf27" in registry
    assert namespace == f"in each cluster: namespace {name} and its Helm release {name}"


def test_another_range_of_addresses_replaces_the_networks_and_says_so() -> None:
    (entry,) = kept(AWS, network_range="10.87.0.0/16")  # a repository of a release without it
    assert entry.title == (
        "network_range was 10.0.0.0/8, now 10.87.0.0/16: files change, and nothing else is moved"
    )
    assert entry.objects[0] == (
        "AWS network pay-dev (10.10.0.0/16), with the cluster and all that runs in it"
    )
    assert "do not apply it over what runs" in entry.do
    azure = {**AWS, "cloud": "azure", "region": "westeurope", "network_range": "10.87.0.0/16"}
    (entry,) = kept(azure, network_range="10.88.0.0/16")
    assert entry.objects[2].startswith("Azure network pay-prod (10.87.32.0/20), with the cluster")


@pytest.mark.parametrize(
    "change", [{"cluster": "shared"}, {"region": "eu-west-1"}, {"ci": "gitlab"}]
)
def test_addresses_are_not_told_where_they_stay_or_all_is_left(change: dict[str, object]) -> None:
    before = {**AWS, "cluster": "dedicated", "network_range": "10.87.0.0/16"}
    after = {**before, **change}
    if "cluster" in change:
        del after["network_range"]  # it is not asked there
    found = outside_git.kept(before, after, package_data.root())
    assert "network_range" not in {entry.answer for entry in found}

"""A platform and the services of its list: what it gives them, and that none reaches another."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from rbac import Identity, allowed, request
from support import TODAY, Repository, ScriptedToolchain

from scaffolder import checks
from scaffolder.operate import services
from scaffolder.repository import pipelines
from scaffolder.repository.project import Project
from scaffolder.template import answers

Object = dict[str, Any]

SERVICES = ("pay-api", "pay-web", "shop")
SHARED: dict[str, dict[str, object]] = {
    "aws": {"cluster": "shared"},
    "azure": {"cluster": "shared"},
    "none": {"platform_parts": "existing"},
}
"""Answers of a service on the clusters of a platform, by cloud."""

COMPANIES: dict[str, tuple[str, dict[str, object]]] = {
    **{cloud: (cloud, {}) for cloud in SHARED},
    "aws-accounts": ("aws", {"accounts": "each"}),
    "azure-subscriptions": ("azure", {"accounts": "each"}),
}
"""Cloud, and answers of the platform and of its services alike."""

DEPLOYED = (
    "create deployments.apps",
    "patch services",
    "get secrets",
    "create pods",
    "patch httproutes.gateway.networking.k8s.io",
)
"""Commands of a service's pipeline in its own namespace."""

BEYOND = (
    *DEPLOYED,
    "get configmaps",
    "create pods/exec",
    "create rolebindings.rbac.authorization.k8s.io",
    "delete namespaces",
)


@dataclass(frozen=True)
class Company:
    """The repositories of a platform and three services; `list` is the platform with all three on its list."""

    cloud: str
    platform: Path
    services: dict[str, Path]
    list: Path


@pytest.fixture(scope="module", params=COMPANIES)
def company(
    request: pytest.FixtureRequest, pristine: Repository, tmp_path_factory: pytest.TempPathFactory
) -> Company:
    cloud, alike = COMPANIES[request.param]
    on_it = {"cloud": cloud, "platform": "acme", **SHARED[cloud], **alike}
    made = {name: pristine(service_name=name, **on_it) for name in SERVICES}
    platform = pristine(service_name="acme", kind="platform", cloud=cloud, **alike)
    taken = tmp_path_factory.mktemp("company") / "acme"
    shutil.copytree(platform, taken)
    for repository in made.values():
        services.add(repository / "platform-request.yaml", taken)
    return Company(cloud, platform, made, taken)


def objects(folder: Path) -> Iterator[Object]:
    """Yield the Kubernetes objects in the files of a folder."""
    for file in sorted(folder.rglob("*.yaml")):
        for one in yaml.safe_load_all(file.read_text(encoding="utf-8")):
            if one and "kind" in one and "metadata" in one:
                yield one


def identities(found: list[Object]) -> set[tuple[str, str, str]]:
    """Return kind, namespace and name of each object."""
    return {
        (one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"])
        for one in found
    }


def in_the_cluster(company: Company) -> list[Object]:
    """Return what `make platform` and `make deploy` bring, with each principal in its place."""
    found = [*objects(company.list / "platform")]
    for name in SERVICES:
        text = (company.list / "services" / name / "objects.yaml").read_text(encoding="utf-8")
        found += yaml.safe_load_all(text.replace("DEPLOY_PRINCIPAL_ID", f"principal-of-{name}"))
    return found


def pipeline(company: Company, name: str) -> Identity:
    """Return the pipeline of a service as the cluster knows it."""
    if company.cloud == "azure":
        return Identity(f"principal-of-{name}")
    return Identity("pipeline", (f"{name}-deployers",))


def test_a_platform_has_nothing_of_a_service(company: Company) -> None:
    unwanted = ("app", "helm", "Dockerfile", "ci/deploy.sh", "ci/build.sh", "docs/slo.md")
    assert [name for name in unwanted if (company.platform / name).exists()] == []
    roots = {"aws": {"bootstrap", "shared", "env"}, "azure": {"bootstrap", "env"}, "none": set()}
    there = {file.parent.name for file in company.platform.glob("terraform/*/main.tf")}
    assert there == roots[company.cloud]


def test_no_check_finds_anything_in_the_platform_and_its_services(company: Company) -> None:
    own = tuple(check for check in checks.every(today=TODAY) if check.tool is None)
    for root in (company.list, *company.services.values()):
        report = checks.run(Project(root), own, ScriptedToolchain({}))
        found = [str(one) for result in report.results for one in result.findings]
        assert (root.name, found) == (root.name, [])
        assert len(report.results) > 20


def test_platform_and_services_share_no_object(company: Company) -> None:
    every = [identities([*objects(company.list / "platform")])]
    every += [identities([*objects(company.list / "services" / name)]) for name in SERVICES]
    assert [one & other for one, other in combinations(every, 2)] == [set()] * 6
    for name, found in zip(SERVICES, every[1:], strict=True):
        assert {namespace for _, namespace, _ in found} == {"", name}


_RESOURCE = re.compile(r'^resource "(\w+)" "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
_NAME = re.compile(
    r'^  (?:name|bucket|alias|database_name|function_name) += "([^"$]+)"$', re.MULTILINE
)
_INSIDE = {
    "aws_iam_role_policy",
    "azurerm_kubernetes_cluster_node_pool",
    "azurerm_monitor_diagnostic_setting",
    "azurerm_monitor_data_collection_rule_association",
    "azurerm_storage_container",
    "azurerm_subnet",
}
"""Types whose names are names inside of another object, which carries the name of the service."""


def fixed_names(root: Path) -> set[tuple[str, str]]:
    """Return type and name of each resource whose name is the same whatever the service is called."""
    return {
        (kind, name)
        for file in (root / "terraform").rglob("*.tf")
        for kind, _, body in _RESOURCE.findall(file.read_text(encoding="utf-8"))
        if kind not in _INSIDE
        for name in _NAME.findall(body)
    }


def values(root: Path) -> set[str]:
    """Return the names in the files of values that an account or all of a cloud has once."""
    words = "service|state_bucket|state_storage_account|registry_name|key_vault|bucket"
    given = re.compile(rf'^(?:{words})\s+= "([^"]+)"$', re.MULTILINE)
    files = [*root.rglob("*.tfvars"), *root.rglob("*.tfbackend")]
    return {name for file in files for name in given.findall(file.read_text(encoding="utf-8"))}


def test_no_two_repositories_share_a_name_that_an_account_has_once(company: Company) -> None:
    if company.cloud == "none":
        pytest.skip("nothing is made in a cloud")
    every = [company.list, *company.services.values()]
    assert [fixed_names(root) for root in every] == [set()] * 4
    assert all(values(root) for root in every)
    shared = [values(one) & values(other) for one, other in combinations(every, 2)]
    assert shared == [set()] * 6


def test_the_platform_alone_owns_what_an_account_has_once(company: Company) -> None:
    if company.cloud != "aws":
        pytest.skip("an account of AWS has providers")

    def owned(root: Path) -> set[str]:
        text = "".join(file.read_text(encoding="utf-8") for file in root.rglob("*.tf"))
        return set(re.findall(r'^resource "(aws_iam_openid_connect_provider)"', text, re.MULTILINE))

    assert owned(company.list) == {"aws_iam_openid_connect_provider"}
    assert [owned(root) for root in company.services.values()] == [set()] * 3


def test_each_service_gets_its_place(company: Company) -> None:
    for name in SERVICES:
        found = list(objects(company.list / "services" / name))
        kinds = {one["kind"] for one in found}
        assert kinds >= {"Namespace", "ResourceQuota", "LimitRange", "NetworkPolicy", "Role"}
        assert "AlertmanagerConfig" in kinds
        (namespace,) = [one for one in found if one["kind"] == "Namespace"]
        labels = namespace["metadata"]["labels"]
        assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
        assert labels["gateway"] == "public"


def test_the_gateway_takes_routes_of_services_and_of_grafana_alone(company: Company) -> None:
    found = in_the_cluster(company)
    (gateway,) = [one for one in found if one["kind"] == "Gateway"]
    (https,) = [one for one in gateway["spec"]["listeners"] if one["name"] == "https"]
    selected = https["allowedRoutes"]["namespaces"]["selector"]["matchLabels"]
    taken = {
        one["metadata"]["name"]
        for one in found
        if one["kind"] == "Namespace" and selected.items() <= one["metadata"]["labels"].items()
    }
    assert taken == {*SERVICES, "monitoring"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_pipeline_deploys_in_its_own_namespace(name: str, company: Company) -> None:
    found = in_the_cluster(company)
    refused = [
        text
        for text in DEPLOYED
        if not allowed(found, pipeline(company, name), request(text, name))
    ]
    assert refused == []


@pytest.mark.parametrize("name", SERVICES)
def test_a_pipeline_may_nothing_in_another_namespace(name: str, company: Company) -> None:
    found = in_the_cluster(company)
    others = [one for one in SERVICES if one != name]
    may = [
        (text, namespace)
        for text in BEYOND
        for namespace in (*others, "gateway", "monitoring", "kube-system", "default", "")
        if allowed(found, pipeline(company, name), request(text, namespace))
    ]
    assert may == []


def test_a_pipeline_cannot_widen_its_own_rights(company: Company) -> None:
    found = in_the_cluster(company)
    wishes = ("create roles.rbac.authorization.k8s.io", "create pods/exec", "patch resourcequotas")
    may = [
        (name, text)
        for name in SERVICES
        for text in wishes
        if allowed(found, pipeline(company, name), request(text, name))
    ]
    assert may == []


def test_the_pipeline_of_the_platform_brings_what_the_list_needs(company: Company) -> None:
    found = in_the_cluster(company)
    own = Identity("DEPLOY_PRINCIPAL_ID", ("acme-deployers",))
    plurals = {"NetworkPolicy": "networkpolicies"}
    refused = []
    for name in SERVICES:
        for one in objects(company.list / "services" / name):
            plural = plurals.get(one["kind"], one["kind"].lower() + "s")
            group = one["apiVersion"].rpartition("/")[0]
            for verb in ("get", "create", "patch"):
                text = f"{verb} {plural}.{group}" if group else f"{verb} {plural}"
                if not allowed(found, own, request(text, name)):
                    refused.append(text)
    assert refused == []


def test_it_reads_no_secret_and_no_log_of_a_service(company: Company) -> None:
    found = in_the_cluster(company)
    own = Identity("DEPLOY_PRINCIPAL_ID", ("acme-deployers",))
    wishes = (
        "get secrets",
        "list secrets",
        "get pods/log",
        "create pods/exec",
        "delete namespaces",
    )
    assert [text for text in wishes if allowed(found, own, request(text, "shop"))] == []


def test_the_clusters_that_a_service_names_are_those_of_the_platform(company: Company) -> None:
    if company.cloud == "none":
        pytest.skip("a cluster of your own has no name here")
    made = (company.platform / "ci/settings.sh").read_text(encoding="utf-8")
    name = 'CLUSTER_NAME="${CLUSTER_NAME:-acme-${ENVIRONMENT:-}}"'
    assert name in made
    for repository in company.services.values():
        assert name in (repository / "ci/settings.sh").read_text(encoding="utf-8")


@pytest.mark.parametrize("ci", ["github", "gitlab", "jenkins", "azure-devops"])
def test_every_pipeline_brings_the_list_to_each_environment_in_order(
    ci: str, pristine: Repository
) -> None:
    root = pristine(service_name="acme", kind="platform", ci=(ci,))
    (found,) = [
        one
        for one in pipelines.stages(Project(root))
        if {"dev", "qa", "prod"} <= {stage.name for stage in one.stages}
    ]
    stages = {stage.name: stage for stage in found.stages}
    assert all("deploy" in stages[name].targets for name in ("dev", "qa", "prod"))
    assert "dev" in stages["qa"].after
    assert "qa" in stages["prod"].after


def test_questions_of_a_service_are_not_asked_of_a_platform() -> None:
    given = answers.complete({"service_name": "acme", "kind": "platform"})
    assert not {"runtime", "deploy", "cluster", "platform", "monitoring"} & given.keys()


def test_what_ten_services_cost_is_on_the_first_screen(company: Company) -> None:
    if company.cloud == "none":
        pytest.skip("clusters of your own cost what they cost")
    first = (company.platform / "README.md").read_text(encoding="utf-8").splitlines()[:25]
    assert any("Ten services, each with clusters of its own, cost about" in line for line in first)
    assert "ten services" in (company.platform / "terraform/README.md").read_text(encoding="utf-8")

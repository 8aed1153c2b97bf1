"""The rights of the pipeline in the cluster: all that Helm and kubectl ask for, in its own namespace and in no other."""

from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rbac
import yaml
from rbac import Identity
from support import ROOT, Repository

from scaffolder.formats import hcl
from scaffolder.tools import helm
from scaffolder.tools.toolchain import SystemToolchain

VARIANTS = [
    {"cloud": cloud, "deploy": deploy, "monitoring": monitoring}
    for cloud, deploy, monitoring in itertools.product(
        ("aws", "azure", "none"), ("helm", "terraform"), ("prometheus-grafana", "none")
    )
]
CLOUDS = ("aws", "azure", "none")
BEFORE = "deployers"
"""The group that every RoleBinding named before release 0.6.0."""

SENT: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(
    (ROOT / "tests/data/helm_verbs.yml").read_text(encoding="utf-8")
)
RELEASE_0_5 = yaml.safe_load((ROOT / "tests/data/access_reviews.yml").read_text(encoding="utf-8"))[
    "rules"
]
HELM = [client for client in SENT if client.startswith("helm")]
NOT_IN_THE_CHART = {"pods", "pods/log", "replicasets.apps", "secrets"}
"""Objects that Helm reads or keeps beside those of the chart.

A pod is in the chart as a hook only.
"""

PLURALS = {"NetworkPolicy": "networkpolicies", "Ingress": "ingresses"}
ROUTES: dict[str, dict[str, Any]] = {
    "as it is": {},
    "Ingress": {"kind": "Ingress", "ingress": {"className": "any"}},
    "no route": {"kind": "none", "host": ""},
}


def _variant(given: dict[str, str]) -> str:
    return "-".join(given.values())


@pytest.mark.parametrize("client", SENT)
@pytest.mark.parametrize("given", VARIANTS, ids=_variant)
def test_the_pipeline_may_send_what_was_recorded(
    given: dict[str, str], client: str, pristine: Repository
) -> None:
    repository = pristine(**given)
    assert _refused(repository, SENT[client], given["monitoring"]) == []


@pytest.mark.parametrize("client", HELM)
@pytest.mark.parametrize("given", VARIANTS, ids=_variant)
def test_the_pipeline_may_do_with_every_object_of_the_chart_what_helm_does(
    given: dict[str, str],
    client: str,
    pristine: Repository,
    toolchain: SystemToolchain,
    tmp_path: Path,
) -> None:
    repository = pristine(**given)
    objects, pipeline = _cluster(repository), _pipeline(repository)
    refused = [
        f"{verb} {resource}"
        for resource, is_hook in _objects(repository, toolchain, tmp_path)
        for verb in (SENT[client]["pods"] if is_hook else SENT[client]["deployments.apps"])
        if not rbac.allowed(objects, pipeline, rbac.request(f"{verb} {resource}", repository.name))
    ]
    assert refused == []


def test_the_chart_has_an_ingress_and_a_route_among_the_objects_that_are_asked_for(
    pristine: Repository, toolchain: SystemToolchain, tmp_path: Path
) -> None:
    resources = {resource for resource, _ in _objects(pristine(cloud="aws"), toolchain, tmp_path)}
    assert {
        "ingresses.networking.k8s.io",
        "httproutes.gateway.networking.k8s.io",
        "targetgroupconfigurations.gateway.k8s.aws",
        "servicemonitors.monitoring.coreos.com",
        "pods",
    } <= resources


@pytest.mark.parametrize("client", HELM)
def test_helm_does_the_same_with_every_kind_of_the_chart(client: str) -> None:
    """Why the verbs of one kind stand for those that no recording has, such as Ingress."""
    verbs = {
        tuple(asked) for resource, asked in SENT[client].items() if resource not in NOT_IN_THE_CHART
    }
    assert len(verbs) == 1


def test_the_role_of_release_0_5_is_found_wanting_with_helm_4_only() -> None:
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "deployer", "namespace": "billing"},
        "rules": RELEASE_0_5,
    }
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "deployer", "namespace": "billing"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "deployer"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": BEFORE}],
    }
    pipeline = Identity("pipeline", (BEFORE,))
    refused = {
        client: [
            f"{verb} {resource}"
            for resource, verbs in sent.items()
            for verb in verbs
            if not rbac.allowed(
                [role, binding], pipeline, rbac.request(f"{verb} {resource}", "billing")
            )
        ]
        for client, sent in SENT.items()
    }
    assert {client: found for client, found in refused.items() if found} == {
        "helm 4.2.3": ["patch pods"]
    }


@pytest.mark.parametrize("given", VARIANTS, ids=_variant)
def test_the_pipeline_may_mark_a_release_that_is_given_up(
    given: dict[str, str], pristine: Repository
) -> None:
    """The scripts list the Secrets of Helm by their label; `kubectl label` gets one and patches it."""
    repository = pristine(**given)
    objects, pipeline = _cluster(repository), _pipeline(repository)
    assert [
        verb
        for verb in ("list", "get", "patch")
        if not rbac.allowed(objects, pipeline, rbac.request(f"{verb} secrets", repository.name))
    ] == []


@pytest.mark.parametrize("given", VARIANTS, ids=_variant)
def test_the_pipeline_may_not_raise_its_rights_or_enter_a_pod(
    given: dict[str, str], pristine: Repository
) -> None:
    repository = pristine(**given)
    objects, pipeline = _cluster(repository), _pipeline(repository)
    asked = (
        "create pods/exec",
        "get pods/exec",
        "create pods/attach",
        "patch pods/ephemeralcontainers",
        "create serviceaccounts/token",
        "patch roles.rbac.authorization.k8s.io",
        "patch rolebindings.rbac.authorization.k8s.io",
        "patch resourcequotas",
        "patch limitranges",
        "get namespaces",
    )
    assert [
        q for q in asked if rbac.allowed(objects, pipeline, rbac.request(q, repository.name))
    ] == []


@pytest.mark.parametrize(
    "names", [("billing", "orders"), ("a", "a-deployers"), ("pay", "pay-api")], ids="-and-".join
)
@pytest.mark.parametrize("cloud", CLOUDS)
def test_the_pipeline_of_a_service_can_do_nothing_in_the_namespace_of_another(
    cloud: str, names: tuple[str, str], pristine: Repository
) -> None:
    services = [pristine(cloud=cloud, service_name=name) for name in names]
    cluster = [one for service in services for one in _cluster(service)]
    for service in services:
        reached = {
            name
            for name in (*names, "default", "gateway", "")
            if _can(cluster, _pipeline(service), name)
        }
        assert reached == {service.name}


@pytest.mark.parametrize("cloud", ["aws", "none"])
def test_a_login_of_the_release_before_reaches_no_namespace(
    cloud: str, pristine: Repository
) -> None:
    """`deployers` alone is what the logins of all other services have; no RoleBinding names it any more."""
    service = pristine(cloud=cloud)
    assert not _can(_cluster(service), Identity("pipeline", (BEFORE,)), service.name)


@pytest.mark.parametrize("cloud", ["aws", "none"])
def test_the_identity_deploys_before_and_after_the_platform_takes_the_new_binding(
    cloud: str, pristine: Repository
) -> None:
    service = pristine(cloud=cloud)
    new = _cluster(service)
    old = [
        {**one, "subjects": [{**one["subjects"][0], "name": BEFORE}]}
        if one["kind"] == "RoleBinding"
        else one
        for one in new
    ]
    for cluster in (old, new):
        assert [
            f"{verb} {resource}"
            for resource, verbs in SENT["helm 4.2.3"].items()
            for verb in verbs
            if not rbac.allowed(
                cluster, _pipeline(service), rbac.request(f"{verb} {resource}", service.name)
            )
        ] == []


def test_the_first_deployment_without_a_cloud_proves_it_for_every_namespace(
    pristine: Repository,
) -> None:
    script = (pristine(cloud="none") / "ci/first-deploy.sh").read_text(encoding="utf-8")
    assert "for namespace in $(kubectl get namespaces --output " in script
    assert 'auth can-i create deployments --namespace "$namespace"' in script


def _refused(repository: Path, sent: dict[str, dict[str, str]], monitoring: str) -> list[str]:
    """Return the recorded requests that the Role refuses, each with its scenario."""
    objects, pipeline = _cluster(repository), _pipeline(repository)
    return [
        f"{verb} {resource} ({scenario})"
        for resource, verbs in sent.items()
        if monitoring != "none" or not resource.endswith(".monitoring.coreos.com")
        for verb, scenario in verbs.items()
        if not rbac.allowed(objects, pipeline, rbac.request(f"{verb} {resource}", repository.name))
    ]


def _can(cluster: list[rbac.Object], who: Identity, namespace: str) -> bool:
    """Return whether `who` may do anything there that any Role of the cluster gives."""
    return any(
        rbac.allowed(cluster, who, rbac.Request(verb, resource, group, namespace))
        for role in cluster
        for rule in role.get("rules", ())
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    )


def _cluster(repository: Path) -> list[rbac.Object]:
    """Return the Roles and RoleBindings that `make platform` applies."""
    text = (repository / "platform/deployer-role.yaml").read_text(encoding="utf-8")
    text = re.sub("DEPLOY_PRINCIPAL_ID$", _principal(repository), text, flags=re.MULTILINE)
    return list(yaml.safe_load_all(text))


def _principal(repository: Path) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, repository.name))


def _pipeline(repository: Path) -> Identity:
    """Return who the pipeline is in the cluster: by Terraform on a cloud, by the documented certificate elsewhere."""
    if (repository / "terraform/modules/cluster").is_dir():
        groups = _groups(repository)
        return Identity("pipeline", groups) if groups else Identity(_principal(repository))
    script = (repository / "ci/first-deploy.sh").read_text(encoding="utf-8")
    (subject,) = re.findall(r'openssl req .* -subj "([^"]+)"', script)
    subject = subject.replace("$SERVICE", repository.name).replace("$name", "pipeline")
    parts = [part.partition("=") for part in subject.strip("/").split("/")]
    (user,) = (value for key, _, value in parts if key == "CN")
    return Identity(user, tuple(value for key, _, value in parts if key == "O"))


def _groups(repository: Path) -> tuple[str, ...]:
    """Return the groups that the access entry of the deploy role has; none on a cloud that has no access entries."""
    cluster = hcl.read(
        (repository / "terraform/modules/cluster/main.tf").read_text(encoding="utf-8")
    )
    entries = [
        block
        for block in cluster.each("resource")
        if block.labels == ("aws_eks_access_entry", "deploy")
    ]
    if not entries:
        return ()
    root = hcl.read((repository / "terraform/env/main.tf").read_text(encoding="utf-8"))
    (module,) = (block for block in root.each("module") if block.labels == ("cluster",))
    (local,) = root.each("locals")
    expression = entries[0].attributes["kubernetes_groups"].expression.strip()
    if expression.startswith("var."):
        expression = module.attributes[expression.removeprefix("var.")].expression.strip()
    if expression.startswith("local."):
        expression = local.attributes[expression.removeprefix("local.")].expression
    return tuple(
        group.replace("${var.service}", repository.name)
        for group in re.findall(r'"([^"]+)"', expression)
    )


def _objects(
    repository: Path, toolchain: SystemToolchain, folder: Path
) -> Iterator[tuple[str, bool]]:
    """Yield the resource of each object of the chart, with each kind of route, and whether it is a hook."""
    (chart,) = (repository / "helm").iterdir()
    releases = []
    for number, route in enumerate(ROUTES.values()):
        values = folder / f"{number}.yaml"
        values.write_text(yaml.safe_dump({"route": route}), encoding="utf-8")
        image = {
            "image.repository": "registry.example.com/service",
            "image.digest": f"sha256:{'0' * 64}",
        }
        releases.append(
            helm.Release(values_files=(chart / "values-prod.yaml", values), set_strings=image)
        )
    for rendered in helm.render(toolchain, chart, releases, kube_version="1.36.0"):
        assert not rendered.error
        texts = [
            manifest.text for manifest in rendered.manifests if manifest.source.suffix != ".txt"
        ]
        for one in itertools.chain.from_iterable(map(yaml.safe_load_all, texts)):
            if one:
                group = one["apiVersion"].rpartition("/")[0]
                plural = PLURALS.get(one["kind"], one["kind"].lower() + "s")
                yield (
                    f"{plural}.{group}" if group else plural,
                    "helm.sh/hook" in one["metadata"].get("annotations", {}),
                )

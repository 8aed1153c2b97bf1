"""Objects that are deployed together, and the objects that names and selectors mean."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts import charts, deployments
from scaffolder.repository.facts.charts import KubernetesObject
from scaffolder.repository.project import Project


def service(name: str, namespace: str = "", selector: str = "{app: shop}") -> str:
    where = f", namespace: {namespace}" if namespace else ""
    return f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}{where}}}\nspec: {{selector: {selector}}}\n"


def deployment(name: str, namespace: str = "", labels: str = "{app: shop}", more: str = "") -> str:
    where = f", namespace: {namespace}" if namespace else ""
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}{where}}}\n"
        f"spec:\n  template:\n    metadata: {{labels: {labels}}}\n"
        f"    spec: {{{more}containers: [{{name: a, image: shop}}]}}\n"
    )


def of(project: Project, kind: str, name: str) -> KubernetesObject:
    (one,) = (one for one in charts.objects(project) if (one.kind, one.name) == (kind, name))
    return one


def test_objects_of_one_namespace_are_deployed_together(tmp_path: Path) -> None:
    project = written(
        tmp_path,
        {
            "a/service.yaml": service("shop", "one"),
            "b/deployment.yaml": deployment("shop", "one"),
            "b/other.yaml": deployment("other", "two"),
            "b/any.yaml": deployment("any"),
        },
    )
    one = of(project, "Service", "shop")
    assert {other.name for other in deployments.deployed_with(project, one, "Deployment")} == {
        "shop",
        "any",
    }
    assert {other.name for other in deployments.in_one_namespace(project, one)} == {"shop"}


def test_a_selector_takes_pods_with_all_its_labels(tmp_path: Path) -> None:
    project = written(
        tmp_path,
        {
            "a.yaml": service("shop", selector="{app: shop, tier: web}"),
            "b.yaml": deployment("right", labels="{app: shop, tier: web, x: y}"),
            "c.yaml": deployment("near", labels="{app: shop}"),
        },
    )
    one = of(project, "Service", "shop")
    selector = {"app": "shop", "tier": "web"}
    assert [other.name for other in deployments.selected(project, one, selector)] == ["right"]
    assert deployments.selected(project, one, {}) == ()


@pytest.mark.parametrize(
    ("selector", "labels", "takes"),
    [
        ({}, {}, True),
        ({"a": "b"}, {"a": "b", "c": "d"}, True),
        ({"a": "b"}, {"a": "c"}, False),
        ({"a": "b", "c": "d"}, {"a": "b"}, False),
    ],
)
def test_a_selector_is_a_set_of_equalities(
    selector: dict[str, str], labels: dict[str, str], *, takes: bool
) -> None:
    assert deployments.selects(selector, labels) is takes


def test_the_nearest_object_of_a_name_is_meant(tmp_path: Path) -> None:
    project = written(
        tmp_path,
        {
            "envs/a/service.yaml": service("shop"),
            "envs/a/deployment.yaml": deployment("shop"),
            "envs/b/deployment.yaml": deployment("shop"),
        },
    )
    one = of(project, "Service", "shop")
    (found,) = deployments.named(project, one, "Deployment", "shop")
    assert found.path == Path("envs/a/deployment.yaml")
    assert deployments.same_named(project, one, "Deployment") == (found,)
    assert deployments.named(project, one, "Deployment", "other") == ()


def test_a_name_that_is_nearly_right_means_an_object(tmp_path: Path) -> None:
    project = written(
        tmp_path, {"k8s/a.yaml": service("shop"), "k8s/b.yaml": deployment("payment-api")}
    )
    one = of(project, "Service", "shop")
    meant = deployments.meant(project, one, "Deployment", "payment-apii")
    assert meant is not None
    assert meant.name == "payment-api"
    assert deployments.meant(project, one, "Deployment", "something-else") is None
    assert deployments.meant(project, one, "Deployment", "payment-api") is None


def test_an_object_is_known_anywhere_by_kind_and_name(tmp_path: Path) -> None:
    project = written(tmp_path, {"a.yaml": service("shop")})
    assert deployments.is_known_anywhere(project, "Service", "shop")
    assert not deployments.is_known_anywhere(project, "Deployment", "shop")


def test_a_monitor_watches_services_by_their_labels(tmp_path: Path) -> None:
    monitor = (
        "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: m}\n"
        "spec: {selector: {matchLabels: {team: a}}}\n"
    )
    labelled = service("shop").replace("{name: shop}", "{name: shop, labels: {team: a}}")
    project = written(
        tmp_path,
        {
            "m.yaml": monitor,
            "a.yaml": labelled,
            "b.yaml": service("other"),
            "d.yaml": deployment("d"),
        },
    )
    one = of(project, "ServiceMonitor", "m")
    assert [other.name for other in deployments.watched(project, one)] == ["shop"]
    assert [other.name for other in deployments.watched_pods(project, one)] == ["d"]


@pytest.mark.parametrize(
    ("selector", "elsewhere"),
    [
        ({"k8s-app": "kube-dns"}, True),
        ({"component": "etcd"}, True),
        ({"strimzi.io/kind": "Kafka"}, True),
        ({"app": "shop"}, False),
        ({"app.kubernetes.io/name": "shop"}, False),
        ({"component": "web"}, False),
    ],
)
def test_some_pods_are_made_elsewhere(
    selector: dict[str, str], *, elsewhere: bool, tmp_path: Path
) -> None:
    project = written(tmp_path, {"a.yaml": service("shop")})
    assert deployments.is_made_elsewhere(project, selector) is elsewhere


def test_pods_of_an_operator_are_made_elsewhere(tmp_path: Path) -> None:
    cluster = "apiVersion: {}\nkind: PostgresCluster\nmetadata: {{name: db}}\n"
    made = written(
        tmp_path / "one", {"a.yaml": cluster.format("postgres-operator.crunchydata.com/v1")}
    )
    assert deployments.is_made_elsewhere(made, {"cluster": "db"})
    plain = written(tmp_path / "two", {"a.yaml": cluster.format("v1")})
    assert not deployments.is_made_elsewhere(plain, {"cluster": "db"})


def test_pods_may_have_the_network_of_their_node(tmp_path: Path) -> None:
    project = written(
        tmp_path,
        {"a.yaml": deployment("a", more="hostNetwork: true, "), "b.yaml": deployment("b")},
    )
    assert deployments.is_on_host_network(of(project, "Deployment", "a"))
    assert not deployments.is_on_host_network(of(project, "Deployment", "b"))


def test_labels_are_those_of_pods_also_of_kinds_that_are_not_built_in(tmp_path: Path) -> None:
    config = deployment("c", labels="{a: b}").replace("apps/v1", "apps.openshift.io/v1")
    project = written(
        tmp_path,
        {
            "c.yaml": config.replace("kind: Deployment", "kind: DeploymentConfig"),
            "s.yaml": service("s"),
        },
    )
    assert deployments.template_labels(of(project, "DeploymentConfig", "c")) == {"a": "b"}
    assert deployments.template_labels(of(project, "Service", "s")) == {}

"""AG057 to AG059 on objects as teams write them: each mistake, and look-alikes that are right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Finding
from scaffolder.repository.project import Project

Object = dict[str, Any]


def findings(root: Path, check: str, *objects: Object, **files: str) -> list[Finding]:
    (root / "k8s").mkdir(parents=True, exist_ok=True)
    (root / "k8s" / "all.yaml").write_text(yaml.safe_dump_all(objects), encoding="utf-8")
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
    report = checks.run(
        Project(root), checks.choose(select=[check], ignore=[]), ScriptedToolchain({})
    )
    return [finding for result in report.results for finding in result.findings]


def deployment(name: str = "shop", *, spec: Object | None = None, **container: Any) -> Object:
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "selector": {"matchLabels": dict(labels)},
            "template": {
                "metadata": {"labels": dict(labels)},
                "spec": {
                    "containers": [{"name": name, "image": f"acme/{name}:1.4.0", **container}]
                },
            },
            **(spec or {}),
        },
    }


def of(kind: str, spec: Object, name: str = "shop", version: str = "v1") -> Object:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec}


DATABASE = {"to": [{"podSelector": {"matchLabels": {"app": "db"}}}], "ports": [{"port": 5432}]}


NAMES = {"ports": [{"port": 53, "protocol": "UDP"}]}


CALLING = deployment(env=[{"name": "DB", "value": "postgres://db.shop.svc:5432/shop"}])


def policy(*egress: Object, selector: Object | None = None, name: str = "shop") -> Object:
    chosen = {"matchLabels": {"app": "shop"}} if selector is None else selector
    return of(
        "NetworkPolicy",
        {"podSelector": chosen, "policyTypes": ["Egress"], "egress": list(egress)},
        name=name,
        version="networking.k8s.io/v1",
    )


@pytest.mark.parametrize(
    "policies",
    [
        [policy(DATABASE)],
        [policy()],
        [policy(DATABASE, selector={})],
        [policy({"ports": [{"port": 53}]})],
        [policy({"to": [{"podSelector": {}}]})],
        [policy(DATABASE), policy(NAMES, selector={"matchLabels": {"app": "cart"}}, name="cart")],
    ],
    ids=["rules", "none", "all-pods", "tcp-alone", "own-namespace", "names-for-others"],
)
def test_closed_egress_without_dns_is_found(policies: list[Object], tmp_path: Path) -> None:
    assert findings(tmp_path, "AG057", CALLING, *policies) != []


@pytest.mark.parametrize(
    "policies",
    [
        [policy(DATABASE, NAMES)],
        [policy(DATABASE), policy(NAMES, selector={}, name="names")],
        [policy({})],
        [policy({"to": [{"namespaceSelector": {}}]})],
        [policy({"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]})],
        [policy({"ports": [{"port": 1, "endPort": 1024, "protocol": "UDP"}]})],
        [policy(DATABASE, selector={"matchLabels": {"app": "cart"}})],
    ],
    ids=["rule", "policy", "all", "namespaces", "addresses", "range", "others"],
)
def test_egress_with_dns_is_accepted(policies: list[Object], tmp_path: Path) -> None:
    assert findings(tmp_path, "AG057", CALLING, *policies) == []


def test_a_database_that_calls_no_one_needs_no_dns(tmp_path: Path) -> None:
    database = deployment(env=[{"name": "POSTGRES_DB", "value": "shop"}])
    database["spec"]["template"]["spec"]["containers"][0]["image"] = "postgres:18"
    assert findings(tmp_path, "AG057", database, policy()) == []


@pytest.mark.parametrize(("is_on_host", "number"), [(True, 0), (False, 1)])
def test_pods_with_the_network_of_a_node_ask_their_node(
    is_on_host: bool, number: int, tmp_path: Path
) -> None:
    agent = deployment(env=[{"name": "DB", "value": "postgres://db.shop.svc:5432/shop"}])
    agent["spec"]["template"]["spec"]["hostNetwork"] = is_on_host
    assert len(findings(tmp_path, "AG057", agent, policy())) == number


def test_the_names_of_openshift_are_elsewhere(tmp_path: Path) -> None:
    route = of("Route", {"to": {"name": "x"}}, version="route.openshift.io/v1")
    (finding,) = findings(tmp_path, "AG057", CALLING, policy(), route)
    assert finding.fix == "allow UDP and TCP port 5353 to the pods of openshift-dns"


def test_ingress_alone_closes_nothing_out(tmp_path: Path) -> None:
    ingress = of(
        "NetworkPolicy",
        {"podSelector": {}, "policyTypes": ["Ingress"]},
        version="networking.k8s.io/v1",
    )
    assert findings(tmp_path, "AG057", CALLING, ingress) == []


def resources(requests: Object, limits: Object) -> Object:
    return deployment(resources={"requests": requests, "limits": limits})


@pytest.mark.parametrize(
    ("requests", "limits"),
    [
        ({"memory": "512Mi"}, {"memory": "256Mi"}),
        ({"memory": "1Gi"}, {"memory": "1G"}),
        ({"cpu": "1500m"}, {"cpu": 1}),
        ({"cpu": 2}, {"cpu": "500m"}),
        ({"ephemeral-storage": "1Gi"}, {"ephemeral-storage": "512Mi"}),
        ({"memory": "1e9"}, {"memory": "900M"}),
    ],
)
def test_a_request_above_its_limit_is_found(
    requests: Object, limits: Object, tmp_path: Path
) -> None:
    assert len(findings(tmp_path, "AG058", resources(requests, limits))) == 1


@pytest.mark.parametrize(
    ("requests", "limits"),
    [
        ({"memory": "512Mi"}, {"memory": "512Mi"}),
        ({"memory": "1024Mi"}, {"memory": "1Gi"}),
        ({"cpu": "500m"}, {}),
        ({}, {"memory": "64Mi"}),
        ({"cpu": "500m"}, {"cpu": 0.5}),
        ({"cpu": 4, "memory": "64Mi"}, {"memory": "128Mi"}),
    ],
)
def test_a_request_within_its_limit_is_accepted(
    requests: Object, limits: Object, tmp_path: Path
) -> None:
    assert findings(tmp_path, "AG058", resources(requests, limits)) == []


LIMITED: Object = {"resources": {"limits": {"memory": "512Mi"}}}


def image(start: str) -> str:
    return f"FROM eclipse-temurin:25-jre\nCOPY app.jar /app.jar\n{start}\n"


@pytest.mark.parametrize(
    "start",
    [
        'ENTRYPOINT ["java", "-Xmx2g", "-jar", "/app.jar"]',
        'CMD ["java", "-Xmx512m", "-jar", "/app.jar"]',
        'ENV JAVA_TOOL_OPTIONS="-Xms64m -Xmx1024M"\nCMD ["java", "-jar", "/app.jar"]',
        'ENTRYPOINT ["java", "-XX:MaxHeapSize=805306368", "-jar", "/app.jar"]',
        'CMD ["node", "--max-old-space-size=1024", "server.js"]',
        "ENV NODE_OPTIONS=--max-old-space-size=600",
    ],
)
def test_a_heap_above_the_memory_is_found(start: str, tmp_path: Path) -> None:
    found = findings(tmp_path, "AG059", deployment(**LIMITED), Dockerfile=image(start))
    assert [finding.path.as_posix() for finding in found] == ["Dockerfile"]


def test_a_heap_in_a_variable_of_the_container_is_found(tmp_path: Path) -> None:
    workload = deployment(**LIMITED, env=[{"name": "JAVA_OPTS", "value": "-Xmx1g"}])
    found = findings(tmp_path, "AG059", workload, Dockerfile=image("CMD java $JAVA_OPTS -jar /a"))
    assert [finding.path.as_posix() for finding in found] == ["k8s/all.yaml"]


@pytest.mark.parametrize(
    ("workload", "start"),
    [
        (deployment(**LIMITED), 'CMD ["java", "-Xmx384m", "-jar", "/app.jar"]'),
        (deployment(**LIMITED), 'CMD ["java", "-XX:MaxRAMPercentage=75", "-jar", "/app.jar"]'),
        (deployment(), 'CMD ["java", "-Xmx2g", "-jar", "/app.jar"]'),
        (
            deployment(**LIMITED, env=[{"name": "JAVA_TOOL_OPTIONS", "value": "-Xmx300m"}]),
            "ENV JAVA_TOOL_OPTIONS=-Xmx2g",
        ),
        (deployment(**LIMITED), 'RUN java -Xmx2g -jar build-tool.jar\nCMD ["java", "-jar", "/a"]'),
    ],
    ids=["below", "share", "no-limit", "of-the-container", "while-building"],
)
def test_a_heap_within_the_memory_is_accepted(workload: Object, start: str, tmp_path: Path) -> None:
    assert findings(tmp_path, "AG059", workload, Dockerfile=image(start)) == []

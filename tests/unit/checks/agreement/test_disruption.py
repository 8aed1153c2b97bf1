"""AG054 to AG056 on objects as teams write them: each mistake, and look-alikes that are right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Finding, Severity
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


def autoscaler(name: str = "shop", low: int = 2) -> Object:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    return of(
        "HorizontalPodAutoscaler",
        {"scaleTargetRef": target, "minReplicas": low, "maxReplicas": 6},
        version="autoscaling/v2",
    )


def test_replicas_beside_an_autoscaler_are_found(tmp_path: Path) -> None:
    assert len(findings(tmp_path, "AG054", deployment(spec={"replicas": 3}), autoscaler())) == 1


def test_replicas_beside_a_scaled_object_are_found(tmp_path: Path) -> None:
    scaled = of("ScaledObject", {"scaleTargetRef": {"name": "shop"}}, version="keda.sh/v1alpha1")
    assert len(findings(tmp_path, "AG054", deployment(spec={"replicas": 1}), scaled)) == 1


@pytest.mark.parametrize(
    ("workload", "scaler"),
    [
        (deployment(), autoscaler()),
        (deployment(spec={"replicas": 3}), autoscaler("cart")),
        (deployment(spec={"replicas": 0}), autoscaler()),
    ],
    ids=["no-number", "another-workload", "switched-off"],
)
def test_one_owner_of_the_number_is_accepted(
    workload: Object, scaler: Object, tmp_path: Path
) -> None:
    assert findings(tmp_path, "AG054", workload, scaler) == []


def selecting(labels: dict[str, str], name: str = "shop") -> Object:
    made = deployment(name)
    made["spec"]["selector"]["matchLabels"] |= labels
    made["spec"]["template"]["metadata"]["labels"] |= labels
    return made


@pytest.mark.parametrize(
    "labels",
    [
        {"app.kubernetes.io/version": "2.0.0"},
        {"helm.sh/chart": "shop-0.3.1"},
        {"chart": "shop-0.3.1"},
        {"version": "1.4.0"},
        {"git-commit": "abcdef1"},
        {"acme.example/build-id": "812"},
        {"timestamp": "2026-11-29"},
    ],
    ids=lambda labels: next(iter(labels)),
)
def test_a_label_that_a_release_changes_is_found_in_a_selector(
    labels: dict[str, str], tmp_path: Path
) -> None:
    assert len(findings(tmp_path, "AG055", selecting(labels))) == 1


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        ({"version": "v1"}, "shop-v1"),
        ({"app.kubernetes.io/version": "v2"}, "shop-v2"),
        ({"version": "blue"}, "shop"),
        ({"chart": "shop"}, "shop"),
        ({"app.kubernetes.io/instance": "shop", "tier": "web"}, "shop"),
        ({"app.kubernetes.io/managed-by": "Helm"}, "shop"),
    ],
)
def test_a_label_that_stays_is_accepted(labels: dict[str, str], name: str, tmp_path: Path) -> None:
    assert findings(tmp_path, "AG055", selecting(labels, name)) == []


def budget(**spec: Any) -> Object:
    return of(
        "PodDisruptionBudget",
        {"selector": {"matchLabels": {"app": "shop"}}, **spec},
        version="policy/v1",
    )


@pytest.mark.parametrize(
    ("spec", "replicas"),
    [
        ({"maxUnavailable": 0}, 3),
        ({"maxUnavailable": "0%"}, 3),
        ({"minAvailable": "100%"}, 3),
        ({"minAvailable": 3}, 3),
        ({"minAvailable": "90%"}, 3),
    ],
)
def test_a_budget_of_none_is_found(spec: Object, replicas: int, tmp_path: Path) -> None:
    found = findings(tmp_path, "AG056", budget(**spec), deployment(spec={"replicas": replicas}))
    assert [finding.severity for finding in found] == [Severity.ERROR]


def test_a_budget_for_one_pod_is_a_warning(tmp_path: Path) -> None:
    found = findings(tmp_path, "AG056", budget(minAvailable=1), deployment(spec={"replicas": 1}))
    assert [finding.severity for finding in found] == [Severity.WARNING]


@pytest.mark.parametrize(
    ("spec", "objects"),
    [
        ({"maxUnavailable": 1}, [deployment(spec={"replicas": 1})]),
        ({"minAvailable": 1}, [deployment(spec={"replicas": 2})]),
        ({"minAvailable": "50%"}, [deployment(spec={"replicas": 3})]),
        ({"minAvailable": 2}, [deployment(), autoscaler(low=3)]),
        ({"minAvailable": 2}, [deployment("cart", spec={"replicas": 1})]),
    ],
)
def test_a_budget_that_lets_a_pod_go_is_accepted(
    spec: Object, objects: list[Object], tmp_path: Path
) -> None:
    assert findings(tmp_path, "AG056", budget(**spec), *objects) == []


def image(start: str) -> str:
    return f"FROM eclipse-temurin:25-jre\nCOPY app.jar /app.jar\n{start}\n"

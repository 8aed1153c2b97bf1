"""AG021 to AG024: Services, monitors, workloads and policies find the pods that they are for."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import places

SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: shop, labels: {app: shop}}\nspec:\n  selector: {app: shop}\n  ports: [{port: 80, name: http}]\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: a, image: team/shop:1, ports: [{containerPort: 8080, name: http}]}]}
"""
MONITOR = """\
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  endpoints: [{port: http}]
"""
SCALER = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
"""
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: shop}
spec:
  podSelector: {matchLabels: {app: shop}}
  policyTypes: [Ingress]
  ingress:
    - from: [{namespaceSelector: {}}]
"""
FILES = {
    "k8s/service.yaml": SERVICE,
    "k8s/deployment.yaml": DEPLOYMENT,
    "k8s/monitor.yaml": MONITOR,
    "k8s/scaler.yaml": SCALER,
    "k8s/policy.yaml": POLICY,
}


@pytest.mark.parametrize("check", ["AG021", "AG022", "AG023", "AG024"])
def test_selectors_that_find_pods_are_right(check: str, tmp_path: Path) -> None:
    assert places(tmp_path, FILES, check) == []


@pytest.mark.parametrize(
    ("check", "file", "old", "new"),
    [
        ("AG021", "k8s/service.yaml", "selector: {app: shop}", "selector: {app: shopp}"),
        ("AG022", "k8s/monitor.yaml", "matchLabels: {app: shop}", "matchLabels: {app: shopp}"),
        ("AG023", "k8s/deployment.yaml", "matchLabels: {app: shop}", "matchLabels: {app: web}"),
        ("AG023", "k8s/scaler.yaml", "name: shop}\n", "name: shopp}\n"),
    ],
)
def test_a_selector_that_finds_nothing_is_found(
    check: str, file: str, old: str, new: str, tmp_path: Path
) -> None:
    head, found, tail = FILES[file].rpartition(old)
    assert found
    (place,) = places(tmp_path, {**FILES, file: f"{head}{new}{tail}"}, check)
    assert place.startswith(file)


def test_a_policy_without_prometheus_is_found(tmp_path: Path) -> None:
    closed = POLICY.replace("namespaceSelector: {}", "podSelector: {matchLabels: {app: web}}")
    (place,) = places(tmp_path, {**FILES, "k8s/policy.yaml": closed}, "AG024")
    assert place.startswith("k8s/")


def test_a_service_without_a_selector_has_endpoints_of_its_own(tmp_path: Path) -> None:
    plain = SERVICE.replace("  selector: {app: shop}\n", "")
    assert places(tmp_path, {**FILES, "k8s/service.yaml": plain}, "AG021") == []


SCALED_OBJECT = """\
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: shop}
spec:
  scaleTargetRef: {%s}
"""
PREFIXED = "namePrefix: prod-\nresources: [../base]\n"
BASE = "resources: [deployment.yaml, scaler.yaml]\n"
TOLD = "nameReference:\n  - {kind: Deployment, fieldSpecs: [{path: spec/scaleTargetRef/name, kind: ScaledObject}]}\n"


@pytest.mark.parametrize(
    ("scaler", "overlay", "number"),
    [
        (SCALER, PREFIXED, 0),
        (SCALER.replace("Deployment, name: shop", "Deployment, name: shpo"), PREFIXED, 1),
        (SCALED_OBJECT % "name: shop", PREFIXED, 1),
        (SCALED_OBJECT % "kind: Deployment, name: shop", PREFIXED, 1),
        (SCALED_OBJECT % "kind: Deployment, name: prod-shop", PREFIXED, 0),
        (SCALED_OBJECT % "name: shop", "resources: [../base]\n", 0),
        (SCALED_OBJECT % "kind: Deployment, name: shop", f"{PREFIXED}configurations: [a.yaml]\n", 0),
        (SCALED_OBJECT % "name: shop", "nameSuffix: -v2\nresources: [../base]\n", 1),
    ],
)  # fmt: skip
def test_a_scaler_follows_a_prefix_or_is_told(
    scaler: str, overlay: str, number: int, tmp_path: Path
) -> None:
    files = {
        "base/kustomization.yaml": BASE,
        "base/deployment.yaml": DEPLOYMENT,
        "base/scaler.yaml": scaler,
        "prod/kustomization.yaml": overlay,
        "prod/a.yaml": TOLD,
    }
    assert len(places(tmp_path, files, "AG023")) == number

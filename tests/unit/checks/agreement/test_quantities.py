"""AG025 and AG026: requests of pods that are scaled, and the room of the quota."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import places

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - {name: a, image: 'team/shop:1', resources: {requests: {REQUESTS}}}
"""
SCALER = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop, namespace: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  maxReplicas: 4
  metrics:
    - type: Resource
      resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}
"""
QUOTA = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q, namespace: shop}\nspec: {hard: {HARD}}\n"


def files(requests: str, hard: str = "requests.cpu: '8'", scaler: str = SCALER) -> dict[str, str]:
    return {
        "k8s/a.yaml": DEPLOYMENT.replace("REQUESTS", requests),
        "k8s/b.yaml": scaler,
        "k8s/c.yaml": QUOTA.replace("HARD", hard),
    }


@pytest.mark.parametrize(
    ("requests", "number"),
    [("cpu: 500m", 0), ("memory: 1Gi", 1), ("", 1), ("cpu: 1, memory: 1Gi", 0)],
)
def test_what_is_scaled_by_cpu_requests_it(requests: str, number: int, tmp_path: Path) -> None:
    assert len(places(tmp_path, files(requests), "AG025")) == number


def test_a_number_of_its_own_needs_no_request(tmp_path: Path) -> None:
    scaler = SCALER.replace(
        "type: Utilization, averageUtilization: 80", "type: AverageValue, averageValue: 1"
    )
    assert places(tmp_path, files("", scaler=scaler), "AG025") == []


@pytest.mark.parametrize(
    ("hard", "number"),
    [
        ("requests.cpu: '2'", 0),
        ("requests.cpu: '1'", 1),
        ("requests.cpu: 1500m", 1),
        ("pods: '3'", 1),
        ("pods: '10'", 0),
        ("requests.memory: 1Ki", 0),
    ],
)
def test_the_quota_has_room_for_all_pods(hard: str, number: int, tmp_path: Path) -> None:
    assert len(places(tmp_path, files("cpu: 500m", hard), "AG026")) == number

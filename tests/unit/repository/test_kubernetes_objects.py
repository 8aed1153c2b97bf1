"""Kubernetes objects that files hold as they are, and what stands for an image that only a pipeline knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scaffolder.repository import kubernetes_objects
from scaffolder.repository.kubernetes_objects import DIGEST, REPOSITORY
from scaffolder.repository.project import Project

WORKLOAD = """\
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly, labels: {app: x}}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          initContainers: [{name: a, image: a:1}]
          containers: [{name: b, image: b:1}]
---
apiVersion: v1
kind: Service
metadata: {name: x}
"""


def test_an_object_knows_its_name_its_pods_and_its_lines(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(WORKLOAD, encoding="utf-8")
    project = Project(tmp_path)
    job, service = kubernetes_objects.plain(project)
    assert [str(job), job.api_version, str(service)] == ["CronJob nightly", "batch/v1", "Service x"]
    assert [one["name"] for one in job.all_containers()] == ["a", "b"]
    assert service.pod_spec is None
    assert list(service.all_containers()) == []
    assert str(service.place(project, "kind")) == "a.yaml:13"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"image": {"repository": "", "digest": ""}}, {"repository": REPOSITORY, "digest": DIGEST}),
        ({"image": {"repository": "nginx", "digest": ""}}, {"digest": DIGEST}),
        ({"image": {"repository": "", "tag": "1.2"}}, {"repository": REPOSITORY}),
        ({"image": {"repository": "nginx", "tag": "1.2", "digest": ""}}, {}),
        ({"image": "nginx"}, {}),
        ({}, {}),
    ],
)
def test_only_what_values_leave_empty_gets_a_placeholder(
    values: dict[str, Any], expected: dict[str, str]
) -> None:
    assert kubernetes_objects.placeholders(values) == expected

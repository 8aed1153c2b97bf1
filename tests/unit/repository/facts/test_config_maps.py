"""Pods that take variables from a ConfigMap of their chart, and whether a change restarts them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.config_maps import ConfigReference, references

SUM = '        checksum/config: {{ include (print $.Template.BasePath "/config.yaml") . | sha256sum }}\n'
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop\ndata:\n  A: b\n"
WORKLOAD = """\
apiVersion: apps/v1
kind: {kind}
metadata:
  name: shop
spec:
  template:
    metadata:
      annotations:
{annotation}
    spec:
      containers:
        - name: shop
          envFrom:
            - configMapRef:
                name: {name}
"""


def found(
    root: Path,
    *,
    annotation: str = "        a: b\n",
    name: str = "shop",
    kind: str = "Deployment",
    config_map: str = MAP,
    folder: str = "chart",
) -> list[ConfigReference]:
    workload = WORKLOAD.format(annotation=annotation, name=name, kind=kind)
    files = {
        f"{folder}/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        f"{folder}/templates/config.yaml": config_map,
        f"{folder}/templates/workload.yaml": workload,
    }
    return list(references(written(root, files)))


def test_a_change_restarts_nothing_without_a_sum(tmp_path: Path) -> None:
    (one,) = found(tmp_path)
    assert not one.restarts
    assert one.config_map == Path("chart/templates/config.yaml")
    assert one.at.path == Path("chart/templates/workload.yaml")


@pytest.mark.parametrize(
    "annotation",
    [SUM, '        reloader.stakater.com/auto: "true"\n', "        rollme: {{ randAlphaNum 5 }}\n"],
)
def test_a_sum_or_a_program_restarts_pods(annotation: str, tmp_path: Path) -> None:
    (one,) = found(tmp_path, annotation=annotation)
    assert one.restarts


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "other"},
        {"kind": "Job"},
        {"config_map": MAP + "immutable: true\n"},
        {"config_map": MAP.replace("ConfigMap", "Secret")},
        {"folder": "testdata/chart"},
    ],
    ids=["another name", "a job", "immutable", "a Secret", "data of a test"],
)
def test_other_references_are_left_out(changed: dict[str, str], tmp_path: Path) -> None:
    assert not found(tmp_path, **changed)

"""Objects of plain files and kustomizations are held against the same schemas as those of charts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, written

from scaffolder import checks
from scaffolder.model import Outcome, Report

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: till}
spec:
  selector: {matchLabels: {app: till}}
  template:
    metadata: {labels: {app: till}}
    spec:
      containers:
        - name: till
          image: example.org/till:1.0.0
          readinessProbe: {httpGet: {path: /, port: 80}}
          resources: {requests: {cpu: 100m}}
"""
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}\n"


def checked(root: Path, files: Mapping[str, str], check: str = "K8001") -> Report:
    chosen = [one for one in checks.every(today=TODAY) if one.id == check]
    return checks.run(written(root, files), chosen, ScriptedToolchain({}))


def found(root: Path, files: Mapping[str, str], check: str = "K8001") -> list[str]:
    return [
        f"{finding.path.as_posix()}:{finding.line} {finding.message}"
        for result in checked(root, files, check).results
        for finding in result.findings
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "line", "words"),
    [
        ("readinessProbe", "readynessProbe", 12, "'readynessProbe' was unexpected"),
        ("requests", "request", 13, "'request' was unexpected"),
        ("port: 80}}", "prot: 80}}", 12, "spec.template.spec.containers.0.readinessProbe"),
        ("name: till}", "nam: till}", 3, "'nam' was unexpected"),
        ("apps/v1", "extensions/v1beta1", 1, "has no Deployment in extensions/v1beta1"),
        ("kind: Deployment", "kind: Deploymnet", 1, "has no Deploymnet in apps/v1"),
        ("cpu: 100m", "cpu: [100m]", 13, "resources.requests.cpu"),
    ],
)
def test_a_plain_manifest_is_judged(
    right: str, wrong: str, line: int, words: str, tmp_path: Path
) -> None:
    text = DEPLOYMENT.replace(right, wrong, 1)
    (said, *_) = found(tmp_path, {"k8s/till.yaml": text})
    assert said.startswith(f"k8s/till.yaml:{line} ")
    assert words in said


def test_each_error_of_an_object_is_found(tmp_path: Path) -> None:
    text = DEPLOYMENT.replace("readiness", "readyness").replace("requests", "request")
    assert len(found(tmp_path, {"k8s/till.yaml": text})) == 2


@pytest.mark.parametrize(
    "text",
    [
        DEPLOYMENT,
        DEPLOYMENT.replace("spec:\n  sel", "spec:\n  replicas: ${REPLICAS}\n  sel"),
        DEPLOYMENT.replace("spec:\n  sel", "spec:\n  replicas: $REPLICAS\n  sel"),
        DEPLOYMENT.replace("{name: till}", "{name: till, creationTimestamp: null}", 1),
        DEPLOYMENT.replace("{name: till}", "{name: till, annotations: {day: 2026-01-01}}", 1),
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {a: 'ENC[AES256_GCM,data:x]'}\nsops: {version: 3}\n",
        "apiVersion: v1\nkind: Config\nclusters: []\n",
        "apiVersion: v1\nkind: Template\nmetadata: {name: a}\nobjects: []\n",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: []\n",
        "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: []\n",
        "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nx: y\n",
        "apiVersion: skaffold/v4beta6\nkind: Config\nx: y\n",
        "apiVersion: example.org/v1\nkind: Deployment\nmetadata: {name: a}\n",
        "apiVersion: v1\nkind: List\nitems: []\n",
    ],
)
def test_what_is_right_or_no_object_is_no_finding(text: str, tmp_path: Path) -> None:
    assert found(tmp_path, {"k8s/a.yaml": text, "k8s/s.yaml": SERVICE}) == []


@pytest.mark.parametrize("folder", ["tests/k8s", "examples", "vendor/x", "k8s/testdata"])
def test_manifests_of_tests_and_of_others_are_left_out(folder: str, tmp_path: Path) -> None:
    files = {f"{folder}/a.yaml": DEPLOYMENT.replace("readiness", "readyness")}
    assert not checked(tmp_path, files).results


def test_a_patch_is_judged_in_what_it_makes(tmp_path: Path) -> None:
    """A patch alone has no selector, which a Deployment needs; what it misspells is in its file."""
    patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: till}\nspec:\n  replica: 2\n"
    files = {
        "k8s/base/kustomization.yaml": "resources: [d.yaml]\n",
        "k8s/base/d.yaml": DEPLOYMENT,
        "k8s/a/kustomization.yaml": "resources: [../base]\npatches: [{path: p.yaml}]\n",
        "k8s/a/p.yaml": patch,
        "k8s/b/kustomization.yaml": "resources: [../base]\n",
    }
    (line,) = found(tmp_path, files)
    assert line.startswith("k8s/a/p.yaml:5 Deployment till: spec")
    assert "'replica' was unexpected" in line


def test_a_base_that_is_wrong_is_found_once(tmp_path: Path) -> None:
    files = {
        "k8s/base/kustomization.yaml": "resources: [d.yaml]\n",
        "k8s/base/d.yaml": DEPLOYMENT.replace("readiness", "readyness"),
        "k8s/a/kustomization.yaml": "resources: [../base]\nnamePrefix: a-\n",
        "k8s/b/kustomization.yaml": "resources: [../base]\n",
    }
    lines = {line.split(" ")[0] for line in found(tmp_path, files)}
    assert lines == {"k8s/base/d.yaml:12"}


def test_custom_resources_of_files_are_judged_too(tmp_path: Path) -> None:
    monitor = (
        "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: a}\n"
        "spec:\n  selector: {}\n  jobLabell: x\n  endpoints: []\n"
    )
    (line,) = found(tmp_path, {"k8s/m.yaml": monitor}, "K8002")
    assert line.startswith("k8s/m.yaml:6 ServiceMonitor a: spec: ")


def test_a_chart_that_cannot_be_rendered_hides_nothing(tmp_path: Path) -> None:
    """Helm is missing here: the plain manifest is judged, and a pass is none."""
    chart = {"chart/Chart.yaml": "apiVersion: v2\nname: a\nversion: 0.1.0\n"}
    wrong = {**chart, "k8s/a.yaml": DEPLOYMENT.replace("readiness", "readyness")}
    (result,) = checked(tmp_path / "wrong", wrong).results
    assert result.outcome is Outcome.FAILED
    assert "the chart:" in result.limit
    (result,) = checked(tmp_path / "right", {**chart, "k8s/a.yaml": DEPLOYMENT}).results
    assert result.outcome is Outcome.SKIPPED
    assert result.tool_missing


def test_without_objects_there_is_nothing_to_check(tmp_path: Path) -> None:
    assert not checked(tmp_path, {"a.yaml": "a: 1\n"}).results

"""Kustomizations render to what `kubectl kustomize` prints, each entry with the file that set it.

The expectations were compared with Kustomize 5.5.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import written

from scaffolder.repository import kubernetes_objects, kustomize
from scaffolder.repository.kubernetes_objects import KubernetesObject
from scaffolder.repository.project import Project

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: till}
spec:
  replicas: 1
  selector: {matchLabels: {app: till}}
  template:
    metadata: {labels: {app: till}}
    spec:
      serviceAccountName: till
      containers:
        - name: till
          image: registry.example.com:5000/till:1.0
          env:
            - {name: MODE, value: plain}
            - {name: COLOR, value: red}
          envFrom: [{configMapRef: {name: settings}}]
          ports: [{containerPort: 8080, name: http}]
        - {name: helper, image: helper:1}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: till}
spec: {selector: {app: till}, ports: [{name: http, port: 80, targetPort: http}]}
"""
BASE = {
    "k8s/base/kustomization.yaml": "resources: [deployment.yaml, service.yaml]\n",
    "k8s/base/deployment.yaml": DEPLOYMENT,
    "k8s/base/service.yaml": SERVICE,
}


def overlay(root: Path, kustomization: str, **others: str) -> Project:
    files = {name.replace("__", "."): text for name, text in others.items()}
    return written(
        root,
        {
            **BASE,
            "k8s/prod/kustomization.yaml": f"resources: [../base]\n{kustomization}",
            **{f"k8s/prod/{name}": text for name, text in files.items()},
        },
    )


def only(project: Project, kind: str) -> KubernetesObject:
    (found,) = [one for one in kubernetes_objects.kustomized(project) if one.kind == kind]
    return found


def container(project: Project, number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = only(project, "Deployment").get(
        "spec", "template", "spec", "containers", number
    )
    return found


def test_a_base_is_rendered_in_its_overlay_and_nowhere_else(tmp_path: Path) -> None:
    project = overlay(tmp_path, "")
    assert [build.folder for build in kustomize.builds(project)] == [Path("k8s/prod")]
    assert kubernetes_objects.plain(project) == ()
    assert only(project, "Service").scope == ("k8s/prod", "prod")


def test_a_strategic_patch_merges_lists_by_name(tmp_path: Path) -> None:
    patch = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: till}
spec:
  template:
    spec:
      containers:
        - name: till
          env: [{name: COLOR, value: blue}, {name: SIZE, value: big}]
          ports: [{containerPort: 9090, name: metrics}]
        - {name: helper, $patch: delete}
"""
    project = overlay(tmp_path, "patches: [{path: patch.yaml}]\n", patch__yaml=patch)
    deployment = only(project, "Deployment")
    env = {one["name"]: one["value"] for one in container(project)["env"]}
    assert env == {"MODE": "plain", "COLOR": "blue", "SIZE": "big"}
    assert {one["containerPort"] for one in container(project)["ports"]} == {8080, 9090}
    containers = ("spec", "template", "spec", "containers")
    assert len(deployment.get(*containers)) == 1
    names = [one["name"] for one in container(project)["env"]]
    way = (*containers, 0, "env", names.index("COLOR"), "value")
    assert str(deployment.place(project, *way)) == "k8s/prod/patch.yaml:9"
    assert str(deployment.place(project, "spec", "replicas")) == "k8s/base/deployment.yaml:5"


@pytest.mark.parametrize(
    "kustomization",
    [
        "patchesStrategicMerge: [patch.yaml]\n",
        "patches: [{path: patch.yaml, target: {kind: Deploy.*}}]\n",
        "patches: [{path: patch.yaml, target: {name: till, labelSelector: ''}}]\n",
        "patches:\n  - patch: |-\n      apiVersion: apps/v1\n      kind: Deployment\n"
        "      metadata: {name: till}\n      spec: {replicas: 3}\n",
    ],
)
def test_a_patch_is_named_in_each_usual_way(kustomization: str, tmp_path: Path) -> None:
    patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: till}\nspec: {replicas: 3}\n"
    project = overlay(tmp_path, kustomization, patch__yaml=patch)
    assert only(project, "Deployment").get("spec", "replicas") == 3


def test_a_patch_in_the_kustomization_has_its_lines(tmp_path: Path) -> None:
    text = (
        "patches:\n  - target: {kind: Deployment}\n    patch: |-\n      - op: replace\n"
        "        path: /spec/replicas\n        value: 4\n"
    )
    place = only(overlay(tmp_path, text), "Deployment").place(Project(tmp_path), "spec", "replicas")
    assert str(place) == "k8s/prod/kustomization.yaml:7"


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("{op: add, path: /spec/ports/-, value: {port: 81}}", [80, 81]),
        ("{op: add, path: /spec/ports/0, value: {port: 81}}", [81, 80]),
        ("{op: replace, path: /spec/ports/0/port, value: 82}", [82]),
        ("{op: remove, path: /spec/ports/0}", []),
        ("{op: copy, from: /spec/ports/0, path: /spec/ports/-}", [80, 80]),
        ("{op: test, path: /spec/ports/0/port, value: 80}", [80]),
    ],
)
def test_operations_of_a_json_patch(operation: str, expected: list[int], tmp_path: Path) -> None:
    text = (
        "patchesJson6902:\n  - target: {version: v1, kind: Service, name: till}\n    path: p.yaml\n"
    )
    project = overlay(tmp_path, text, p__yaml=f"- {operation}\n")
    ports = only(project, "Service").get("spec", "ports")
    assert [port["port"] for port in ports] == expected


def test_what_is_added_makes_the_tables_on_the_way(tmp_path: Path) -> None:
    operation = "- {op: add, path: /metadata/annotations/example.com~1a, value: b}\n"
    text = "patches: [{path: p.yaml, target: {kind: Service}}]\n"
    project = overlay(tmp_path, text, p__yaml=operation)
    assert only(project, "Service").get("metadata", "annotations") == {"example.com/a": "b"}


def test_names_and_whatever_names_them_get_prefix_and_suffix(tmp_path: Path) -> None:
    more = """\
apiVersion: v1
kind: ServiceAccount
metadata: {name: till}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: till}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: till}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: till}
spec: {defaultBackend: {service: {name: till, port: {number: 80}}}}
"""
    text = (
        "namePrefix: a-\nnameSuffix: -z\nconfigMapGenerator: [{name: settings, literals: [A=1]}]\n"
    )
    written(tmp_path, {"k8s/base/more.yaml": more})
    project = overlay(tmp_path, text)
    (tmp_path / "k8s/base/kustomization.yaml").write_text(
        "resources: [deployment.yaml, service.yaml, more.yaml]\n", encoding="utf-8"
    )
    project = Project(tmp_path)
    assert {one.name for one in kubernetes_objects.kustomized(project)} == {
        "a-till-z",
        "a-settings-z",
    }
    pod = only(project, "Deployment").get("spec", "template", "spec")
    assert pod["serviceAccountName"] == "a-till-z"
    assert pod["containers"][0]["envFrom"] == [{"configMapRef": {"name": "a-settings-z"}}]
    scaler = only(project, "HorizontalPodAutoscaler")
    assert scaler.get("spec", "scaleTargetRef", "name") == "a-till-z"
    ingress = only(project, "Ingress")
    assert ingress.get("spec", "defaultBackend", "service", "name") == "a-till-z"


def test_the_namespace_goes_to_all_that_may_have_one(tmp_path: Path) -> None:
    rights = """\
apiVersion: v1
kind: Namespace
metadata: {name: old}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: till}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: till}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: till, namespace: old}]
"""
    files = {
        "k8s/kustomization.yaml": "namespace: shop\nresources: [rights.yaml]\n",
        "k8s/rights.yaml": rights,
    }
    project = written(tmp_path, files)
    assert only(project, "Namespace").name == "shop"
    assert only(project, "ServiceAccount").namespace == "shop"
    assert only(project, "ClusterRoleBinding").namespace == ""
    assert only(project, "ClusterRoleBinding").get("subjects", 0, "namespace") == "shop"
    place = only(project, "ServiceAccount").place(project, "metadata", "namespace")
    assert str(place) == "k8s/kustomization.yaml:1"


@pytest.mark.parametrize(
    ("labels", "in_selector", "in_template"),
    [
        ("commonLabels: {team: a}\n", True, True),
        ("labels: [{pairs: {team: a}}]\n", False, False),
        ("labels: [{pairs: {team: a}, includeSelectors: true}]\n", True, True),
        ("labels: [{pairs: {team: a}, includeTemplates: true}]\n", False, True),
    ],
)
def test_labels_go_where_they_are_asked_for(
    labels: str, in_selector: bool, in_template: bool, tmp_path: Path
) -> None:
    project = overlay(tmp_path, labels)
    deployment, service = only(project, "Deployment"), only(project, "Service")
    assert deployment.labels == service.labels == {"team": "a"}
    assert ("team" in service.get("spec", "selector")) is in_selector
    assert ("team" in deployment.get("spec", "selector", "matchLabels")) is in_selector
    assert ("team" in deployment.get("spec", "template", "metadata", "labels")) is in_template


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        ("newTag: '2.0'", "registry.example.com:5000/till:2.0"),
        ("newName: other/till", "other/till:1.0"),
        ("newName: other/till, newTag: v3", "other/till:v3"),
        ("digest: 'sha256:abc'", "registry.example.com:5000/till@sha256:abc"),
    ],
)
def test_images_are_replaced(images: str, expected: str, tmp_path: Path) -> None:
    text = (
        f"images: [{{name: 'registry.example.com:5000/till', {images}}}, {{name: no, newTag: x}}]\n"
    )
    assert container(overlay(tmp_path, text))["image"] == expected


def test_replicas_are_set_by_name(tmp_path: Path) -> None:
    text = "namePrefix: x-\nreplicas: [{name: till, count: 7}]\n"
    assert only(overlay(tmp_path, text), "Deployment").get("spec", "replicas") == 7


def test_a_component_changes_what_includes_it(tmp_path: Path) -> None:
    files = {
        "k8s/more/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
        "resources: [db.yaml]\nreplicas: [{name: till, count: 5}]\n",
        "k8s/more/db.yaml": SERVICE.replace("till", "db"),
    }
    written(tmp_path, files)
    project = overlay(tmp_path, "components: [../more]\n")
    assert only(project, "Deployment").get("spec", "replicas") == 5
    names = [one.name for one in kubernetes_objects.kustomized(project) if one.kind == "Service"]
    assert sorted(names) == ["db", "till"]


def test_a_generator_adds_to_what_a_base_generates(tmp_path: Path) -> None:
    base = "resources: [deployment.yaml]\nconfigMapGenerator: [{name: settings, literals: [A=1, B=2]}]\n"
    written(tmp_path, {**BASE, "k8s/base/kustomization.yaml": base})
    (tmp_path / "k8s/prod").mkdir()
    (tmp_path / "k8s/prod/kustomization.yaml").write_text(
        "resources: [../base]\nconfigMapGenerator:\n"
        "  - {name: settings, behavior: merge, literals: [B=3], files: [page=index.html], envs: [.env]}\n",
        encoding="utf-8",
    )
    (tmp_path / "k8s/prod/index.html").write_text("<p>", encoding="utf-8")
    (tmp_path / "k8s/prod/.env").write_text("# a comment\nC=4\n", encoding="utf-8")
    data = only(Project(tmp_path), "ConfigMap").get("data")
    assert data == {"A": "1", "B": "3", "page": "<p>", "C": "4"}


def test_objects_of_a_list_are_objects(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: Service, metadata: {name: a}}\n"
    plain = written(tmp_path / "plain", {"k8s/a.yaml": text})
    assert [str(one) for one in kubernetes_objects.plain(plain)] == ["Service a"]
    project = overlay(tmp_path / "overlay", "")
    assert len(kubernetes_objects.kustomized(project)) == 2


@pytest.mark.parametrize(
    ("kustomization", "reason"),
    [
        (
            "resources: [https://example.com/base?ref=v1]\n",
            "https://example.com/base?ref=v1 is not in",
        ),
        ("resources: ['github.com/acme/base//deploy?ref=v1']\n", "is not in the repository"),
        ("helmCharts: [{name: redis}]\n", "`helmCharts` is not rendered"),
        ("generators: [secrets.yaml]\n", "`generators` is not rendered"),
        ("replacements: [{path: r.yaml}]\n", "`replacements` is not rendered"),
        ("transformers: [t.yaml]\n", "the transformer t.yaml is not rendered"),
        ("patches: [{path: gone.yaml}]\n", "the patch gone.yaml is not in the repository"),
        ("patchesStrategicMerge: [{]\n", ""),
        (
            "patchesStrategicMerge:\n  - |-\n    kind: Deployment\n    metadata: {name: gone}\n",
            "a patch selects no object",
        ),
    ],
)
def test_what_is_not_rendered_is_named_with_its_reason(
    kustomization: str, reason: str, tmp_path: Path
) -> None:
    project = written(tmp_path, {"k8s/kustomization.yaml": kustomization})
    said = [str(one) for one in kubernetes_objects.unread(project)]
    assert len(said) == 1
    assert reason in said[0]
    assert said[0].startswith("k8s/kustomization.yaml")


def test_a_circle_comes_to_an_end(tmp_path: Path) -> None:
    files = {
        "a/kustomization.yaml": "resources: [../b]\n",
        "b/kustomization.yaml": "resources: [../c]\n",
        "c/kustomization.yaml": "resources: [../b]\n",
    }
    (unread,) = kubernetes_objects.unread(written(tmp_path, files))
    assert str(unread) == "c/kustomization.yaml:1 (../b is a circle)"


def test_a_target_that_selects_nothing_is_right(tmp_path: Path) -> None:
    text = "patches: [{target: {kind: Ingress}, patch: '[{op: remove, path: /spec}]'}]\n"
    assert kubernetes_objects.unread(overlay(tmp_path, text)) == ()


def test_a_kustomization_of_flux_is_an_object(tmp_path: Path) -> None:
    flux = (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\n"
        "spec: {path: ./apps}\n"
    )
    project = written(tmp_path, {"clusters/kustomization.yaml": flux})
    assert kustomize.builds(project) == ()
    assert [str(one) for one in kubernetes_objects.plain(project)] == ["Kustomization apps"]


@pytest.mark.parametrize("folder", ["examples", "tests", "testdata", "k8s/fixtures"])
def test_kustomizations_of_tests_and_examples_are_left_out(folder: str, tmp_path: Path) -> None:
    files = {name.replace("k8s/base", folder): text for name, text in BASE.items()}
    assert kubernetes_objects.without_charts(written(tmp_path, files)) == ()


def test_vendored_manifests_are_left_out(tmp_path: Path) -> None:
    project = written(tmp_path, {"vendor/x/service.yaml": SERVICE, "third_party/a.yaml": SERVICE})
    assert kubernetes_objects.without_charts(project) == ()
    assert project.has("vendor/x/service.yaml")


def test_what_a_kustomization_does_not_name_is_not_deployed(tmp_path: Path) -> None:
    """A controller's config/ holds patches that are commented out in the kustomization."""
    project = overlay(
        tmp_path, "", unused__yaml=SERVICE.replace("till", "unused"), patches__yaml=DEPLOYMENT
    )
    written(tmp_path, {"k8s/prod/patches/one.yaml": DEPLOYMENT, "k8s/prod/more/s.yaml": SERVICE})
    project = Project(tmp_path)
    assert [one.path for one in kubernetes_objects.plain(project)] == [Path("k8s/prod/more/s.yaml")]


def test_a_webhook_follows_its_service(tmp_path: Path) -> None:
    hook = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: check}
webhooks:
  - {name: a.example.org, clientConfig: {service: {name: till, path: /a}}, sideEffects: None}
"""
    patch = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: check}
webhooks: [{name: a.example.org, failurePolicy: Ignore}]
"""
    text = (
        "namespace: shop\nnamePrefix: x-\nresources: [h.yaml, s.yaml]\npatches: [{path: p.yaml}]\n"
    )
    files = {"k8s/kustomization.yaml": text, "k8s/h.yaml": hook, "k8s/s.yaml": SERVICE}
    project = written(tmp_path, {**files, "k8s/p.yaml": patch})
    (webhook,) = only(project, "ValidatingWebhookConfiguration").get("webhooks")
    assert webhook["failurePolicy"] == "Ignore"
    assert webhook["sideEffects"] == "None"
    service = {"name": "x-till", "namespace": "shop", "path": "/a"}
    assert webhook["clientConfig"]["service"] == service

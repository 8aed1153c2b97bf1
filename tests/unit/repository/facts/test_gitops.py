"""Deliveries of Argo CD and Flux: their folders and namespaces."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts import charts
from scaffolder.repository.facts.gitops import deliveries, namespace_of

ARGO = (
    "apiVersion: argoproj.io/v1alpha1\nkind: {kind}\nmetadata: {{name: shop, namespace: argocd}}\n"
)
SPEC = "source: {path: deploy/prod}, destination: {namespace: shop}"
APPLICATION = ARGO.format(kind="Application") + f"spec: {{{SPEC}}}\n"
SET = ARGO.format(kind="ApplicationSet") + f"spec: {{template: {{spec: {{{SPEC}}}}}}}\n"
FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
spec: {path: ./deploy/prod, targetNamespace: shop}
"""
RELEASE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shop, namespace: shop}
spec: {install: {createNamespace: true}}
"""


@pytest.mark.parametrize(
    ("text", "folders", "makes"),
    [
        (APPLICATION, ["deploy/prod"], False),
        (
            APPLICATION.replace(
                "spec: {", "spec: {syncPolicy: {syncOptions: [CreateNamespace=true]}, "
            ),
            ["deploy/prod"],
            True,
        ),
        (SET, ["deploy/prod"], False),
        (FLUX, ["deploy/prod"], False),
        (RELEASE, [], True),
    ],
)
def test_a_controller_deploys_folders_into_a_namespace(
    text: str, folders: list[str], *, makes: bool, tmp_path: Path
) -> None:
    (one,) = deliveries(written(tmp_path, {"apps/shop.yaml": text}))
    assert [folder.as_posix() for folder in one.folders] == folders
    assert one.namespace == "shop"
    assert one.makes_namespace is makes
    assert one.place.path == Path("apps/shop.yaml")


def test_a_namespace_that_is_filled_in_later_is_unknown(tmp_path: Path) -> None:
    text = SET.replace("namespace: shop}", "namespace: '{{ name }}'}")
    (one,) = deliveries(written(tmp_path, {"apps/shop.yaml": text}))
    assert one.namespace == ""


@pytest.mark.parametrize(
    "text",
    [
        APPLICATION.replace("argoproj.io", "app.k8s.io"),
        FLUX.replace("kustomize.toolkit.fluxcd.io/v1", "kustomize.config.k8s.io/v1beta1"),
    ],
    ids=["another Application", "the file of kustomize"],
)
def test_objects_of_other_groups_deploy_nothing(text: str, tmp_path: Path) -> None:
    assert deliveries(written(tmp_path, {"apps/shop.yaml": text})) == ()


def test_an_object_is_in_its_own_namespace_or_in_that_of_its_folder(tmp_path: Path) -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}{more}}}\n"
    project = written(
        tmp_path,
        {
            "apps/shop.yaml": APPLICATION,
            "deploy/prod/a.yaml": service.format(name="a", more=""),
            "deploy/prod/b.yaml": service.format(name="b", more=", namespace: other"),
            "elsewhere/c.yaml": service.format(name="c", more=""),
        },
    )
    namespaces = {
        one.name: namespace_of(project, one)
        for one in charts.objects(project)
        if one.kind == "Service"
    }
    assert namespaces == {"a": "shop", "b": "other", "c": ""}

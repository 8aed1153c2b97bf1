"""Values that charts are given by Argo CD, Flux, Helmfile and commands."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.given_values import (
    completed_by,
    given,
    is_in_helmfile,
    unknown_values_by,
)

CHART = {"charts/shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n"}
SHOP = Path("charts/shop")
ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop}
spec:
  source:
    path: charts/shop
    helm:
      HELM
"""
FLUX = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: shop}
spec:
  chart: {spec: {chart: ./charts/shop}}
  SPEC
"""


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (ARGO.replace("HELM", "valuesObject: {port: 80}"), {"port": 80}),
        (ARGO.replace("HELM", "values: 'port: 80'"), {"port": 80}),
        (
            ARGO.replace("HELM", "parameters: [{name: image.tag, value: '1'}]"),
            {"image": {"tag": ""}},
        ),
        (FLUX.replace("SPEC", "values: {port: 80}"), {"port": 80}),
    ],
)
def test_a_controller_gives_values(text: str, values: object, tmp_path: Path) -> None:
    project = written(tmp_path, {**CHART, "apps/shop.yaml": text})
    assert values in [one for one in given(project, SHOP) if one]
    assert completed_by(project, SHOP) == "a controller"
    assert given(project, Path("charts/other")) == ()


@pytest.mark.parametrize(
    ("files", "by"),
    [
        ({"helmfile.yaml": "releases:\n  - name: a\n    chart: ./charts/shop\n"}, "Helmfile"),
        (
            {"apps/a.yaml": FLUX.replace("SPEC", "valuesFrom: [{kind: Secret, name: x}]")},
            "a HelmRelease",
        ),
        ({"apps/a.yaml": ARGO.replace("HELM", "valueFiles: ['{{ x }}.yaml']")}, "an Application"),
        ({}, ""),
    ],
)
def test_values_may_be_in_no_file_here(files: dict[str, str], by: str, tmp_path: Path) -> None:
    project = written(tmp_path, {**CHART, **files})
    assert unknown_values_by(project, SHOP) == by
    assert completed_by(project, SHOP) == by


def test_a_chart_of_another_name_is_not_in_helmfile(tmp_path: Path) -> None:
    text = "releases:\n  - name: shop\n    chart: bitnami/redis\n"
    assert not is_in_helmfile(written(tmp_path, {**CHART, "helmfile.yaml": text}), SHOP)

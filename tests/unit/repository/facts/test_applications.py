"""Applications of Argo CD that give charts values from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.applications import completing, values_files

CHART = {"charts/shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n"}
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: {kind}
metadata:
  name: shop
spec:
  source:
    path: {path}
    helm:
      {helm}
"""


def application(helm: str, path: str = "charts/shop", kind: str = "Application") -> dict[str, str]:
    return {**CHART, "apps/shop.yaml": APPLICATION.format(helm=helm, path=path, kind=kind)}


@pytest.mark.parametrize(
    "files",
    [
        application("values: '{{ values }}'", kind="ApplicationSet"),
        application("valueFiles:\n        - ../elsewhere/prod.yaml"),
        application("values: '{{ values }}'", path="charts/{{ name }}"),
    ],
    ids=["filled in", "a file that is not here", "a pattern"],
)
def test_an_application_may_give_a_chart_unknown_values(
    files: dict[str, str], tmp_path: Path
) -> None:
    assert completing(written(tmp_path, files), Path("charts/shop")) == "an Application"


@pytest.mark.parametrize(
    "files",
    [
        application("releaseName: '{{ name }}'"),
        application("values: '{{ values }}'", path="charts/other"),
        application("values: '{{ values }}'", kind="AppProject"),
        {**application("valueFiles:\n        - prod.yaml"), "charts/shop/prod.yaml": "a: 1\n"},
    ],
    ids=["only a name", "another chart", "another kind", "a file that is here"],
)
def test_other_applications_leave_a_chart_as_it_is(files: dict[str, str], tmp_path: Path) -> None:
    assert completing(written(tmp_path, files), Path("charts/shop")) == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("prod.yaml", ["charts/shop/prod.yaml"]),
        ("../../envs/prod.yaml", ["envs/prod.yaml"]),
        ("/envs/prod.yaml", ["envs/prod.yaml"]),
        ("$values/envs/prod.yaml", ["envs/prod.yaml"]),
        ("missing.yaml", []),
    ],
)
def test_a_file_of_values_is_named_from_the_chart_or_from_the_root(
    name: str, expected: list[str], tmp_path: Path
) -> None:
    project = written(
        tmp_path, {**CHART, "charts/shop/prod.yaml": "a: 1\n", "envs/prod.yaml": "a: 1\n"}
    )
    found = values_files(project, "charts/shop", name)
    assert [file.as_posix() for file in found] == expected

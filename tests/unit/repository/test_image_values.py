"""The line that names the image of a container: in values, in the template, or in a manifest."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts import charts
from scaffolder.repository.image_values import place_of

POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: shop}}\nspec:\n  containers:\n    - name: a\n      image: {image}\n"
OF_VALUES = POD.format(image='"{{ .Values.image.repository }}:{{ .Values.image.tag }}"')


def chart(template: str, values: str) -> dict[str, str]:
    return {
        "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        "chart/values.yaml": values,
        "chart/templates/pod.yaml": template,
    }


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"k8s/pod.yaml": POD.format(image="team/shop:1")}, ("k8s/pod.yaml", 7)),
        (
            chart(OF_VALUES, "image:\n  repository: team/shop\n  tag: '1'\n"),
            ("chart/values.yaml", 3),
        ),
        (
            chart(POD.format(image="{{ .Values.image }}"), "image: team/shop:1\n"),
            ("chart/values.yaml", 1),
        ),
        (
            chart(POD.format(image="team/shop:1"), "image: {repository: team/other, tag: '1'}\n"),
            ("chart/templates/pod.yaml", 7),
        ),
    ],
    ids=["a manifest", "name and tag", "one text", "the template"],
)
def test_an_image_has_a_place(
    files: dict[str, str], place: tuple[str, int], tmp_path: Path
) -> None:
    project = written(tmp_path, files)
    (one,) = charts.objects(project)
    (container,) = one.all_containers()
    found = place_of(project, one, container)
    assert (found.path.as_posix(), found.line) == place


def test_the_values_of_the_environment_come_first(tmp_path: Path) -> None:
    files = chart(OF_VALUES, "image:\n  repository: team/shop\n  tag: '1'\n")
    project = written(
        tmp_path,
        {**files, "chart/values-prod.yaml": "image:\n  tag: '2'\n  repository: team/shop\n"},
    )
    (one,) = (one for one in charts.objects(project) if one.environment == "prod")
    (container,) = one.all_containers()
    found = place_of(project, one, container)
    assert (found.path.as_posix(), found.line) == ("chart/values-prod.yaml", 2)

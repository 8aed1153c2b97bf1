"""Names of images: built, deployed, composed, renamed."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.images import building, read, renamed

IMAGE = {"Dockerfile": "FROM scratch\n"}
CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
    "chart/values.yaml": "image:\n  registry: registry.example.com\n  repository: team/shop\n",
}


def stated(root: Path, files: dict[str, str]) -> list[tuple[str, str, str, int]]:
    return [
        (one.value, one.role, one.place.path.as_posix(), one.place.line)
        for one in read(written(root, {**IMAGE, **files}))
    ]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.sh": "docker build -t registry.example.com/team/shop:1 .\n"}, ("built", "a.sh", 1)),
        ({"a.sh": "buildah bud --tag shop .\n"}, ("built", "a.sh", 1)),
        ({"a.sh": "docker push registry.example.com/team/shop:1\n"}, ("built", "a.sh", 1)),
        (CHART, ("deployed", "chart/values.yaml", 3)),
        (
            {"compose.yml": "services:\n  web:\n    build: .\n    image: team/shop\n"},
            ("compose", "compose.yml", 4),
        ),
    ],
)
def test_an_image_has_a_name(
    files: dict[str, str], expected: tuple[str, str, int], tmp_path: Path
) -> None:
    ((value, *place),) = stated(tmp_path, files)
    assert value.rpartition("/")[2] == "shop"
    assert tuple(place) == expected


@pytest.mark.parametrize(
    "files",
    [
        {"a.sh": "docker run team/shop\n"},
        {"a.sh": "npm run build -- -t shop\n"},
        {"compose.yml": "services:\n  db:\n    image: postgres:16\n"},
    ],
    ids=["run", "another program", "an image of others"],
)
def test_other_lines_name_no_image_of_ours(files: dict[str, str], tmp_path: Path) -> None:
    assert stated(tmp_path, files) == []


def test_a_kustomization_renames_an_image(tmp_path: Path) -> None:
    text = (
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n"
        "  - name: placeholder\n    newName: registry.example.com/team/shop\n"
        "  - name: other\n    newTag: '1'\n"
    )
    (one,) = renamed(written(tmp_path, {"k8s/kustomization.yaml": text}))
    assert (one.name, one.value, one.place.line) == ("placeholder", "shop", 5)


@pytest.mark.parametrize(
    ("name", "builds"), [("shop", True), ("pay-shop", False), ("shops", False)]
)
def test_a_command_builds_an_image(name: str, *, builds: bool, tmp_path: Path) -> None:
    project = written(tmp_path, {"a.sh": "docker build -t $REGISTRY/shop:$TAG .\n"})
    assert (building(project, name) is not None) is builds


def test_a_variable_in_a_name_is_any_text(tmp_path: Path) -> None:
    project = written(tmp_path, {"a.sh": "docker build -t registry/$TEAM-shop:1 .\n"})
    assert building(project, "pay-shop") is not None
    assert building(project, "pay-web") is None

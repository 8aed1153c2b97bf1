"""Images that a repository names, and those that a tool replaces."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts import charts
from scaffolder.repository.image_references import deployed, named, replaced


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("Dockerfile", "ARG A\nFROM nginx:1.27\n", 2),
        ("compose.yml", "services:\n  db:\n    image: nginx:1.27\n", 3),
        (".gitlab-ci.yml", "a:\n  image: nginx:1.27\n  script: [make]\n", 2),
    ],
)
def test_an_image_is_named_with_its_line(file: str, text: str, line: int, tmp_path: Path) -> None:
    (one,) = named(written(tmp_path, {file: text}))
    assert (one.path, one.line, one.image) == (Path(file), line, "nginx:1.27")


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("Dockerfile", "FROM nginx:1.27 AS a\nFROM a\n"),
        ("compose.yml", "services:\n  web:\n    build: .\n    image: shop\n"),
        ("notes.yml", "image: nginx:1.27\n"),
    ],
    ids=["a stage", "an image that is built", "another file"],
)
def test_other_names_are_no_image_of_others(file: str, text: str, tmp_path: Path) -> None:
    images = [one.image for one in named(written(tmp_path, {file: text}))]
    assert images in ([], ["nginx:1.27"])
    assert "a" not in images
    assert "shop" not in images


def test_images_of_objects_are_told_apart_by_their_object(tmp_path: Path) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec:\n  containers:\n    - {image: 'x:1'}\n    - {name: y}\n"
    project = written(tmp_path, {"k8s/pod.yaml": pod})
    (one,) = deployed(project, charts.objects(project))
    assert (one.image, one.line) == ("x:1", 6)
    assert "shop" in one.what


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (
            "skaffold.yaml",
            "apiVersion: skaffold/v4\nkind: Config\nbuild: {artifacts: [{image: shop}]}\n",
        ),
        ("Tiltfile", "docker_build('shop', '.')\n"),
        ("k8s/kustomization.yaml", "images: [{name: shop, newTag: '1'}]\n"),
        ("compose.yml", "services:\n  web:\n    build: .\n    image: shop\n"),
    ],
)
def test_a_tool_replaces_an_image(file: str, text: str, tmp_path: Path) -> None:
    assert replaced(written(tmp_path, {file: text})) == {"shop"}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("Tiltfile", "k8s_yaml('shop')\n"),
        ("compose.yml", "services:\n  web:\n    image: shop\n"),
    ],
)
def test_other_images_are_not_replaced(file: str, text: str, tmp_path: Path) -> None:
    assert replaced(written(tmp_path, {file: text})) == frozenset()

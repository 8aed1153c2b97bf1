"""Containers that run a service of the repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import written

from scaffolder.repository.facts.workloads import containers, runs_another_program

IMAGE = "FROM scratch\n"


def deployment(name: str, *images: str, kind: str = "Deployment") -> str:
    listed = ", ".join(f"{{name: c{number}, image: {one}}}" for number, one in enumerate(images))
    return (
        f"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: {name}}}\n"
        f"spec: {{template: {{spec: {{containers: [{listed}]}}}}}}\n"
    )


def found(root: Path, files: dict[str, str]) -> list[tuple[str, str]]:
    return [
        (container["image"], service.as_posix())
        for _, _, container, service in containers(written(root, files))
    ]


def test_the_only_service_is_run_by_its_image(tmp_path: Path) -> None:
    files = {"shop/Dockerfile": IMAGE, "k8s/a.yaml": deployment("a", "team/shop:1", "postgres:16")}
    assert found(tmp_path, files) == [("team/shop:1", "shop")]


def test_services_are_told_apart_by_the_names_of_images(tmp_path: Path) -> None:
    files = {
        "a/Dockerfile": IMAGE,
        "b/Dockerfile": IMAGE,
        "k8s/a.yaml": deployment("x", "team/a:1"),
        "k8s/b.yaml": deployment("y", "team/b:1"),
        "k8s/c.yaml": deployment("z", "team/c:1"),
    }
    assert sorted(found(tmp_path, files)) == [("team/a:1", "a"), ("team/b:1", "b")]


@pytest.mark.parametrize("kind", ["Job", "CronJob"])
def test_short_work_is_no_service(kind: str, tmp_path: Path) -> None:
    files = {"shop/Dockerfile": IMAGE, "k8s/a.yaml": deployment("a", "team/shop:1", kind=kind)}
    assert found(tmp_path, files) == []


@pytest.mark.parametrize(
    ("container", "another"),
    [
        ({}, False),
        ({"command": ["worker"]}, True),
        ({"args": ["worker"]}, True),
        ({"args": ["--port=8080"]}, False),
        ({"args": []}, False),
        ({"command": []}, False),
    ],
)
def test_a_container_may_start_another_program(container: dict[Any, Any], *, another: bool) -> None:
    assert runs_another_program(container) is another

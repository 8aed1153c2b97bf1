"""Images that are built here, and programs of others."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts import charts
from scaffolder.repository.facts.ownership import (
    chart_at,
    chart_of,
    is_alike,
    is_copied,
    is_for_own_service,
    is_foreign,
    is_own,
    is_program,
    last_name,
    own_names,
)

IMAGE = {"pay-api/Dockerfile": "FROM scratch\n", "web/Dockerfile": "FROM scratch\n"}


def chart(folder: str, name: str, more: str = "") -> dict[str, str]:
    return {f"{folder}/Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n{more}"}


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("registry.example.com:5000/team/Shop:1.2", "shop"),
        ("shop@sha256:ab", "shop"),
        ("", ""),
    ],
)
def test_the_last_name_of_an_image(image: str, name: str) -> None:
    assert last_name(image) == name


@pytest.mark.parametrize(
    ("image", "known"),
    [
        ("postgres:16", True),
        ("docker.io/library/redis:8", True),
        ("registry.k8s.io/pause:3", True),
        ("quay.io/prometheus/anything:1", True),
        ("registry.example.com/team/shop", False),
        ("quay.io/team/shop", False),
    ],
)
def test_programs_that_everyone_knows(image: str, *, known: bool) -> None:
    assert is_program(image) is known


@pytest.mark.parametrize(
    ("word", "alike"),
    [
        ("pay-api", True),
        ("pay-api-web", True),
        ("eu-pay-api", True),
        ("pay", False),
        ("repay-api", False),
        ("pay-apis", False),
    ],
)
def test_names_are_alike_up_to_a_hyphen(word: str, *, alike: bool) -> None:
    assert is_alike(word, {"pay-api"}) is alike


def test_images_are_ours_by_their_name(tmp_path: Path) -> None:
    project = written(tmp_path, IMAGE)
    assert "pay-api" in own_names(project)
    assert is_own(project, "registry.example.com/pay-api:1")
    assert not is_own(project, "registry.example.com/other:1")


def test_a_workload_of_programs_alone_is_foreign(tmp_path: Path) -> None:
    pod = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\n"
        "spec: {{template: {{spec: {{containers: [{images}]}}}}}}\n"
    )
    files = {
        "a.yaml": pod.format(name="db", images="{image: postgres}"),
        "b.yaml": pod.format(name="mixed", images="{image: postgres}, {image: shop}"),
        "c.yaml": pod.format(name="empty", images=""),
    }
    known = {one.name: is_foreign(one) for one in charts.objects(written(tmp_path, files))}
    assert known == {"db": True, "mixed": False, "empty": False}


@pytest.mark.parametrize(
    ("more", "copied"),
    [
        ("", False),
        ("home: https://git.example.com/other/thing\n", True),
        ("home: https://git.example.com/team/pay-api\n", False),
        ("sources: [https://git.example.com/other/thing]\n", True),
    ],
)
def test_a_chart_may_be_copied(more: str, *, copied: bool, tmp_path: Path) -> None:
    project = written(tmp_path, {**IMAGE, **chart("deploy", "pay-api", more)})
    one = chart_at(project, "deploy")
    assert one is not None
    assert is_copied(project, one) is copied
    assert is_for_own_service(project, one) is not copied


def test_a_chart_of_another_name_is_for_another_service(tmp_path: Path) -> None:
    project = written(tmp_path, {**IMAGE, **chart("deploy", "thing")})
    one = chart_of(project, Path("deploy/templates/a.yaml"))
    assert one is not None
    assert not is_for_own_service(project, one)
    assert chart_of(project, Path("other/a.yaml")) is None

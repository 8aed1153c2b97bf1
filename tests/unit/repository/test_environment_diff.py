"""Differences between environments: in rendered objects, in variables, as hashes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import ScriptedToolchain, said

from scaffolder import checks
from scaffolder.errors import ProjectError
from scaffolder.model import Outcome, Report
from scaffolder.repository import environment_diff
from scaffolder.repository.environment_diff import (
    RENDERED_MAY_DIFFER,
    VARIABLES_MAY_DIFFER,
    Difference,
)
from scaffolder.repository.kubernetes_objects import KubernetesObject
from scaffolder.repository.manifests import Manifest
from scaffolder.repository.project import Project
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import Tool


def checked(root: Path, check: str, files: dict[str, str]) -> Report:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return checks.run(
        Project(root), checks.choose(select=[check], ignore=[]), ScriptedToolchain({})
    )


OBJECT = """---
# Source: chart/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: api-%(name)s}
spec:
  replicas: %(size)s
  template: {spec: {containers: [{name: api, env: [{name: MODE, value: "%(mode)s"}]}]}}
"""


class Helm(ScriptedToolchain):
    """A helm whose chart renders what the test wants for each environment."""

    def run(self, tool: Tool, *args: str, **rest: Any) -> CompletedRun:
        (name,) = (
            name for name in ("dev", "qa", "prod") if any(f"values-{name}" in arg for arg in args)
        )
        return said(self.objects[name])

    objects: dict[str, str]


def rendered(root: Path, **objects: str) -> tuple[Project, Helm]:
    files = {f"chart/values-{name}.yaml": f"mode: {name}\n" for name in objects}
    checked(
        root,
        "SY001",
        {"chart/Chart.yaml": "name: chart\n", "chart/values.yaml": "mode: x\n", **files},
    )
    toolchain = Helm({"helm": said()})
    toolchain.objects = objects
    return Project(root), toolchain


def of(name: str, *, size: int = 1, mode: str = "on") -> str:
    return OBJECT % {"name": name, "size": size, "mode": mode}


def test_name_and_size_may_differ_and_nothing_else(tmp_path: Path) -> None:
    project, toolchain = rendered(tmp_path, dev=of("dev"), prod=of("prod", size=9))
    (result,) = checks.run(project, checks.choose(select=["EN003"], ignore=[]), toolchain).results
    assert (result.outcome, result.findings) == (Outcome.PASSED, ())


def test_a_value_that_is_the_same_everywhere_is_the_same_whatever_it_is_called(
    tmp_path: Path,
) -> None:
    host = "https://dev.azure.com/x"
    project, toolchain = rendered(tmp_path, dev=of("dev", mode=host), prod=of("prod", mode=host))
    assert environment_diff.rendered_differences(project, toolchain) == ()
    assert environment_diff.hashes(project, toolchain)["alike"]


def test_the_odd_ones_are_the_minority_or_those_that_come_later() -> None:
    assert Difference(what="x", values={"dev": "1", "qa": "2", "prod": "1"}).odd == ("qa",)
    assert Difference(what="x", values={"dev": "1", "prod": "2"}).odd == ("prod",)
    assert Difference(what="x", values={"dev": "1", "prod": "2"}).other() == "dev"


def test_each_place_that_may_differ_has_a_reason() -> None:
    everything = (*RENDERED_MAY_DIFFER, *VARIABLES_MAY_DIFFER)
    assert all(len(one.reason) > 5 for one in everything)
    assert not any(
        one.what.fullmatch("Deployment:spec.template.spec.containers[api].image")
        for one in everything
    )


def test_what_differs_and_may_is_a_table_with_the_reason(tmp_path: Path) -> None:
    files = {
        "terraform/dev.tfvars": 'vpc_cidr = "10.0.0.0/16"\nregion = "a"\n',
        "terraform/prod.tfvars": 'vpc_cidr = "10.9.0.0/16"\nregion = "a"\n',
    }
    table = checked(tmp_path, "EN004", files).results[0].table
    assert table is not None
    assert table.columns == ("what", "dev", "prod", "may differ because")
    assert table.rows == (
        ("vpc_cidr", "10.0.0.0/16", "10.9.0.0/16", "network: addresses of its own"),
    )


def test_hashes_tell_which_object_is_not_alike(tmp_path: Path) -> None:
    project, toolchain = rendered(tmp_path, dev=of("dev"), prod=of("prod", mode="off"))
    document = environment_diff.hashes(project, toolchain)
    assert not document["alike"]
    dev, prod = (document["environments"][name] for name in ("dev", "prod"))
    assert dev["hash"] != prod["hash"]
    assert list(dev["objects"]) == list(prod["objects"]) == ["apps/v1 Deployment api-<environment>"]


def test_hashes_need_environments(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("x", encoding="utf-8")
    with pytest.raises(ProjectError, match="no files of several environments to compare"):
        environment_diff.hashes(Project(tmp_path), ScriptedToolchain({}))


def test_a_name_with_the_word_of_an_environment_is_the_same_object_everywhere() -> None:
    def manifest(environment: str) -> Manifest:
        said = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pay-test"}}
        own = {**said, "metadata": {"name": f"{environment}-pay"}}
        objects = tuple(
            KubernetesObject(scope=("chart", ""), path=Path("pod.yaml"), content=content)
            for content in (said, own)
        )
        return Manifest(chart=Path("chart"), environment=environment, objects=objects)

    named = environment_diff._by_name([manifest("dev"), manifest("test"), manifest("prod")])
    assert {tuple(sorted(one)) for one in named.values()} == {
        ("v1 Pod <environment>-pay", "v1 Pod pay-test")
    }

"""Which files belong to which environment, in repositories of any layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.repository import environments
from scaffolder.repository.environments import BACKENDS, VALUES, VARIABLES
from scaffolder.repository.project import Project


def project(folder: Path, *files: str) -> Project:
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("a: 1\n", encoding="utf-8")
    return Project(folder)


LAYOUTS = {
    "a suffix": (
        ["chart/values-dev.yaml", "chart/values-prod.yaml"],
        VALUES,
        "chart/values-*.yaml",
        ["dev", "prod"],
    ),
    "a point": (
        ["values.staging.yml", "values.production.yml"],
        VALUES,
        "values.*.yml",
        ["stage", "prod"],
    ),
    "a prefix": (
        ["deploy/prod-values.yaml", "deploy/qa-values.yaml"],
        VALUES,
        "deploy/*-values.yaml",
        ["qa", "prod"],
    ),
    "folders": (
        ["envs/prd/values.yaml", "envs/uat/values.yaml"],
        VALUES,
        "envs/*/values.yaml",
        ["uat", "prod"],
    ),
    "a folder of values": (
        ["values/dev.yaml", "values/prod.yaml"],
        VALUES,
        "values/*.yaml",
        ["dev", "prod"],
    ),
    "variables": (["tf/dev.tfvars", "tf/prod.tfvars"], VARIABLES, "tf/*.tfvars", ["dev", "prod"]),
    "folders of variables": (
        ["live/dev/terraform.tfvars", "live/prod/terraform.tfvars"],
        VARIABLES,
        "live/*/terraform.tfvars",
        ["dev", "prod"],
    ),
    "an environment called test": (
        ["envs/test/terraform.tfvars", "envs/prod/terraform.tfvars"],
        VARIABLES,
        "envs/*/terraform.tfvars",
        ["test", "prod"],
    ),
    "backends": (
        ["dev.s3.tfbackend", "prod.s3.tfbackend"],
        BACKENDS,
        "*.s3.tfbackend",
        ["dev", "prod"],
    ),
    "backends as variables": (
        ["backend-dev.tfvars", "backend-prod.tfvars"],
        BACKENDS,
        "backend-*.tfvars",
        ["dev", "prod"],
    ),
}


@pytest.mark.parametrize(("files", "kind", "pattern", "expected"), LAYOUTS.values(), ids=LAYOUTS)
def test_a_family_is_found_in_promotion_order(
    files: list[str], kind: str, pattern: str, expected: list[str], tmp_path: Path
) -> None:
    (family,) = environments.families(project(tmp_path, *files))
    assert (family.kind, family.pattern, list(family.files)) == (kind, pattern, expected)


ALONE = {
    "one environment": ["values-prod.yaml", "values.yaml"],
    "no environment": ["values-a.yaml", "values-b.yaml"],
    "a machine of one's own": ["values-local.yaml", "values-prod.yaml"],
    "two environments in one name": ["values-dev-prod.yaml", "values-qa-prod.yaml"],
    "values of tests": ["chart/ci/dev-values.yaml", "chart/ci/prod-values.yaml"],
    "settings of an application": ["application-dev.yml", "application-prod.yml"],
    "services that are called like one": ["integration-api/values.yaml", "test-api/values.yaml"],
}


@pytest.mark.parametrize("files", ALONE.values(), ids=ALONE)
def test_what_is_no_family_is_left_alone(files: list[str], tmp_path: Path) -> None:
    assert environments.families(project(tmp_path, *files)) == ()


def test_the_values_of_a_chart_lie_in_its_folder_or_next_below(tmp_path: Path) -> None:
    files = [
        "a/Chart.yaml",
        "a/values/dev.yaml",
        "a/values/prod.yaml",
        "b/Chart.yaml",
        "b/values-qa.yaml",
    ]
    one = project(tmp_path, *files, "b/values-prod.yaml", "c/Chart.yaml")
    assert list(environments.beside(one, Path("a"))) == ["dev", "prod"]
    assert list(environments.beside(one, Path("b"))) == ["qa", "prod"]
    assert environments.beside(one, Path("c")) == {}


@pytest.mark.parametrize(
    ("name", "environment"),
    [
        ("values-prod.yaml", "prod"), ("values-prd.yaml", "prod"), ("values-pre-prod.yaml", "preprod"), ("stg.tfvars", "stage"),
        ("values.Development.yml", "dev"), ("envs/qa/values.yaml", "qa"), ("qa/values-uat.yaml", "uat"),
        ("values-local.yaml", "local"), ("values.yaml", ""), ("values-reproduce.yaml", ""),
    ],
)  # fmt: skip
def test_a_path_names_its_environment(name: str, environment: str) -> None:
    assert environments.named_in(Path(name)) == environment


def test_what_comes_before_prod_is_not_prod(tmp_path: Path) -> None:
    (family,) = environments.families(project(tmp_path, "values-pre-prod.yaml", "values-prod.yaml"))
    assert family.files == {
        "preprod": Path("values-pre-prod.yaml"),
        "prod": Path("values-prod.yaml"),
    }


def test_settings_name_other_environments_in_their_order(tmp_path: Path) -> None:
    for name in ("values-perf2.yaml", "values-eu-prod.yaml", "values-dev.yaml", "values-qa.yaml"):
        (tmp_path / "chart").mkdir(exist_ok=True)
        (tmp_path / "chart" / name).write_text("a: 1\n", encoding="utf-8")
    (tmp_path / "chart" / "Chart.yaml").write_text("name: a\n", encoding="utf-8")
    usual = Project(tmp_path)
    own = Project(tmp_path, environments=["perf2", "dev", "eu-prod"])
    (family,) = environments.families(own)
    assert list(family.files) == ["perf2", "dev", "eu-prod"]
    assert [name for one in environments.families(usual) for name in one.files] == ["dev", "qa"]
    assert environments.named_in(Path("chart/values-eu-prod.yaml"), own) == "eu-prod"
    assert environments.named_in(Path("values-qa.yaml"), own) == ""
    assert environments.named_in(Path("values-local.yaml"), own) == environments.LOCAL


def test_a_usual_name_keeps_its_other_words(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("", encoding="utf-8")
    own = Project(tmp_path, environments=["test", "production"])
    assert environments.named_in(Path("values-prd.yaml"), own) == "production"
    assert environments.in_order(["production", "test"], own) == ["test", "production"]

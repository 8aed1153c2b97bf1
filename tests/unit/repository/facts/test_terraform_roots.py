"""Configurations of Terraform: a root and the local modules that it calls."""

from __future__ import annotations

from pathlib import Path

from support import written

from scaffolder.repository.facts.terraform_roots import called, configurations, root_of_values

FILES = {
    "env/main.tf": 'module "network" {\n  source = "../modules/network"\n}\n',
    "modules/network/main.tf": 'module "subnet" {\n  source = "../subnet"\n}\n',
    "modules/subnet/main.tf": 'resource "aws_subnet" "x" {}\n',
    "shared/main.tf": 'module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n',
}


def test_a_root_and_the_modules_below_it_are_one_configuration(tmp_path: Path) -> None:
    found = configurations(written(tmp_path, FILES))
    assert [sorted(folder.as_posix() for folder in one) for one in found] == [
        ["env", "modules/network", "modules/subnet"],
        ["shared"],
    ]


def test_called_folders_are_modules(tmp_path: Path) -> None:
    assert called(written(tmp_path, FILES)) == {Path("modules/network"), Path("modules/subnet")}


def test_modules_that_call_each_other_end(tmp_path: Path) -> None:
    files = {
        "root/main.tf": 'module "a" {\n  source = "../a"\n}\n',
        "a/main.tf": 'module "b" {\n  source = "../b"\n}\n',
        "b/main.tf": 'module "a" {\n  source = "../a"\n}\n',
    }
    (one,) = configurations(written(tmp_path, files))
    assert one == {Path("root"), Path("a"), Path("b")}


def test_a_module_that_only_an_example_calls_is_a_configuration(tmp_path: Path) -> None:
    files = {
        "main.tf": 'resource "aws_subnet" "x" {}\n',
        "examples/full/main.tf": 'module "x" {\n  source = "../.."\n}\n',
    }
    assert configurations(written(tmp_path, files)) == (frozenset({Path()}),)


def test_values_are_for_the_nearest_configuration_above(tmp_path: Path) -> None:
    project = written(tmp_path, FILES)
    assert root_of_values(project, Path("env/values/prod")) == Path("env")
    assert root_of_values(project, Path("other")) == Path("other")

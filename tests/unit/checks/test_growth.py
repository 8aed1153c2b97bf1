"""Twice the services or files is twice the work: calls are counted, so that no clock is needed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import pytest
from support import ScriptedToolchain

from scaffolder import checks
from scaffolder.errors import ScaffolderError
from scaffolder.model import Blocked, NotApplicable
from scaffolder.repository import files, reading
from scaffolder.repository.project import Project
from tools import scale

FEW = 40
"""Calls in thousands below which a ratio is meaningless.

The fixed part of a check outweighs the rest.
"""


class Calls:
    """The number of calls of Python and C functions so far."""

    number = 0

    def count(self, _frame: FrameType, event: str, _argument: object) -> None:
        """Count an event of `sys.setprofile`."""
        self.number += event in {"call", "c_call"}


@contextmanager
def counted() -> Iterator[Calls]:
    calls = Calls()
    sys.setprofile(calls.count)
    try:
        yield calls
    finally:
        sys.setprofile(None)


def work(root: Path, write: Callable[[Path, int], None], size: int) -> dict[str, int]:
    """Return how many calls each check makes on a repository of this size."""
    write(root, size)
    project, tools = Project(root), ScriptedToolchain({})
    done = {}
    for check in checks.choose(select=["AG", "EN", "SY", "SEC", "EOL"], ignore=[]):
        with counted() as calls, suppress(Blocked, NotApplicable, ScaffolderError):
            check.run(project, tools)
        done[check.id] = calls.number
    return done


@pytest.mark.parametrize(
    ("write", "size"),
    [(scale.services, 25), (scale.files, 300)],
    ids=["services", "files"],
)
def test_twice_as_much_is_twice_the_work(
    tmp_path: Path, write: Callable[[Path, int], None], size: int
) -> None:
    work(tmp_path / "warm", write, 3)  # imports, and tables that are read once
    small = work(tmp_path / "small", write, size)
    large = work(tmp_path / "large", write, 2 * size)
    growth = {
        check: round(calls / small[check], 2)
        for check, calls in large.items()
        if calls > FEW * 1000
    }
    assert {check: by for check, by in growth.items() if by > scale.MOST_GROWTH} == {}
    assert sum(large.values()) <= scale.MOST_GROWTH * sum(small.values())


def test_files_of_a_folder_are_found_without_asking_all(tmp_path: Path) -> None:
    scale.services(tmp_path, 3)
    project = Project(tmp_path)
    assert {file.name for file in project.inside(Path("services/s1/k8s"))} == {"app.yaml"}
    assert project.inside(Path("services/s9")) == ()
    assert Path("services/s1") in project.folders
    assert project.named("Chart.yaml") == tuple(Path(f"charts/s{n}/Chart.yaml") for n in range(3))


def configurations(root: Path, number: int) -> None:
    """Write a repository of so many configurations of Terraform, which share twenty modules."""
    for at in range(number):
        folder = root / "stacks" / f"s{at}"
        folder.mkdir(parents=True)
        source = f'module "net" {{\n  source = "../../modules/m{at % 20}"\n  name = "s{at}"\n}}\n'
        (folder / "main.tf").write_text(f"{source}{CLUSTERS}", encoding="utf-8")
    for at in range(20):
        folder = root / "modules" / f"m{at}"
        folder.mkdir(parents=True)
        text = 'variable "name" {}\noutput "id" {\n  value = var.name\n}\n'
        (folder / "main.tf").write_text(text, encoding="utf-8")


CLUSTERS = """\
locals {
  host = module.net.id
}
provider "kubernetes" {
  host = local.host
}
resource "kubernetes_namespace" "this" {
  metadata { name = "shop" }
}
"""


def calls_of_clusters(root: Path) -> int:
    """Return how many calls TF003 makes once the files are read."""
    project = Project(root)
    for file in files.terraform(project):
        reading.blocks(project, file)
    [check] = checks.choose(select=["TF003"], ignore=[])
    with counted() as calls:
        check.run(project, ScriptedToolchain({}))
    return calls.number


def test_twice_the_configurations_of_terraform_are_twice_the_work(tmp_path: Path) -> None:
    done = {}
    for number in (30, 60):
        configurations(tmp_path / str(number), number)
        done[number] = calls_of_clusters(tmp_path / str(number))
    assert done[60] <= scale.MOST_GROWTH * done[30]


def test_ways_to_a_setting_are_not_followed_one_by_one(tmp_path: Path) -> None:
    steps = [f"  l{at} = [{', '.join([f'local.l{at + 1}'] * 5)}]" for at in range(8)]
    text = CLUSTERS.replace("  host = module.net.id", "\n".join(["  host = local.l0", *steps]))
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    assert calls_of_clusters(tmp_path) < 10_000

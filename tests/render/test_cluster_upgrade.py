"""The page that walks an upgrade of Kubernetes: what it names is there, and what is gone is found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import Repository, ScriptedToolchain

from scaffolder.checks.agreement.references import targets_exist
from scaffolder.repository.project import Project

PAGE = "docs/cluster-upgrade.md"
CLOUDS = ("aws", "azure")


@pytest.fixture(params=CLOUDS)
def rendered(request: pytest.FixtureRequest, pristine: Repository) -> Path:
    return pristine(cloud=request.param)


def test_each_target_and_file_that_it_names_is_there(rendered: Path) -> None:
    page = (rendered / PAGE).read_text()
    targets = set(re.findall(r"^([a-z-]+):", (rendered / "Makefile").read_text(), re.M))
    assert set(re.findall(r"\bmake ([a-z-]+)", page)) <= targets
    files = re.findall(r"^\| `([\w/-]*[\w-]+\.\w+)` \|", page, re.M)
    assert len(files) == 3
    assert all((rendered / file).is_file() for file in files)
    values = (rendered / "terraform/env/envs/common.tfvars").read_text()
    for variable in re.findall(r"`(kubernetes_version|addon_versions)`", page):
        assert variable in values
    assert f"({PAGE})" in (rendered / "README.md").read_text()


def test_it_has_the_order_and_says_that_there_is_no_way_back(rendered: Path) -> None:
    page = (rendered / PAGE).read_text()
    order = ["## Before", "## The change", "make tf-plan", "1. the control plane", "## Check"]
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    assert "**An upgrade cannot be undone.**" in page
    assert "make smoke" in page[places[-1] :]


@pytest.mark.parametrize(
    "answers", [{"cloud": "none"}, {"cluster": "shared"}], ids=["own", "shared"]
)
def test_a_cluster_of_others_is_upgraded_by_them(
    pristine: Repository, answers: dict[str, str]
) -> None:
    repository = pristine(**answers)
    assert not (repository / PAGE).exists()
    assert PAGE not in (repository / "README.md").read_text()


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_target_that_is_gone_is_found(repository: Repository, cloud: str) -> None:
    root = repository(cloud=cloud)
    page = root / PAGE
    page.write_text(page.read_text().replace("make tf-plan", "make tf-preview"))
    found = targets_exist(Project(root), ScriptedToolchain({})).findings
    assert {finding.path.as_posix() for finding in found} == {PAGE}

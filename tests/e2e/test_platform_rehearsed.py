"""Real Terraform in a cloud that is a document: a platform has three services on its list, and one leaves."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from company import SERVICES, company
from support import Repository

from scaffolder.rehearse import Rehearsal, Request, rehearse
from scaffolder.tools.programs import TERRAFORM
from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.update.rehearsal import between


@pytest.fixture(scope="module")
def tools() -> Iterator[SystemToolchain]:
    with pytest.MonkeyPatch.context() as patch, SystemToolchain() as toolchain:
        patch.setenv("TF_CLI_CONFIG_FILE", os.devnull)
        patch.delenv("TF_PLUGIN_CACHE_DIR", raising=False)
        if toolchain.find(TERRAFORM) is None:
            pytest.skip("there is no terraform")
        yield toolchain


def problems(found: Rehearsal) -> list[tuple[object, ...]]:
    """Return what stopped a rehearsal, or would change again at once."""
    return [
        (one.target.root, one.failed, one.limit, one.changes)
        for one in found.results
        if not one.clean or not one.judged
    ]


@pytest.mark.rehearse
@pytest.mark.parametrize(
    ("cloud", "access"),
    [("aws", "aws_eks_access_entry.service"), ("azure", "azurerm_role_assignment.service")],
)
def test_a_service_that_leaves_the_list_loses_its_access_and_nothing_else_changes(
    cloud: str, access: str, tools: SystemToolchain, pristine: Repository, tmp_path: Path
) -> None:
    before = company(cloud, pristine, tmp_path)["acme"]
    after = tmp_path / "after" / "acme"
    shutil.copytree(before, after)
    shutil.rmtree(after / "services" / "shop")
    found = between(before, after, tools)
    assert (found.errors, found.limits) == ((), ())
    assert {(one.address, one.action) for one in found.planned} == {(f'{access}["shop"]', "delete")}


@pytest.mark.rehearse
@pytest.mark.parametrize("accounts", ["one", "each"])
@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_a_service_is_taken_down_and_no_plan_of_another_changes(
    cloud: str, accounts: str, tools: SystemToolchain, pristine: Repository, tmp_path: Path
) -> None:
    made = company(cloud, pristine, tmp_path, accounts)
    folder = tmp_path / "company"
    for name in SERVICES:
        shutil.copytree(made[name], folder / name)
    account = tmp_path / "cloud.json"
    asked = Request(path=folder, environment="dev", keep=True, cloud_file=account)
    # The services come first: the platform lets in identities that are there.
    assert problems(rehearse(asked, tools)) == []
    shutil.move(made["acme"], folder / "acme")
    assert problems(rehearse(asked, tools)) == []
    shutil.rmtree(folder / "shop")
    again = rehearse(asked, tools)
    assert {one.target.root.parts[0] for one in again.results if one.judged} == {
        "acme",
        "pay-api",
        "pay-web",
    }
    assert [(one.target, one.before) for one in again.results if one.before] == []


@pytest.mark.rehearse
@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_a_platform_is_destroyed_and_leaves_nothing_but_what_it_protects(
    cloud: str, tools: SystemToolchain, pristine: Repository
) -> None:
    root = pristine(service_name="acme", kind="platform", cloud=cloud)
    found = rehearse(Request(path=root, environment="dev"), tools)
    assert problems(found) == []
    assert [(one.target.root, one.stayed) for one in found.results if one.stayed] == []

"""The configurations that units of Terragrunt complete, and Terraform's messages about them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository import terragrunt
from scaffolder.tools import terraform
from scaffolder.tools.terraform import Diagnostic, Validation

MODULES = {"aws/common/main.tf": "", "aws/dns/main.tf": "", "modules/net/main.tf": ""}
UNIT = 'terraform {{\n  source = "{}"\n}}\n'


@pytest.mark.parametrize(
    ("source", "folder"),
    [
        ("../../../aws//common", "aws/common"),
        ("../../../aws/dns", "aws/dns"),
        ("${get_repo_root()}/modules/net", "modules/net"),
        ("${dirname(find_in_parent_folders())}/..//aws/common", "aws/common"),
        ("git::git@example.com:org/infra.git//modules/net?ref=v1", "modules/net"),
        ("tfr:///terraform-aws-modules/vpc/aws?version=5.8.1", ""),
        ("git::https://example.com/org/other.git//eks?ref=v1", ""),
    ],
)
def test_the_source_of_a_unit_is_completed(source: str, folder: str, tmp_path: Path) -> None:
    files = {**MODULES, "env/prod/common/terragrunt.hcl": UNIT.format(source)}
    wanted = {Path(folder)} if folder else set()
    assert terragrunt.completed(written(tmp_path, files)) == wanted


def test_a_file_that_units_include_names_the_source(tmp_path: Path) -> None:
    files = {
        **MODULES,
        "env/prod/net/terragrunt.hcl": 'include "all" {\n  path = "../../../_all/net.hcl"\n}\n',
        "_all/net.hcl": UNIT.format("../../../modules/net"),
    }
    assert terragrunt.completed(written(tmp_path, files)) == {Path("modules/net")}


def test_without_a_unit_nothing_is_completed(tmp_path: Path) -> None:
    files = {**MODULES, "packer/build.hcl": UNIT.format("../aws/dns")}
    assert terragrunt.completed(written(tmp_path, files)) == frozenset()


def _error(summary: str) -> Diagnostic:
    return Diagnostic(path=Path("common/main.tf"), line=3, severity="error", summary=summary)


def _validation(*summaries: str) -> Validation:
    errors = tuple(_error(one) for one in summaries)
    return Validation(root=Path("common"), level="schema", diagnostics=errors)


@pytest.mark.parametrize(
    ("summaries", "kept", "judged"),
    [
        (("Provider configuration not present",), 0, False),
        (("Reference to undeclared input variable",), 0, False),
        (("Provider configuration not present", "Unsupported argument"), 1, True),
        (("Unsupported argument",), 1, True),
        ((), 0, True),
    ],
)
def test_what_terragrunt_writes_is_no_defect(
    summaries: tuple[str, ...], kept: int, judged: bool
) -> None:
    left = terraform.left_to_terragrunt(_validation(*summaries), Path("aws/common"))
    assert (len(left.diagnostics), left.judged) == (kept, judged)
    assert ("aws/common (Terragrunt completes it)" in left.limit) is (kept < len(summaries))

"""Real Terraform in a cloud that is a document: what a rehearsal finds, what it leaves, what it cannot know."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from rehearsal_faults import FAULTS, VPC

from scaffolder.rehearse import Rehearsal, Request, rehearse
from scaffolder.tools import terraform
from scaffolder.tools.programs import TERRAFORM
from scaffolder.tools.rehearsal import Rehearsed
from scaffolder.tools.toolchain import SystemToolchain


@pytest.fixture(scope="module")
def tools() -> Iterator[SystemToolchain]:
    with pytest.MonkeyPatch.context() as patch, SystemToolchain() as toolchain:
        patch.setenv("TF_CLI_CONFIG_FILE", os.devnull)
        patch.delenv("TF_PLUGIN_CACHE_DIR", raising=False)
        if toolchain.find(TERRAFORM) is None:
            pytest.skip("there is no terraform")
        yield toolchain


def written(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def of(tools: SystemToolchain, folder: Path, **given: object) -> Rehearsal:
    return rehearse(Request(path=folder, **given), tools)  # type: ignore[arg-type]


def words(one: Rehearsed) -> str:
    """Return all that a rehearsal says of one target."""
    diagnostics = (f"{found.summary}: {found.detail}" for found in one.diagnostics)
    return "\n".join([*diagnostics, *map(str, one.changes), *one.stayed, one.limit])


@pytest.mark.rehearse
def test_each_fault_passes_validate_and_fails_a_rehearsal(
    tools: SystemToolchain, tmp_path: Path
) -> None:
    roots = {name: name.replace(" ", "-") for name in FAULTS}
    files = {f"{roots[name]}/main.tf": VPC + code for name, (code, _) in FAULTS.items()}
    written(tmp_path, {"README.md": "ours\n", **files, "sound/main.tf": VPC})
    valid = terraform.validate(tools, tmp_path, [Path(root) for root in roots.values()])
    assert [str(one) for found in valid for one in found.diagnostics] == []
    found = {one.target.root.as_posix(): one for one in of(tools, tmp_path).results}
    assert len(FAULTS) >= 20
    missed = {
        name: (said, words(found[roots[name]]))
        for name, (_, said) in FAULTS.items()
        if found[roots[name]].clean or said not in words(found[roots[name]])
    }
    assert missed == {}
    assert found["sound"].clean
    assert found["sound"].judged


def test_a_tree_is_applied_planned_and_destroyed(tools: SystemToolchain, tmp_path: Path) -> None:
    # One root shows several things: what is protected stays, what others need is made up.
    code = (
        VPC
        + """
data "aws_ami" "newest" {
  most_recent = true
}

resource "aws_instance" "this" {
  ami = data.aws_ami.newest.id
}

resource "aws_s3_bucket" "state" {
  bucket = "state-of-example-org"
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "kept" {
  name         = "/kept"
  skip_destroy = true
}

output "arn" {
  value = aws_s3_bucket.state.arn
}
"""
    )
    written(tmp_path, {"README.md": "ours\n", "main.tf": code})
    before = sorted(tmp_path.rglob("*"))
    found = of(tools, tmp_path)
    (one,) = found.results
    assert (one.objects, one.changes, one.stayed, one.limit) == (4, (), (), "")
    assert list(map(str, one.kept)) == [
        "aws_s3_bucket.state (prevent_destroy)",
        "aws_cloudwatch_log_group /kept (skip_destroy)",
    ]
    assert found.cannot_know[-1] == "the answers of data.aws_ami: they are made up"
    assert found.exit_code == 0
    assert sorted(tmp_path.rglob("*")) == before


ENVIRONMENTS = {
    "README.md": "ours\n",
    "main.tf": VPC + 'variable "owner" {\n  type = string\n}\n',
    "envs/dev.tfvars": 'owner = "a"\n',
    "envs/qa.tfvars": 'owner = "a"\n',
    "envs/prod.tfvars": "\n",
}


def test_a_value_that_one_environment_lacks_is_a_finding(
    tools: SystemToolchain, tmp_path: Path
) -> None:
    written(tmp_path, ENVIRONMENTS)
    found = of(tools, tmp_path, environment="prod")
    (prod,) = found.results
    assert [one.summary for one in prod.diagnostics] == ["No value for required variable"]
    assert (prod.target.environment, prod.failed, found.exit_code) == ("prod", "apply", 1)


UNKNOWN_TYPE = 'resource "acme_thing" "this" {\n}\n'
COMMANDS = 'resource "terraform_data" "a" {\n  provisioner "local-exec" {\n    command = "touch ran"\n  }\n}\n'
OTHER_STATE = 'data "terraform_remote_state" "a" {\n  backend = "local"\n}\n'
MODULE = 'module "a" {\n  source = "git::https://example.com/a.git"\n}\n'
TOFU = "terraform {\n  encryption {\n  }\n}\n"
OBJECT = 'variable "a" {\n  type = object({ b = string })\n}\n'


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (UNKNOWN_TYPE, "no schema of hashicorp/acme"),
        (COMMANDS, "it runs commands on this machine: provisioner local-exec"),
        (OTHER_STATE, "it reads the state of another root"),
        (MODULE, "modules from elsewhere: git::https://example.com/a.git"),
        (TOFU, "written for OpenTofu"),
        (VPC.replace("aws_vpc", "aws_lexv2models_intent"), "no schema of aws_lexv2models_intent"),
    ],
    ids=["provider", "commands", "state", "module", "tofu", "type"],
)
def test_what_cannot_be_rehearsed_is_named_and_no_pass(
    tools: SystemToolchain, tmp_path: Path, code: str, reason: str
) -> None:
    written(tmp_path, {"README.md": "ours\n", "main.tf": code})
    found = of(tools, tmp_path)
    (one,) = found.results
    assert (one.limit, one.judged, found.exit_code) == (reason, False, 3)
    assert not (tmp_path / "ran").exists()

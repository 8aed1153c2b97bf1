"""Which errors are the code's, and which come from what a rehearsal makes up."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.formats import hcl
from scaffolder.tools.offline.catalog import Part, load, matching
from scaffolder.tools.rehearsal.limits import configured, judged, refusal
from scaffolder.tools.rehearsal.stages import Seen
from scaffolder.tools.terraform import Diagnostic
from scaffolder.tools.terraform.folders import Root

NAMES = {"aws_vpc", "aws_eks_cluster", "aws_lexv2models_intent"}
PARTS: dict[str, Part] = {"hashicorp/aws": load(matching("hashicorp/aws", "= 5.100.0")[0], NAMES)}


def said(tmp_path: Path, *names: str, summary: str = "Invalid index", detail: str = "") -> str:
    """Return why an error with these values is not a finding, "" if it is one."""
    (tmp_path / "main.tf").write_text("")
    seen = Seen(diagnostic=Diagnostic(path=Path(), summary=summary, detail=detail), names=names)
    judgement = judged(
        [seen],
        Root(tmp_path, Path()),
        PARTS,
        configured={"aws_vpc.this.cidr_block"},
        made_up={"data.aws_ami"},
        stand_ins={"owner"},
    )
    assert bool(judgement.diagnostics) is not bool(judgement.limit)
    return judgement.limit


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("var.owner", "no value is known that suits variable owner"),
        ("data.aws_ami.newest.id", "the answer of data.aws_ami is made up"),
        ("data.aws_ami.newest[0].id", "the answer of data.aws_ami is made up"),
        ("local.image", "the answer of data.aws_ami is made up"),
        ("aws_vpc.this.id", "the value of aws_vpc.this.id is made up"),
        ("aws_vpc.this[0].arn", "the value of aws_vpc.this.arn is made up"),
        (
            "aws_eks_cluster.this.vpc_config[0].vpc_id",
            "the value of aws_eks_cluster.this.vpc_config is made up",
        ),
    ],
)
def test_an_error_by_what_is_made_up_is_a_limit(tmp_path: Path, name: str, reason: str) -> None:
    assert said(tmp_path, name) == reason


@pytest.mark.parametrize(
    "name", ["var.zones", "data.aws_partition.this.partition", "aws_vpc.this.cidr_block", "path"]
)
def test_an_error_by_what_the_code_says_is_a_finding(tmp_path: Path, name: str) -> None:
    assert said(tmp_path, name) == ""


def test_what_is_not_known_in_time_is_a_finding_unless_a_provider_may_know_its_default(
    tmp_path: Path,
) -> None:
    late = "known only after apply, so it cannot be determined until apply"
    assert said(tmp_path, "aws_vpc.this.id", detail=late) == ""
    assert said(tmp_path, "aws_vpc.this.arn", detail=late) == ""
    assert said(tmp_path, "aws_vpc.this.instance_tenancy", detail=late) == ""
    assert said(tmp_path, "aws_vpc.this.enable_dns_hostnames", detail=late) != ""


def test_what_the_code_sets_is_read_from_all_files() -> None:
    code = 'resource "a_b" "c" {\n  d = 1\n  e {\n  }\n}\ndata "a_b" "c" {\n  f = 1\n}\n'
    assert configured([hcl.read(code)]) == {"a_b.c.d", "a_b.c.e"}


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", ""),
        ('resource "aws_vpc" "a" {\n}\n', ""),
        ('resource "aws_lexv2models_intent" "a" {\n}\n', "no schema of aws_lexv2models_intent"),
        (
            'resource "aws_vpc" "a" {\n  provisioner "remote-exec" {\n  }\n}\n',
            "it runs commands on this machine: provisioner remote-exec",
        ),
        ('data "terraform_remote_state" "a" {\n}\n', "it reads the state of another root"),
        ('# provisioner "local-exec" {}\n', ""),
    ],
)
def test_what_is_refused(code: str, reason: str) -> None:
    assert refusal([hcl.read(code)], PARTS, ()) == reason

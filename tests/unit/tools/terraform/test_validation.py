"""The exit codes and output of `terraform validate`; recorded from Terraform 1.11.4."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import said
from terraform_says import problem, scripted

from scaffolder.errors import ToolCrashed, ToolMissing, ToolTimeout
from scaffolder.tools import terraform
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.terraform import Diagnostic

VALID = json.dumps({"format_version": "1.0", "valid": True, "error_count": 0, "diagnostics": []})


def invalid(*diagnostics: dict[str, object]) -> str:
    return json.dumps({"format_version": "1.0", "valid": False, "diagnostics": list(diagnostics)})


def test_validate_passes(root: Path) -> None:
    (found,) = terraform.validate(scripted(said(VALID)), root, [Path("env")])
    assert (found.root, found.level, found.diagnostics, found.limit) == (
        Path("env"),
        "schema",
        (),
        "",
    )


def test_validate_works_on_a_copy(root: Path) -> None:
    (root / "env" / "terraform.tfstate").write_text("{}")
    before = sorted(root.rglob("*"))
    terraform.validate(scripted(said(VALID)), root, [Path("env")])
    assert sorted(root.rglob("*")) == before


def test_validate_places_diagnostics_in_the_folder(root: Path) -> None:
    report = invalid(
        problem(
            "Unsupported argument", filename="../modules/a/main.tf", line=7, detail="No such thing."
        ),
        {"severity": "warning", "summary": "Deprecated", "detail": ""},
    )
    (found,) = terraform.validate(scripted(said(report, exit_code=1)), root, [Path("env")])
    assert found.diagnostics == (
        Diagnostic(path=Path("env"), summary="Deprecated", severity="warning"),
        Diagnostic(
            path=Path("modules/a/main.tf"),
            line=7,
            summary="Unsupported argument",
            detail="No such thing.",
        ),
    )


@pytest.mark.parametrize(
    "done",
    [
        said("panic: runtime error", exit_code=0),
        said(VALID, exit_code=2),
        said(VALID, exit_code=1),
        said("", exit_code=1, stderr="Error: no space left on device"),
    ],
    ids=["no JSON", "unknown exit code", "an exit code without a reason", "nothing said"],
)
def test_validate_gives_no_verdict_on_anything_else(root: Path, done: CompletedRun) -> None:
    with pytest.raises(ToolCrashed, match=f"terraform ended with exit code {done.exit_code}"):
        terraform.validate(scripted(done), root, [Path("env")])


def test_validate_gives_no_verdict_on_a_timeout(root: Path) -> None:
    with pytest.raises(ToolTimeout):
        terraform.validate(scripted(ToolTimeout("terraform did not finish")), root, [Path("env")])


def test_validate_gives_no_verdict_where_another_terraform_is_asked_for(root: Path) -> None:
    (root / "env" / "main.tf").write_text('terraform {\n  required_version = ">= 1.15, < 2.0"\n}\n')
    report = invalid(problem("Unsupported Terraform Core version", line=2))
    with pytest.raises(ToolMissing, match=r"needs terraform >= 1\.15, < 2\.0, here is 9\.9\.9"):
        terraform.validate(scripted(said(report, exit_code=1)), root, [Path("env")])


OTHER_TERRAFORM = """\
Error: Unsupported Terraform Core version

  on m/main.tf line 2, in terraform:
   2:   required_version = "~> 1.15"

Module module.m (from ./m) does not support Terraform version 9.9.9.
"""


def test_validate_gives_no_verdict_where_a_module_asks_for_another_terraform(root: Path) -> None:
    (root / "env" / "main.tf").write_text('module "m" {\n  source = "./m"\n}\n')
    (root / "env" / "m").mkdir()
    (root / "env" / "m" / "main.tf").write_text('terraform {\n  required_version = "~> 1.15"\n}\n')
    report = invalid(problem("Module not installed"))
    done = said(report, exit_code=1, stderr=OTHER_TERRAFORM)
    with pytest.raises(ToolMissing, match=r"needs terraform ~> 1\.15, here is 9\.9\.9"):
        terraform.validate(scripted(done), root, [Path("env")])


def test_validate_without_a_schema_stays_at_syntax(root: Path) -> None:
    (root / "env" / "main.tf").write_text('resource "google_storage_bucket" "a" {\n  name = 1\n}\n')
    report = invalid(problem("Missing required provider"), problem("Invalid expression"))
    (found,) = terraform.validate(scripted(said(report, exit_code=1)), root, [Path("env")])
    assert (found.level, found.limit) == ("syntax", "no schema of hashicorp/google")
    assert [one.summary for one in found.diagnostics] == ["Invalid expression"]


def test_validate_never_fetches_a_module(root: Path) -> None:
    (root / "env" / "main.tf").write_text(
        'module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n'
    )
    tools = scripted(said(invalid(problem("Module not installed")), exit_code=1))
    (found,) = terraform.validate(tools, root, [Path("env")])
    assert found.limit == "modules from elsewhere need --online: terraform-aws-modules/vpc/aws"
    assert (found.level, found.diagnostics) == ("syntax", ())
    assert [call[1] for call in tools.calls] == ["validate"]


def test_validate_does_not_blame_a_type_that_we_do_not_carry(root: Path) -> None:
    (root / "env" / "main.tf").write_text('resource "aws_quicksight_template" "a" {\n}\n')
    detail = 'The provider hashicorp/aws does not support resource type "aws_quicksight_template".'
    report = invalid(
        problem("Invalid resource type", detail=detail), problem("Unknown provider function")
    )
    (found,) = terraform.validate(scripted(said(report, exit_code=1)), root, [Path("env")])
    assert (found.level, found.diagnostics) == ("schema", ())
    assert found.limit == "no schema of aws_quicksight_template, provider functions"


@pytest.mark.parametrize(
    ("summary", "detail", "kept"),
    [
        (
            "Invalid ephemeral resource",
            'The provider hashicorp/aws does not support ephemeral resource "aws_ssm_parameter".',
            False,
        ),
        (
            "Invalid use of ephemeral value",
            'Ephemeral values are not valid for "password_wo", because it is not a write-only '
            "attribute and must be persisted to state.",
            False,
        ),
        ("Invalid use of ephemeral value", "Ephemeral values are not valid in outputs.", True),
        ("Invalid resource type", "does not support ephemeral resource", True),
    ],
)
def test_validate_does_not_know_what_no_state_keeps(
    root: Path, summary: str, detail: str, kept: bool
) -> None:
    (root / "env" / "main.tf").write_text('resource "aws_db_instance" "a" {\n}\n')
    report = invalid(problem(summary, detail=detail))
    (found,) = terraform.validate(scripted(said(report, exit_code=1)), root, [Path("env")])
    assert bool(found.diagnostics) is kept
    assert ("ephemeral" in found.limit) is not kept


@pytest.mark.parametrize(
    ("content", "judged"),
    [
        (b"# STRONGBOX ENCRYPTED RESOURCE ; x\nYWJj\n", False),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n", False),
        (b"\0GITCRYPT\0\x01\x02", False),
        (b"# strongbox\n", True),
    ],
)
@pytest.mark.parametrize("folder", ["env", "env/m"])
def test_a_root_with_an_encrypted_file_is_not_judged(
    root: Path, folder: str, content: bytes, judged: bool
) -> None:
    (root / "env" / "main.tf").write_text('module "m" {\n  source = "./m"\n}\n')
    (root / "env" / "m").mkdir()
    (root / folder / "secret.tf").write_bytes(content)
    report = invalid(problem("Reference to undeclared resource"))
    (found,) = terraform.validate(scripted(said(report, exit_code=1)), root, [Path("env")])
    assert found.judged is judged
    assert found.limit == ("" if judged else f"encrypted: {folder}/secret.tf")

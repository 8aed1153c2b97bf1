"""What Terraform's exit codes and output mean; the outputs were recorded from Terraform 1.11.4."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import ScriptedToolchain, said

from scaffolder import terraform
from scaffolder.errors import ToolCrashed, ToolMissing, ToolTimeout
from scaffolder.terraform import Diagnostic, Formatting
from scaffolder.toolchain import Done

UNFORMATTED = """\
env/main.tf
--- old/env/main.tf
+++ new/env/main.tf
@@ -1,4 +1,4 @@
 resource "null_resource" "a" {
   triggers = {
-    a  = 1
+    a = 1
   }
shared/main.tf
--- old/shared/main.tf
+++ new/shared/main.tf
@@ -10 +10 @@
-a  = 1
+a = 1
"""
DOES_NOT_PARSE = """
Error: Missing expression

  on env/main.tf line 2:
   2:\x20

Expected the start of an expression, but found the end of the file.

"""
VALID = json.dumps({"format_version": "1.0", "valid": True, "error_count": 0, "diagnostics": []})


def invalid(*diagnostics: dict[str, object]) -> str:
    return json.dumps({"format_version": "1.0", "valid": False, "diagnostics": list(diagnostics)})


def problem(summary: str, *, filename: str = "main.tf", line: int = 3, detail: str = "") -> dict[str, object]:
    place = {"filename": filename, "start": {"line": line, "column": 1, "byte": 0}}
    return {"severity": "error", "summary": summary, "detail": detail, "range": place}


def scripted(outcome: Done | Exception) -> ScriptedToolchain:
    return ScriptedToolchain({"terraform": outcome})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with one root, `env`, that needs no provider."""
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "main.tf").write_text('output "a" {\n  value = 1\n}\n')
    return tmp_path


def test_roots_are_the_folders_that_nobody_calls(tmp_path: Path) -> None:
    for name, text in {
        "env/main.tf": 'module "network" {\n  source = "../modules/network"\n}\n',
        "env/tests/a.tftest.hcl": 'run "a" {\n  module {\n    source = "./tests/values"\n  }\n}\n',
        "env/tests/values/main.tf": "",
        "env/.terraform/modules/x/main.tf": "",
        "modules/network/main.tf": "",
        "shared/main.tf.json": "{}",
        "shared/envs/dev.tfvars": "",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    assert terraform.roots(tmp_path) == (Path("env"), Path("shared"))


def test_formatting_is_clean_on_exit_0(tmp_path: Path) -> None:
    tools = scripted(said())
    assert terraform.formatting(tools, tmp_path) == Formatting()
    assert tools.calls == [("terraform", "fmt", "-check", "-diff", "-recursive", "-no-color")]


def test_formatting_names_each_file_and_line_on_exit_3(tmp_path: Path) -> None:
    found = terraform.formatting(scripted(said(UNFORMATTED, exit_code=3)), tmp_path)
    assert [(one.path, one.line) for one in found.unformatted] == [
        (Path("env/main.tf"), 3),
        (Path("shared/main.tf"), 10),
    ]
    assert found.unformatted[1].diff == "--- old/shared/main.tf\n+++ new/shared/main.tf\n@@ -10 +10 @@\n-a  = 1\n+a = 1"


def test_formatting_reports_a_file_that_does_not_parse(tmp_path: Path) -> None:
    found = terraform.formatting(scripted(said(exit_code=2, stderr=DOES_NOT_PARSE)), tmp_path)
    assert found == Formatting(
        diagnostics=(Diagnostic(path=Path("env/main.tf"), line=2, summary="Missing expression"),)
    )


@pytest.mark.parametrize("exit_code", [1, 2, 127])
def test_formatting_gives_no_verdict_on_other_exits(tmp_path: Path, exit_code: int) -> None:
    with pytest.raises(ToolCrashed, match=f"terraform ended with exit code {exit_code}: out of memory"):
        terraform.formatting(scripted(said(exit_code=exit_code, stderr="out of\nmemory")), tmp_path)


def test_validate_passes(root: Path) -> None:
    (found,) = terraform.validate(scripted(said(VALID)), root, [Path("env")])
    assert (found.root, found.level, found.diagnostics, found.limit) == (Path("env"), "schema", (), "")


def test_validate_works_on_a_copy(root: Path) -> None:
    (root / "env" / "terraform.tfstate").write_text("{}")
    before = sorted(root.rglob("*"))
    terraform.validate(scripted(said(VALID)), root, [Path("env")])
    assert sorted(root.rglob("*")) == before


def test_validate_places_diagnostics_in_the_folder(root: Path) -> None:
    report = invalid(
        problem("Unsupported argument", filename="../modules/a/main.tf", line=7, detail="No such thing."),
        {"severity": "warning", "summary": "Deprecated", "detail": ""},
    )
    (found,) = terraform.validate(scripted(said(report, exit_code=1)), root, [Path("env")])
    assert found.diagnostics == (
        Diagnostic(path=Path("env"), summary="Deprecated", severity="warning"),
        Diagnostic(path=Path("modules/a/main.tf"), line=7, summary="Unsupported argument", detail="No such thing."),
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
def test_validate_gives_no_verdict_on_anything_else(root: Path, done: Done) -> None:
    with pytest.raises(ToolCrashed, match=f"terraform ended with exit code {done.exit_code}"):
        terraform.validate(scripted(done), root, [Path("env")])


def test_validate_gives_no_verdict_on_a_timeout(root: Path) -> None:
    with pytest.raises(ToolTimeout):
        terraform.validate(scripted(ToolTimeout("terraform did not finish")), root, [Path("env")])


def test_validate_gives_no_verdict_where_another_terraform_is_asked_for(root: Path) -> None:
    report = invalid(problem("Unsupported Terraform Core version", line=2))
    with pytest.raises(ToolMissing, match=r"terraform 9\.9\.9 is not the Terraform that env/main\.tf:2 asks for"):
        terraform.validate(scripted(said(report, exit_code=1)), root, [Path("env")])


def test_validate_without_a_schema_stays_at_syntax(root: Path) -> None:
    (root / "env" / "main.tf").write_text('resource "google_storage_bucket" "a" {\n  name = 1\n}\n')
    report = invalid(problem("Missing required provider"), problem("Invalid expression"))
    (found,) = terraform.validate(scripted(said(report, exit_code=1)), root, [Path("env")])
    assert (found.level, found.limit) == ("syntax", "no schema of hashicorp/google")
    assert [one.summary for one in found.diagnostics] == ["Invalid expression"]


def test_validate_never_fetches_a_module(root: Path) -> None:
    (root / "env" / "main.tf").write_text('module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n')
    tools = scripted(said(invalid(problem("Module not installed")), exit_code=1))
    (found,) = terraform.validate(tools, root, [Path("env")])
    assert found.limit == "modules from elsewhere need --online: terraform-aws-modules/vpc/aws"
    assert (found.level, found.diagnostics) == ("syntax", ())
    assert [call[1] for call in tools.calls] == ["validate"]


def test_validate_does_not_blame_a_type_that_we_do_not_carry(root: Path) -> None:
    (root / "env" / "main.tf").write_text('resource "aws_quicksight_template" "a" {\n}\n')
    detail = 'The provider hashicorp/aws does not support resource type "aws_quicksight_template".'
    report = invalid(problem("Invalid resource type", detail=detail), problem("Unknown provider function"))
    (found,) = terraform.validate(scripted(said(report, exit_code=1)), root, [Path("env")])
    assert (found.level, found.diagnostics) == ("schema", ())
    assert found.limit == "no schema of aws_quicksight_template, provider functions"


def test_run_tests_counts_runs(root: Path) -> None:
    lines = [
        {"type": "test_run", "test_run": {"run": "a", "status": "pass"}},
        {"type": "diagnostic", "diagnostic": problem("Test assertion failed", filename="tests/a.tftest.hcl", line=9)},
        {
            "type": "test_summary",
            "test_summary": {"status": "fail", "passed": 4, "failed": 1, "errored": 1, "skipped": 2},
        },
    ]
    printed = "\n".join(json.dumps(line) for line in lines)
    (found,) = terraform.run_tests(scripted(said(printed, exit_code=1)), root, [Path("env")])
    assert (found.passed, found.failed) == (4, 4)
    assert found.diagnostics[0].path == Path("env/tests/a.tftest.hcl")


def test_run_tests_gives_no_verdict_on_silence(root: Path) -> None:
    with pytest.raises(ToolCrashed, match="terraform ended with exit code 0"):
        terraform.run_tests(scripted(said()), root, [Path("env")])

"""What the exit codes and output of `terraform fmt` mean; the outputs were recorded from Terraform 1.11.4."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import said
from terraform_says import scripted

from scaffolder import terraform
from scaffolder.errors import ToolCrashed
from scaffolder.terraform import Diagnostic, Formatting

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

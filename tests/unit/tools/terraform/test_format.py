"""The exit codes and output of `terraform fmt`; recorded from Terraform 1.11.4."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import ScriptedToolchain, said
from terraform_says import scripted

from scaffolder.errors import ToolCrashed
from scaffolder.tools import terraform
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import Tool
from scaffolder.tools.terraform import Diagnostic, Formatting, Unformatted

DOES_NOT_PARSE = """
Error: Missing expression

  on env/main.tf line 2:
   2:\x20

Expected the start of an expression, but found the end of the file.

"""


def test_formatting_is_clean_on_exit_0(tmp_path: Path) -> None:
    tools = scripted(said())
    assert terraform.formatting(tools, tmp_path) == Formatting()
    assert tools.calls == [("terraform", "fmt", "-check", "-recursive", "-no-color")]


class Formatter(ScriptedToolchain):
    """A stand-in that names two files, and narrows double spaces where it may write."""

    def run(self, tool: Tool, *args: str, cwd: Path | None = None, **options: Any) -> CompletedRun:
        if "-check" in args:
            return super().run(tool, *args, cwd=cwd, **options)
        assert cwd is not None
        for file in cwd.rglob("*.tf"):
            file.write_text(file.read_text().replace("a  =", "a ="))
        return said()


def test_formatting_names_each_file_and_line_on_exit_3_and_writes_nothing(tmp_path: Path) -> None:
    texts = {"env/main.tf": 'output "o" {\n  a  = 1\n}\n', "shared/main.tf": "a  = 1\n"}
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    tools = Formatter({"terraform": said("env/main.tf\nshared/main.tf\n", exit_code=3)})
    found = terraform.formatting(tools, tmp_path)
    assert found.unformatted == (
        Unformatted(path=Path("env/main.tf"), line=2, formatted='output "o" {\n  a = 1\n}\n'),
        Unformatted(path=Path("shared/main.tf"), line=1, formatted="a = 1\n"),
    )
    assert {name: (tmp_path / name).read_text() for name in texts} == texts


def test_formatting_reports_a_file_that_does_not_parse(tmp_path: Path) -> None:
    found = terraform.formatting(scripted(said(exit_code=2, stderr=DOES_NOT_PARSE)), tmp_path)
    assert found == Formatting(
        diagnostics=(Diagnostic(path=Path("env/main.tf"), line=2, summary="Missing expression"),)
    )


@pytest.mark.parametrize("exit_code", [1, 2, 127])
def test_formatting_gives_no_verdict_on_other_exits(tmp_path: Path, exit_code: int) -> None:
    with pytest.raises(
        ToolCrashed, match=f"terraform ended with exit code {exit_code}: out of memory"
    ):
        terraform.formatting(scripted(said(exit_code=exit_code, stderr="out of\nmemory")), tmp_path)


class Unreadable(ScriptedToolchain):
    """A stand-in that stops at a file which it cannot read, as Terraform does."""

    def run(self, tool: Tool, *args: str, cwd: Path | None = None, **options: Any) -> CompletedRun:
        super().run(tool, *args, cwd=cwd, **options)
        assert cwd is not None
        bad = [
            file for file in cwd.rglob("*.tf*") if not file.is_file() or b"\0" in file.read_bytes()
        ]
        return said(exit_code=2, stderr=f"Error: Failed to read file {bad[0]}\n") if bad else said()


@pytest.mark.parametrize("kind", ["a link that leads nowhere", "an encrypted file"])
def test_a_file_that_cannot_be_read_takes_no_verdict_of_the_others(
    tmp_path: Path, kind: str
) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / "env/main.tf").write_text("a = 1\n")
    if kind.startswith("a link"):
        (tmp_path / "env/terraform.tfvars").symlink_to("../absent.tfvars")
    else:
        (tmp_path / "env/secret.tf").write_bytes(b"\0GITCRYPT\0")
    tools = Unreadable({"terraform": said()})
    assert terraform.formatting(tools, tmp_path, [Path("env/main.tf")]) == Formatting()
    with pytest.raises(ToolCrashed):
        terraform.formatting(tools, tmp_path)

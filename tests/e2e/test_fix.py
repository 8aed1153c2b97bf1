"""`scaffold check --fix` with the real programs.

It fixes, reports, checks again, and a dry run touches nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from support import Repository

from scaffolder import cli
from scaffolder.errors import ExitCode
from scaffolder.tools.programs import TERRAFORM
from scaffolder.tools.toolchain import SystemToolchain

UNFORMATTED = 'locals {\n      scratch = "x"\n  longer_name = "y"\n}\n'
FORMATTED = 'locals {\n  scratch     = "x"\n  longer_name = "y"\n}\n'


@pytest.fixture
def service(repository: Repository, toolchain: SystemToolchain) -> Path:
    if toolchain.find(TERRAFORM) is None:
        pytest.skip("there is no terraform")
    root = repository()
    (root / "terraform" / "env" / "scratch.tf").write_text(UNFORMATTED, encoding="utf-8")
    return root


def test_a_dry_run_shows_the_lines_and_changes_nothing(
    service: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["check", str(service), "--select", "TF001", "--fix", "-n", "--diff"]
    assert cli.run(arguments) == ExitCode.CLEAN  # layout is a note
    captured = capsys.readouterr()
    assert captured.err == (
        "--- a/terraform/env/scratch.tf\n+++ b/terraform/env/scratch.tf\n@@ -1,4 +1,4 @@\n locals {\n"
        '-      scratch = "x"\n+  scratch     = "x"\n   longer_name = "y"\n }\n'
        "  would be mended: terraform/env/scratch.tf\n"
    )
    assert (service / "terraform" / "env" / "scratch.tf").read_text(encoding="utf-8") == UNFORMATTED


def test_what_is_mended_is_said_and_the_checks_run_again(
    service: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["check", str(service), "--select", "TF001", "--fix"]) == ExitCode.CLEAN
    captured = capsys.readouterr()
    assert captured.err == "  mended: terraform/env/scratch.tf\n"
    assert "1 passed, 0 failed" in captured.out
    assert (service / "terraform" / "env" / "scratch.tf").read_text(encoding="utf-8") == FORMATTED


def test_the_right_version_is_written_where_another_one_stands(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository()
    workflow = root / "Dockerfile"
    before = workflow.read_text(encoding="utf-8")
    changed = before.replace("ARG JAVA_VERSION=21", "ARG JAVA_VERSION=17")
    assert changed != before
    workflow.write_text(changed, encoding="utf-8")
    assert cli.run(["check", str(root), "--select", "AG00", "--fix"]) == ExitCode.CLEAN
    assert capsys.readouterr().err == "  mended: Dockerfile\n"
    assert workflow.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    "line",
    [
        "FROM eclipse-temurin:17-jre@sha256:" + "0" * 64,  # the digest is of 17
        "FROM eclipse-temurin:17.0.4_8-jre",  # which 21 is meant?
    ],
)
def test_a_version_that_takes_thought_is_left_alone(
    line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".java-version").write_text("21\n", encoding="utf-8")
    (tmp_path / "Dockerfile").write_text(f"{line}\n", encoding="utf-8")
    assert cli.run(["check", str(tmp_path), "--select", "AG001", "--fix"]) == ExitCode.FOUND
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "uses java 17" in captured.out
    assert (tmp_path / "Dockerfile").read_text(encoding="utf-8") == f"{line}\n"


def test_an_alert_without_its_runbook_gets_a_page_that_says_it_is_empty(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository()
    (root / "docs" / "runbooks" / "OutOfMemory.md").unlink()
    assert cli.run(["check", str(root), "--select", "AG038", "--fix"]) == ExitCode.CLEAN
    assert "  made: docs/runbooks/OutOfMemory.md\n" in capsys.readouterr().err
    page = (root / "docs" / "runbooks" / "OutOfMemory.md").read_text(encoding="utf-8")
    assert page.startswith("# OutOfMemory\n\nThis runbook is not written yet")


def test_lines_are_ended_as_editorconfig_says_and_only_where_it_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".editorconfig").write_text(
        "root = true\n[*]\ntrim_trailing_whitespace = true\ninsert_final_newline = true\n"
        "[*.md]\ntrim_trailing_whitespace = false\n",
        encoding="utf-8",
    )
    answers = "_commit: v0.6.0\nservice_name: a\nruntime: go\n"
    (tmp_path / ".copier-answers.yml").write_text(answers, encoding="utf-8")
    (tmp_path / "a.txt").write_bytes(b"one  \r\ntwo\t\r\nthree")
    (tmp_path / "b.md").write_bytes(b"break  \nhere")
    (tmp_path / "image.bin").write_bytes(b"\0 \n \n")
    assert cli.run(["check", str(tmp_path), "--select", "SY009", "--strict"]) == ExitCode.CLEAN
    assert "a.txt:1: note[SY009] blanks end the line (and 2 more lines)" in capsys.readouterr().out
    assert cli.run(["check", str(tmp_path), "--select", "SY009", "--fix"]) == ExitCode.CLEAN
    assert (tmp_path / "a.txt").read_bytes() == b"one\r\ntwo\r\nthree\r\n"
    assert (tmp_path / "b.md").read_bytes() == b"break  \nhere\n"
    assert (tmp_path / "image.bin").read_bytes() == b"\0 \n \n"

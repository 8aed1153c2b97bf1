"""`scaffold check --fix` with the real programs: it mends, says so, checks again, and a dry run touches nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import Repository

from scaffolder import cli
from scaffolder.errors import ExitCode
from scaffolder.toolchain import SystemToolchain
from scaffolder.tools import TERRAFORM

UNFORMATTED = 'locals {\n      scratch = "x"\n  longer_name = "y"\n}\n'
FORMATTED = 'locals {\n  scratch     = "x"\n  longer_name = "y"\n}\n'


@pytest.fixture
def service(repository: Repository, toolchain: SystemToolchain) -> Path:
    if toolchain.find(TERRAFORM) is None:
        pytest.skip("there is no terraform")
    root = repository()
    (root / "terraform" / "env" / "scratch.tf").write_text(UNFORMATTED, encoding="utf-8")
    return root


def test_a_dry_run_shows_the_lines_and_changes_nothing(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", str(service), "--select", "TF001", "--fix", "-n", "--diff"]) == ExitCode.FOUND
    captured = capsys.readouterr()
    assert captured.err == (
        "--- a/terraform/env/scratch.tf\n+++ b/terraform/env/scratch.tf\n@@ -1,4 +1,4 @@\n locals {\n"
        '-      scratch = "x"\n+  scratch     = "x"\n   longer_name = "y"\n }\n'
        "  would be mended: terraform/env/scratch.tf\n"
    )
    assert (service / "terraform" / "env" / "scratch.tf").read_text(encoding="utf-8") == UNFORMATTED


def test_what_is_mended_is_said_and_the_checks_run_again(service: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", str(service), "--select", "TF001", "--fix"]) == ExitCode.CLEAN
    captured = capsys.readouterr()
    assert captured.err == "  mended: terraform/env/scratch.tf\n"
    assert "1 passed, 0 failed" in captured.out
    assert (service / "terraform" / "env" / "scratch.tf").read_text(encoding="utf-8") == FORMATTED

"""The commands that `scaffold update` names as next."""

from __future__ import annotations

from pathlib import Path

import pytest
from updating import Template

from scaffolder import cli
from scaffolder.errors import ExitCode
from scaffolder.update import run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository at v1.0.0, where v1.1.0 is out; its path holds a space."""
    template = Template.made(tmp_path / "template", {"a.txt": "a\n", "docs/b.txt": "b\n"})
    project = template.generate(tmp_path / "a project")
    template.release("1.1.0", {"a.txt": "A\n", "c.txt": "c\n"})
    return project


def test_what_comes_next_is_done_in_the_repository_that_was_named(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli.run(["status", str(project)]) == ExitCode.CLEAN
    assert capsys.readouterr().out.endswith(f"\nNext    scaffold update --dry-run '{project}'\n")
    assert cli.run(["update", str(project)]) == ExitCode.CLEAN
    assert (
        f"\nNext    cd '{project}', then git diff --cached, scaffold check"
        in capsys.readouterr().out
    )
    run.abort(project)
    monkeypatch.chdir(project)
    assert cli.run(["status"]) == ExitCode.CLEAN
    assert capsys.readouterr().out.endswith("\nNext    scaffold update --dry-run\n")
    assert cli.run(["update"]) == ExitCode.CLEAN
    assert "\nNext    git diff --cached, scaffold check" in capsys.readouterr().out

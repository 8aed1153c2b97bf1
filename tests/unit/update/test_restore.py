"""An update is taken back, and no edit is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from updating import Template, contents, git, lay, update

from scaffolder import cli
from scaffolder.errors import ExitCode
from scaffolder.update import run

LINES = "".join(f"line {number}\n" for number in range(1, 21))


OURS, THEIRS = LINES.replace("line 2\n", "mine\n"), LINES.replace("line 18\n", "theirs\n")


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return Template.made(
        tmp_path / "template", {"a.txt": LINES, "b.txt": LINES, "docs/c.txt": LINES}
    )


def test_abort_keeps_what_was_written_since(
    template: Template, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = template.generate(tmp_path / "project")
    before = contents(project)
    template.release(
        "1.1.0", {"a.txt": THEIRS, "b.txt": THEIRS, "docs/c.txt": None, "new.txt": "new\n"}
    )
    update(project)
    lay(
        project,
        {
            "a.txt": THEIRS.replace("line 2\n", "since\n"),
            "docs/c.txt": "again\n",
            "own.txt": "own\n",
        },
    )
    capsys.readouterr()
    assert cli.run(["update", "--abort", str(project)]) == ExitCode.CLEAN
    patch = project / ".git" / "scaffold" / "aborted-1.patch"
    assert capsys.readouterr().out == (
        f"  5 files are as the last commit has them\n"
        f"  what you changed since in a.txt, docs/c.txt is in {patch}\n"
        f"\nNext    git apply --3way {patch}, if you want it back\n"
    )
    assert {**before, "own.txt": ("own\n", False)} == contents(project)
    git(project, "apply", "--3way", "--include=a.txt", str(patch))
    assert "since\n" in (project / "a.txt").read_text(encoding="utf-8")
    git(project, "reset", "--quiet", "--hard")
    update(project)
    lay(project, {"b.txt": "again\n"})
    assert run.abort(project).saved == patch.with_name("aborted-2.patch")
    assert "since" in patch.read_text(encoding="utf-8")

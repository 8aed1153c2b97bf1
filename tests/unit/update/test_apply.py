"""A merged tree is put into the repository whole or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from updating import Template, commit, contents, git, update

from scaffolder.errors import ToolCrashed, UpdateError
from scaffolder.update import run

LINES = "".join(f"line {number}\n" for number in range(1, 21))


OURS, THEIRS = LINES.replace("line 2\n", "mine\n"), LINES.replace("line 18\n", "theirs\n")


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return Template.made(
        tmp_path / "template", {"a.txt": LINES, "b.txt": LINES, "docs/c.txt": LINES}
    )


@pytest.mark.parametrize("failing", ['"theirs" in text', "True"])
def test_a_filter_that_fails_leaves_nothing_half_written(
    template: Template, tmp_path: Path, failing: str
) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {".gitattributes": "docs/* filter=broken\n"})
    for name, value in {
        "required": "true",
        "clean": _filter("False"),
        "smudge": _filter(failing),
    }.items():
        git(project, "config", f"filter.broken.{name}", value)
    template.release("1.1.0", {"a.txt": THEIRS, "docs/c.txt": THEIRS, "z.txt": "new\n"})
    before = contents(project)
    with pytest.raises(ToolCrashed, match=r": fatal: docs/c\.txt: smudge filter") as stopped:
        update(project)
    if failing == "True":  # so that the old content cannot be written either
        assert stopped.value.message.startswith("the update is half-written")
        assert stopped.value.hint == "fix that, then scaffold update --abort"
        with pytest.raises(UpdateError, match="an earlier update was interrupted"):
            update(project)
        git(project, "config", "filter.broken.smudge", _filter("False"))
        run.abort(project)
    else:
        assert stopped.value.message.startswith("nothing was changed")
    assert contents(project) == before
    assert git(project, "status", "--short") == ""
    assert not (project / ".git/scaffold/update.json").exists()


def test_a_folder_that_cannot_be_written_leaves_all_as_it_was(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"a.txt": THEIRS, "docs/c.txt": THEIRS, "new.txt": "new\n"})
    before = contents(project)
    (project / "docs").chmod(0o555)
    if os.access(project / "docs", os.W_OK):
        pytest.skip("this user may write everywhere")
    with pytest.raises(ToolCrashed, match=r"nothing was changed: .*docs/c\.txt.*Permission denied"):
        update(project)
    (project / "docs").chmod(0o755)
    assert contents(project) == before
    assert git(project, "status", "--short") == ""


def test_a_git_folder_that_cannot_be_written_leaves_all_as_it_was(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    template.release("1.1.0", {"a.txt": THEIRS})
    before = contents(project)
    (project / ".git/scaffold/update.new").mkdir(parents=True)
    with pytest.raises(
        ToolCrashed, match=r"nothing was changed: .*/\.git/scaffold/update\.new: Is a directory"
    ):
        update(project)
    assert contents(project) == before


def _filter(failing: str) -> str:
    """A command that passes a text on, unless that is `failing`."""
    code = f"import sys; text = sys.stdin.read(); {failing} and sys.exit(1); sys.stdout.write(text)"
    return f"'{sys.executable}' -c '{code}'"

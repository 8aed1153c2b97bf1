"""Files that are people's alone: no update reads, copies or changes them, however many and large they are."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from updating import Template, commit, contents, fates, git, lay, update

from scaffolder.update import run
from scaffolder.update.merge import FileAction

LINES = "".join(f"line {number}\n" for number in range(1, 21))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """One at v1.0.0 with an edit, where v1.1.0 is out."""
    template = Template.made(
        tmp_path / "template", {"a.txt": LINES, "b.txt": LINES.upper(), "docs/c.txt": "c\n"}
    )
    project = template.generate(tmp_path / "project")
    commit(project, {"a.txt": LINES.replace("line 2\n", "mine\n")})
    changed = {
        "a.txt": LINES.replace("line 18", "theirs"),
        "b.txt": LINES.upper() + "more\n",
        "new/d.txt": "d\n",
    }
    template.release("1.1.0", changed)
    return project


def test_an_update_does_without_what_a_file_of_ones_own_holds(project: Path) -> None:
    own = {"assets/huge.bin": "x" * 5000, "docs/mine.txt": "mine\n", "new~": "and mine\n"}
    commit(project, own)
    for name in ("assets/huge.bin", "docs/mine.txt"):  # as in a partial clone that is offline
        blob = git(project, "rev-parse", f"HEAD:{name}")
        (project / ".git/objects" / blob[:2] / blob[2:]).unlink()
    before = contents(project)
    assert fates(update(project)) == {
        "a.txt": FileAction.MERGED,
        "b.txt": FileAction.UPDATED,
        "new/d.txt": FileAction.NEW,
    }
    after = contents(project)
    assert {name: after[name] for name in own} == {name: before[name] for name in own}
    assert git(project, "status", "--porcelain", *own) == ""
    run.abort(project)
    assert contents(project) == before


def test_a_file_that_was_moved_among_ones_own_is_followed(project: Path) -> None:
    git(project, "mv", "b.txt", "moved.txt")
    commit(project, {f"src/{number}.txt": f"own {number}\n" for number in range(30)})
    assert fates(update(project)) == {
        "a.txt": FileAction.MERGED,
        "moved.txt": FileAction.MERGED,
        "new/d.txt": FileAction.NEW,
    }
    assert (project / "moved.txt").read_text() == LINES.upper() + "more\n"


def test_a_file_of_ones_own_in_the_place_of_a_folder_is_a_conflict(project: Path) -> None:
    commit(project, {"new": "mine\n", "new~yours": "mine too\n"})
    outcome = update(project)
    assert [change.path for change in outcome.conflicts] == ["new"]
    assert (project / "new~yours").read_text() == "mine too\n"
    assert "mine\n" in {content for content, _ in contents(project).values()}
    run.abort(project)
    assert ((project / "new").read_text(), (project / "new~yours").read_text()) == (
        "mine\n",
        "mine too\n",
    )


@pytest.mark.skipif(sys.platform == "darwin", reason="the file system takes no such name")
def test_a_name_that_is_no_text_stays(project: Path) -> None:
    name = os.fsdecode(b"\xff.txt")
    lay(project, {"x.txt": "x\n"})
    (project / name).write_text("mine\n")
    commit(project)
    before = git(project, "ls-tree", "HEAD", name)
    update(project)
    commit(project)
    assert (project / name).read_text() == "mine\n"
    assert git(project, "ls-tree", "HEAD", name) == before
    assert not (project / "\ufffd.txt").exists()

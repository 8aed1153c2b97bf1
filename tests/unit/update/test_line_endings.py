"""Committed line endings of Windows do not make the whole file a conflict."""

from __future__ import annotations

from pathlib import Path

import pytest
from updating import Template, commit, fates, update

from scaffolder.update.merge import FileAction

LINES = "".join(f"line {number}\n" for number in range(1, 21))


OURS, THEIRS = LINES.replace("line 2\n", "mine\n"), LINES.replace("line 18\n", "theirs\n")


BOTH = OURS.replace("line 18\n", "theirs\n")


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return Template.made(
        tmp_path / "template", {"a.txt": LINES, "b.txt": LINES, "docs/c.txt": LINES}
    )


def _windows(text: str) -> str:
    return text.replace("\n", "\r\n")


def test_line_ends_of_windows_that_are_committed_are_no_conflict(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"a.txt": _windows(OURS), "b.txt": _windows(LINES)})
    template.release("1.1.0", {"a.txt": THEIRS, "b.txt": THEIRS, "docs/c.txt": THEIRS})
    assert fates(update(project)) == {
        "a.txt": FileAction.MERGED,
        "b.txt": FileAction.UPDATED,
        "docs/c.txt": FileAction.UPDATED,
    }
    assert (project / "a.txt").read_bytes().decode() == _windows(BOTH)
    assert (project / "b.txt").read_bytes().decode() == _windows(THEIRS)
    assert (project / "docs/c.txt").read_bytes().decode() == THEIRS


def test_a_conflict_in_a_file_of_windows_is_of_these_lines_only(
    template: Template, tmp_path: Path
) -> None:
    project = template.generate(tmp_path / "project")
    commit(project, {"a.txt": _windows(OURS)})
    template.release("1.1.0", {"a.txt": LINES.replace("line 2\n", "theirs\n")})
    assert fates(update(project)) == {"a.txt": FileAction.CONFLICT}
    block = "<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> template-v1.1.0\n"
    assert (project / "a.txt").read_bytes().decode() == _windows(LINES.replace("line 2\n", block))

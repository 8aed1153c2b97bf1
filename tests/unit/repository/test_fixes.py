"""Edits: made if the file is as the check read it, all or none, and never outside the project."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffolder.errors import DestinationError
from scaffolder.model import Edit
from scaffolder.repository import fixes
from scaffolder.repository.project import Project


def edit(path: str, line: int, old: str, new: str) -> Edit:
    return Edit(path=Path(path), line=line, old=old, new=new)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "a.txt").write_text("one\ntwo\nthree", encoding="utf-8")
    return folder


def said(root: Path, *edits: Edit) -> tuple[list[str], list[str]]:
    """Return the planned changes, and the reasons for the refused ones."""
    plan = fixes.plan(Project(root), edits)
    return [change.after for change in plan.changes], [refusal.reason for refusal in plan.refused]


def test_an_edit_replaces_inserts_and_appends(root: Path) -> None:
    edits = (
        edit("a.txt", 1, "one", "ONE"),
        edit("a.txt", 2, "", "between\n"),
        edit("a.txt", 3, "three", "three\n"),
    )
    assert said(root, *edits) == (["ONE\nbetween\ntwo\nthree\n"], [])


def test_an_edit_that_does_not_fit_is_refused_and_the_others_are_made(root: Path) -> None:
    edits = (
        edit("a.txt", 1, "one", "ONE"),
        edit("a.txt", 2, "TWO", "2"),
        edit("a.txt", 9, "x", "y"),
    )
    assert said(root, *edits) == (
        ["ONE\ntwo\nthree"],
        ["the file changed since the check read it"] * 2,
    )


def test_two_edits_at_the_same_place_are_not_both_made(root: Path) -> None:
    edits = (edit("a.txt", 1, "one\ntwo", "1\n2"), edit("a.txt", 2, "two", "zwei"))
    assert said(root, *edits) == (
        ["one\nzwei\nthree"],
        ["another edit is at the same place; run it again"],
    )


def test_the_same_edit_of_two_findings_is_made_once(root: Path) -> None:
    assert said(root, edit("a.txt", 1, "one", "ONE"), edit("a.txt", 1, "one", "ONE")) == (
        ["ONE\ntwo\nthree"],
        [],
    )


def test_line_ends_stay_what_they_are(root: Path) -> None:
    (root / "a.txt").write_bytes(b"one\r\ntwo\r\n")
    project = Project(root)
    fixes.write(project, fixes.plan(project, [edit("a.txt", 1, "one\ntwo\n", "1\n2\n")]))
    assert (root / "a.txt").read_bytes() == b"1\r\n2\r\n"


def test_a_file_that_changed_since_the_check_read_it_is_left_alone(root: Path) -> None:
    project = Project(root)
    project.text("a.txt")
    (root / "a.txt").write_text("one\ntwo\nthree, edited\n", encoding="utf-8")
    plan = fixes.plan(project, [edit("a.txt", 1, "one", "ONE")])
    assert plan.changes == ()
    assert [refusal.reason for refusal in plan.refused] == ["it was changed while the checks ran"]


def test_a_new_file_is_made_with_its_folder_and_never_over_another(root: Path) -> None:
    project = Project(root)
    plan = fixes.plan(
        project, [edit("docs/new.md", 0, "", "# New\n"), edit("a.txt", 0, "", "gone")]
    )
    fixes.write(project, plan)
    assert (root / "docs" / "new.md").read_text(encoding="utf-8") == "# New\n"
    assert [refusal.reason for refusal in plan.refused] == ["it is there already"]
    assert (root / "a.txt").read_text(encoding="utf-8") == "one\ntwo\nthree"


@pytest.mark.parametrize(
    "path", ["../outside.txt", "linked/outside.txt", "link.txt", ".git/config", "/etc/hostname"]
)
def test_nothing_outside_the_project_is_touched(root: Path, path: str) -> None:
    (root.parent / "outside.txt").write_text("mine", encoding="utf-8")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("mine", encoding="utf-8")
    (root / "linked").symlink_to(root.parent)
    (root / "link.txt").symlink_to(root.parent / "outside.txt")
    for line in (0, 1):
        changed, refused = said(root, edit(path, line, "mine" if line else "", "theirs"))
        assert (changed, len(refused)) == ([], 1)


def test_rights_stay_and_nothing_is_left_over(root: Path) -> None:
    (root / "a.txt").chmod(0o755)
    project = Project(root)
    fixes.write(project, fixes.plan(project, [edit("a.txt", 1, "one", "ONE")]))
    assert stat.S_IMODE((root / "a.txt").stat().st_mode) == 0o755
    assert [file.name for file in root.iterdir()] == ["a.txt"]


def test_all_is_written_or_nothing(root: Path) -> None:
    (root / "b.txt").write_text("b", encoding="utf-8")
    project = Project(root)
    plan = fixes.plan(project, [edit("a.txt", 1, "one", "ONE"), edit("b.txt", 1, "b", "B")])
    (root / "b.txt").unlink()
    (root / "b.txt").mkdir()  # a rename onto it fails
    with pytest.raises(DestinationError, match="cannot be written"):
        fixes.write(project, plan)
    assert (root / "a.txt").read_text(encoding="utf-8") == "one\ntwo\nthree"
    assert sorted(file.name for file in root.iterdir()) == ["a.txt", "b.txt"]


def test_the_diff_is_one_that_git_applies(root: Path) -> None:
    plan = fixes.plan(
        Project(root), [edit("a.txt", 3, "three", "3"), edit("n.txt", 0, "", "new\n")]
    )
    assert fixes.diff(plan) == (
        "--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n two\n-three\n\\ No newline at end of file\n"
        "+3\n\\ No newline at end of file\n--- /dev/null\n+++ b/n.txt\n@@ -0,0 +1 @@\n+new\n"
    )


@given(
    st.lists(st.sampled_from(["a", "b", "", "c c"]), max_size=8),
    st.lists(st.sampled_from(["a", "b", ""]), max_size=8),
)
def test_the_edits_between_two_texts_turn_one_into_the_other(
    old: list[str], new: list[str]
) -> None:
    before, after = "\n".join(old), "\n".join(new)
    text = before
    starts = [0]
    for line in before.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for one in reversed(fixes.edits_between(Path("x"), before, after)):
        offset = starts[one.line - 1]
        assert text[offset:].startswith(one.old)
        text = text[:offset] + one.new + text[offset + len(one.old) :]
    assert text == after

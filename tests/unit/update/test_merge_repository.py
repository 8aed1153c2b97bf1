"""The repository of a merge: what it reads, merges and writes, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from updating import Files, git, lay

from scaffolder.errors import ToolCrashed
from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.update import merge_repository
from scaffolder.update.merge_repository import Content, Workshop, changed, entries

LINES = "".join(f"line {number}\n" for number in range(1, 11))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose objects a merge reads."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    return folder


@pytest.fixture
def work(repository: Path, tmp_path: Path, tools: SystemToolchain) -> Workshop:
    (tmp_path / "work").mkdir()
    return merge_repository.workshop(tmp_path / "work", repository / ".git/objects", "sha1", tools)


def _tree(work: Workshop, files: Files) -> str:
    number = len(list(work.folder.glob("files*")))
    folder = work.folder / f"files{number}"
    lay(folder, files)
    return work.tree_of(folder)


def _texts(work: Workshop, tree: str) -> Mapping[str, str]:
    return {path: work.text_of(blob) for path, (_, blob) in entries(work.git, tree).items()}


def test_a_tree_holds_each_file_as_it_is(work: Workshop) -> None:
    files = {
        ".gitignore": "*.log\n",
        ".gitattributes": "* text eol=lf\n",
        "a.log": "ignored\n",
        "windows.txt": "a\r\nb\r\n",
        "bin/run.sh": "#!/bin/sh\n",
    }
    listed = entries(work.git, _tree(work, files))
    assert {path: mode for path, (mode, _) in listed.items()} == {
        ".gitattributes": "100644",
        ".gitignore": "100644",
        "a.log": "100644",
        "bin/run.sh": "100755",
        "windows.txt": "100644",
    }
    windows = listed["windows.txt"][1]
    assert work.git("cat-file", "-s", windows).strip() == "6"
    assert work.ends_as_on_windows(windows)
    assert not work.ends_as_on_windows(listed["a.log"][1])


def test_folders_become_trees_of_their_own(work: Workshop, tmp_path: Path) -> None:
    lay(tmp_path / "two", {"old/a.txt": "a\n", "new/b/c.txt": "c\n"})
    old, new = work.trees_of(tmp_path / "two", "old", "new")
    assert _texts(work, old) == {"a.txt": "a\n"}
    assert _texts(work, new) == {"b/c.txt": "c\n"}


def test_what_both_sides_changed_in_different_lines_is_merged(work: Workshop) -> None:
    base, ours, theirs = (
        _tree(work, {"a.txt": text})
        for text in (LINES, LINES.replace("line 2\n", "mine\n"), LINES.replace("line 9\n", "x\n"))
    )
    tree, stages = work.merge(base, ours, theirs, "template-v2", renames=True)
    assert stages == ()
    both = LINES.replace("line 2\n", "mine\n").replace("line 9\n", "x\n")
    assert _texts(work, tree) == {"a.txt": both}


def test_a_conflict_has_markers_and_the_sides(work: Workshop) -> None:
    base, ours, theirs = (_tree(work, {"a.txt": f"{one}\n"}) for one in ("old", "mine", "new"))
    tree, stages = work.merge(base, ours, theirs, "template-v2", renames=True)
    assert _texts(work, tree) == {
        "a.txt": "<<<<<<< yours\nmine\n=======\nnew\n>>>>>>> template-v2\n"
    }
    assert [(one.path, one.number, work.text_of(one.blob)) for one in stages] == [
        ("a.txt", 1, "old\n"),
        ("a.txt", 2, "mine\n"),
        ("a.txt", 3, "new\n"),
    ]


@pytest.mark.parametrize(("renames", "conflicts"), [(True, 0), (False, 2)])
def test_a_moved_file_is_followed_if_asked(renames: bool, conflicts: int, work: Workshop) -> None:
    mine = LINES.replace("line 2\n", "mine\n")
    base, ours = (_tree(work, {"a.txt": text}) for text in (LINES, mine))
    theirs = _tree(work, {"b.txt": LINES})
    tree, stages = work.merge(base, ours, theirs, "template-v2", renames=renames)
    assert len(stages) == conflicts
    if renames:
        assert _texts(work, tree) == {"b.txt": mine}


def test_a_merge_that_git_refuses_says_why(work: Workshop) -> None:
    tree = _tree(work, {"a.txt": "a\n"})
    with pytest.raises(ToolCrashed, match="git could not merge: .*" + "1" * 40):
        work.merge("1" * 40, tree, tree, "template-v2", renames=True)


def test_files_of_all_sides_are_read_at_once(work: Workshop) -> None:
    first, second = (
        entries(work.git, _tree(work, files))
        for files in ({"a.txt": "1\n", "b.txt": "2\n"}, {"a.txt": "3\n", "c.txt": "4\n"})
    )
    work.read_of((first, second), {"a.txt", "c.txt", "absent"})
    assert sorted(one.said for one in work.read_already.values()) == ["1\n", "3\n", "4\n"]


def test_a_file_that_is_absent_or_large_has_no_text(
    work: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge_repository, "LARGEST", 10)
    listed = entries(work.git, _tree(work, {"large": "x" * 11, "small": "x" * 10}))
    large, small, absent = listed["large"][1], listed["small"][1], "1" * 40
    work.read([large, absent, small])
    assert work.content_of(large) == Content(said="", size=11)
    assert work.content_of(small) == Content(said="x" * 10, size=10)
    assert work.content_of(absent) == Content()
    assert work.lacking([large, absent]) == {absent}


@pytest.mark.parametrize(
    ("said", "size", "text"),
    [
        ("a\nb\n", 4, "a\nb\n"),
        ("a\nb\n", 6, "a\nb\n"),
        ("a\nb\n", 5, ""),
        ("ü\n", 3, "ü\n"),
        ("\ufffd\n", 2, ""),
    ],
    ids=["plain", "Windows", "mixed", "UTF-8", "binary"],
)
def test_a_text_has_line_ends_of_one_kind(said: str, size: int, text: str) -> None:
    assert Content(said=said, size=size).text == text


def test_a_text_that_is_kept_is_a_file_of_the_merge_only(work: Workshop, repository: Path) -> None:
    blobs = work.kept_all(["a\n", "ü\n"])
    assert [work.text_of(blob) for blob in blobs] == ["a\n", "ü\n"]
    assert work.kept("a\n") == blobs[0]
    assert git(repository, "count-objects").startswith("0 objects")


def test_objects_of_the_repository_are_read(work: Workshop, repository: Path) -> None:
    lay(repository, {"a.txt": "a\n"})
    git(repository, "add", "a.txt")
    blob = git(repository, "rev-parse", ":a.txt")
    assert work.text_of(blob) == "a\n"


def test_a_tree_replaces_a_folder_of_the_whole(work: Workshop) -> None:
    whole = _tree(work, {"a.txt": "a\n", "services/pay/old.txt": "old\n", "services/x.txt": "x\n"})
    tree = _tree(work, {"new.txt": "new\n"})
    assert work.grafted(whole, "", tree) == tree
    assert list(entries(work.git, work.grafted(whole, "services/pay/", tree))) == [
        "a.txt",
        "services/pay/new.txt",
        "services/x.txt",
    ]


def test_a_tree_is_written_as_a_checkout_would(work: Workshop, tmp_path: Path) -> None:
    tree = _tree(work, {"a/b.txt": "b\r\n", "run.sh": "#!/bin/sh\n"})
    work.written(tree, tmp_path / "out" / "project")
    assert (tmp_path / "out/project/a/b.txt").read_bytes() == b"b\r\n"
    assert (tmp_path / "out/project/run.sh").stat().st_mode & 0o100


def test_a_changed_file_is_in_both_trees_and_of_one_kind(work: Workshop, tmp_path: Path) -> None:
    before = _tree(work, {"same": "1\n", "edited": "1\n", "gone": "1\n", "link": "1\n"})
    lay(tmp_path / "after", {"same": "1\n", "edited": "2\n", "new": "1\n"})
    (tmp_path / "after/link").symlink_to("same")
    after = work.tree_of(tmp_path / "after")
    assert list(changed(work.git, before, after)) == ["edited"]


def test_listings_are_remembered_but_not_all(
    work: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge_repository, "_LISTED", {})
    monkeypatch.setattr(merge_repository, "_MOST_LISTED", 2)
    trees = [_tree(work, {"a.txt": f"{number}\n"}) for number in range(3)]
    for tree in trees:
        entries(work.git, tree).clear()  # a copy: the next one is whole
    assert list(merge_repository._LISTED) == trees[1:]
    assert list(entries(work.git, trees[1])) == ["a.txt"]

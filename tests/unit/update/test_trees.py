"""Trees that are made without Git are those that Git makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.update import merge_repository
from scaffolder.update.merge_repository import Workshop, entries

FILES = {
    "a": "a\n",
    "a.txt": "txt\n",
    "a-b/c.txt": "c\n",
    "a/": "",
    "folder/sub/deep.txt": "deep\n",
    "folder/x.sh": "#!/bin/sh\n",
    "folder.txt": "beside\n",
    "größe/ü ö.txt": "ü\r\n",
    "only/one.txt": "one\n",
}
EDITS = {
    "nothing": {},
    "content": {"a.txt": "other\n", "folder/sub/deep.txt": "other\n"},
    "a folder goes with its last file": {"only/one.txt": None},
    "a file becomes a folder": {"a.txt/new": "new\n"},
    "a folder becomes a file": {"folder": "file\n"},
    "a file goes and a folder comes": {"a": None, "a/b/c": "new\n"},
    "names in the order of Git": {"folder-1": "x\n", "folder0": "x\n", "folder/a": "x\n"},
    "what is not there goes": {"nowhere/file": None},
    "all goes": {name: None for name in FILES if not name.endswith("/")},
    "other letters": {"größe/ü ö.txt": None, "größe/ä.txt": "ä\n"},
}


@pytest.fixture(params=["sha1", "sha256"])
def work(request: pytest.FixtureRequest, tmp_path: Path, tools: SystemToolchain) -> Workshop:
    (tmp_path / "none").mkdir()
    return merge_repository.workshop(tmp_path, tmp_path / "none", request.param, tools)


@pytest.mark.parametrize("edits", EDITS.values(), ids=list(EDITS))
def test_an_edited_tree_is_that_of_git(
    edits: dict[str, str | None], work: Workshop, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    for name, text in FILES.items():
        if not name.endswith("/"):
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="")
    (folder / "folder/x.sh").chmod(0o755)
    (folder / "link").symlink_to("a.txt")
    before = work.tree_of(folder)
    wanted = {
        name: None if text is None else ("100644", work.kept(text)) for name, text in edits.items()
    }
    made = work.edited(before, wanted)
    git = work._with_index({}, work.folder)
    git("read-tree", before)
    zero = "0" * len(before)
    lines = [
        f"{entry[0]} {entry[1]}\t{name}\0" if entry else f"0 {zero}\t{name}\0"
        for name, entry in wanted.items()
    ]
    git("update-index", "-z", "--index-info", stdin="".join(lines))
    assert made == git("write-tree")
    listed = list(entries(work.git, made).items())
    merge_repository._LISTED.clear()
    assert listed == list(entries(work.git, made).items())
    assert work.git("fsck", "--strict", "--no-dangling") == ""

"""An edit of a fault changes what it names and nothing else, and refuses a file that is not as it expects."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.checks.faults import Edit

TEXT = "dev:\n  port: 80\nprod:\n  port: 80\n  pin: '1.2'  # pinned\n"


@pytest.mark.parametrize(
    ("edit", "text", "lines"),
    [
        (Edit(file="x", old="dev:", new="test:"), TEXT.replace("dev:", "test:"), [1]),
        (
            Edit(file="x", within=("prod:",), old="port: 80", new="port: 81"),
            "dev:\n  port: 80\nprod:\n  port: 81\n  pin: '1.2'  # pinned\n",
            [4],
        ),
        (
            Edit(file="x", line="pin: ", new="pin: '3'\nnext: 1"),
            "dev:\n  port: 80\nprod:\n  port: 80\n  pin: '3'\nnext: 1\n",
            [5, 6],
        ),
        (
            Edit(file="x", within=("prod:",), line="port: ", new="port: 1"),
            "dev:\n  port: 80\nprod:\n  port: 1\n  pin: '1.2'  # pinned\n",
            [4],
        ),
        (Edit(file="x", line="dev", new="a:"), TEXT.replace("dev:", "a:"), [1]),
        (Edit(file="x", append="\nlast: 1\n"), TEXT + "\nlast: 1\n", [7]),
        (Edit(file="y/z", append="a\n"), "a\n", [1]),
        (Edit(file="y/z", content="a\nb\n"), "a\nb\n", [1, 2]),
        (Edit(file="y/z", content=""), "", [1]),
        (Edit(file="x", old="dev:\n  port: 80\n", new=""), TEXT[len("dev:\n  port: 80\n") :], [1]),
    ],
)
def test_an_edit_changes_what_it_names(
    edit: Edit, text: str, lines: list[int], tmp_path: Path
) -> None:
    (tmp_path / "x").write_text(TEXT, encoding="utf-8")
    assert list(edit.make(tmp_path)) == lines
    assert (tmp_path / edit.file).read_text(encoding="utf-8") == text


def test_the_last_line_may_lack_its_end(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("a: 1\nb: 2", encoding="utf-8")
    assert list(Edit(file="x", line="b:", new="b: 3").make(tmp_path)) == [2]
    assert (tmp_path / "x").read_text(encoding="utf-8") == "a: 1\nb: 3"


def test_a_deleted_file_has_no_changed_line(tmp_path: Path) -> None:
    (tmp_path / "x").write_text(TEXT, encoding="utf-8")
    assert list(Edit(file="x", delete=True).make(tmp_path)) == []
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (Edit(file="x", old="port: 80", new="port: 81"), "has 'port: 80' 2 times"),
        (Edit(file="x", line="port: ", new="port: 81"), "has 'port: ' 2 times"),
        (Edit(file="x", old="qa:", new="test:"), "has 'qa:' 0 times"),
        (Edit(file="x", content="a"), "is there already"),
    ],
)
def test_a_file_that_is_not_as_expected_is_refused(edit: Edit, reason: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_text(TEXT, encoding="utf-8")
    with pytest.raises(ValueError, match=reason):
        edit.make(tmp_path)
    assert (tmp_path / "x").read_text(encoding="utf-8") == TEXT

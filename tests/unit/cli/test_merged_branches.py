"""Files of an older release beside a newer record, in words and as JSON."""

from __future__ import annotations

from scaffolder.cli.merged_branches import document, lines, stale_lines
from scaffolder.template.merged_branches import Older
from scaffolder.template.releases import Release

OLD, NEW = (Release(version=version, date="2026-11-02", tree="x") for version in ("0.1.0", "0.2.0"))


def older(number: int) -> Older:
    return Older(release=OLD, files=tuple(f"f{at}" for at in range(number)))


def test_files_are_named_with_both_releases_and_what_to_type() -> None:
    text = "\n".join(lines(older(2), NEW, first="git status"))
    assert "As v0.1.0 has it, and not v0.2.0: f0, f1" in text
    assert "_commit: v0.1.0" in text
    assert "Next    git status, put" in text


def test_more_than_five_files_are_counted() -> None:
    assert "f4 and 2 more" in "\n".join(lines(older(7), NEW))
    assert "more" not in "\n".join(lines(older(5), NEW)).split("\n")[1]


def test_nothing_is_printed_without_a_cause() -> None:
    assert list(lines(None, NEW)) == []
    assert list(stale_lines(stale=False)) == []
    assert document(None) is None


def test_a_changed_record_is_told_apart() -> None:
    first, second = stale_lines(stale=True)
    assert "was changed since" in first
    assert "scaffold update" in second


def test_programs_get_the_release_and_all_files() -> None:
    assert document(older(7)) == {"release": "v0.1.0", "files": [f"f{at}" for at in range(7)]}

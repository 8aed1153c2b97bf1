"""Blocks of a text, in any format, and the lines that one side alone changed."""

from __future__ import annotations

from collections import Counter

import pytest

from scaffolder.update.blocks import (
    Blocks,
    changed,
    differences,
    indented,
    named,
    of,
    renamed,
    translated,
)

YAML = "jobs:\n  lint:\n    run: make lint\n  test:\n    run: make test\n"


def read(text: str) -> Blocks:
    return of(text, flat=not indented(text), page=False)


@pytest.mark.parametrize(
    ("text", "is_indented"),
    [("a:\n  b\n", True), ("a\nb\n", False), ("  \na\n", False), ("", False)],
)
def test_a_text_may_be_indented(text: str, *, is_indented: bool) -> None:
    assert indented(text) is is_indented


def test_a_line_is_in_the_block_of_its_headings() -> None:
    blocks = read(YAML)
    assert blocks[("jobs", "lint")] == Counter({"lint:": 1, "run: make lint": 1})
    assert blocks[("jobs", "test")] == Counter({"test:": 1, "run: make test": 1})


def test_an_item_has_the_name_of_a_line_inside() -> None:
    blocks = read("steps:\n  - name: build\n    run: a\n  - name: push\n    run: b\n")
    paths = [path for path, lines in blocks.items() if "run: a" in lines]
    assert len(paths) == 1
    assert "build" in " ".join(paths[0])


def test_a_page_has_sections() -> None:
    blocks = of("# A\n\none\n\n# B\n\ntwo\n", flat=True, page=True)
    (first,) = (path for path, lines in blocks.items() if "one" in lines)
    (second,) = (path for path, lines in blocks.items() if "two" in lines)
    assert first != second


def test_a_block_that_has_another_name_is_known_by_its_lines() -> None:
    side = YAML.replace("  lint:", "  linting:")
    names = renamed(read(YAML), read(side))
    assert names == {("jobs", "linting"): ("jobs", "lint")}
    assert named(read(side), names)[("jobs", "lint")]["run: make lint"] == 1


def test_another_block_is_no_renamed_one() -> None:
    side = "jobs:\n  docs:\n    publish: pages\n  test:\n    run: make test\n"
    assert renamed(read(YAML), read(side)) == {}


def test_the_longest_beginning_is_translated() -> None:
    names = {("a",): ("x",), ("a", "b"): ("y", "z")}
    assert translated(("a", "b", "c"), names) == ("y", "z", "c")
    assert translated(("a", "c"), names) == ("x", "c")
    assert translated(("b",), names) == ("b",)


def test_a_change_of_one_side_is_in_the_result_or_is_a_difference() -> None:
    base, theirs = read(YAML), read(YAML.replace("make lint", "make style"))
    assert list(differences(base, base, theirs, theirs)) == []
    lost = set(differences(base, base, theirs, base))
    assert lost == {(("jobs", "lint"), "run: make lint"), (("jobs", "lint"), "run: make style")}


def test_a_line_in_another_block_is_a_difference() -> None:
    base = read(YAML)
    moved = read("jobs:\n  lint:\n    run: make test\n  test:\n    run: make lint\n")
    assert set(changed(base, base, base, moved))

"""Tables and lists that know the file and the line of each entry."""

from __future__ import annotations

from pathlib import Path

from scaffolder.formats.yaml import load_all
from scaffolder.repository.kustomize.sourced import (
    SourcedTable,
    copied,
    dig,
    each_table,
    made_table,
    source_of,
    table_at,
)

FILE, OTHER = Path("a.yaml"), Path("b.yaml")
TEXT = "a:\n  b: 1\nc:\n  - x\n  - d: 2\n"


def table() -> SourcedTable:
    made = copied(load_all(TEXT)[0], FILE)
    assert isinstance(made, SourcedTable)
    return made


def test_a_copy_knows_the_place_of_each_entry() -> None:
    made = table()
    assert made == {"a": {"b": 1}, "c": ["x", {"d": 2}]}
    assert (made.lines["c"], made["a"].lines["b"], made["c"].lines) == (3, 2, [4, 5])
    assert made["c"].files == [FILE, FILE]


def test_an_entry_has_the_place_that_set_it_last() -> None:
    made = table()
    made["a"].put("b", 3, OTHER, 9)
    assert source_of(made, "a", "b") == OTHER
    assert source_of(made, "a") == FILE
    assert made["a"].lines["b"] == 9


def test_the_source_of_what_is_not_there_is_that_of_what_holds_it() -> None:
    assert source_of(table(), "a", "x") == FILE
    assert source_of({"a": 1}, "a") is None


def test_entries_are_taken_and_dropped_with_their_place() -> None:
    made, other = table(), copied({"a": 5}, OTHER, 7)
    made.take("a", other)
    assert (made["a"], made.files["a"], made.lines["a"]) == (5, OTHER, 7)
    made.drop("a")
    made.drop("missing")
    assert "a" not in made
    assert "a" not in made.files
    made["c"].put(0, "first", OTHER, 1)
    made["c"].drop(1)
    assert made["c"] == ["first", {"d": 2}]
    assert made["c"].files == [OTHER, FILE]


def test_ways_down() -> None:
    made = table()
    assert dig(made, "c", 1, "d") == 2
    assert dig(made, "c", 5) is None
    assert table_at(made, "a") == {"b": 1}
    assert table_at(made, "c") is None
    assert made_table(made, "a", "new", "deep") == {}
    assert made["a"]["new"] == {"deep": {}}


def test_each_table_is_visited_the_outer_ones_first() -> None:
    seen: list[list[str]] = []
    each_table(table(), lambda one: seen.append(sorted(one)))
    assert seen == [["a", "c"], ["b"], ["d"]]

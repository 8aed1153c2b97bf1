"""YAML as values that know their lines."""

from __future__ import annotations

import pytest
import yaml

from scaffolder.formats.yaml import line_of, load_all


def test_yaml_knows_the_line_of_each_entry() -> None:
    (document,) = load_all("a:\n  b: 1\n  c:\n    - x\n    - d: 2\n")
    assert document == {"a": {"b": 1, "c": ["x", {"d": 2}]}}
    assert [
        line_of(document, *way) for way in (("a",), ("a", "b"), ("a", "c", 1), ("a", "c", 1, "d"))
    ] == [1, 2, 5, 5]
    assert line_of(document, "a", "absent") == 1


def test_yaml_merges_and_passes_over_tags_that_it_does_not_know() -> None:
    (document,) = load_all(
        "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: !reference [one, two]\nd: !Ref name\n"
    )
    assert (document["b"], document["c"], document["d"]) == (
        {"x": 1, "y": 3},
        ["one", "two"],
        "name",
    )


@pytest.mark.parametrize(
    ("text", "problem"), [("a: 1\na: 2\n", "'a' is there twice"), ("a: [1\n", "expected")]
)
def test_yaml_that_is_none_is_refused_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(yaml.MarkedYAMLError, match=problem) as error:
        load_all(text)
    assert error.value.problem_mark

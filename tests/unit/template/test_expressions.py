"""Texts of a copier.yml with marks, and conditions over answers."""

from __future__ import annotations

import pytest

from scaffolder.template.expressions import holds, names, understood


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        ("cloud != 'azure'", {"cloud": "aws"}, True),
        ("cloud != 'azure'", {"cloud": "azure"}, False),
        ("'github' in ci and not x", {"ci": ["github"], "x": False}, True),
        ("ci | length > 1", {"ci": ["github"]}, False),
    ],
)
def test_a_condition_holds_for_values(
    condition: str, values: dict[str, object], *, expected: bool
) -> None:
    assert holds(condition, values) is expected


@pytest.mark.parametrize("condition", ["cloud ==", "missing == 1", "cloud | nofilter", "1 / 0"])
def test_another_text_is_no_condition(condition: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        holds(condition, {"cloud": "aws"})


@pytest.mark.parametrize(
    ("condition", "expected"),
    [("cloud != 'azure'", {"cloud"}), ("a and (b or c.d)", {"a", "b", "c"}), ("true", set())],
)
def test_a_condition_reads_names(condition: str, expected: set[str]) -> None:
    assert names(condition) == expected


def test_names_of_what_is_no_expression_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\S"):
        names("a ==")


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("plain", "plain"),
        ("[[ cloud ]]-x", "aws-x"),
        ("[% if cloud == 'aws' %]a[% else %]b[% endif %]", "a"),
        ("{{ cloud }}", "{{ cloud }}"),
        ("[[ _copier_conf.src_path ]]", None),
        ("[[ not_there ]]", None),
    ],
)
def test_a_text_is_rendered_with_the_answers(text: str, rendered: str | None) -> None:
    assert understood(text, {"cloud": "aws"}, None) == rendered

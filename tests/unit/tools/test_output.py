"""Values that programs print and read as JSON."""

from __future__ import annotations

import datetime

import pytest

from scaffolder.tools.output import first_value_of, text_of, value_of


def test_a_value_survives_both_ways() -> None:
    assert value_of(text_of({"a": [1, None, "é"]})) == {"a": [1, None, "é"]}
    assert "é" in text_of("é")


def test_a_date_becomes_a_text() -> None:
    assert value_of(text_of({"day": datetime.date(2026, 11, 2)})) == {"day": "2026-11-02"}


@pytest.mark.parametrize("text", ["", "{", "panic: x", "{'a': 1}"])
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        value_of(text)


@pytest.mark.parametrize("after", ["", "\n", "\nDockerfile:1 DL3006\n", "[]"])
def test_the_first_value_is_read_whatever_comes_after_it(after: str) -> None:
    assert first_value_of(f'\n[{{"a": 1}}]{after}') == [{"a": 1}]


def test_what_does_not_begin_with_json_has_no_first_value() -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        first_value_of("Dockerfile:1 []")

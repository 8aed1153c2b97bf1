"""Lines that fit a terminal."""

from __future__ import annotations

import pytest

from scaffolder.report.lines import wrapped


def test_no_line_is_wider_and_later_ones_are_indented() -> None:
    assert wrapped("one two three four", 10) == ["one two", "    three", "    four"]
    assert wrapped("one two", 10, indent="> ") == ["one two"]


def test_width_0_leaves_one_line() -> None:
    assert wrapped("one two " * 30, 0) == [("one two " * 30).strip()]


def test_a_long_word_and_a_hyphen_are_not_broken() -> None:
    assert wrapped("see /a/very-long/path-to-a-file", 10) == [
        "see",
        "    /a/very-long/path-to-a-file",
    ]


@pytest.mark.parametrize(
    ("text", "most", "end", "expected"),
    [
        ("one two three", 1, "", ["one two …"]),
        ("one two", 1, "", ["one two"]),
        ("one two three", 1, " end", ["one … end"]),
        ("one two three", 0, " end", ["one two", "    three", "    end"]),
        ("one two three", 1, " a-longer-end", ["one two …", "    a-longer-end"]),
    ],
)
def test_what_does_not_fit_is_left_out_before_the_end(
    text: str, most: int, end: str, expected: list[str]
) -> None:
    found = wrapped(text, 10, most=most, end=end)
    assert found[-1].endswith(end.strip())
    assert len(found) == len(expected)
    assert ("…" in "".join(found)) is ("…" in "".join(expected))

"""Lines that the template inserts beside edited ones are merged, and everything else is left to Git."""

from __future__ import annotations

import pytest

from scaffolder.update import inserted_lines

TABLE = "subjects = {\n  dev  = ID\n  qa   = ID\n  prod = ID\n}\n"
FILLED = TABLE.replace("ID", "4711")


def test_a_row_behind_the_last_edited_one() -> None:
    theirs = TABLE.replace("  prod = ID\n", "  prod = ID\n\n  staging = ID\n")
    assert inserted_lines.merged(TABLE, FILLED, theirs) == FILLED.replace(
        "  prod = 4711\n", "  prod = 4711\n\n  staging = ID\n"
    )


def test_a_row_between_edited_ones() -> None:
    theirs = TABLE.replace("  prod", "  uat  = ID\n  prod")
    assert inserted_lines.merged(TABLE, FILLED, theirs) == FILLED.replace(
        "  prod", "  uat  = ID\n  prod"
    )


def test_a_row_before_the_first_edited_one() -> None:
    theirs = TABLE.replace("  dev", "  int  = ID\n  dev")
    assert inserted_lines.merged(TABLE, FILLED, theirs) == FILLED.replace(
        "  dev", "  int  = ID\n  dev"
    )


def test_a_line_that_both_sides_changed_alike_and_one_that_people_put_elsewhere() -> None:
    ours = "# ours\n" + FILLED
    theirs = TABLE.replace("  prod", "  uat  = ID\n  prod")
    assert inserted_lines.merged(TABLE, ours, theirs) == ours.replace(
        "  prod", "  uat  = ID\n  prod"
    )


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param(
            FILLED, TABLE.replace("dev  =", "dev     =").replace("  }", ""), id="same-line"
        ),
        pytest.param(FILLED.replace("  qa   = 4711\n", ""), TABLE + "more\n", id="people-removed"),
        pytest.param(FILLED, TABLE.replace("  qa   = ID\n", ""), id="template-removed"),
        pytest.param(TABLE + "a\n", TABLE + "b\n", id="same-place"),
    ],
)
def test_all_else_is_left_to_git(ours: str, theirs: str) -> None:
    assert inserted_lines.merged(TABLE, ours, theirs) is None


def test_a_large_file_is_left_to_git() -> None:
    large = "a\n" * (inserted_lines.LINES + 1)
    assert inserted_lines.merged(large, large + "b\n", "c\n" + large) is None

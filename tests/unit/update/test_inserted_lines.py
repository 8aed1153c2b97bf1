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
        pytest.param(FILLED, TABLE.replace("dev  = ID", "dev  = NUMBER"), id="same-line"),
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


ASKED = 'environment          = "dev"\naccount_id           = "" # fill in\nvpc_cidr             = "10.10.0.0/16"\n'
MOVED = 'environment  = "dev"\naccount_id   = "" # fill in\ncluster_name = "platform-dev"\n'


@pytest.mark.parametrize("filled", ['"1111"', '"1111" # fill in'])
def test_a_line_that_the_template_only_aligns_keeps_what_people_filled_in(filled: str) -> None:
    ours = ASKED.replace('"" # fill in', filled)
    expected = MOVED.replace('"" # fill in', filled)
    assert inserted_lines.merged(ASKED, ours, MOVED) == expected
    assert inserted_lines.certain(ASKED, ours, MOVED)


def test_a_line_that_people_only_aligned_is_as_the_template_has_it() -> None:
    base, ours = "a = 1\nb = 2\n", "a   = 1\nb = 3\n"
    assert inserted_lines.merged(base, ours, "a = 4\nb = 2\n") == "a = 4\nb = 3\n"


def test_what_the_template_takes_away_goes_where_people_left_it_alone() -> None:
    base = "route:\n  # Change the domain.\n  host: pay.example.com\n"
    ours = base.replace("example.com", "acme.io")
    theirs = "route:\n  host: pay.acme.io\n"
    assert inserted_lines.merged(base, ours, theirs) == theirs
    assert inserted_lines.certain(base, ours, theirs)
    for edit in ("# Change the domain: mine.", "# Change the domain.\n  # mine"):
        ours = base.replace("# Change the domain.", edit)
        merged = inserted_lines.merged(base, ours, theirs)
        assert merged is None or "mine" in merged


def test_an_edit_that_the_template_makes_as_well_is_not_asked_about() -> None:
    base = "* The domain `example.com`, the account are yours\n"
    theirs = "* The DNS of `acme.io`, the account are yours\n"
    assert inserted_lines.merged(base, base.replace("example.com", "acme.io"), theirs) == theirs
    for mine in ("example.com`, the account and more", "acme.org`, the account"):
        ours = base.replace("example.com`, the account", mine)
        assert inserted_lines.merged(base, ours, theirs) is None


def test_the_place_of_a_line_that_is_there_twice_is_not_certain() -> None:
    base = "dev\n  id = ID\nqa\n  id = ID\n"
    ours = base.replace("ID", "1", 1)
    assert not inserted_lines.certain(base, ours, base.replace("qa\n", "qa\n  more\n"))
    assert not inserted_lines.certain("a\n", "a\nmine\n", "a\n")

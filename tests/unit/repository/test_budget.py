"""Bounds of one run: services, pairs of objects, text, seconds."""

from __future__ import annotations

import pytest

from scaffolder.model import Blocked
from scaffolder.repository.budget import Budget, Clock

SMALL = Budget(services=2, pairs=9, text=2**20)


def test_what_is_within_the_budget_is_looked_at() -> None:
    SMALL.refuse_services([1, 2])
    SMALL.refuse_pairs([1, 2, 3])
    SMALL.refuse_text(2**20, "sources")


def test_more_services_are_refused_with_both_numbers() -> None:
    with pytest.raises(Blocked, match="there are 3 services, and at most 2 are compared"):
        SMALL.refuse_services([1, 2, 3])


def test_more_objects_are_refused_with_the_number_that_is_compared() -> None:
    with pytest.raises(Blocked, match="4 objects are deployed together, and at most 3 are"):
        SMALL.refuse_pairs([1, 2, 3, 4])


def test_more_text_is_refused_by_its_kind() -> None:
    with pytest.raises(Blocked, match="the sources are more than 1 MiB of text"):
        SMALL.refuse_text(2**20 + 1, "sources")


@pytest.mark.parametrize(("seconds", "over"), [(0.0, True), (3600.0, False)])
def test_a_clock_ends(seconds: float, *, over: bool) -> None:
    clock = Clock(seconds=seconds)
    assert clock.is_over() is over
    assert clock.reason == f"the others took {seconds:.0f} s"
    assert Budget(seconds=7.0).clock().seconds == 7.0

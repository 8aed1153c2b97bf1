"""The story in words."""

from __future__ import annotations

from typing import Any

import pytest

from scaffolder.watch.story import Bar, Incident, State
from scaffolder.watch.view import headline, users_in_words, watchdog_in_words


def state(phase: Any = "well", incident: Incident | None = None, **more: Any) -> State:
    known = {"now": 100.0, "messages": (), "bars": (), "watchdog": 1.0, **more}
    return State(phase=phase, incident=incident, **known)


def incident(fault: str = "fail", **more: Any) -> Incident:
    return Incident(fault=fault, began=10.0, **more)


@pytest.mark.parametrize(
    ("phase", "one", "words"),
    [
        ("well", None, "All is well."),
        ("silent", incident(), "no one in the team knows"),
        ("silent", incident("stop"), "Users get nothing but errors"),
        ("told", incident(told=30.0), "Dev and Ops know since second 20"),
        ("fixed", incident(fixed=20.0), "Fixed, before a message came"),
        ("fixed", incident(told=30.0, fixed=40.0), "Fixed. Users are well"),
        ("over", incident(told=30.0, fixed=42.5, over=50.0), "it took 12.5 s"),
    ],
)
def test_the_headline_is_about_the_moment(phase: str, one: Incident | None, words: str) -> None:
    assert words in headline(state(phase, one))


def test_users_of_the_last_seconds_are_counted() -> None:
    bars = tuple(Bar(ok=8, failed=1, slow=1) for _ in range(12))
    assert users_in_words(bars) == "The last 10 seconds: 100 requests, 10 failed, 10 slow."
    assert users_in_words(()) == "No request yet."


@pytest.mark.parametrize(
    ("now", "watchdog", "words"),
    [
        (1.0, None, "Waiting for its first call."),
        (100.0, 3.0, "Alive. Last call 3 s ago."),
        (100000.0, 90000.0, "Silent."),
        (100000.0, None, "Silent."),
    ],
)
def test_the_watchdog_is_heard_or_silent(now: float, watchdog: float | None, words: str) -> None:
    assert watchdog_in_words(state(now=now, watchdog=watchdog)).startswith(words)

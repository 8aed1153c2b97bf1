"""Calls that have no limit of their own."""

from __future__ import annotations

import threading

import pytest

from scaffolder.tools.cluster.limits import within


def test_a_value_in_time_is_returned() -> None:
    assert within(10, lambda: "x", TimeoutError("late")) == "x"
    assert within(10, lambda: None, TimeoutError("late")) is None


def test_a_call_that_takes_longer_is_left_behind() -> None:
    stop = threading.Event()
    with pytest.raises(TimeoutError, match="late"):
        within(0.01, lambda: stop.wait(10), TimeoutError("late"))
    stop.set()


def test_an_error_is_raised_in_the_thread_that_asked() -> None:
    def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        within(10, fail, TimeoutError("late"))

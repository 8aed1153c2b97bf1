"""A block that computes with text of others ends in time, and within its memory."""

from __future__ import annotations

import contextlib
import re
import resource
import signal
import sys
import time
from collections.abc import Callable

import pytest

from scaffolder.errors import RenderError
from scaffolder.tools import limits


def _never_ends() -> None:
    while True:
        pass


def _goes_on() -> None:
    """As code of Copier does that takes any error for one of its own."""
    with contextlib.suppress(Exception):
        _never_ends()
    _never_ends()


def _grows() -> None:
    text = "x"
    while True:
        text += text


@pytest.mark.parametrize(
    "work",
    [_never_ends, _goes_on, lambda: re.search("(a+)+$", "a" * 60 + "!")],
    ids=["loop", "goes on", "backtracks"],
)
def test_what_never_ends_is_stopped(work: Callable[[], object]) -> None:
    with (
        pytest.raises(RenderError, match=r"it computes for more than 0\.1 s$"),
        limits.bounded(0.1),
    ):
        work()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory here")
def test_a_text_that_grows_is_stopped() -> None:
    with (
        pytest.raises(RenderError, match=r"it takes more than 64 MiB of memory$"),
        limits.bounded(10, 64 * 2**20),
    ):
        _grows()


def test_waiting_is_no_computing() -> None:
    with limits.bounded(0.05):
        time.sleep(0.2)


def test_afterwards_everything_is_as_before() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGVTALRM)
    with limits.bounded(1), limits.bounded(0.01):  # the outermost decides
        end = time.process_time() + 0.1
        while time.process_time() < end:
            pass
    assert (resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGVTALRM)) == before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)

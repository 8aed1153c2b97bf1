"""Limit the time and memory for computing with others' texts: expressions, templates."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from scaffolder.errors import RenderError

MEMORY = 2**30
"""Bytes that the block may take beyond those in use; only Linux reports and limits them."""

_STATM = Path("/proc/self/statm")

_bounded = threading.local()


class LimitReachedError(RenderError):
    """A template takes more time or memory than any that people write."""


@contextlib.contextmanager
def bounded(seconds: float, memory: int = MEMORY) -> Iterator[None]:
    """Stop the block after `seconds` of computing, or `memory` bytes beyond those in use.

    The outermost of several blocks decides. In a thread other than the main one, memory alone is
    limited: a signal never reaches it.

    Raises:
        LimitReachedError: saying which limit was reached.

    """
    if getattr(_bounded, "is", False):
        yield
        return
    setattr(_bounded, "is", True)
    try:
        with _in_time(seconds), _in_memory(memory):
            yield
    except MemoryError as error:
        raise LimitReachedError(
            f"the template does not render: it takes more than {memory / 2**20:g} MiB of memory",
            hint=_HINT,
        ) from error
    finally:
        setattr(_bounded, "is", False)


_HINT = "ask whoever keeps that template to look for a loop or a text that grows"


@contextlib.contextmanager
def _in_time(seconds: float) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise LimitReachedError(
            f"the template does not render: it computes for more than {seconds:g} s", hint=_HINT
        )

    before = signal.signal(signal.SIGVTALRM, stop)
    # Again each second: code in between may take the first one for an error of its own, and go on.
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@contextlib.contextmanager
def _in_memory(memory: int) -> Iterator[None]:
    if sys.platform != "linux":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = _in_use() + memory
    if any(
        limit != resource.RLIM_INFINITY and limit <= wanted for limit in (soft, hard)
    ):  # one of the user's own
        yield
        return
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _in_use() -> int:
    """Bytes of address space that this process has."""
    try:
        return int(_STATM.read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 2**34

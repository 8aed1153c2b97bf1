"""Whether Prometheus evaluates its rules in time, or a silent chat is the machine's fault."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

from scaffolder.formats.regex import regex

KEPT = 0.8
"""The share of evaluations in time with which a verdict is about the rules, not the machine."""

LONGEST = 180.0
"""Seconds after which a busy machine gives no verdict."""

_COUNTER = regex(
    r"^prometheus_rule_group_iterations_(?P<missed>missed_)?total(?:\{.*\})? (?P<value>\S+)$",
    re.MULTILINE,
)
_ANSWER = 10.0
_TICK = 0.2


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Evaluations of groups of rules since Prometheus started: due, and of these missed."""

    due: float
    missed: float

    def share_since(self, before: Pace) -> float:
        """Return the share of evaluations that were in time; 0 if none was due."""
        due = self.due - before.due
        return 1 - (self.missed - before.missed) / due if due > 0 else 0.0


@dataclass(frozen=True, kw_only=True)
class Waited:
    """Whether it came; `late` is the reason why that proves nothing, "" if it does."""

    came: bool
    late: str = ""


def read(port: int) -> Pace:
    """Return the pace of the Prometheus on a port of this machine.

    None due if it does not answer.
    """
    connection = HTTPConnection("127.0.0.1", port, timeout=_ANSWER)
    try:
        connection.request("GET", "/metrics")
        return parsed(connection.getresponse().read().decode("utf-8", "replace"))
    except (OSError, HTTPException):
        return Pace(due=0, missed=0)
    finally:
        connection.close()


def parsed(text: str) -> Pace:
    """Return the pace in the metrics of Prometheus."""
    due = missed = 0.0
    for found in _COUNTER.finditer(text):
        if found["missed"]:
            missed += float(found["value"])
        else:
            due += float(found["value"])
    return Pace(due=due, missed=missed)


def wait(
    happened: Callable[[], bool],
    seconds: float,
    look: Callable[[], Pace],
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Waited:
    """Wait until something happens, for as many seconds as Prometheus works in time.

    A round of `seconds` in which it kept pace is the last one. On a busy machine there are more,
    and only the share of a round in which it worked counts.
    """
    began, worked = clock(), 0.0
    while True:
        before, at = look(), clock()
        while not happened() and clock() < at + seconds:
            sleep(_TICK)
        came, share = happened(), look().share_since(before)
        if came and clock() <= began + seconds:
            return Waited(came=True)
        worked += (clock() - at) * share
        late = f"Prometheus evaluated {share:.0%} of its rules in time: this machine is too busy"
        if came:
            return Waited(came=True, late=late if worked > seconds else "")
        if share >= KEPT:
            return Waited(came=False)
        if clock() > began + LONGEST:
            return Waited(came=False, late=late)

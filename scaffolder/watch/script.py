"""A run without a person: faults at given seconds, and how long each took to reach the chat."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scaffolder.formats.regex import regex
from scaffolder.watch.configuration import Watched
from scaffolder.watch.shorten import SCALE
from scaffolder.watch.stack import FAULTS, FIX, Stack
from scaffolder.watch.story import Event, Incident

Tell = Callable[[Event], None]

PATIENCE = 90.0
"""Seconds to wait after the last step for the message that it is over."""

_STEP = regex(rf"({'|'.join([*FAULTS, FIX])}):(\d+(?:\.\d+)?)")
_TICK = 0.1


@dataclass(frozen=True, kw_only=True)
class Step:
    """An action, so many seconds after everything is ready."""

    action: str
    at: float


def steps(script: str) -> tuple[Step, ...]:
    """Return the steps of "fail:5,fix:20".

    Raises:
        ValueError: it is not of that form, or the steps are not in order.

    """
    found = []
    for part in script.split(","):
        step = _STEP.fullmatch(part.strip())
        if step is None:
            known = ", ".join([*FAULTS, FIX])
            raise ValueError(f"{part.strip()!r} is not ACTION:SECONDS, where ACTION is {known}")
        found.append(Step(action=step[1], at=float(step[2])))
    if found != sorted(found, key=lambda step: step.at):
        raise ValueError("the steps must be in the order of their seconds")
    return tuple(found)


def play(
    stack: Stack,
    script: tuple[Step, ...],
    duration: float | None,
    tell: Tell,
) -> None:
    """Carry out the steps, for `duration` seconds or until the last fault is over.

    `tell` hears of each event as it happens; without a script and a duration it never ends.
    """
    began = time.monotonic()
    waiting = list(script)
    told = 0
    while True:
        passed = time.monotonic() - began
        if waiting and passed >= waiting[0].at:
            stack.page.act(waiting.pop(0).action)
        events = list(stack.story.events)
        for event in events[told:]:
            tell(event)
        told = len(events)
        if _is_over(stack, script, waiting, duration, passed):
            return
        time.sleep(_TICK)


def reached_the_chat(incidents: list[Incident]) -> bool:
    """Return whether the chat told of every fault, and of the end of each that was fixed."""
    return all(
        one.told is not None and (one.fixed is None or one.over is not None) for one in incidents
    )


def document(stack: Stack, watched: Watched, exit_code: int) -> dict[str, Any]:
    """Return the run as docs/watch.md describes it."""
    story = stack.story
    return {
        "version": 1,
        "project": watched.service,
        "chat": watched.chat,
        "scale": SCALE,
        "page": stack.page.address,
        "incidents": [_incident(one) for one in story.incidents],
        "messages": [
            {
                "at": round(one.at, 1),
                "title": one.title,
                "text": one.text,
                "calls": one.calls,
                "resolved": one.over,
            }
            for one in story.state().messages
        ],
        "timeline": [
            {"at": event.at, "event": event.kind, "text": event.text} for event in story.events
        ],
        "watchdog_calls": story.watchdog_calls,
        "exit_code": exit_code,
    }


def _incident(one: Incident) -> dict[str, Any]:
    return {
        "fault": one.fault,
        "at": round(one.began, 1),
        "subject": one.subject,
        "told_after": _between(one.began, one.told),
        "fixed_after": _between(one.began, one.fixed),
        "resolved_after_fix": _between(one.fixed, one.over),
        "calls": one.calls,
        "requests": sum(one.users.values()),
        "failed": one.users["failed"],
        "slow": one.users["slow"],
    }


def _between(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else round(end - start, 1)


def _is_over(
    stack: Stack,
    script: tuple[Step, ...],
    waiting: list[Step],
    duration: float | None,
    passed: float,
) -> bool:
    if duration is not None:
        return passed >= duration
    if not script or waiting:
        return False
    return passed >= script[-1].at + PATIENCE or reached_the_chat(stack.story.incidents)

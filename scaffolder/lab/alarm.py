"""A fault of the service on its way to the chat: is the team called, and told of the end?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from scaffolder.lab import pace
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.watch import stack
from scaffolder.watch.messages import Message
from scaffolder.watch.stack import Stack
from scaffolder.watch.story import Incident

ENVIRONMENT = "prod"
WITHIN = 30.0
"""Seconds in which the team has to be called."""

RESOLVED_WITHIN = 90.0
"""Seconds in which the end has to be told: the longest window is a minute here."""


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """The alert of a fault: seconds until the call and the end, None if they did not come.

    `messages` are those that came while the fault was on, without a call. `late` is the reason why
    a call, and `end_late` why an end, that did not come in time proves nothing about the
    repository.
    """

    called: float | None
    over: float | None
    messages: int
    requests: int
    failed: int
    runbook: bool
    late: str = ""
    end_late: str = ""


@contextmanager
def running(project: Project, toolchain: SystemToolchain) -> Iterator[Stack]:
    """Run the service, its users, its alerts and the chat until the block ends.

    Raises:
        ToolMissing: Prometheus or Alertmanager is not installed.

    """
    found = stack.programs(project, toolchain, ENVIRONMENT)
    with stack.running(project, found, environment=ENVIRONMENT) as it:
        yield it


def rung(project: Project, toolchain: SystemToolchain) -> Alarm:
    """Break the service, wait for the call, fix the service, and wait for the end.

    Raises:
        ToolMissing: Prometheus or Alertmanager is not installed.

    """
    with running(project, toolchain) as it:
        it.do("fail")
        rang = _waited(it, lambda: _call(it) is not None, WITHIN)
        call, incident = _call(it), it.story.incidents[-1]
        users = incident.users.copy()
        over, ended = None, pace.Waited(came=False)
        if call is not None:
            it.do(stack.FIX)
            ended = _waited(it, lambda: _end(it, call) is not None, RESOLVED_WITHIN)
            over = _end(it, call)
        return Alarm(
            called=_since(incident, call),
            over=None if over is None or incident.fixed is None else over.at - incident.fixed,
            messages=len(it.story.state().messages),
            requests=sum(users.values()),
            failed=users["failed"],
            runbook=call is not None and "docs/runbooks/" in call.text,
            late=rang.late,
            end_late=ended.late,
        )


def _call(it: Stack) -> Message | None:
    """Return the first message that calls the team."""
    return next((one for one in it.story.state().messages if one.urgent), None)


def _end(it: Stack, call: Message) -> Message | None:
    """Return the message that what the team was called for is over."""
    for one in it.story.state().messages:
        if one.over and one.subject == call.subject and one.at > call.at:
            return one
    return None


def _since(incident: Incident, message: Message | None) -> float | None:
    return None if message is None else message.at - incident.began


def _waited(it: Stack, happened: Callable[[], bool], seconds: float) -> pace.Waited:
    return pace.wait(happened, seconds, lambda: pace.read(it.ports.prometheus))

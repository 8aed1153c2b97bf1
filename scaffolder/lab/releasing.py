"""Release a commit of a lab: deploy it, ask it as a customer does, and record the result."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from scaffolder.errors import ProjectError
from scaffolder.lab import deployment, live
from scaffolder.lab.place import Place
from scaffolder.operate import postmortem
from scaffolder.operate.postmortem import Event
from scaffolder.tools.git import Git
from scaffolder.tools.toolchain import Toolchain

_UNTIL_RELEASED = datetime.timedelta(minutes=4)
_UNTIL_COUNTED = datetime.timedelta(minutes=2)
_UNTIL_RESOLVED = datetime.timedelta(minutes=4)
_REQUESTS = 68
"""Requests of the customers in a minute."""

_MINUTE = 60
_SHORT = 7


@dataclass(frozen=True, kw_only=True)
class Released:
    """What is deployed now, and what a customer gets."""

    revision: str
    path: str
    status: str


@dataclass(frozen=True, kw_only=True)
class _Answer:
    status: str
    well: bool


def release(place: Place, environment: str, commit: str, toolchain: Toolchain) -> Released:
    """Deploy a commit during an incident, and record it.

    It is a rollback if it is older than what ran, and customers get their answer from it.
    The end of the incident is recorded with the number of requests that failed.

    Raises:
        ProjectError: the repository has no such commit, or no records.

    """
    events = _events(place)
    path, _ = _question(place)
    before, earlier = deployment.revision(place, environment), _asked(place, environment)
    name = deployment.deploy(place, environment, commit, toolchain)
    now = _asked(place, environment)
    git = Git(toolchain, place.root)
    older = name != before and git.says("merge-base", "--is-ancestor", name, before)
    subject = git("log", "-1", "--format=%s", name)
    at = events[-1].at + _UNTIL_RELEASED
    event = "rollback" if older and now.well else "deploy"
    deployment.record(place, event, at, f"{environment} runs {subject} ({name[:_SHORT]})")
    deployment.record(place, "note", at, f"GET {path} {now.status}")
    if now.well and not earlier.well:
        _end(place, _began(events, path), at)
    return Released(revision=name, path=path, status=now.status)


def _end(place: Place, began: datetime.datetime, ended: datetime.datetime) -> None:
    """Record how many requests failed, and what the chat would tell: the alert is over."""
    failed = round((ended - began).total_seconds() / _MINUTE * _REQUESTS)
    words = f"{failed} of {failed} requests failed from {began:%H:%M} to {ended:%H:%M}"
    deployment.record(place, "note", ended + _UNTIL_COUNTED, words, "metrics")
    resolved = ended + _UNTIL_COUNTED + _UNTIL_RESOLVED
    deployment.record(
        place, "resolved", resolved, "Resolved: ErrorBudgetBurn of orders", "team chat"
    )


def _began(events: list[Event], path: str) -> datetime.datetime:
    """Return the time of the first deployment since customers were well."""
    well = f"GET {path} {live.OK}"
    ends = [at for at, event in enumerate(events) if event.kind == "resolved" or event.text == well]
    since = events[max(ends, default=-1) + 1 :] or events
    return next((event.at for event in since if event.kind == "deploy"), since[0].at)


def _events(place: Place) -> list[Event]:
    events = postmortem.read(place.root / deployment.RECORDS)
    if not events:
        raise ProjectError(f"{deployment.RECORDS} has no record", hint="scaffold lab reset")
    return events


def _asked(place: Place, environment: str) -> _Answer:
    """Start what is deployed, and ask it; what does not start gives no answer."""
    path, text = _question(place)
    try:
        with live.generated(deployment.folder(place, environment), place.name, environment) as port:
            answer = live.ask(port, path)
    except ProjectError:
        answer = None
    if answer is None:
        return _Answer(status="no answer", well=False)
    well = answer.status == live.OK and text in answer.text
    return _Answer(status=str(answer.status), well=well)


def _question(place: Place) -> tuple[str, str]:
    """Return the path that tells whether customers are well, and what its answer holds.

    Raises:
        ProjectError: the lab has no such criterion.

    """
    for one in place.lab.criteria:
        if one.kind == "prod-responds":
            return one.values["path"], one.values["text"]
    raise ProjectError(f"lab {place.lab.number} deploys nothing", hint="scaffold lab list")

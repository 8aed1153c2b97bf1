"""The story in words, for the page and the terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scaffolder.watch import messages, shorten
from scaffolder.watch.configuration import Ports, Watched
from scaffolder.watch.customers import PER_SECOND
from scaffolder.watch.messages import Message
from scaffolder.watch.story import Bar, Incident, State

ACTIONS = {
    "fail": "Fail every 5th request",
    "slow": "Make every answer slow",
    "stop": "Stop the service",
    "fix": "Fix it",
}
"""The buttons of the page."""

_FELT = {
    "fail": "Users get errors",
    "slow": "Users wait twice as long as the objective allows",
    "stop": "Users get nothing but errors",
}
_CHATS = {"slack": "Slack", "teams": "Teams"}
_LATEST = 10
"""Seconds that the words about the users look back."""


def headline(state: State) -> str:
    """Return one sentence about this moment."""
    incident = state.incident
    if incident is None:
        return "All is well. Choose what breaks."
    felt = _FELT[incident.fault]
    told = _told(incident)
    match state.phase:
        case "silent":
            return f"{felt}, and no one in the team knows."
        case "told":
            return (
                f"{felt}. Dev and Ops know since second {told}: the same message, at the same"
                " moment. Which action does it name?"
            )
        case "fixed" if incident.told is None:
            return "Fixed, before a message came: no one in the team knew."
        case "fixed":
            return "Fixed. Users are well; the alert still looks at the last minutes."
        case _:
            took = (incident.fixed or 0) - (incident.told or 0)
            return (
                f"Over. Dev and Ops knew after {told} s;"
                f" from the message to the fix it took {took:.1f} s."
            )


def users_in_words(bars: tuple[Bar, ...]) -> str:
    """Return what users got in the last seconds."""
    latest = bars[-_LATEST:]
    if not latest:
        return "No request yet."
    failed = sum(bar.failed for bar in latest)
    slow = sum(bar.slow for bar in latest)
    asked = sum(bar.ok for bar in latest) + failed + slow
    return f"The last {len(latest)} seconds: {asked} requests, {failed} failed, {slow} slow."


def watchdog_in_words(state: State) -> str:
    """Return whether the dead man's switch still hears of the watchdog."""
    if state.watchdog_is_late:
        return (
            "Silent. The way of the alerts is broken: an outside service would call the team now."
        )
    if state.watchdog is None:
        return "Waiting for its first call."
    return f"Alive. Last call {state.watchdog:.0f} s ago."


def values(
    state: State, watched: Watched, ports: Ports | None, link: Callable[[str], str | None]
) -> dict[str, Any]:
    """Return what the template of the page shows."""
    return {
        "service": watched.service,
        "chat": _CHATS[watched.chat],
        "channel": f"#{watched.service}-alerts",
        "scale": shorten.SCALE,
        "per_second": PER_SECOND,
        "ports": ports,
        "phase": state.phase,
        "seconds": state.seconds,
        "running": state.phase in {"silent", "told", "fixed"},
        "headline": headline(state),
        "steps": _steps(state.incident),
        "bars": [_bar(bar) for bar in state.bars],
        "users": users_in_words(state.bars),
        "wall": state.phase == "silent",
        "messages": [_shown(message, state, link) for message in reversed(state.messages)],
        "lamp": "late"
        if state.watchdog_is_late
        else "well"
        if state.watchdog is not None
        else "waiting",
        "watchdog": watchdog_in_words(state),
        "what_to_do": _what_to_do(state, link),
        "actions": ACTIONS,
        "can_fix": state.phase in {"silent", "told"},
    }


def _told(incident: Incident) -> str:
    return "?" if incident.told is None else f"{incident.told - incident.began:.1f}"


def _steps(incident: Incident | None) -> list[dict[str, Any]]:
    """Return the stations of an incident, each with its second if it is reached."""
    stations: dict[str, float | None] = {
        "Users feel it": incident.began if incident else None,
        "The team is told": incident.told if incident else None,
        "Users are well": incident.fixed if incident else None,
        "The chat reports its end": incident.over if incident else None,
    }
    began = incident.began if incident else 0.0
    return [
        {"name": name, "at": "" if at is None else f"second {at - began:.1f}"}
        for name, at in stations.items()
    ]


def _bar(bar: Bar) -> dict[str, int]:
    """Return the heights of a bar, in hundredths."""
    asked = max(1, bar.ok + bar.failed + bar.slow)
    failed, slow = round(100 * bar.failed / asked), round(100 * bar.slow / asked)
    return {
        "failed": failed,
        "slow": slow,
        "ok": 100 - failed - slow if bar != Bar(ok=0, failed=0, slow=0) else 0,
    }


def _shown(message: Message, state: State, link: Callable[[str], str | None]) -> dict[str, Any]:
    began = state.incident.began if state.incident else 0.0
    since = message.at - began
    return {
        "title": message.title,
        "tone": message.tone,
        "calls": message.calls,
        "html": messages.html(message, link),
        "at": f"second {since:.1f}" if since >= 0 else "before this fault",
    }


def _what_to_do(state: State, link: Callable[[str], str | None]) -> str:
    """Return the address of the runbook in the newest message that fires, or ""."""
    if state.phase != "told":
        return ""
    for message in reversed(state.messages):
        if not message.over:
            for address in messages.addresses(message):
                target = link(address)
                if target and target.startswith("/file/"):
                    return target
    return ""

"""The story so far: faults, users' results, messages of the chat, and the watchdog."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from scaffolder.watch.customers import Got
from scaffolder.watch.messages import Message

Phase = Literal["calm", "silent", "told", "fixed", "over"]

WATCHDOG_LATE = 15.0
"""Seconds without a call of the watchdog: 15 minutes in prod, as generated repositories advise."""

BARS = 60
"""Seconds that the strip of bars shows."""

_MOST_MESSAGES = 200
_MOST_EVENTS = 2000


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened `at` so many seconds after the start."""

    at: float
    kind: str
    text: str


@dataclass(kw_only=True)
class Incident:
    """A fault until the message that it is over; times are seconds after the start."""

    fault: str
    began: float
    firing_before: frozenset[str] = frozenset()
    users: Counter[Got] = field(default_factory=Counter)
    calls: int = 0
    told: float | None = None
    subject: str = ""
    fixed: float | None = None
    over: float | None = None

    def hear(self, message: Message) -> None:
        """Take a message into account."""
        if message.over:
            if self.fixed is not None and self.told is not None and message.subject == self.subject:
                self.over = message.at
            return
        self.calls += message.urgent
        if self.told is None and message.subject not in self.firing_before:
            self.told, self.subject = message.at, message.subject


@dataclass(frozen=True, kw_only=True)
class Bar:
    """The users' results in one second."""

    ok: int
    failed: int
    slow: int


@dataclass(frozen=True, kw_only=True)
class State:
    """The story at one moment, `now` seconds after the start; `incident` is the newest one."""

    now: float
    phase: Phase
    incident: Incident | None
    messages: tuple[Message, ...]
    bars: tuple[Bar, ...]
    watchdog: float | None
    """Seconds since its last call; None if it has not called yet."""

    @property
    def watchdog_is_late(self) -> bool:
        """Return whether the watchdog has stopped to call."""
        since = self.now if self.watchdog is None else self.watchdog
        return since > WATCHDOG_LATE

    @property
    def seconds(self) -> float:
        """Return the seconds since the fault; those that it took if it is over."""
        if self.incident is None:
            return 0.0
        end = self.incident.over if self.phase == "over" else None
        return (self.now if end is None else end) - self.incident.began


class Story:
    """The events so far; threads may share it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = clock()
        self._changed = threading.Condition()
        self._version = 0
        self.incidents: list[Incident] = []
        self.events: deque[Event] = deque(maxlen=_MOST_EVENTS)
        self._messages: deque[Message] = deque(maxlen=_MOST_MESSAGES)
        self._seconds: dict[int, Counter[Got]] = {}
        self._called: float | None = None
        self.watchdog_calls = 0

    @property
    def now(self) -> float:
        """Return the seconds since the start."""
        return self._clock() - self._start

    def begin(self) -> None:
        """Count the seconds from now on: everything is ready."""
        with self._changed:
            self._start = self._clock()
            self._called = None

    def fault(self, kind: str) -> None:
        """Note that a fault begins; one that is still on ends with it."""
        with self._changed:
            firing = frozenset(
                message.subject for message in self._last_of_each().values() if not message.over
            )
            self.incidents.append(Incident(fault=kind, began=self.now, firing_before=firing))
            self._note("fault", kind)

    def fixed(self) -> None:
        """Note that the fault is fixed."""
        with self._changed:
            if self.incidents and self.incidents[-1].fixed is None:
                self.incidents[-1].fixed = self.now
                self._note("fixed", self.incidents[-1].fault)

    def hear(self, message: Message) -> None:
        """Note a message that came to the chat."""
        with self._changed:
            heard = replace(message, at=self.now)
            self._messages.append(heard)
            if self.incidents and self.incidents[-1].over is None:
                self.incidents[-1].hear(heard)
            self._note("resolved" if heard.over else "message", heard.title)

    def watchdog(self) -> None:
        """Note a call of the watchdog."""
        with self._changed:
            self._called = self.now
            self.watchdog_calls += 1
            self._wake()

    def got(self, what: Got) -> None:
        """Note what a user got."""
        with self._changed:
            second = int(self.now)
            self._seconds.setdefault(second, Counter())[what] += 1
            for old in [one for one in self._seconds if one < second - BARS]:
                del self._seconds[old]
            if self.incidents and self.incidents[-1].fixed is None:
                self.incidents[-1].users[what] += 1

    def state(self) -> State:
        """Return the story at this moment."""
        with self._changed:
            now = self.now
            incident = replace(self.incidents[-1]) if self.incidents else None
            seconds = range(max(0, int(now) - BARS), int(now))
            counts = [self._seconds.get(second, Counter()) for second in seconds]
            bars = [Bar(ok=one["ok"], failed=one["failed"], slow=one["slow"]) for one in counts]
            return State(
                now=now,
                phase=_phase(incident),
                incident=incident,
                messages=tuple(self._messages),
                bars=tuple(bars),
                watchdog=None if self._called is None else now - self._called,
            )

    def wait(self, version: int, seconds: float) -> int:
        """Return the newest change, once it is not `version` or `seconds` have passed."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != version, seconds)
            return self._version

    def _last_of_each(self) -> dict[str, Message]:
        return {message.subject: message for message in self._messages}

    def _note(self, kind: str, text: str) -> None:
        self.events.append(Event(at=round(self.now, 1), kind=kind, text=text))
        self._wake()

    def _wake(self) -> None:
        self._version += 1
        self._changed.notify_all()


def _phase(incident: Incident | None) -> Phase:
    if incident is None:
        return "calm"
    if incident.over is not None:
        return "over"
    if incident.fixed is not None:
        return "fixed"
    return "silent" if incident.told is None else "told"

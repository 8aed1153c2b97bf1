"""The story of a fault: silent, told, fixed, over; and whether the watchdog calls."""

from __future__ import annotations

from scaffolder.watch import view
from scaffolder.watch.messages import Message, Tone
from scaffolder.watch.story import Story


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def message(subject: str, tone: Tone = "danger") -> Message:
    return Message(chat="slack", title=f"X: {subject}", text="", tone=tone, calls=tone == "danger")


def at(clock: Clock, seconds: float) -> None:
    clock.now = 100.0 + seconds


def test_a_fault_from_its_beginning_to_its_end() -> None:
    clock = Clock()
    story = Story(clock)
    assert story.state().phase == "calm"
    at(clock, 5)
    story.fault("fail")
    at(clock, 8)
    assert (story.state().phase, story.state().seconds) == ("silent", 3.0)
    story.hear(message("Burn"))
    assert story.state().phase == "told"
    at(clock, 20)
    story.fixed()
    assert story.state().phase == "fixed"
    story.hear(message("Another", "good"))
    assert story.state().phase == "fixed"
    at(clock, 50)
    story.hear(message("Burn", "good"))
    at(clock, 70)
    assert (story.state().phase, story.state().seconds) == ("over", 45.0)
    [incident] = story.incidents
    assert (incident.told, incident.fixed, incident.over, incident.calls) == (8, 20, 50, 1)
    assert view.headline(story.state()) == (
        "Over. Dev and Ops knew after 3.0 s; from the message to the fix it took 12.0 s."
    )
    assert [event.kind for event in story.events] == [
        "fault",
        "message",
        "fixed",
        "resolved",
        "resolved",
    ]


def test_what_fired_before_tells_nothing_of_a_new_fault() -> None:
    story = Story(Clock())
    story.hear(message("Burn", "warning"))
    story.fault("stop")
    story.hear(message("Burn", "warning"))
    assert story.state().phase == "silent"
    story.hear(message("Down"))
    assert story.incidents[0].subject == "Down"


def test_every_call_of_an_incident_counts() -> None:
    story = Story(Clock())
    story.fault("fail")
    for tone in ("danger", "warning", "danger"):
        story.hear(message("Burn", tone))
    assert story.incidents[0].calls == 2


def test_a_fix_without_a_message_is_said() -> None:
    story = Story(Clock())
    story.fault("fail")
    story.fixed()
    assert view.headline(story.state()) == "Fixed, before a message came: no one in the team knew."


def test_users_in_bars_and_in_words() -> None:
    clock = Clock()
    story = Story(clock)
    story.fault("fail")
    for what in ("ok", "ok", "failed", "slow"):
        story.got(what)
    at(clock, 1)
    state = story.state()
    assert view.users_in_words(state.bars) == "The last 1 seconds: 4 requests, 1 failed, 1 slow."
    assert dict(story.incidents[0].users) == {"ok": 2, "failed": 1, "slow": 1}
    at(clock, 500)
    story.got("ok")
    assert len(story.state().bars) == 60


def test_the_watchdog_is_late_without_calls() -> None:
    clock = Clock()
    story = Story(clock)
    assert not story.state().watchdog_is_late
    at(clock, 16)
    assert story.state().watchdog_is_late
    story.watchdog()
    assert view.watchdog_in_words(story.state()) == "Alive. Last call 0 s ago."
    at(clock, 32)
    assert view.watchdog_in_words(story.state()).startswith("Silent.")

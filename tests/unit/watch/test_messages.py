"""Messages are read as the chats show them, and nothing of them becomes markup of the page."""

from __future__ import annotations

from typing import Any

import pytest

from scaffolder.watch import messages
from scaffolder.watch.messages import Message

RUNBOOK = "https://github.com/o/s/blob/main/docs/runbooks/Down.md"
SLACK = {
    "channel": "#s-alerts",
    "attachments": [
        {
            "title": "🚨 Critical in prod: Down of s",
            "pretext": "<!channel>",
            "text": f"*s is down*\nfor 2m\n<{RUNBOOK}|What to do>",
            "color": "danger",
        }
    ],
}


def card(title: str, colour: str) -> dict[str, Any]:
    body = [
        {"type": "TextBlock", "text": title, "color": colour},
        {"type": "TextBlock", "text": f"**s is down**\n\nfor 2m [What to do]({RUNBOOK})"},
    ]
    return {"type": "message", "attachments": [{"content": {"type": "AdaptiveCard", "body": body}}]}


def text(words: str, chat: str = "slack") -> Message:
    return Message(chat=chat, title="", text=words, tone="", calls=False)


def here(address: str) -> str | None:
    return f"/file/{address.partition('/main/')[2]}"


def test_a_message_of_slack() -> None:
    [message] = messages.read("slack", SLACK)
    assert (message.tone, message.calls, message.urgent, message.over) == (
        "danger",
        True,
        True,
        False,
    )
    assert message.subject == "Down of s"
    assert messages.plain(message) == "s is down for 2m What to do"
    assert messages.addresses(message) == [RUNBOOK]
    assert messages.html(message, here) == (
        '<p><b>s is down</b><br>for 2m<br><a href="/file/docs/runbooks/Down.md">What to do</a></p>'
    )


def test_the_end_in_slack_calls_no_one() -> None:
    ended = {
        "attachments": [{"title": "✅ Resolved: Down of s", "color": "good", "text": "~down~"}]
    }
    [message] = messages.read("slack", ended)
    assert message.over
    assert not message.urgent
    assert messages.html(message, here) == "<p><s>down</s></p>"


def test_a_card_of_teams() -> None:
    [message] = messages.read("msteamsv2", card("🚨 Critical in prod: Down of s", "Attention"))
    assert message.urgent
    assert messages.html(message, here) == (
        '<p><b>s is down</b></p><p>for 2m <a href="/file/docs/runbooks/Down.md">What to do</a></p>'
    )


@pytest.mark.parametrize(
    ("title", "colour", "urgent", "over"),
    [
        ("⚠️ Warning in prod: Burn of s", "Attention", False, False),
        ("✅ Resolved in prod: Burn of s", "Good", False, True),
    ],
)
def test_cards_that_call_no_one(title: str, colour: str, urgent: bool, over: bool) -> None:
    [message] = messages.read("msteamsv2", card(title, colour))
    assert (message.urgent, message.over) == (urgent, over)


def test_the_word_of_a_pipeline() -> None:
    [message] = messages.read("slack", {"text": ":x: *s*: qa failed <https://ci/1|Log>"})
    assert messages.plain(message) == ":x: s: qa failed Log"


def test_a_webhook_is_told_in_the_words_of_its_alerts() -> None:
    alert = {"labels": {"alertname": "Down"}, "annotations": {"summary": "s is down"}}
    payload = {
        "status": "firing",
        "groupLabels": {"alertname": "Down"},
        "commonLabels": {"severity": "critical"},
        "alerts": [alert],
    }
    [message] = messages.read("pagerduty", payload)
    assert (message.title, message.text, message.tone) == ("Critical: Down", "s is down", "danger")
    assert not messages.is_watchdog(payload)
    assert messages.is_watchdog({"alerts": [{"labels": {"alertname": "Watchdog"}}]})
    assert not messages.is_watchdog({"alerts": []})


@pytest.mark.parametrize("chat", ["slack", "teams"])
@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "<javascript:alert(1)|click>",
        "[click](javascript:alert(1))",
        "\x000\x00",
    ],
)
def test_no_markup_of_a_message_reaches_the_page(words: str, chat: str) -> None:
    shown = messages.html(text(words, chat), here)
    assert "<script" not in shown
    assert "<img" not in shown
    assert "href" not in shown


def test_quotes_in_an_address_end_no_attribute() -> None:
    shown = messages.html(text('<https://x/"onclick="a|b>'), lambda address: address)
    assert 'href="https://x/&quot;onclick=&quot;a"' in shown


def test_stars_and_waves_inside_words_are_no_markup() -> None:
    assert messages.html(text("2*3*4 a~b~c"), here) == "<p>2*3*4 a~b~c</p>"

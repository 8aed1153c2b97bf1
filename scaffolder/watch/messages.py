"""A message to the team's chat, as a program posts it: for Slack, for Teams, or to a webhook."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from scaffolder.formats.regex import regex

Tone = Literal["danger", "warning", "good", ""]

_TONES: dict[str, Tone] = {
    "danger": "danger",
    "attention": "danger",
    "good": "good",
    "warning": "warning",
}
_CALL = regex(r"<!(?:channel|here|everyone)(?:\|[^>]*)?>|@(?:channel|here|everyone)\b")
_SLACK_LINK = regex(r"<(https?://[^|>\s]+)(?:\|([^>]*))?>")
_MARKDOWN_LINK = regex(r"\[([^\]]+)\]\((https?://[^)\s]+)\)")
_HELD = regex("\x00(\\d+)\x00")


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message in the chat: `calls` everyone or not; `text` is in the markup of `chat`."""

    chat: str
    title: str
    text: str
    tone: Tone
    calls: bool
    at: float = 0.0

    @property
    def over(self) -> bool:
        """Return whether it reports that an alert is resolved."""
        return self.tone == "good"

    @property
    def urgent(self) -> bool:
        """Return whether it calls everyone at once; a card of Teams has that in its title alone."""
        return not self.over and (self.calls or (self.chat == "teams" and self.tone == "danger"))

    @property
    def subject(self) -> str:
        """Return the title without the state before its colon: "ServiceDown of orders"."""
        return self.title.partition(": ")[2] or self.title


def read(chat: str, payload: dict[str, Any]) -> tuple[Message, ...]:
    """Return the messages in a payload for `chat`: slack, msteamsv2 or another receiver."""
    if "groupLabels" in payload:
        return (_webhook(chat, payload),)
    if "attachments" in payload and str(payload.get("type")) == "message":
        return tuple(_card(one.get("content") or {}) for one in payload["attachments"])
    return tuple(_slack(payload))


def is_watchdog(payload: dict[str, Any]) -> bool:
    """Return whether it is the call of the watchdog, which no person reads."""
    alerts = [one for one in payload.get("alerts") or [] if isinstance(one, dict)]
    names = {str((one.get("labels") or {}).get("alertname")) for one in alerts}
    return names == {"Watchdog"}


def html(message: Message, link: Callable[[str], str | None]) -> str:
    """Return the text as HTML; `link` returns where an address leads here, or None."""
    held: list[str] = []

    def anchor(address: str, words: str) -> str:
        target = link(address)
        shown = escape(words or address)
        held.append(
            f'<a href="{escape(target)}">{shown}</a>' if target else f"<span>{shown}</span>"
        )
        return f"\x00{len(held) - 1}\x00"

    text = message.text.replace("\x00", "")
    if message.chat == "teams":
        text = _MARKDOWN_LINK.sub(lambda found: anchor(found[2], found[1]), text)
        text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(text, quote=False))
    else:
        text = _SLACK_LINK.sub(lambda found: anchor(found[1], found[2] or ""), text)
        text = re.sub(r"<!(\w+)>", r"@\1", text)
        text = re.sub(
            r"&amp;(lt|gt|amp);", r"&\1;", escape(text, quote=False)
        )  # Slack's own escapes
        text = re.sub(r"(?<!\w)\*([^*\n]+)\*(?!\w)", r"<b>\1</b>", text)
        text = re.sub(r"(?<!\w)~([^~\n]+)~(?!\w)", r"<s>\1</s>", text)
    text = _HELD.sub(lambda found: held[int(found[1])], text)
    paragraphs = [part.strip() for part in re.split(r"\n{2,}", text) if part.strip()]
    return "".join(f"<p>{part}</p>".replace("\n", "<br>") for part in paragraphs)


def addresses(message: Message) -> list[str]:
    """Return the addresses that the text links, in their order."""
    found = [*_SLACK_LINK.finditer(message.text), *_MARKDOWN_LINK.finditer(message.text)]
    return [one[1] if one.re.pattern == _SLACK_LINK.pattern else one[2] for one in found]


def plain(message: Message) -> str:
    """Return the text in words alone, without markup and addresses."""
    text = _SLACK_LINK.sub(lambda found: found[2] or found[1], message.text)
    text = _MARKDOWN_LINK.sub(lambda found: found[1], text)
    return " ".join(re.sub(r"[*~]", "", text).split())


def _slack(payload: dict[str, Any]) -> list[Message]:
    """Return the messages of https://docs.slack.dev/reference/messaging/payload."""
    own = str(payload.get("text") or "")
    attachments = [one for one in payload.get("attachments") or [] if isinstance(one, dict)]
    if not attachments:
        return [Message(chat="slack", title="", text=own, tone="", calls=bool(_CALL.search(own)))]
    teams = payload.get("channel") == "#teams"
    return [_attachment(one, own, "teams" if teams else "slack") for one in attachments]


def _attachment(one: dict[str, Any], above: str, chat: str) -> Message:
    text = str(one.get("text") or "")
    before = f"{above} {one.get('pretext') or ''}"
    return Message(
        chat=chat,
        title=str(one.get("title") or one.get("fallback") or "").strip(),
        text=text,
        tone=_tone(str(one.get("title")), str(one.get("color")), chat),
        calls=bool(_CALL.search(before + text)),
    )


def _card(content: dict[str, Any]) -> Message:
    """Return the message of an adaptive card, as Alertmanager fills it for Teams."""
    blocks = [one for one in content.get("body") or [] if one.get("type") == "TextBlock"]
    texts = [str(one.get("text") or "") for one in blocks]
    colours = [str(one.get("color") or "").lower() for one in blocks]
    title = texts[0] if texts else ""
    return Message(
        chat="teams",
        title=title,
        text="\n\n".join(texts[1:]),
        tone=_tone(title, next((one for one in colours if one in _TONES), ""), "teams"),
        calls=any(_CALL.search(text) for text in texts),
    )


def _webhook(chat: str, payload: dict[str, Any]) -> Message:
    """Return the text of a webhook for a reader.

    https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
    """
    alerts = [one for one in payload.get("alerts") or [] if isinstance(one, dict)]
    sentences = [_sentence(one.get("annotations") or {}) for one in alerts]
    resolved = payload.get("status") == "resolved"
    severity = str((payload.get("commonLabels") or {}).get("severity"))
    tone: Tone = "good" if resolved else "danger" if severity == "critical" else "warning"
    name = str((payload.get("groupLabels") or {}).get("alertname", "alert"))
    return Message(
        chat=chat,
        title=f"{'Resolved' if resolved else severity.capitalize()}: {name}",
        text="\n\n".join(sentence for sentence in sentences if sentence),
        tone=tone,
        calls=False,
    )


def _sentence(annotations: dict[str, Any]) -> str:
    return "\n".join(
        str(annotations[key]) for key in ("summary", "description") if key in annotations
    )


def _tone(title: str, colour: str, chat: str) -> Tone:
    """Return the tone of the colour; Teams has one for all that fires, so its title decides."""
    tone = _TONES.get(colour.lower(), "")
    words = title.lower()
    if chat == "teams" and tone != "good":
        tone = "danger" if "critical" in words else ""
    return tone or ("good" if "resolved" in words else "warning")

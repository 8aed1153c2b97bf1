"""The one transformation of rules and routes: one hour passes in a minute.

Every duration is divided by 60: the ranges and offsets of PromQL expressions, `for`,
`keep_firing_for` and `interval` of rules, and the waiting times of Alertmanager's routes. Names,
labels, texts, thresholds and factors stay. A duration does not get shorter than its floor: a range
needs a few scrapes, and these come every second.
"""

from __future__ import annotations

import re
from typing import Any

from scaffolder.formats.regex import regex

SCALE = 60

RANGE_FLOOR = 5
"""Seconds: five scrapes. A rate over fewer of them jumps."""

WAIT_FLOOR = 1
"""Seconds: one evaluation of the rules."""

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
_DURATION = r"(?:\d+(?:ms|[smhdwy]))+"
_PART = regex(r"(\d+)(ms|[smhdwy])")
_TEXTS = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`|\#[^\n]*"
_IN_PROMQL = regex(
    rf"(?P<text>{_TEXTS})"
    rf"|\[\s*(?P<range>{_DURATION})\s*(?P<step>:\s*(?P<resolution>{_DURATION})?\s*)?\]"
    rf"|\boffset\s+(?P<sign>-?)\s*(?P<offset>{_DURATION})",
    re.IGNORECASE,
)
_OF_A_RULE = ("for", "keep_firing_for")
_OF_A_GROUP = ("interval", "query_offset")
_OF_A_ROUTE = ("group_wait", "group_interval", "repeat_interval")


def seconds(duration: str) -> float:
    """Return how long "1h30m" is.

    Raises:
        ValueError: it is not a duration as Prometheus writes them.

    """
    if not re.fullmatch(_DURATION, duration):
        raise ValueError(f"{duration!r} is not a duration")
    return sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(duration))


def shortened(duration: str, floor: float) -> str:
    """Return a duration divided by `SCALE`, at least `floor` seconds; 0 and other words stay."""
    try:
        length = seconds(duration)
    except ValueError:
        return duration
    if length == 0:
        return duration
    milliseconds = round(max(floor, length / SCALE) * 1000)
    whole, rest = divmod(milliseconds, 1000)
    return f"{milliseconds}ms" if rest else f"{whole}s"


def expression(promql: str) -> str:
    """Return an expression with shorter ranges and offsets; what is between quotes stays."""
    return _IN_PROMQL.sub(_shorter, promql)


def group(written: dict[str, Any]) -> dict[str, Any]:
    """Return a group of rules in shorter time."""
    rules = [_rule(rule) for rule in written.get("rules") or [] if isinstance(rule, dict)]
    return _waits(written, _OF_A_GROUP) | {"rules": rules}


def route(written: dict[str, Any]) -> dict[str, Any]:
    """Return a route of Alertmanager, with those below it, in shorter time."""
    short = _waits(written, _OF_A_ROUTE)
    if below := [one for one in written.get("routes") or [] if isinstance(one, dict)]:
        short["routes"] = [route(one) for one in below]
    return short


def root_route(written: dict[str, Any]) -> dict[str, Any]:
    """Return the first route in shorter time; Alertmanager's defaults are shortened as well.

    https://prometheus.io/docs/alerting/latest/configuration/#route
    """
    defaults = {"group_wait": "30s", "group_interval": "5m", "repeat_interval": "4h"}
    return route(defaults | written)


def _rule(written: dict[str, Any]) -> dict[str, Any]:
    return _waits(written, _OF_A_RULE) | {"expr": expression(str(written.get("expr", "")))}


def _waits(written: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    short = dict(written)
    for key in keys:
        if key in written:
            short[key] = shortened(str(written[key]), WAIT_FLOOR)
    return short


def _shorter(found: re.Match[str]) -> str:
    if found["text"]:
        return found["text"]
    if found["offset"]:
        return f"offset {found['sign']}{shortened(found['offset'], 0)}"
    step = f":{_resolution(found)}" if found["step"] else ""
    return f"[{shortened(found['range'], RANGE_FLOOR)}{step}]"


def _resolution(found: re.Match[str]) -> str:
    return shortened(found["resolution"], WAIT_FLOOR) if found["resolution"] else ""

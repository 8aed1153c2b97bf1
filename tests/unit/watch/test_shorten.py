"""One hour passes in a minute: what the transformation shortens, and what it leaves alone."""

from __future__ import annotations

import pytest

from scaffolder.watch import shorten


@pytest.mark.parametrize(
    ("duration", "length"),
    [("5m", 300), ("1h30m", 5400), ("500ms", 0.5), ("2d", 172800), ("1w", 604800), ("0s", 0)],
)
def test_durations_are_read_as_prometheus_writes_them(duration: str, length: float) -> None:
    assert shorten.seconds(duration) == length


@pytest.mark.parametrize("word", ["", "5", "m5", "5 m", "five"])
def test_other_words_are_no_durations(word: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        shorten.seconds(word)


@pytest.mark.parametrize(
    ("written", "short"),
    [("1h", "60s"), ("3d", "4320s"), ("90s", "1500ms"), ("10s", "1s"), ("0s", "0s"), ("$x", "$x")],
)
def test_a_duration_is_divided_by_60_down_to_its_floor(written: str, short: str) -> None:
    assert shorten.shortened(written, 1) == short


@pytest.mark.parametrize(
    ("written", "short"),
    [
        ("rate(x[1h])", "rate(x[60s])"),
        ("rate(x[ 1h ])", "rate(x[60s])"),
        ("rate(x[5m])", "rate(x[5s])"),
        ("rate(x[30s])", "rate(x[5s])"),
        ("max_over_time(rate(x[5m])[1h:1m])", "max_over_time(rate(x[5s])[60s:1s])"),
        ("max_over_time(x[1h:])", "max_over_time(x[60s:])"),
        ("x offset 1d", "x offset 1440s"),
        ("x OFFSET -1h", "x offset -60s"),
    ],
)
def test_ranges_and_offsets_of_an_expression_get_shorter(written: str, short: str) -> None:
    assert shorten.expression(written) == short


@pytest.mark.parametrize(
    "promql",
    [
        'x{window="[1h]"}',
        "x{window='offset 1h'}",
        "x # rate(y[1h])",
        "service:slo_errors:ratio_rate1h > 14.4 * 0.001",
        "x{offset_1h='a'}",
        "vector(3600)",
    ],
)
def test_names_texts_comments_and_numbers_stay(promql: str) -> None:
    assert shorten.expression(promql) == promql


def test_a_group_waits_less_and_says_the_same() -> None:
    rule = {
        "alert": "Down",
        "expr": "up == 0",
        "for": "2m",
        "keep_firing_for": "5m",
        "labels": {"window": "1h"},
        "annotations": {"description": "of the last 1h"},
    }
    short = shorten.group({"name": "g", "interval": "2m", "rules": [rule]})
    assert short == {
        "name": "g",
        "interval": "2s",
        "rules": [rule | {"for": "2s", "keep_firing_for": "5s"}],
    }


def test_every_route_waits_less_and_defaults_are_shortened_as_well() -> None:
    below = {"receiver": "b", "group_interval": "1m", "matchers": ['window = "1h"']}
    assert shorten.root_route({"receiver": "a", "group_wait": "1m", "routes": [below]}) == {
        "receiver": "a",
        "group_wait": "1s",
        "group_interval": "5s",
        "repeat_interval": "240s",
        "routes": [{"receiver": "b", "group_interval": "1s", "matchers": ['window = "1h"']}],
    }

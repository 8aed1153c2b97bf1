"""Queries of PromQL and the series that they select."""

from __future__ import annotations

import pytest

from scaffolder.formats import (
    promql,
)


@pytest.mark.parametrize(
    ("expression", "names", "divides"),
    [
        (
            'sum by (a, b) (rate(x_total{job="y", code=~"5.."}[5m])) / on (a) group_left (c) z',
            ["x_total", "z"],
            True,
        ),
        ("absent(up) or vector(1) unless ALERTS{a!='b'} offset 5m", ["up", "ALERTS"], False),
        ('{__name__="q:w"} > bool 0', ["q:w"], False),
        ("sum without (le) (rate(h_bucket[$__rate_interval]))", ["h_bucket"], False),
    ],
)
def test_a_query_names_its_series(expression: str, names: list[str], divides: bool) -> None:
    read = promql.read(expression)
    assert ([one.name for one in read.selectors], read.divides) == (names, divides)

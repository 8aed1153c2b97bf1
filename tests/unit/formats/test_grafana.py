"""A query with variables is wrong only if no way to fill them in gives PromQL."""

from __future__ import annotations

import pytest

from scaffolder.formats import grafana

promql_parser = pytest.importorskip("promql_parser")

RIGHT = (
    "topk($k, sum by (pod) (rate(x[$__rate_interval])))",
    "topk([[k]], x)",
    "quantile_over_time($q, x[5m])",
    "x > $threshold or vector(${fallback})",
    "x * ${scale:raw}",
    "x[$interval]",
    "rate(x[${__range_s}s])",
    "rate(x[[[range]]])",
    "increase(x[${window}m])",
    "max_over_time(x[$__range:$__interval])",
    "x offset $shift",
    "x offset ${days}d",
    "x @ ${__to:date:seconds}",
    'x{job=~"$job", pod=~"[[pod]]", node=~"${node:regex}"}',
    "x{quantile='0.$quantile'}",
    "x{job=~${job:doublequote}}",
    "sum(x{$filter})",
    'sum(x{a="b", $filter})',
    "${metric}_total",
    'rate([[metric]]{job="a"}[5m])',
    "x:rate$interval",
    "$function(x)",
    "$aggregation by (pod) (x)",
    "sum by (a, $group) (x)",
    "x $operator 5",
    "$query",
    "{{ .Values.prefix }}_total",
)


def is_promql(expression: str, known: dict[str, tuple[str, ...]]) -> bool:
    for text in grafana.fillings(expression, known):
        try:
            promql_parser.parse(text)
        except ValueError:
            continue
        return True
    return False


@pytest.mark.parametrize("expression", RIGHT)
def test_a_variable_is_whatever_its_place_asks_for(expression: str) -> None:
    assert is_promql(expression, {})


@pytest.mark.parametrize(
    "expression",
    [
        'rate(x{ns="$ns"})',
        "sum(rate(x[$__rate_interval])",
        "x{job=~$job}",
        'x{job="$job}',
        "topk(up, $x)",
        "sum by ($group) (rate(x))",
        "rate(x[$range])) + $k",
        "histogram_quantil($q, x)",
    ],
)
def test_no_variable_makes_a_mistake_right(expression: str) -> None:
    assert not is_promql(expression, {})


def test_a_variable_is_first_what_the_dashboard_states() -> None:
    first = next(grafana.fillings("$function(x) > $k", {"function": ("abs",), "k": ("7",)}))
    assert first == "abs(x) > 7"


def test_a_query_of_many_variables_is_filled_in_within_bounds() -> None:
    expression = " + ".join(f"$a{number} + (" for number in range(12))
    assert len(list(grafana.fillings(expression, {}))) == grafana.MOST_FILLINGS

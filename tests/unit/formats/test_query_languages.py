"""The languages that look like PromQL are told by their signs, and a mistake in PromQL by none."""

from __future__ import annotations

import pytest

from scaffolder.formats import query_languages

OTHERS = {
    '{app="x"} |= "error"': "LogQL",
    'sum by (a) (rate({app="x"} |~ "a|b" [5m]))': "LogQL",
    'rate({app="x"} | json | line_format "{{.msg}}" [$__auto])': "LogQL",
    '{app=~"$app"} != "debug"': "LogQL",
    '{app="x"} | level="error"': "LogQL",
    'quantile_over_time(0.9, {app="x"} | logfmt | unwrap duration [1m])': "LogQL",
    'bytes_rate({app="x"}[5m])': "LogQL",
    "median_over_time(x[5m])": "MetricsQL",
    "rate(x) keep_metric_names": "MetricsQL",
    "errors default 0": "MetricsQL",
    'x{a="b" or c="d"}': "MetricsQL",
    "x > 5Mi": "MetricsQL",
    "increase(x[10i])": "MetricsQL",
    "WITH (a = up) a + 1": "MetricsQL",
    "rate(x[5m] smoothed)": "experimental PromQL",
    "rate(x[5m * 2])": "experimental PromQL",
    "x offset (1m + 2m)": "experimental PromQL",
    "{ span.http.status_code = 500 }": "TraceQL",
    '{ resource.service.name != "x" }': "TraceQL",
    'SELECT mean("v") FROM "x" WHERE $timeFilter': "SQL",
    'from(bucket: "a") |> range(start: -1h)': "Flux",
    "_time:5m error | stats count()": "LogsQL",
}


@pytest.mark.parametrize(("expression", "language"), OTHERS.items())
def test_another_language_is_told_by_what_promql_has_not(expression: str, language: str) -> None:
    assert query_languages.language(expression) == language


@pytest.mark.parametrize(
    "expression",
    [
        'count_over_time({app="x"}[5m])',
        "a | b",
        "errors || failures",
        'up{job="x"} | a',
        "sum(rate(x))",
        "histogram_quantil(0.9, x)",
        'up{job="a#b"} # comment | json',
        'up{path=~"_time:|select"}',
        "select_latency_total > 5",
        "max_over_time(x[5m:1m])",
        "x offset -5m",
        'sum by (job) (up{a="1"} or up{b="2"})',
    ],
)
def test_promql_and_a_mistake_in_it_have_no_such_sign(expression: str) -> None:
    assert query_languages.language(expression) == "PromQL"

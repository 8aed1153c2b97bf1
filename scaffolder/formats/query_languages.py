"""Tell PromQL from the query languages that look like it: LogQL, MetricsQL, TraceQL, SQL, Flux.

Dashboards and rule files name these languages in the same fields as PromQL. Each language is known
by what PromQL has not, so that a mistake in PromQL is not taken for another language.
"""

from __future__ import annotations

import re

from scaffolder.formats.regex import regex

PROMQL = "PromQL"
LOGQL = "LogQL"
METRICSQL = "MetricsQL"
EXPERIMENTAL = "experimental PromQL"

_STRING = regex(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`[^`]*`')
_COMMENT = regex(r"#[^\n]*")

_STREAM = regex(r"(?:^|[(,+*/^%-])\s*\{[^{}]*\}\s*(?:\[[^\]]*\]\s*)?(?:\||!=\s*\"|!~\s*\"|!>\s*\")")
"""A selector without a name before a filter or parser.

https://grafana.com/docs/loki/latest/query/
"""

_LOG_FUNCTIONS = frozenset({"bytes_rate", "bytes_over_time", "rate_counter", "approx_topk"})
_LOG_WORDS = regex(r"\|\s*(?:unwrap|logfmt|json|line_format|label_format|pattern|regexp)\b")

_TRACES = regex(r"\{\s*(?:span|resource|trace|event|link)?[.:][\w.]+\s*(?:=|!=|<|>)")
"""An attribute of a span in a selector: https://grafana.com/docs/tempo/latest/traceql/."""

_SQL = regex(r"\s*(?:select|show|with\s+\w+\s+as|explain)\b", re.IGNORECASE)
_FLUX = regex(r"\s*(?:import\s+\"|from\s*\(\s*(?:bucket|db)\s*:)|\|>")
_LOGS_OF_VICTORIA = regex(r"(?:^|\s)_(?:time|stream|msg):|\|\s*(?:stats|uniq|fields)\b")

_METRICS_FUNCTIONS = frozenset(
    {
        *("aggr_over_time", "alias", "any", "ascent_over_time", "bitmap_and", "bitmap_or"),
        *("bitmap_xor", "bottomk_avg", "bottomk_last", "bottomk_max", "bottomk_median"),
        *("bottomk_min", "buckets_limit", "changes_prometheus", "count_eq_over_time"),
        *("count_gt_over_time", "count_le_over_time", "count_ne_over_time"),
        *("count_values_over_time", "decreases_over_time", "default_rollup", "delta_prometheus"),
        *("deriv_fast", "descent_over_time", "distinct", "distinct_over_time"),
        *("drop_common_labels", "drop_empty_series", "duration_over_time", "geomean"),
        *("geomean_over_time", "histogram", "histogram_over_time", "histogram_share"),
        *("histogram_stddev", "histogram_stdvar", "hoeffding_bound_lower"),
        *("hoeffding_bound_upper", "increase_prometheus", "increase_pure", "increases_over_time"),
        *("integrate", "interpolate", "iqr_over_time", "keep_last_value", "keep_next_value"),
        *("label_copy", "label_del", "label_graphite_group", "label_keep", "label_lowercase"),
        *("label_map", "label_match", "label_mismatch", "label_move", "label_set"),
        *("label_transform", "label_uppercase", "label_value", "labels_equal", "lag", "lifetime"),
        *("limit_offset", "mad", "median", "median_over_time", "mode", "mode_over_time", "now"),
        *("outlier_iqr_over_time", "outliers_iqr", "outliers_mad", "outliersk"),
        *("prometheus_buckets", "quantiles", "quantiles_over_time", "rand", "rand_exponential"),
        *("rand_normal", "range_avg", "range_first", "range_last", "range_linear_regression"),
        *("range_mad", "range_max", "range_median", "range_min", "range_normalize"),
        *("range_over_time", "range_quantile", "range_stddev", "range_stdvar", "range_sum"),
        *("range_trim_outliers", "range_trim_spikes", "range_trim_zscore", "range_zscore"),
        *("rate_over_sum", "rate_prometheus", "remove_resets", "resets", "rollup"),
        *("rollup_candlestick", "rollup_delta", "rollup_deriv", "rollup_increase", "rollup_rate"),
        *("rollup_scrape_interval", "ru", "running_avg", "running_max", "running_min"),
        *("running_sum", "scrape_interval", "share", "share_eq_over_time", "share_gt_over_time"),
        *("share_le_over_time", "smooth_exponential", "sort_by_label_desc"),
        *("sort_by_label_numeric", "sort_by_label_numeric_desc", "sum2", "sum2_over_time"),
        *("sum_eq_over_time", "sum_gt_over_time", "sum_le_over_time", "timestamp_with_name"),
        *("timezone_offset", "tfirst_over_time", "tlast_change_over_time", "tlast_over_time"),
        *("tmax_over_time", "tmin_over_time", "topk_avg", "topk_last", "topk_max", "topk_median"),
        *("topk_min", "trunc", "ttf", "union", "vmrange_buckets", "zscore", "zscore_over_time"),
    }
)
"""Functions that PromQL has not: https://docs.victoriametrics.com/victoriametrics/metricsql/."""

_METRICS_WORDS = regex(
    r"\b(?:keep_metric_names|ifnot)\b|[)\]}\w]\s+(?:default|if)\s+[(\w{-]|\bWITH\s*\("
    r"|\b\d+(?:\.\d+)?(?:Ki|Mi|Gi|Ti|KB|MB|GB|TB|K|M|G)\b"
    r"|\[\s*(?:\d+i)?\s*(?::\d+\w*)?\]|\"\s*or\s+\w+\s*=~?"
)

_NEWER = regex(
    r"\b(?:anchored|smoothed)\b|\bfill(?:_left|_right)?\s*\(|\boffset\s*\("
    r"|\[[^\]\"]*[-+*/^%(][^\]\"]*\]"
)
"""Syntax behind a feature flag of Prometheus.

https://prometheus.io/docs/prometheus/latest/feature_flags/
"""


def language(expression: str) -> str:
    """Return the language of an expression by its signs: PromQL if it has no others."""
    code = _STRING.sub('""', _COMMENT.sub("", _STRING.sub(_hidden, expression)))
    called = frozenset(re.findall(r"([a-zA-Z_]\w*)\s*\(", code))
    if _SQL.match(code):
        return "SQL"
    if _FLUX.search(code):
        return "Flux"
    if _STREAM.search(code) or _LOG_WORDS.search(code) or called & _LOG_FUNCTIONS:
        return LOGQL
    if _TRACES.search(code):
        return "TraceQL"
    if _LOGS_OF_VICTORIA.search(code):
        return "LogsQL"
    if called & _METRICS_FUNCTIONS or _METRICS_WORDS.search(code):
        return METRICSQL
    return EXPERIMENTAL if _NEWER.search(code) else PROMQL


def _hidden(string: re.Match[str]) -> str:
    """Return a string of the same length without signs of the language, such as a number sign."""
    return f'"{"_" * (len(string[0]) - 2)}"'

"""Expressions of rules and dashboards: in which language each is, and what is filled in later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scaffolder.formats import grafana, query_languages
from scaffolder.formats.regex import regex
from scaffolder.repository.facts.rule_groups import LOKI, VICTORIA

_BRACED = regex(r"\$\{\w+[^}]*\}|\{\{[^{}]*\}\}")
_STRINGS = regex(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`[^`]*`')

_OF_SOURCES = {
    VICTORIA: query_languages.METRICSQL,
    query_languages.METRICSQL: query_languages.METRICSQL,
    LOKI: query_languages.LOGQL,
}


def other_language(expression: str, source: str = "") -> str:
    """Return the language that an expression is in by its signs or its source; "" if PromQL.

    `source` is the program that evaluates it, or the language of its data source.
    """
    language = query_languages.language(expression)
    return _OF_SOURCES.get(source, "") if language == query_languages.PROMQL else language


def is_template(expression: str) -> bool:
    """Return whether another program fills in a part of a rule before Prometheus reads it."""
    return _BRACED.search(without_strings(expression)) is not None


def without_strings(expression: str) -> str:
    """Return the expression with each of its strings empty: two that differ by values are alike."""
    return _STRINGS.sub('""', expression)


def fillings(expression: str, values: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield the expression with its variables filled in, in each way that may be meant."""
    return grafana.fillings(expression, values)

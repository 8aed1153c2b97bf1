"""Dashboards of Grafana: their queries, the language of each, and the values of their variables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from scaffolder.formats import promql, query_languages
from scaffolder.formats.promql import Query
from scaffolder.formats.query_languages import EXPERIMENTAL, METRICSQL, PROMQL
from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import files
from scaffolder.repository.kubernetes_objects import dig
from scaffolder.repository.project import Project
from scaffolder.repository.reading import json, listed, tables

DEEPEST = 20
"""Levels of rows and panels; those below are not looked at."""

LIKE_PROMQL = frozenset({PROMQL, METRICSQL, EXPERIMENTAL})
"""Languages whose selectors of series are those of PromQL."""

_LANGUAGES = {
    "prometheus": PROMQL,
    "grafana-amazonprometheus-datasource": PROMQL,
    "grafana-azureprometheus-datasource": PROMQL,
    "victoriametrics-datasource": METRICSQL,
    "victoriametrics-metrics-datasource": METRICSQL,
    "loki": query_languages.LOGQL,
}
"""The language of a type of data source; any other type has a language of its own."""

_NAMES = (
    (regex(r"prom|thanos|mimir|cortex"), "prometheus"),
    (regex(r"victoria-?_? ?logs"), "victoriametrics-logs-datasource"),
    (regex(r"victoria"), "victoriametrics-metrics-datasource"),
    (regex(r"loki"), "loki"),
    (
        regex(
            r"elastic|opensearch|influx|graphite|cloud ?watch|tempo|jaeger|zipkin|mysql|postgres"
            r"|mssql|azure ?monitor|stackdriver|zabbix|clickhouse|datadog|splunk|test ?data"
            r"|pyroscope"
        ),
        "another",
    ),
)
"""Names that tell the kind of an undeclared data source."""

_BUILT_IN = ("-- ", "__expr__", "grafana")
_REFERENCE = regex(r"\$\{(\w+)(?::\w+)?\}|\$(\w+)|\[\[(\w+)\]\]")


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A query of a dashboard; `language` is "PromQL" if nothing tells that it is another one.

    `query` is read as PromQL; it is empty in any other language. `values` are those of the
    dashboard's variables, as far as it states them.
    """

    title: str
    expression: str
    language: str
    query: Query
    place: Location
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def panels(project: Project) -> tuple[Panel, ...]:
    """Return every query of every dashboard in PromQL, or in a language that is like it."""
    return tuple(one for one in queries(project) if one.language in LIKE_PROMQL)


def queries(project: Project) -> tuple[Panel, ...]:
    """Return every query of every dashboard, in any language that has expressions."""
    return project.once("dashboard queries", lambda: tuple(_panels(project)))


def dashboards(project: Project) -> tuple[Path, ...]:
    """Return the files that hold a dashboard of Grafana; data of tests are left out."""
    return tuple(
        file
        for file in files.json(project)
        if not files.is_test_data(file) and '"targets"' in project.text(file)
    )


def language_beside(project: Project) -> str:
    """Return MetricsQL if a dashboard asks VictoriaMetrics, "" if none does."""
    asks = project.once(
        "victoria dashboards",
        lambda: any(_OF_VICTORIA.search(project.text(file)) for file in dashboards(project)),
    )
    return METRICSQL if asks else ""


_OF_VICTORIA = regex(
    r"\bvm_(?:rows|http|cache|free|slow|tenant|app|promscrape|insert)\w*|\bvmauth_\w+|victoria-?metrics",
    re.IGNORECASE,
)


def _panels(project: Project) -> Iterator[Panel]:
    declared = project.once("data sources", lambda: _declared(project))
    for file in dashboards(project):
        board = json(project, file)
        inner = board.get("dashboard")
        board = inner if isinstance(inner, dict) else board
        sources = declared | _of_board(board)
        values = dict(_values(board))
        lines = project.lines(file)
        for title, expression, source in _queries(board):
            language = _language(sources, source, expression)
            written = re.sub(r'(["\\])', r"\\\1", expression).replace("\n", "\\n")
            number = next((at for at, line in enumerate(lines, 1) if written in line), 0)
            yield Panel(
                title=title,
                expression=expression,
                language=language,
                query=_query(project, expression, language),
                place=Location(path=file, line=number, text=title),
                values=values,
            )


def _query(project: Project, expression: str, language: str) -> Query:
    text = expression if language in LIKE_PROMQL else ""
    return project.once(("promql", text), partial(promql.read, text))


def _queries(panel: Any, source: Any = None, depth: int = 0) -> Iterator[tuple[str, str, Any]]:
    """Yield title, expression and data source of each query of a dashboard, a row or a panel."""
    if depth > DEEPEST:
        return
    source = dig(panel, "datasource") or source
    for target in listed(dig(panel, "targets")):
        expression = dig(target, "expr")
        if isinstance(expression, str) and expression.strip():
            yield str(dig(panel, "title") or "?"), expression, dig(target, "datasource") or source
    for inner in (*listed(dig(panel, "panels")), *listed(dig(panel, "rows"))):
        yield from _queries(inner, source, depth + 1)
    for annotation in listed(dig(panel, "annotations", "list")):
        expression = dig(annotation, "expr")
        if isinstance(expression, str) and expression.strip():
            yield str(dig(annotation, "name") or "?"), expression, dig(annotation, "datasource")


# ---- the language of a query ---------------------------------------------------------------------


def _language(sources: Mapping[str, str], source: Any, expression: str) -> str:
    """Return the language of the data source; that of the expression if its type is unknown."""
    kind = _type(sources, source)
    return _LANGUAGES.get(kind, kind) if kind else query_languages.language(expression)


def _type(sources: Mapping[str, str], source: Any) -> str:
    """Return the type of a data source: https://grafana.com/docs/grafana/latest/datasources/."""
    kind = dig(source, "type")
    if isinstance(kind, str) and kind and "$" not in kind:
        return "" if kind == "datasource" else kind
    name = source if isinstance(source, str) else dig(source, "uid") or dig(source, "name")
    if not isinstance(name, str) or not name:
        return sources.get("", "")
    if name.lower().startswith(_BUILT_IN):
        return "" if "mixed" in name.lower() else "another"
    reference = _REFERENCE.fullmatch(name.strip())
    if reference:
        variable = next(group for group in reference.groups() if group)
        return sources.get(f"${variable}") or _named(variable)
    return sources.get(name) or _named(name)


def _named(name: str) -> str:
    lower = name.lower()
    return next((kind for pattern, kind in _NAMES if pattern.search(lower)), "")


def _declared(project: Project) -> dict[str, str]:
    """Return the types of provisioned data sources by name and by uid; "" is the default one.

    https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources
    """
    found: dict[str, str] = {}
    for file in files.yaml(project):
        if "datasources:" not in project.text(file):
            continue
        for table in tables(project, file):
            for source in listed(table.get("datasources")):
                kind = dig(source, "type")
                if isinstance(kind, str):
                    found |= {str(dig(source, key)): kind for key in ("name", "uid")}
                    if dig(source, "isDefault") is True:
                        found[""] = kind
    return found


def _of_board(board: Mapping[str, Any]) -> dict[str, str]:
    """Return the types of the data sources that a dashboard has variables and inputs for."""
    found: dict[str, str] = {}
    for one in listed(board.get("__inputs")):
        if dig(one, "type") == "datasource":
            found[f"${dig(one, 'name')}"] = str(dig(one, "pluginId"))
    for one in listed(dig(board, "templating", "list")):
        if dig(one, "type") == "datasource":
            found[f"${dig(one, 'name')}"] = str(dig(one, "query"))
    return found


# ---- the values of variables ---------------------------------------------------------------------


def _values(board: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the values that a dashboard states for its variables."""
    for variable in listed(dig(board, "templating", "list")):
        name, kind = dig(variable, "name"), dig(variable, "type")
        if isinstance(name, str) and kind in {"custom", "constant", "interval", "textbox"}:
            yield name, _stated(variable)
    for one in listed(board.get("__inputs")):
        if dig(one, "type") == "constant":
            yield str(dig(one, "name")), (str(dig(one, "value")),)


def _stated(variable: Any) -> tuple[str, ...]:
    """Return the choices of a variable, the chosen one first; "a : 5" is a name with its value."""
    chosen = dig(variable, "current", "value")
    offered = dig(variable, "query") or dig(variable, "options", 0, "value") or ""
    texts = [chosen] if isinstance(chosen, str) else []
    if dig(variable, "type") in {"constant", "textbox"}:
        texts.append(offered)
    else:
        texts += re.split(r"(?<!\\),", str(offered))
    plain = (str(one).rpartition(" : ")[2].strip() for one in texts)
    return tuple(dict.fromkeys(one for one in plain if one and "$__" not in one))

"""MO: queries of rules and dashboards for Prometheus are valid PromQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scaffolder.checks.optional import module
from scaffolder.model import Check, Finding, NotApplicable, Verdict, counted
from scaffolder.repository.facts import dashboards, expressions, monitoring
from scaffolder.repository.facts.monitoring import RuleGroups
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of
from scaffolder.tools.toolchain import Toolchain

Values = Mapping[str, tuple[str, ...]]
"""The values of a dashboard's variables, by their names."""


def rule_groups(project: Project) -> tuple[RuleGroups, ...]:
    """Return the groups of rules. Raises NotApplicable if there is none."""
    found = monitoring.rule_groups(project)
    if not found:
        templates = monitoring.rule_templates(project)
        raise NotApplicable(
            "another program fills in each file of rules first"
            if templates
            else "no file of Prometheus rules"
        )
    return found


def templates_of_rules(project: Project) -> str:
    """Return how many files of rules another program fills in first, "" if it is none."""
    number = len(monitoring.rule_templates(project))
    return f"{counted(number, 'template')} of other programs" if number else ""


def rules_parse(project: Project, toolchain: Toolchain) -> Verdict:
    """Each expression of each rule of Prometheus is PromQL; other languages are not judged."""
    parser = module("promql_parser")
    findings: list[Finding] = []
    number, others = 0, Counter[str]()
    for groups in rule_groups(project):
        for way, rule in groups.rules:
            number += 1
            expression = str(rule.get("expr", ""))
            problem = _problem(
                parser, expression, {} if expressions.is_template(expression) else None
            )
            kind = next((key for key in ("alert", "record") if rule.get(key)), "")
            other = expressions.other_language(expression, groups.engine)
            if problem and other:
                others[other] += 1
            elif problem:
                line = line_of(groups.document, *way, kind) or line_of(groups.document, *way)
                name = rule.get(kind, "a rule")
                findings.append(Finding(path=groups.path, line=line, message=f"{name}: {problem}"))
    verdict = _judged(findings, number, others, "rule")
    limits = filter(None, (verdict.limit, templates_of_rules(project)))
    return replace(verdict, limit=", ".join(limits))


def dashboards_parse(project: Project, toolchain: Toolchain) -> Verdict:
    """Each query of Prometheus is PromQL once Grafana has filled in its variables."""
    parser = module("promql_parser")
    queries = dashboards.queries(project)
    if not queries:
        raise NotApplicable("no dashboard")
    findings: list[Finding] = []
    others = Counter[str]()
    for panel in queries:
        if panel.language not in dashboards.LIKE_PROMQL:
            others[panel.language] += 1
        elif problem := _problem(parser, panel.expression, panel.values):
            other = expressions.other_language(panel.expression, panel.language)
            if other := other or dashboards.language_beside(project):
                others[other] += 1
                continue
            message = f"{panel.title!r}: {problem}"
            findings.append(Finding(path=panel.place.path, line=panel.place.line, message=message))
    return _judged(findings, len(queries), others, "query")


def _judged(findings: list[Finding], number: int, others: Counter[str], noun: str) -> Verdict:
    """Return the findings about PromQL, and as the limit what is in other languages."""
    if number and number == others.total():
        raise NotApplicable(f"no {noun} is in PromQL, but in {', '.join(sorted(others))}")
    limit = ", ".join(f"{counted(count, noun)} in {name}" for name, count in sorted(others.items()))
    return Verdict(
        findings=tuple(findings), detail=counted(number - others.total(), noun), limit=limit
    )


def _problem(parser: Any, expression: str, values: Values | None) -> str:
    """Return the parser's message; "" if one way to fill in the variables gives PromQL."""
    problem = ""
    filled = (expression,) if values is None else expressions.fillings(expression, values)
    for text in filled:
        try:
            parser.parse(text)
        except ValueError as error:
            problem = problem or f"is not PromQL: {' '.join(str(error).split())}"
        else:
            return ""
    return problem


CHECKS = (
    Check(id="MO001", title="Alerting rules are valid PromQL", run=rules_parse),
    Check(id="MO002", title="Dashboard queries are valid PromQL", run=dashboards_parse),
)

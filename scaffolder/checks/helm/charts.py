"""HL: each chart is sound, and renders in every environment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.model import (
    Blocked,
    Check,
    Finding,
    Location,
    NotApplicable,
    Severity,
    Verdict,
    counted,
)
from scaffolder.repository import chart_limits, environments, manifests
from scaffolder.repository.facts import altered_values, charts, given_values
from scaffolder.repository.facts.altered_values import Altered
from scaffolder.repository.project import Project
from scaffolder.tools import helm
from scaffolder.tools.programs import HELM
from scaffolder.tools.toolchain import Toolchain

_PLACE = regex(
    r"(?:^|[(\s\"])[^/\s()\"]+/(?P<file>(?:charts/[^\s():\"]+?/)?templates/[^\s():\"]+)(?::(?P<line>\d+))?"
)
"""The place of a template error in Helm's output: "(chart/templates/service.yaml:19:3)".

An error of YAML has no line of the template: "YAML parse error on chart/templates/service.yaml".
"""

_REFUSED_VALUE = regex(r"- at '(?P<at>[^']*)': (?P<problem>.*?)(?= - at '|$)")
"""A value refused by its schema.

"- at '/autoscaling/minReplicas': got string, want integer"
"""

_UNKNOWN_KEY = regex(r"additional properties '([^']+)'")


def lints(project: Project, toolchain: Toolchain) -> Verdict:
    """`helm lint --strict` passes with the values of each environment."""

    def ask(chart: Path) -> list[tuple[str, helm.Linted]]:
        everywhere = manifests.environments(project, chart)
        said = helm.lint(
            toolchain,
            project.root / chart,
            [environment.release for environment in everywhere],
            kube_version=manifests.kubernetes_version(project),
        )
        return list(zip((one.name for one in everywhere), said, strict=True))

    linted, reasons = manifests.of_each_chart(project, ask)
    findings: list[Finding] = []
    left_out = [f"{chart.as_posix()}: {reason}" for chart, reason in reasons.items()]
    for chart, said in linted.items():
        for environment, message in _objections(said):
            reason = _left_to_others(project, chart, environment, message.text)
            if reason:
                left_out.append(f"{chart.as_posix()}: {reason}")
            elif not chart_limits.is_of_outside(project, chart, environment, message):
                findings += _linted(project, chart, environment, message)
    unread = manifests.limit_of(project, ())
    limits = dict.fromkeys([*left_out, *filter(None, [unread])])
    return Verdict(
        findings=tuple(dict.fromkeys(findings)),
        detail=_number(len(linted), sum(map(len, linted.values()))),
        limit=manifests.limits_in_words(limits),
    )


def _without_others(project: Project, one: manifests.Manifest) -> manifests.Manifest:
    """Return a manifest whose error is none of the chart as one that is not judged."""
    reason = _left_to_others(project, one.chart, one.environment, one.error) if one.error else ""
    return replace(one, error="", limit=reason) if reason else one


def _objections(said: list[tuple[str, helm.Linted]]) -> Iterator[tuple[str, helm.Message]]:
    """Yield the messages that --strict does not pass, each with its environment."""
    for environment, linted in said:
        for message in linted.messages:
            if message.severity != "info":  # as "icon is recommended"
                yield environment, message


_ON_THE_WAY = regex(r"nil pointer evaluating|executing \"|execution error at|error calling ")
"""Helm's texts for a template that fails with the values that it got."""


def _left_to_others(project: Project, chart: Path, environment: str, error: str) -> str:
    """Return why an error is not the chart's: the missing part comes from elsewhere."""
    if reason := chart_limits.remote_schema(error):
        return reason
    by = given_values.completed_by(project, chart) if not environment else ""
    if by and _ON_THE_WAY.search(error):
        return f"its own values do not render, and {by} brings others"
    return ""


def renders(project: Project, toolchain: Toolchain) -> Verdict:
    """The chart renders for each environment.

    Raises:
        Blocked: it could be rendered for no environment, for want of what its user brings.

    """
    rendered = manifests.manifests(project, toolchain)
    rendered = tuple(_without_others(project, one) for one in rendered)
    limit = manifests.limit_of(project, rendered)
    judged = [one for one in rendered if not one.limit]
    if not judged:
        raise Blocked(limit)
    findings = tuple(_unrendered(project, one) for one in judged if one.error)
    number = sum(len(one.objects) for one in judged)
    charts = len({one.chart for one in judged})
    return Verdict(
        findings=findings,
        detail=f"{_number(charts, len(judged))}, {counted(number, 'object')}",
        limit=limit,
    )


def values_arrive_as_written(project: Project, _: Toolchain) -> Verdict:
    """Each number or truth value that ends as a text, such as a variable, renders as written."""
    known = charts.charts(project)
    if not any(chart.renderings for chart in known):
        raise NotApplicable("no chart")
    found: dict[Location, Finding] = {}
    limits = list(dict.fromkeys(map(str, charts.unread(project))))
    for chart in known:
        for rendering in chart.renderings:
            for value in altered_values.altered(project, chart, rendering):
                found.setdefault(value.place, _altered(value))
            untried = altered_values.untried(project, chart, rendering)
            if untried:
                limits.append(f"{untried} more values of {chart.folder.as_posix()}")
    most = max(len(chart.renderings) for chart in known)
    return Verdict(
        findings=tuple(found.values()), detail=counted(most, "environment"), limit=", ".join(limits)
    )


def _number(charts: int, environments: int) -> str:
    """Return what was looked at: environments, and charts if there are several."""
    of_environments = counted(environments, "environment")
    return f"{counted(charts, 'chart')}, {of_environments}" if charts > 1 else of_environments


def _altered(value: Altered) -> Finding:
    return Finding(
        path=value.place.path,
        line=value.place.line,
        message=f"{value.key} is {value.written}, but {value.target} becomes {value.text!r}",
        fix=f'put it in quotes: "{value.written}"',
        related=(value.used,),
        severity=Severity.WARNING,
    )


def _linted(
    project: Project, chart: Path, environment: str, message: helm.Message
) -> Iterator[Finding]:
    """Yield findings of a message of `helm lint`, one for each value, at the value."""
    refused = tuple(_REFUSED_VALUE.finditer(message.text))
    if not refused:
        yield Finding(
            path=chart / message.path,
            line=message.line,
            message=f"{_in(environment)}{message.text}",
            severity=Severity.ERROR if message.severity == "error" else Severity.WARNING,
        )
    for value in refused:
        place = _of_value(project, chart, environment, value)
        yield Finding(
            path=place.path,
            line=place.line,
            message=f"{_in(environment)}values {value['at']}: {value['problem']}",
        )


def _unrendered(project: Project, one: manifests.Manifest) -> Finding:
    chart = one.chart
    template, value = _PLACE.search(one.error), _REFUSED_VALUE.search(one.error)
    place = Location(path=chart / "Chart.yaml")
    if template and project.has(chart / template["file"]):
        place = Location(path=chart / template["file"], line=int(template["line"] or 0))
    elif value:
        place = _of_value(project, chart, one.environment, value)
    return Finding(
        path=place.path,
        line=place.line,
        message=f"{_in(one.environment)}does not render: {one.error}",
    )


def _of_value(project: Project, chart: Path, environment: str, value: re.Match[str]) -> Location:
    """Return the line of a refused value, in the environment's file or the chart's."""
    keys = value["at"].strip("/").split("/")
    unknown = _UNKNOWN_KEY.search(value["problem"])
    if unknown:
        keys.append(unknown[1])
    own = environments.beside(project, chart).get(environment)
    for file in (*([own] if own else ()), chart / "values.yaml"):
        line = _line_of(project.lines(file), keys) if project.has(file) else 0
        if line:
            return Location(path=file, line=line)
    return Location(path=chart / "values.yaml")


def _line_of(lines: Sequence[str], keys: Sequence[str]) -> int:
    """Return the line (from 1) of the last of `keys`, which follow each other, or 0."""
    line = 0
    for key in keys:
        following = range(line, len(lines))
        line = next(
            (
                number + 1
                for number in following
                if lines[number].lstrip(" -").startswith(f"{key}:")
            ),
            0,
        )
        if not line:
            return 0
    return line


def _in(environment: str) -> str:
    return f"in {environment}: " if environment else ""


CHECKS = (
    Check(id="HL001", title="helm lint --strict passes", run=lints, tool=HELM),
    Check(id="HL002", title="The chart renders everywhere", run=renders, tool=HELM),
    Check(
        id="HL003",
        severity=Severity.WARNING,
        title="Values reach the pod as they are written",
        run=values_arrive_as_written,
    ),
)

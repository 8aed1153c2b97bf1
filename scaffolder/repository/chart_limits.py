"""Why Helm gives no verdict on a chart here: what it needs is not in the repository."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from scaffolder.errors import ToolMissing
from scaffolder.formats import Unreadable
from scaffolder.formats.regex import regex
from scaffolder.model import Blocked
from scaffolder.repository import files, helm_calls
from scaffolder.repository.project import Project
from scaffolder.repository.reading import listed, table, table_of
from scaffolder.tools import helm

_ARCHIVE = regex(r"-v?\d+\.\d+.*\.tgz")
_DEMANDED = regex(r"execution error at \([^/\s()]+/(?P<file>[^\s():]+):(?P<line>\d+)(?::\d+)?\)")
"""Where `required` or `fail` stopped a template."""

_NOTHING = regex(r"at <[$]?\.Values\.(?P<key>[\w.]+)[^>]*>: nil pointer evaluating")
"""Helm's message for a template that read a key of a missing value."""

_VALUE = regex(r"\.Values\.(?P<key>[\w.]+)")
_OF_NO_VALUE = regex(r"nil pointer evaluating|invalid value; expected|wrong type for value")
"""Helm's messages for a template that gets no value."""

_OTHER_KUBERNETES = "which is incompatible with Kubernetes"
_REMOTE_SCHEMA = regex(r"failing loading \"(https?://[^\"#]+)|loading (https?://\S+?) failed")
"""A reference of values.schema.json into the network, which is not asked."""

_NO_VALUE = regex(r"missing propert(?:y|ies) (?P<names>'[^']+'(?:, '[^']+')*)")


_NULL = regex(r"at (?P<names>'[^']*'): got null, want ")
"""A value that is left open in values.yaml, and that the schema demands."""


def is_library(project: Project, chart: Path) -> bool:
    """Return whether a chart only holds parts for others, so that Helm renders nothing of it."""
    return table(project, chart / "Chart.yaml").get("type") == "library"


def is_vendored(project: Project, chart: Path) -> bool:
    """Return whether a chart is one that another chart of the repository brings along."""
    return any(
        parent.name == "charts" and project.has(parent.parent / "Chart.yaml")
        for parent in (chart, *chart.parents)
    )


def ask_for_what_is_missing(project: Project, chart: Path) -> None:
    """Stop if no environment of a chart can be rendered.

    Raises:
        Blocked: Chart.yaml or values.yaml does not parse.
        ToolMissing: charts/ does not hold the dependencies.

    """
    for name in ("Chart.yaml", "values.yaml", "requirements.yaml"):
        if problem := does_not_parse(project, chart / name):
            raise Blocked(problem)
    missing = missing_dependencies(project, chart)
    if missing:
        which = "dependency" if len(missing) == 1 else "dependencies"
        raise ToolMissing(
            f"the {which} {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} "
            f"not in {(chart / 'charts').as_posix()}/",
            hint=f"helm dependency build {chart.as_posix()}",
        )


def does_not_parse(project: Project, file: Path) -> str:
    """Return that a file of YAML does not parse, "" if it does or is not there."""
    if not project.has(file):
        return ""
    try:
        table_of(project, file)
    except Unreadable:
        return f"{file.as_posix()} does not parse: see SY002"
    return ""


def missing_dependencies(project: Project, chart: Path) -> tuple[str, ...]:
    """Return the names of the dependencies that a chart states and its folder charts/ lacks.

    Helm 2 stated them in requirements.yaml: https://helm.sh/docs/topics/charts/#chart-dependencies
    """
    vendored = files.vendored_charts(project, chart)
    return tuple(
        name
        for name in stated_dependencies(project, chart)
        if not any(_is(name, held) for held in vendored)
    )


def stated_dependencies(project: Project, chart: Path) -> tuple[str, ...]:
    """Return the names of the charts that a chart brings along."""
    stated = [*_dependencies(project, chart / "Chart.yaml")]
    stated += _dependencies(project, chart / "requirements.yaml")
    return tuple(dict.fromkeys(str(one["name"]) for one in stated if one.get("name")))


def _dependencies(project: Project, file: Path) -> list[dict[Any, Any]]:
    stated = table(project, file).get("dependencies") if project.has(file) else None
    return [one for one in listed(stated) if isinstance(one, dict)]


def _is(name: str, held: str) -> bool:
    """Return whether an entry of charts/ is the chart `name`: a folder, or an archive."""
    rest = held.removeprefix(name)
    return held == name or (rest != held and _ARCHIVE.fullmatch(rest) is not None)


def of_outside(
    project: Project, chart: Path, error: str, *, has_environments: bool, states_version: bool
) -> str:
    """Return what a chart that did not render waits for, "" if `error` is about the chart itself.

    A chart whose repository has values for environments is complete with them; one without is
    installed with values that its user brings.
    """
    if reason := remote_schema(error):
        return reason
    if _OF_NO_VALUE.search(error) and (by := files.marketplace(project, chart)):
        return f"{by} completes its values"
    if _OTHER_KUBERNETES in error and not states_version:
        return error.replace("chart requires", "the chart requires")
    demanded = _DEMANDED.search(error)
    if demanded:
        keys = _keys(project, chart, demanded)
        if not has_environments or any(helm_calls.sets(project, chart, key) for key in keys):
            return f"a value that its user sets is missing: {error[demanded.end() :].strip(': ')}"
    unset = _NOTHING.search(error)
    if unset and helm_calls.sets(project, chart, unset["key"]):
        return f"a command sets {unset['key']}, which is not known here"
    if not has_environments and (missing := _NO_VALUE.search(error) or _NULL.search(error)):
        return f"a value that its user sets is missing: {missing['names']}"
    return ""


def remote_schema(error: str) -> str:
    """Return a limit if the schema of values refers into the network, else ""."""
    found = _REMOTE_SCHEMA.search(error)
    return f"the schema of its values is elsewhere: {found[1] or found[2]}" if found else ""


def is_of_outside(project: Project, chart: Path, environment: str, message: helm.Message) -> bool:
    """Return whether `helm lint` misses what users of the chart bring, or its dependencies."""
    if message.path == Path("templates") and "directory does not exist" in message.text:
        return bool(stated_dependencies(project, chart))
    return bool(
        of_outside(
            project,
            chart,
            message.text,
            has_environments=bool(environment),
            states_version=True,
        )
    )


def _keys(project: Project, chart: Path, demanded: re.Match[str]) -> list[str]:
    """Return the values that the line names on which a template stopped."""
    file, line = chart / demanded["file"], int(demanded["line"])
    lines = project.lines(file) if project.has(file) else []
    return _VALUE.findall(lines[line - 1]) if 0 < line <= len(lines) else []

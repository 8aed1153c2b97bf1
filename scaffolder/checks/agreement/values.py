"""What a chart's values.yaml has, what templates use of it, and what pipelines and environments set."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaffolder.checks.agreement.findings import disagreement, distinct, limit_of
from scaffolder.model import (
    Blocked,
    Check,
    Location,
    NotApplicable,
    Severity,
    Verdict,
    counted,
)
from scaffolder.repository import environments, files, reading
from scaffolder.repository.facts import charts, commands, given_values
from scaffolder.repository.facts.charts import Chart
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Unread, Unreadable, line_of, table
from scaffolder.repository.reading import place as place_of
from scaffolder.tools.toolchain import Toolchain

_SET = re.compile(r"--set(?:-string|-file|-json)?[= ]+[\"']?((?:[\w.-]|\\\.|\[\d+\])+)=")


def values_that_are_set_exist(project: Project, _: Toolchain) -> Verdict:
    """Each value that a pipeline or script sets (`--set image.digest=…`) is one that the chart's values.yaml has."""
    known, unread = _read_charts(project)
    findings, looked = [], 0
    for command in commands.commands(project):
        if "helm" not in command.text or "--set" not in command.text:
            continue
        chart = _chart_of(project, known, command.text)
        if chart is None:
            continue
        for key in _SET.findall(command.text):
            if key.split(".")[0] in {"global", *_subcharts(chart)}:
                continue  # of a chart that this one brings along
            looked += 1
            missing = _missing(
                _values(project, chart), re.split(r"(?<!\\)\.", re.sub(r"\[\d+\]", "", key))
            )
            if missing:
                file = chart.folder / "values.yaml"
                near = difflib.get_close_matches(missing[-1], [str(one) for one in missing[0]], n=1)
                at = line_of(_values(project, chart), *missing[1])
                message = f"sets {key}, which {file.as_posix()} does not have"
                fix = (
                    f"set {'.'.join([*missing[1], near[0]])}"
                    if near
                    else "set a value that the chart has"
                )
                findings.append(
                    disagreement(command.place, message, place_of(project, file, at), fix=fix)
                )
    if not looked:
        sets = any(
            "helm" in one.text and _SET.search(one.text) for one in commands.commands(project)
        )
        raise _nothing("no command sets a value of a chart that is here", unread if sets else [])
    return Verdict(
        findings=distinct(findings), detail=counted(looked, "value"), limit=limit_of(unread)
    )


def values_that_are_used_exist(project: Project, _: Toolchain) -> Verdict:
    """Each value that a template uses, and does not itself guard or give a default, is one of values.yaml."""
    known, unread = _read_charts(project)
    findings, looked = [], 0
    completed = [one for one in known if given_values.is_in_helmfile(project, one.folder)]
    for chart in known:
        if chart in completed:
            continue
        values = _values(project, chart)
        guarded = {
            key
            for _, action in _actions(project, chart)
            if _guards(action)
            for key in _keys(action)
        }
        guarded |= _guarded_elsewhere(project, chart)
        in_variables = _tested_in_variables(project, chart)
        for place, action in _actions(project, chart):
            for key in _keys(action) if not _guards(action) else ():
                looked += 1
                missing = _missing(values, key.split("."))
                if (
                    missing
                    and key not in guarded
                    and not any(key.startswith(f"{one}.") for one in guarded)
                    and not _is_set_everywhere(chart, key)
                    and not _is_given(project, chart, key)
                    # Only the last key may be missing: a template fails on a key of nothing.
                    and not (key in in_variables and len(missing[1]) == key.count("."))
                ):
                    if key.split(".")[0] in {"global", *_subcharts(chart)}:
                        continue
                    file = chart.folder / "values.yaml"
                    near = difflib.get_close_matches(
                        missing[-1], [str(one) for one in missing[0]], n=1
                    )
                    fix = (
                        f"use .Values.{'.'.join([*missing[1], near[0]])}"
                        if near
                        else f"add {key} to values.yaml"
                    )
                    other = place_of(project, file, line_of(values, *missing[1]) or 1)
                    message = f"uses .Values.{key}, which {file.as_posix()} does not have"
                    findings.append(disagreement(place, message, other, fix=fix))
    names = ", ".join(one.folder.as_posix() for one in completed[:3])
    of_helmfile = f"Helmfile completes the values of {names}" if completed else ""
    if not looked and completed:
        raise Blocked(of_helmfile)
    if not looked:
        raise _nothing("no template of a chart uses values", unread)
    limit = "; ".join(filter(None, (limit_of(unread), of_helmfile)))
    return Verdict(findings=distinct(findings), detail=counted(looked, "use"), limit=limit)


def overridden_values_exist(project: Project, _: Toolchain) -> Verdict:
    """Each value that a file of an environment overrides is one that the chart's values.yaml, or a template, has."""
    known, unread = _read_charts(project)
    findings, looked = [], 0
    for chart in known:
        values = _values(project, chart)
        used = {key for _, action in _actions(project, chart) for key in _keys(action)}
        open_ones = {"global", "exports", *_subcharts(chart)}
        told: set[tuple[object, ...]] = set()
        of_environments = (file for one in chart.renderings for file in one.values_files)
        for file in () if _takes_all(project, chart) else dict.fromkeys(of_environments):
            if _is_of_another(project, chart, file):
                continue
            overriding = table(project, file)
            for way in _leaves(overriding):
                looked += 1
                missing = _missing(values, list(way))
                key = ".".join(way)
                if (
                    missing
                    and way[0] not in open_ones
                    and not way[0].startswith(_ANCHORS)
                    and not _is_used(key, used)
                    and (file, *missing[1], missing[2]) not in told
                ):
                    told.add((file, *missing[1], missing[2]))
                    own = chart.folder / "values.yaml"
                    near = difflib.get_close_matches(
                        missing[-1], [str(one) for one in missing[0]], n=1
                    )
                    other = place_of(project, own, line_of(values, *missing[1], *near) or 1)
                    at = place_of(project, file, line_of(overriding, *missing[1], missing[2]))
                    message = f"overrides {key}, which {own.as_posix()} does not have"
                    fix = (
                        f"override {'.'.join([*missing[1], near[0]])}"
                        if near
                        else "take it out, or add it to values.yaml"
                    )
                    findings.append(disagreement(at, message, other, fix=fix))
    if not looked:
        several = [one for one in unread if len(files.values_files(project, one.path.parent)) > 1]
        raise _nothing("no file overrides a chart's values for an environment", several)
    return Verdict(
        findings=distinct(findings), detail=counted(looked, "value"), limit=limit_of(unread)
    )


_ANCHORS = ("_", "x-")
"""How keys begin that only hold anchors of YAML."""

_WHOLE = re.compile(
    r"\b(?:toYaml|toJson|toPrettyJson|toRawJson|mustToYaml|mustToJson|range)\b[^|]*\.Values(?![\w.])"
    r"|\.Values\s*\|\s*(?:to|mustTo)(?:Yaml|Json|PrettyJson|RawJson)\b"
)
_OF_A_NAME = re.compile(r"(?P<name>.+)[-_.]values(?:[-_.].*)?\.ya?ml$")


def _takes_all(project: Project, chart: Chart) -> bool:
    """Return whether a template hands all values on, so that each key is one that it uses."""
    return any(
        _WHOLE.search(project.text(file)) for file in files.chart_templates(project, chart.folder)
    )


def _is_of_another(project: Project, chart: Chart, file: Path) -> bool:
    """Return whether values are for another chart, by their name: redis-values-prod.yaml."""
    found = _OF_A_NAME.fullmatch(file.name)
    if not found or environments.named_in(Path(found["name"]), project):
        return False
    name = found["name"].lower()
    return not any(name in own or own in name for own in (chart.name.lower(), chart.folder.name))


def _read_charts(project: Project) -> tuple[tuple[Chart, ...], list[Unread]]:
    """Return the charts whose values are known, and the values files that do not parse."""
    unread = []
    for chart in charts.charts(project):
        try:
            _values(project, chart)
        except Unreadable as error:
            unread.append(reading.unread(chart.folder / "values.yaml", error))
    broken = {one.path.parent for one in unread}
    return tuple(one for one in charts.charts(project) if one.folder not in broken), unread


def _nothing(reason: str, unread: list[Unread]) -> Exception:
    """Return why a check has no verdict: values that do not parse tell nothing of their keys."""
    if not unread:
        return NotApplicable(reason)
    return Blocked(f"values do not parse: {limit_of(unread)}; see SY002")


def _chart_of(project: Project, known: tuple[Chart, ...], text: str) -> Chart | None:
    """The chart that a command is about: the one it names, or the only one where it names none from elsewhere."""
    text = commands.filled(project, text)
    named = [
        chart
        for chart in known
        if re.search(rf"(?:^|[\s\"'/]){re.escape(chart.folder.as_posix())}(?:$|[\s\"'/])", text)
    ]
    if named:
        return named[0]
    elsewhere = re.search(r"oci://|https?://|--repo\b|\s[a-z][\w-]+/[a-z][\w-]+(?:\s|$)", text)
    return known[0] if len(known) == 1 and not elsewhere else None


def _values(project: Project, chart: Chart) -> Any:
    file = chart.folder / "values.yaml"
    return reading.table_of(project, file) if project.has(file) else {}


def _missing(values: Any, parts: list[str]) -> tuple[list[Any], list[str], str] | None:
    """The keys beside, the way to them, and the key that is not there; None where the way leads on or is open."""
    for at, part in enumerate(parts):
        name = part.replace("\\.", ".")
        if not isinstance(values, dict) or (at and not values):
            return None
        if name not in values:
            return list(values), parts[:at], name
        values = values[name]
    return None


def _leaves(value: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict) and value and len(way) < 20:
        for key, inner in value.items():
            yield from _leaves(inner, (*way, str(key)))
    elif way:
        yield way


def _is_used(key: str, used: set[str]) -> bool:
    """Whether a template uses the value, what holds it, or a part of it."""
    return any(key == one or key.startswith(f"{one}.") or one.startswith(f"{key}.") for one in used)


_COMMENT = re.compile(r"\{\{-?\s*/\*.*?\*/\s*-?\}\}", re.DOTALL)
"""A comment of a template, which may hold actions and lines."""


def _blank(comment: re.Match[str]) -> str:
    """Return the lines of a comment without their text."""
    return "\n" * comment[0].count("\n")


def _actions(project: Project, chart: Chart) -> Iterator[tuple[Location, str]]:
    for file in files.chart_templates(project, chart.folder):
        text = _COMMENT.sub(_blank, project.text(file))
        for at, line in enumerate(text.splitlines(), 1):
            for action in re.findall(r"\{\{(.*?)\}\}", line[:2000]):
                if ".Values." in action:
                    yield Location(path=file, line=at, text=line.strip()[:160]), action


_BY_NAME = re.compile(
    r"\b(?:set|hasKey|get|index|dig)\s+\(?\$?\.Values(?P<way>(?:\.\w+)*)\)?\s+\"(?P<key>\w+)\""
)
"""A key that a template sets, tests or reads by its name: `set $.Values "name" .name`."""

_HANDED = re.compile(r"\"(?P<name>\w+)\"\s+\$?\.Values\.(?P<key>\w+(?:\.\w+)*)")
_ONLY = re.compile(
    r"\b(?:include|template)\s+\"[^\"]+\"\s+\$?\.Values\.(?P<key>\w+(?:\.\w+)*)\s*(?:$|[|)}-])"
)
"""A value that is all that another template gets, which takes nothing as well."""


def _guarded_elsewhere(project: Project, chart: Chart) -> set[str]:
    """Return the values that a template sets itself or tests by name, or that one that gets them tests."""
    text = "\n".join(
        _COMMENT.sub(_blank, project.text(file))
        for file in files.chart_templates(project, chart.folder)
    )
    found = {f"{one['way']}.{one['key']}"[1:] for one in _BY_NAME.finditer(text)}
    found |= {one["key"] for one in _ONLY.finditer(text)}
    tests = " ".join(one for one in re.findall(r"\{\{(.*?)\}\}", text) if _guards(one))
    for one in _HANDED.finditer(text):
        if re.search(rf"[.$]{one['name']}(?!\w)", tests):
            found.add(one["key"])
    return found


def _is_given(project: Project, chart: Chart, key: str) -> bool:
    """Return whether a controller hands a value to the chart."""
    parts = key.split(".")
    tables = (one for one in given_values.given(project, chart.folder) if isinstance(one, dict))
    return any(_missing(one, parts) is None for one in tables)


def _is_set_everywhere(chart: Chart, key: str) -> bool:
    """Return whether the values of each environment have a key that the chart's own lack."""
    environments_of = [one for one in chart.renderings if one.environment]
    return bool(environments_of) and all(
        _missing(one.values, key.split(".")) is None for one in environments_of
    )


_KEPT = re.compile(r"-?\s*\$(\w+)\s*:?=\s*\.Values\.(\w+(?:\.\w+)*)\s*-?")
_DEFINED = re.compile(r"\{\{-?\s*define\b")


def _tested_in_variables(project: Project, chart: Chart) -> set[str]:
    """Return the values that a template keeps in a variable, and tests or gives a default there."""
    tested: set[str] = set()
    for file in files.chart_templates(project, chart.folder):
        text = _COMMENT.sub(_blank, project.text(file))
        for part in _DEFINED.split(text) if "$" in text else ():
            actions = re.findall(r"\{\{(.*?)\}\}", part)
            kept = [found for action in actions if (found := _KEPT.fullmatch(action))]
            tests = " ".join(action for action in actions if _guards(action)) if kept else ""
            tested |= {one[2] for one in kept if re.search(rf"\${one[1]}(?!\w)", tests)}
    return tested


def _keys(action: str) -> list[str]:
    return re.findall(r"\.Values\.(\w+(?:\.\w+)*)", action)


def _guards(action: str) -> bool:
    return bool(
        re.search(
            r"\b(?:if|with|range|default|coalesce|hasKey|dig|required|ternary|empty|or|and|get|index)\b",
            action,
        )
    )


def _subcharts(chart: Chart) -> set[str]:
    listed = chart.metadata.get("dependencies")
    return (
        {str(one.get("alias") or one.get("name")) for one in listed if isinstance(one, dict)}
        if isinstance(listed, list)
        else set()
    )


CHECKS = (
    Check(id="AG028", title="Values that are set exist", run=values_that_are_set_exist),
    Check(id="AG029", title="Values that templates use exist", run=values_that_are_used_exist),
    Check(
        id="AG053",
        severity=Severity.WARNING,
        title="Values that are overridden exist",
        run=overridden_values_exist,
    ),
)

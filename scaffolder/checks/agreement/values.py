"""Compare values.yaml with the chart's templates and with values set elsewhere."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.checks.agreement.findings import disagreement, distinct, limit_of
from scaffolder.formats.regex import regex
from scaffolder.model import (
    Blocked,
    Check,
    Finding,
    NotApplicable,
    Severity,
    Verdict,
    counted,
)
from scaffolder.repository import environments, files, helm_calls, reading
from scaffolder.repository.facts import charts, given_values, used_values
from scaffolder.repository.facts.charts import Chart
from scaffolder.repository.facts.used_values import Use
from scaffolder.repository.helm_calls import HelmCall
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Unread, Unreadable, line_of, table
from scaffolder.repository.reading import place as place_of
from scaffolder.tools.toolchain import Toolchain

_Beside = tuple[list[Any], list[str], str]
"""The keys beside one that is missing, the way to them, and its name."""


def values_that_are_set_exist(project: Project, _: Toolchain) -> Verdict:
    """Each value set by a pipeline or script (`--set image.digest=…`) exists in values.yaml."""
    known, unread = _read_charts(project)
    by_folder = {chart.folder: chart for chart in known}
    findings, looked = [], 0
    for call in helm_calls.calls(project):
        chart = by_folder.get(call.chart) if call.chart else None
        for key in call.sets if chart else ():
            if chart is None or key.split(".")[0] in {"global", *used_values.subcharts(chart)}:
                continue  # of a chart that this one brings along
            looked += 1
            missing = _missing(_values(project, chart), helm_calls.split(key))
            if missing and not _is_taken(project, chart, key):
                findings.append(_set_in_vain(project, chart, call, key, missing))
    if not looked:
        sets = any(call.sets for call in helm_calls.calls(project))
        raise _nothing("no command sets a value of a chart that is here", unread if sets else [])
    return Verdict(
        findings=distinct(findings), detail=counted(looked, "value"), limit=limit_of(unread)
    )


def _is_taken(project: Project, chart: Chart, key: str) -> bool:
    """Return whether an environment or a template defines a value that values.yaml lacks."""
    plain = ".".join(helm_calls.split(key))
    return (
        used_values.is_handed_on(project, chart, plain)
        or _is_set_somewhere(project, chart, key)
        or used_values.reads(project, chart, plain)
    )


def _set_in_vain(
    project: Project, chart: Chart, call: HelmCall, key: str, missing: _Beside
) -> Finding:
    beside, way, name = missing
    file = chart.folder / "values.yaml"
    near = difflib.get_close_matches(name, [str(one) for one in beside], n=1)
    fix = f"set {'.'.join([*way, near[0]])}" if near else "set a value that the chart has"
    if not project.has(file):
        message = f"sets {key}, which no template of {chart.folder.as_posix()} uses"
        return disagreement(call.place, message, fix=fix)
    at = line_of(_values(project, chart), *way)
    message = f"sets {key}, which {file.as_posix()} does not have"
    return disagreement(call.place, message, place_of(project, file, at), fix=fix)


def values_that_are_used_exist(project: Project, _: Toolchain) -> Verdict:
    """Each value that a template uses without a guard or default exists in values.yaml."""
    known, unread = _read_charts(project)
    findings, looked = [], 0
    completed: dict[str, list[str]] = {}
    for chart in known:
        by = given_values.unknown_values_by(project, chart.folder)
        if by:
            completed.setdefault(by, []).append(chart.folder.as_posix())
        for use in used_values.unguarded(project, chart):
            looked += not by and not use.tested
            missing = _missing_value(project, chart, use)
            if missing and not (by and not missing.is_misspelt):
                findings.append(_not_there(project, chart, missing))
    of_others = "; ".join(
        f"{by} completes the values of {', '.join(names[:3])}" for by, names in completed.items()
    )
    if not looked and not findings and completed:
        raise Blocked(of_others)
    if not looked and not findings:
        raise _nothing("no template of a chart uses values", unread)
    limit = "; ".join(filter(None, (limit_of(unread), of_others)))
    return Verdict(findings=distinct(findings), detail=counted(looked, "use"), limit=limit)


@dataclass(frozen=True, kw_only=True)
class _Missing:
    """A value that a template uses and values.yaml lacks; `near` is a key that is there instead."""

    use: Use
    way: tuple[str, ...]
    near: str
    is_misspelt: bool


def _missing_value(project: Project, chart: Chart, use: Use) -> _Missing | None:
    """Return what is missing if a used value is in no file that gives the chart its values."""
    missing = _missing(_values(project, chart), use.key.split("."))
    if missing is None or _is_set_everywhere(chart, use.key) or _is_given(project, chart, use.key):
        return None
    if helm_calls.sets(project, chart.folder, use.key):
        return None
    beside, way, name = [str(one) for one in missing[0]], missing[1], missing[2]
    # Only the last key may be missing: a template fails on a key of nothing.
    in_variables = project.once(
        ("values tested in variables", chart.folder),
        lambda: used_values.tested_in_variables(project, chart),
    )
    if use.key in in_variables and len(way) == use.key.count("."):
        return None
    near = difflib.get_close_matches(name, beside, n=1)
    is_misspelt = any(_is_one_letter_off(name, one) for one in near)
    if use.tested and (len(way) == use.key.count(".") or not is_misspelt):
        return None
    if len(way) == use.key.count(".") and not is_misspelt and _may_be_nothing(use):
        return None
    return _Missing(use=use, way=tuple(way), near=near[0] if near else "", is_misspelt=is_misspelt)


_OPTIONAL = (
    r"initialDelaySeconds|periodSeconds|timeoutSeconds|successThreshold|failureThreshold"
    r"|terminationGracePeriodSeconds|minReadySeconds|progressDeadlineSeconds|revisionHistoryLimit"
    r"|activeDeadlineSeconds|backoffLimit|ttlSecondsAfterFinished|startingDeadlineSeconds"
    r"|replicas|imagePullPolicy|priorityClassName|runtimeClassName|schedulerName|restartPolicy"
    r"|dnsPolicy|hostNetwork|nodePort|clusterIP|loadBalancerIP|loadBalancerClass|sessionAffinity"
    r"|externalTrafficPolicy|internalTrafficPolicy|storageClassName|volumeMode|ingressClassName"
    r"|automountServiceAccountToken|enableServiceLinks|nodeSelector|affinity|tolerations"
)
"""Fields that Kubernetes has a default for: with no value they are as if they were not there."""


def _may_be_nothing(use: Use) -> bool:
    """Return whether a template without a value is equal to one without the line.

    `null` takes the default of Kubernetes, and a list of values that another template merges may
    hold nothing.
    """
    value = rf"\$?\.Values\.{re.escape(use.key)}(?![\w.])"
    ways = (
        rf"\btoYaml\s+{value}",
        rf"^\s*(?:-\s+)?(?:{_OPTIONAL}):\s*[\"']?\{{\{{-?\s*{value}\s*-?\}}\}}[\"']?\s*$",
        rf"\(\s*list\b[^()]*{value}",
    )
    return any(re.search(way, use.place.text) for way in ways)


def _is_one_letter_off(name: str, other: str) -> bool:
    """Return whether two keys differ in one letter, in capitals, or in `-` and `_`."""
    one, two = (re.sub("[-_]", "", key).lower() for key in (name, other))
    if one == two:
        return True
    short, long = sorted((one, two), key=len)
    if len(short) < 3 or len(long) - len(short) > 1:
        return False
    at = next((at for at, letter in enumerate(short) if letter != long[at]), len(short))
    is_replaced = len(short) > 4 and short[at + 1 :] == long[at + 1 :]
    return short[at:] == long[at + 1 :] or is_replaced


def _not_there(project: Project, chart: Chart, missing: _Missing) -> Finding:
    file = chart.folder / "values.yaml"
    key, way, near = missing.use.key, missing.way, missing.near
    at = line_of(_values(project, chart), *way) or 1
    fix = f"use .Values.{'.'.join([*way, near])}" if near else f"add {key} to values.yaml"
    has_own = project.has(file)
    name = key.split(".")[len(way)]
    is_named = _is_in_comment(project, file, at if way else 0, name)
    is_named = is_named or _is_switched_off(project, chart, key)
    is_named = is_named or _is_set_somewhere(project, chart, key) or _is_asked(project, chart, key)
    return disagreement(
        missing.use.place,
        f"uses .Values.{key}, which "
        + (f"{file.as_posix()} does not have" if has_own else "no values of the chart have"),
        place_of(project, file, at) if has_own else (),
        fix=f"give {key} a value, or test it before it is used" if is_named else fix,
        severity=Severity.NOTE if is_named else Severity.ERROR,
    )


def _is_switched_off(project: Project, chart: Chart, key: str) -> bool:
    """Return whether a table that holds a value is not in use: `enabled` or `create` is false."""
    table: Any = _values(project, chart)
    for part in key.split(".")[:-1]:
        table = table.get(part) if isinstance(table, dict) else None
        if isinstance(table, dict) and (
            table.get("enabled") is False or table.get("create") is False
        ):
            return True
    return False


def _is_set_somewhere(project: Project, chart: Chart, key: str) -> bool:
    """Return whether the values of an environment have a key that the others may not need."""
    of_environments = set(chain.from_iterable(one.values_files for one in chart.renderings))
    return any(
        _missing(table(project, file), helm_calls.split(key)) is None for file in of_environments
    )


def _is_asked(project: Project, chart: Chart, key: str) -> bool:
    """Return whether a form beside the chart has a value, such as Rancher's questions."""
    named = re.compile(rf"(?<![\w.]){re.escape(key)}(?!\w)")
    forms = (chart.folder / name for name in ("Feature.yaml", "questions.yaml", "questions.yml"))
    return any(named.search(project.text(file)) for file in forms if project.has(file))


def _is_in_comment(project: Project, file: Path, start: int, name: str) -> bool:
    """Return whether a comment among the keys below a line names a key: `# username: ""`.

    Line 0 is the whole file.
    """
    lines = project.lines(file)[start:] if project.has(file) else []
    depth = -1
    if start:
        above = project.lines(file)[start - 1]
        depth = len(above) - len(above.lstrip())
    for line in lines:
        text = line.strip()
        if text and not text.startswith("#") and len(line) - len(line.lstrip()) <= depth:
            return False
        if re.match(rf"#[\s#]*{re.escape(name)}\s*:", text):
            return True
    return False


def overridden_values_exist(project: Project, _: Toolchain) -> Verdict:
    """Each value that an environment's file overrides exists in values.yaml or a template."""
    known, unread = _read_charts(project)
    findings, looked = [], 0
    for chart in known:
        values = _values(project, chart)
        used = set(
            chain.from_iterable(
                used_values.keys(action) for _, action in used_values.actions(project, chart)
            )
        )
        open_ones = {"global", "exports", *used_values.subcharts(chart)}
        told: set[tuple[object, ...]] = set()
        of_environments = chain.from_iterable(one.values_files for one in chart.renderings)
        is_open = _takes_all(project, chart) or not project.has(chart.folder / "values.yaml")
        for file in () if is_open else dict.fromkeys(of_environments):
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

_WHOLE = regex(
    r"\b(?:toYaml|toJson|toPrettyJson|toRawJson|mustToYaml|mustToJson|range)\b[^|]*\.Values(?![\w.])"
    r"|\.Values\s*\|\s*(?:to|mustTo)(?:Yaml|Json|PrettyJson|RawJson)\b"
)
_OF_A_NAME = regex(r"(?P<name>.+)[-_.]values(?:[-_.].*)?\.ya?ml$")


def _takes_all(project: Project, chart: Chart) -> bool:
    """Return whether a template hands all values on, so that each key is one that it uses."""
    return any(
        _WHOLE.search(project.text(file)) for file in files.chart_templates(project, chart.folder)
    )


def _is_of_another(project: Project, chart: Chart, file: Path) -> bool:
    """Return whether values are for another chart, by their name: redis-values-prod.yaml.

    The name of a part of the chart counts as evidence only if no key is one of the chart's own.
    """
    found = _OF_A_NAME.fullmatch(file.name)
    if not found or environments.named_in(Path(found["name"]), project):
        return False
    name, own = found["name"].lower(), (chart.name.lower(), chart.folder.name.lower())
    if name in own:
        return False
    if not any(name in one or one in name for one in own):
        return True
    return table(project, file).keys().isdisjoint(_values(project, chart))


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


def _values(project: Project, chart: Chart) -> Any:
    file = chart.folder / "values.yaml"
    return reading.table_of(project, file) if project.has(file) else {}


def _missing(values: Any, parts: list[str]) -> _Beside | None:
    """Return the missing key, its path and its siblings; None if the path exists or is open."""
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

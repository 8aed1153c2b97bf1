"""What pipelines and scripts hand to a chart, and what the chart knows of it: images, values, namespaces, names."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaffolder import facts
from scaffolder.checks.agreement.judging import disagreement, distinct, many, number
from scaffolder.facts import charts, commands, images, reading, services
from scaffolder.facts.charts import Chart
from scaffolder.formats import Unreadable
from scaffolder.formats.dockerfile import filled
from scaffolder.formats.yaml import line_of
from scaffolder.model import Check, NotApplicable, Place, Verdict
from scaffolder.project import Project
from scaffolder.toolchain import Toolchain

_SET = re.compile(r"--set(?:-string|-file|-json)?[= ]+[\"']?((?:[\w.-]|\\\.|\[\d+\])+)=")
_HELM = re.compile(r"\bhelm3?\s+(?:upgrade|install|template|lint|package|dependency|dep)\b(.*)")
_NAMESPACES = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})


def image_is_the_one_that_is_built(project: Project, _: Toolchain) -> Verdict:
    """Values and compose files name the image that pipelines and scripts build; all of them the same one."""
    stated = facts.read(project).of("image")
    findings, looked = [], 0
    for subject in dict.fromkeys(one.subject for one in stated):
        deployed = [one for one in stated if one.subject == subject and one.role != images.BUILT]
        built = [one for one in stated if one.role == images.BUILT]
        single = len(services.folders(project)) <= 1
        known = built if built and (single or any(one.value == subject.name for one in built)) else ()
        rights = known or sorted(deployed, key=lambda one: one.value not in _names(project))[:1]
        for one in deployed:
            looked += 1
            if rights and one.value not in {right.value for right in rights}:
                near = difflib.get_close_matches(one.value, [right.value for right in rights], n=1, cutoff=0.0)
                right = next(right for right in rights if right.value == near[0])
                verb = "is built" if right.role == images.BUILT else "is named elsewhere"
                message = f"names the image {one.value}, but {right.value} {verb}"
                findings.append(disagreement(one.place, message, right.place, fix=f"name {right.value}"))
    if not looked:
        raise NotApplicable("no values and no compose file name the service's image")
    return Verdict(findings=distinct(findings), detail=many(looked, "name"))


def values_that_are_set_exist(project: Project, _: Toolchain) -> Verdict:
    """Each value that a pipeline or script sets (`--set image.digest=…`) is one that the chart's values.yaml has."""
    known = charts.charts(project)
    findings, looked = [], 0
    for command in commands.commands(project):
        if "helm" not in command.text or "--set" not in command.text:
            continue
        chart = _chart_of(project, known, command.text)
        if chart is None:
            continue
        for key in _SET.findall(command.text):
            looked += 1
            missing = _missing(_values(project, chart), re.split(r"(?<!\\)\.", re.sub(r"\[\d+\]", "", key)))
            if missing:
                file = chart.folder / "values.yaml"
                near = difflib.get_close_matches(missing[-1], [str(one) for one in missing[0]], n=1)
                at = line_of(_values(project, chart), *missing[1])
                message = f"sets {key}, which {file.as_posix()} does not have"
                fix = f"set {'.'.join([*missing[1], near[0]])}" if near else "set a value that the chart has"
                findings.append(disagreement(command.place, message, _line(project, file, at), fix=fix))
    if not looked:
        raise NotApplicable("no command sets a value of a chart that is here")
    return Verdict(findings=distinct(findings), detail=many(looked, "value"))


def overridden_values_exist(project: Project, _: Toolchain) -> Verdict:
    """Each value that a file of an environment overrides is one that the chart's values.yaml, or a template, has."""
    findings, looked = [], 0
    for chart in charts.charts(project):
        values = _values(project, chart)
        used = {key for _, action in _actions(project, chart) for key in _keys(action)}
        for file in dict.fromkeys(file for one in chart.renderings for file in one.values_files):
            try:
                table = reading.table_of(project, file)
            except Unreadable:
                continue  # SY002 says so
            for way in _leaves(table):
                looked += 1
                missing = _missing(values, list(way))
                key = ".".join(way)
                if missing and way[0] not in {"global", *_subcharts(chart)} and not _is_used(key, used):
                    known = chart.folder / "values.yaml"
                    near = difflib.get_close_matches(missing[-1], [str(one) for one in missing[0]], n=1)
                    other = _line(project, known, line_of(values, *missing[1], *near) or 1)
                    at = _line(project, file, line_of(table, *missing[1], missing[2]))
                    message = f"overrides {key}, which {known.as_posix()} does not have"
                    fix = (
                        f"override {'.'.join([*missing[1], near[0]])}"
                        if near
                        else "take it out, or add it to values.yaml"
                    )
                    findings.append(disagreement(at, message, other, fix=fix))
    if not looked:
        raise NotApplicable("no file overrides a chart's values for an environment")
    return Verdict(findings=distinct(findings), detail=many(looked, "value"))


def _leaves(table: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(table, dict) and table and len(way) < 20:
        for key, value in table.items():
            yield from _leaves(value, (*way, str(key)))
    elif way:
        yield way


def _is_used(key: str, used: set[str]) -> bool:
    """Whether a template uses the value, what holds it, or a part of it."""
    return any(key == one or key.startswith(f"{one}.") or one.startswith(f"{key}.") for one in used)


def values_that_are_used_exist(project: Project, _: Toolchain) -> Verdict:
    """Each value that a template uses, and does not itself guard or give a default, is one of values.yaml."""
    findings, looked = [], 0
    for chart in charts.charts(project):
        values = _values(project, chart)
        guarded = {key for _, action in _actions(project, chart) if _guards(action) for key in _keys(action)}
        for place, action in _actions(project, chart):
            for key in _keys(action) if not _guards(action) else ():
                looked += 1
                missing = _missing(values, key.split("."))
                if missing and key not in guarded and not any(key.startswith(f"{one}.") for one in guarded):
                    if key.split(".")[0] in {"global", *_subcharts(chart)}:
                        continue
                    file = chart.folder / "values.yaml"
                    near = difflib.get_close_matches(missing[-1], [str(one) for one in missing[0]], n=1)
                    fix = f"use .Values.{'.'.join([*missing[1], near[0]])}" if near else f"add {key} to values.yaml"
                    other = _line(project, file, line_of(values, *missing[1]) or 1)
                    message = f"uses .Values.{key}, which {file.as_posix()} does not have"
                    findings.append(disagreement(place, message, other, fix=fix))
    if not looked:
        raise NotApplicable("no template of a chart uses values")
    return Verdict(findings=distinct(findings), detail=many(looked, "use"))


def namespaces_are_made(project: Project, _: Toolchain) -> Verdict:
    """The namespace of each object is one that something here makes, deploys to or names as the service's."""
    made: dict[str, Place] = {}
    for made_name, at in _made_namespaces(project):
        made.setdefault(made_name, at)
    used = [
        one for one in charts.objects(project) if not one.origins and isinstance(one.get("metadata", "namespace"), str)
    ]
    if not made or not used:
        raise NotApplicable("no namespace is both made and used here")
    findings = []
    for one in used:
        name = str(one.get("metadata", "namespace"))
        near = difflib.get_close_matches(name, list(made), n=1, cutoff=0.7)
        if name not in made and name not in _NAMESPACES and near:
            message = f"{one.kind} {one.name} is in the namespace {name}, which nothing makes"
            at = one.place(project, "metadata", "namespace")
            findings.append(disagreement(at, message, made[near[0]], fix=f"write {near[0]}"))
    return Verdict(findings=distinct(findings), detail=number(used, "object"))


def charts_that_are_named_exist(project: Project, _: Toolchain) -> Verdict:
    """Each chart that a helm command names by its path is there, its variables filled in where a script sets them."""
    known = _variables(project)
    folders = {chart.folder for chart in charts.charts(project)}
    findings, looked = [], 0
    for command in commands.commands(project):
        found = _HELM.search(command.text)
        if not found or command.folder is None:
            continue
        for word in re.findall(r"[^\s\"']+", filled(found[1], {name: text for name, (text, _) in known.items()})):
            origin = next((at for text, at in known.values() if text == word), None)
            if not _is_path(project, word) or word.endswith((".yaml", ".yml", ".tgz")):
                continue
            looked += 1
            path = project.relative((command.folder / word).as_posix())
            if not project.has(path / "Chart.yaml"):
                near = sorted(
                    folders, key=lambda one: -difflib.SequenceMatcher(None, one.as_posix(), path.as_posix()).ratio()
                )
                related = [Place(path=near[0] / "Chart.yaml")] if near else []
                fix = f"name {near[0].as_posix()}" if near else "name a chart that is there"
                message = f"names the chart {path.as_posix()}, which does not exist"
                findings.append(disagreement(origin or command.place, message, related, fix=fix))
            break
    if not looked:
        raise NotApplicable("no helm command names a chart by its path")
    return Verdict(findings=distinct(findings), detail=many(looked, "command"))


def _names(project: Project) -> set[str]:
    """What the service is called: its repository, its charts, its folders."""
    folders = (*(chart.folder for chart in charts.charts(project)), *services.folders(project))
    return {project.name, *(folder.name for folder in folders)}


def _is_path(project: Project, word: str) -> bool:
    if "$" in word or "://" in word or word.startswith(("-", "/")) or "=" in word:
        return False
    first = word.removeprefix("./").split("/")[0]
    return word.startswith("./") or (
        "/" in word and any(file.parts[0] == first and len(file.parts) > 1 for file in project.files)
    )


def _variables(project: Project) -> dict[str, tuple[str, Place]]:
    """Variables that scripts set once, to a text."""
    found: dict[str, list[tuple[str, Place]]] = {}
    for file in project.matching("*.sh", "Makefile", ".env"):
        for at, line in enumerate(project.lines(file), 1):
            if words := re.match(
                r"\s*(?:export\s+|readonly\s+)?([A-Za-z_]\w*)\s*[:?]?=\s*[\"']?([\w./-]+)[\"']?\s*(?:#.*)?$", line
            ):
                found.setdefault(words[1], []).append((words[2], Place(path=file, line=at, text=line.strip())))
    return {name: said[0] for name, said in found.items() if len({text for text, _ in said}) == 1}


def _chart_of(project: Project, known: tuple[Chart, ...], text: str) -> Chart | None:
    """The chart that a command is about: the one it names, or the only one where it names none from elsewhere."""
    text = filled(text, {name: value for name, (value, _) in _variables(project).items()})
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
    try:
        return (
            reading.table_of(project, chart.folder / "values.yaml") if project.has(chart.folder / "values.yaml") else {}
        )
    except Unreadable:
        return {}


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


def _actions(project: Project, chart: Chart) -> Iterator[tuple[Place, str]]:
    for file in project.under((chart.folder / "templates").as_posix(), "*.yaml", "*.yml", "*.tpl"):
        for at, line in enumerate(project.lines(file), 1):
            for action in re.findall(r"\{\{(.*?)\}\}", line[:2000]):
                if ".Values." in action and not action.strip("- ").startswith("/*"):
                    yield Place(path=file, line=at, text=line.strip()[:160]), action


def _keys(action: str) -> list[str]:
    return re.findall(r"\.Values\.(\w+(?:\.\w+)*)", action)


def _guards(action: str) -> bool:
    return bool(
        re.search(r"\b(?:if|with|range|default|coalesce|hasKey|dig|required|ternary|empty|or|and|get|index)\b", action)
    )


def _subcharts(chart: Chart) -> set[str]:
    listed = chart.metadata.get("dependencies")
    return (
        {str(one.get("alias") or one.get("name")) for one in listed if isinstance(one, dict)}
        if isinstance(listed, list)
        else set()
    )


def _made_namespaces(project: Project) -> Iterator[tuple[str, Place]]:
    for one in charts.objects(project):
        if one.kind == "Namespace":
            yield one.name, one.place(project, "metadata", "name")
    for name, (text, place) in _variables(project).items():
        if name.endswith("NAMESPACE"):
            yield text, place
    for command in commands.commands(project):
        if "helm" in command.text or "create namespace" in command.text:
            for name in re.findall(r"(?:--namespace[= ]|-n |create namespace )[\"']?([a-z][\w-]*)", command.text):
                yield name, command.place


def _line(project: Project, file: Path, line: int) -> Place:
    lines = project.lines(file)
    return Place(path=file, line=line, text=lines[line - 1].strip()[:160] if 0 < line <= len(lines) else "")


CHECKS = (
    Check(id="AG027", title="The image that is built is deployed", run=image_is_the_one_that_is_built),
    Check(id="AG028", title="Values that are set exist", run=values_that_are_set_exist),
    Check(id="AG029", title="Values that templates use exist", run=values_that_are_used_exist),
    Check(id="AG030", title="Namespaces that are used are made", run=namespaces_are_made),
    Check(id="AG031", title="Charts that are named exist", run=charts_that_are_named_exist),
    Check(id="AG053", title="Values that are overridden exist", run=overridden_values_exist),
)

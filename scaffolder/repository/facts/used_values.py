"""Which values the templates of a chart use, and which of them are tested or have a default."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import files
from scaffolder.repository.facts.charts import Chart
from scaffolder.repository.project import Project


@dataclass(frozen=True, kw_only=True)
class Use:
    """A value that a template uses, such as `image.tag`.

    If it is `tested`, it may be missing, but not what holds it: Helm asks nothing for no key.
    """

    place: Location
    key: str
    tested: bool = False


def unguarded(project: Project, chart: Chart) -> Iterator[Use]:
    """Yield the uses of values that no action of the chart tests or gives a default.

    One whose own action tests it is among them where nothing tests the table that holds it.
    """
    guarded = set(
        chain.from_iterable(
            keys(action) for _, action in actions(project, chart) if _guards(action)
        )
    )
    guarded |= _guarded_elsewhere(project, chart)
    brought = {"global", *subcharts(chart)}
    for place, action in actions(project, chart):
        # In a comment of YAML no value is as good as one, but a key of nothing ends the rendering.
        is_guard = _guards(action) or place.text.startswith("#")
        for key in keys(action):
            if is_guard:
                holder = key.rpartition(".")[0]
                if (
                    "." in holder
                    and not _is_below(holder, guarded)
                    and key.split(".")[0] not in brought
                ):
                    yield Use(place=place, key=key, tested=True)
                continue
            is_tested = key in guarded or any(key.startswith(f"{one}.") for one in guarded)
            if not is_tested and key.split(".")[0] not in brought:
                yield Use(place=place, key=key)


def _is_below(key: str, others: set[str]) -> bool:
    return key in others or any(key.startswith(f"{one}.") for one in others)


def keys(action: str) -> list[str]:
    """Return the values that an action names."""
    return re.findall(r"\.Values\.(\w+(?:\.\w+)*)", action)


def _guards(action: str) -> bool:
    return bool(
        re.search(
            r"\b(?:if|with|range|default|coalesce|hasKey|dig|required|ternary|empty|or|and|get|index"
            r"|kindIs|kindOf|typeIs|typeIsLike|typeOf)\b",
            action,
        )
    )


_COMMENT = regex(r"\{\{-?\s*/\*.*?\*/\s*-?\}\}", re.DOTALL)
"""A comment of a template, which may hold actions and lines."""


def _blank(comment: re.Match[str]) -> str:
    """Return the lines of a comment without their text."""
    return "\n" * comment[0].count("\n")


def actions(project: Project, chart: Chart) -> Iterator[tuple[Location, str]]:
    """Yield each action of a template that names a value, and its line."""
    for file in files.chart_templates(project, chart.folder):
        text = _COMMENT.sub(_blank, project.text(file))
        if file.name.startswith("_"):
            text = _without_unused(text, _included(project, chart))
        for at, line in enumerate(text.splitlines(), 1):
            if ".Values." not in line:
                continue
            for action in re.findall(r"\{\{(.*?)\}\}", line[:2000]):
                if ".Values." in action:
                    yield Location(path=file, line=at, text=line.strip()[:160]), action


_DEFINE = regex(r"^\{\{-?\s*define\s+\"(?P<name>[^\"]+)\"", re.MULTILINE)
_INCLUDES = regex(r"\b(?:include|template)\s+(?P<name>\"[^\"]+\"|\()")


def _included(project: Project, chart: Chart) -> frozenset[str] | None:
    """Return the named templates that those of a chart include; None if a name is computed."""
    key = ("included templates", chart.folder)
    return project.once(key, lambda: _read_included(project, chart))


def _read_included(project: Project, chart: Chart) -> frozenset[str] | None:
    texts = map(project.text, files.chart_templates(project, chart.folder))
    names = {name.strip('"') for name in chain.from_iterable(map(_INCLUDES.findall, texts))}
    return None if "(" in names else frozenset(names)


def _without_unused(text: str, included: frozenset[str] | None) -> str:
    """Return helpers without those that no template of the chart includes.

    Charts inside of it may include them, with values of their own.
    """
    starts = [found.start() for found in _DEFINE.finditer(text)]
    if included is None or not starts:
        return text
    kept = text[: starts[0]]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        part = text[start:end]
        found = _DEFINE.match(part)
        is_used = found is None or found["name"] in included
        kept += part if is_used else "\n" * part.count("\n")
    return kept


_BY_NAME = regex(
    r"\b(?:set|hasKey|get|index|dig)\s+\(?\$?\.Values(?P<way>(?:\.\w+)*)\)?\s+\"(?P<key>\w+)\""
)
"""A key that a template sets, tests or reads by its name: `set $.Values "name" .name`."""

_HANDED = regex(r"\"(?P<name>\w+)\"\s+\$?\.Values\.(?P<key>\w+(?:\.\w+)*)")
_ONLY = regex(
    r"\b(?:include|template)\s+\"[^\"]+\"\s+\$?\.Values\.(?P<key>\w+(?:\.\w+)*)\s*(?:$|[|)}-])"
)
"""A value that is all that another template gets, which takes nothing as well."""


def _guarded_elsewhere(project: Project, chart: Chart) -> set[str]:
    """Return the values that a template sets or tests by name, or that are tested where handed."""
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


_KEPT = regex(r"-?\s*\$(\w+)\s*:?=\s*\.Values\.(\w+(?:\.\w+)*)\s*-?")
_DEFINED = regex(r"\{\{-?\s*define\b")


def tested_in_variables(project: Project, chart: Chart) -> set[str]:
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


def subcharts(chart: Chart) -> set[str]:
    """Return the names by which a chart hands values to the charts that it brings along."""
    listed = chart.metadata.get("dependencies")
    return (
        {str(one.get("alias") or one.get("name")) for one in listed if isinstance(one, dict)}
        if isinstance(listed, list)
        else set()
    )


_HANDED_ON = regex(
    r"\b(?:toYaml|toJson|toPrettyJson|toRawJson|toToml)\s+\$?\.Values\.(\w+(?:\.\w+)*)"
    r"|\.Values\.(\w+(?:\.\w+)*)\s*\|\s*to(?:Yaml|Json|PrettyJson|RawJson|Toml)\b"
    r"|\brange\s+\$\w+\s*,\s*\$\w+\s*:=\s*\$?\.Values\.(\w+(?:\.\w+)*)\s*-?\s*$"
)
"""Values that a template hands on, or walks through with names and values, whatever is in them."""


def is_handed_on(project: Project, chart: Chart, key: str) -> bool:
    """Return whether a template hands on all that is below a part of a key: it takes any key."""
    trees = project.once(("values handed on", chart.folder), lambda: _handed_on(project, chart))
    parts = key.split(".")
    return any(".".join(parts[:end]) in trees for end in range(1, len(parts)))


def _handed_on(project: Project, chart: Chart) -> frozenset[str]:
    found = chain.from_iterable(
        _HANDED_ON.finditer(action) for _, action in actions(project, chart)
    )
    return frozenset(one[1] or one[2] or one[3] for one in found)


def reads(project: Project, chart: Chart, key: str) -> bool:
    """Return whether a template reads a value, a part of it, or its name in what holds it.

    `with .Values.image` reads `.tag` of it.
    """
    used = project.once(
        ("values that templates name", chart.folder),
        lambda: frozenset(
            chain.from_iterable(keys(action) for _, action in actions(project, chart))
        ),
    )
    if any(one == key or one.startswith(f"{key}.") for one in used):
        return True
    way, _, name = key.rpartition(".")
    is_open = any(way == one or way.startswith(f"{one}.") for one in used)
    texts = (project.text(file) for file in files.chart_templates(project, chart.folder))
    read = re.compile(rf"(?<![\w.])\$?\w*\.{re.escape(name)}(?![\w-])")
    return is_open and any(read.search(text) for text in texts)

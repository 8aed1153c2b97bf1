"""Versions of runtimes in pipelines: set-up steps, tools and images of GitHub, GitLab, Jenkins and Azure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaffolder.formats import Unreadable
from scaffolder.formats.dockerfile import filled
from scaffolder.formats.yaml import line_of, tables
from scaffolder.repository import files, reading
from scaffolder.repository.facts.runtimes import stated
from scaffolder.repository.facts.statements import Declaration, Unread
from scaffolder.repository.facts.versions_of_images import runtime_of, shared_form
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import RUNTIMES, owners
from scaffolder.repository.runtimes.runtime import RANGE

CI, AGENT = "ci", "agent"

_ACTIONS = owners(lambda runtime: runtime.GITHUB_ACTIONS)
_TASKS = owners(lambda runtime: runtime.AZURE_TASKS)
_JENKINS_TOOLS = {runtime.JENKINS_TOOL: name for name, runtime in RUNTIMES.items()}
_EXPRESSION = re.compile(r"\$\{\{\s*(matrix|env|vars|inputs|variables|parameters)\.([\w.-]+)\s*\}\}")


def read(project: Project) -> Iterator[Declaration | Unread]:
    """What every pipeline says."""
    for paths, reader in (
        (files.github_files(project), _github),
        (files.gitlab_pipelines(project), _gitlab),
        (files.azure_pipelines(project), _azure),
    ):
        for file in paths:
            try:
                yield from reader(project, file, reading.table_of(project, file))
            except Unreadable as error:
                yield reading.unread(file, error)
    for file in files.jenkinsfiles(project):
        try:
            yield from _jenkins(project, file)
        except Unreadable as error:
            yield reading.unread(file, error)


def _github(project: Project, file: Path, table: dict[Any, Any]) -> Iterator[Declaration]:
    outer = _table(table.get("env"))
    jobs = _table(table.get("jobs")) or {"": {"steps": _table(table.get("runs")).get("steps")}}
    for job in jobs.values():
        job = _table(job)
        known = {
            "env": {**outer, **_table(job.get("env"))},
            "matrix": _matrix(_table(_table(job.get("strategy")).get("matrix"))),
        }
        container = job.get("container")
        image = container.get("image") if isinstance(container, dict) else container
        line = line_of(container, "image") if isinstance(container, dict) else line_of(job, "container")
        yield from _image(project, file, image, line, CI)
        for step in _tables(job.get("steps")):
            action = str(step.get("uses", "")).partition("@")[0].rpartition("/")[2]
            given = _table(step.get("with"))
            if action in _ACTIONS:
                runtime = _ACTIONS[action]
                key = RUNTIMES[runtime].GITHUB_ACTIONS[action]
                versions = _versions(given.get(key), known)
                yield from _several(project, file, runtime, versions, line_of(given, key), CI)


def _matrix(matrix: dict[Any, Any]) -> dict[str, Any]:
    """The values of each axis, those of `include` added."""
    axes = {str(key): list(value) for key, value in matrix.items() if isinstance(value, list) and key != "include"}
    for one in _tables(matrix.get("include")):
        for key, value in one.items():
            axes.setdefault(str(key), []).append(value)
    return axes


def _gitlab(project: Project, file: Path, table: dict[Any, Any]) -> Iterator[Declaration]:
    outer = _table(table.get("variables"))
    for name, job in (("", table), *table.items()):
        if not isinstance(job, dict) or (name in {"variables", "workflow"}):
            continue
        image = job.get("image")
        line = line_of(job, "image")
        if isinstance(image, dict):
            line, image = line_of(image, "name"), image.get("name")
        known = {**outer, **_table(job.get("variables"))}
        if isinstance(image, str):
            image = filled(image, {str(key): str(value) for key, value in known.items()})
        yield from _image(project, file, image, line, CI)


def _azure(project: Project, file: Path, table: dict[Any, Any]) -> Iterator[Declaration]:
    known = {"variables": _azure_variables(table), "matrix": {}}
    for step in tables(table):
        for name in ("container", "image"):
            if isinstance(step.get(name), str) and ("task" not in step):
                yield from _image(project, file, step[name], line_of(step, name), CI)
        task = str(step.get("task", "")).partition("@")[0]
        if task in _TASKS:
            runtime = _TASKS[task]
            given = _table(step.get("inputs"))
            for key in RUNTIMES[runtime].AZURE_TASKS[task]:
                versions = _versions(given.get(key), known)
                yield from _several(project, file, runtime, versions, line_of(given, key), CI)


def _azure_variables(table: dict[Any, Any]) -> dict[str, Any]:
    variables = table.get("variables")
    if isinstance(variables, dict):
        return {str(key): value for key, value in variables.items()}
    return {str(one.get("name")): one.get("value") for one in _tables(variables)}


def _jenkins(project: Project, file: Path) -> Iterator[Declaration]:
    statements = reading.jenkinsfile_of(project, file)
    for block in (one for top in statements for one in top.everything()):
        if block.name == "tools":
            for tool in block.body or ():
                kind = _JENKINS_TOOLS.get(tool.name)
                found = re.search(r"(\d+(?:[._]\d+)*)", tool.text)
                if kind and found:
                    yield from stated(project, kind, found[1], file, tool.line, AGENT)
        elif block.name in {"docker", "image"} or "docker.image(" in block.words:
            words = re.search(r"docker\.image\(\s*['\"]([^'\"]+)", block.words)
            yield from _image(project, file, words[1] if words else block.text, block.line, AGENT)
    for number, line in enumerate(project.lines(file), 1):
        if found := re.match(r"\s*-?\s*image:\s*[\"']?([\w./:@-]+)", line):  # a pod written inside the pipeline
            yield from _image(project, file, found[1], number, AGENT)


def _image(project: Project, file: Path, image: Any, line: int, role: str) -> Iterator[Declaration]:
    found = runtime_of(image) if isinstance(image, str) else None
    if found:
        yield from stated(project, found[0], found[1], file, line, role)


def _several(
    project: Project, file: Path, runtime: str, versions: list[str], line: int, role: str
) -> Iterator[Declaration]:
    """One statement of all the versions that a step is run with: a test over several names the right one among them."""
    forms = dict.fromkeys(shared_form(runtime, found[0]) for found in map(_number, versions) if found)
    if len(forms) == 1:
        yield from stated(project, runtime, next(iter(forms)), file, line, role)
    elif forms:
        for one in stated(project, runtime, " || ".join(forms), file, line, RANGE):
            yield Declaration(fact=one.fact, subject=one.subject, value=one.value, role=role, place=one.place)


def _number(text: str) -> re.Match[str] | None:
    return re.match(r"v?\d+(?:\.\d+)*", text.strip())


def _versions(value: Any, known: dict[str, dict[str, Any]]) -> list[str]:
    """The versions that a setting may have, its expressions filled in; nothing where they cannot be."""
    if isinstance(value, list):
        return [str(one) for one in value]
    if value is None or isinstance(value, dict):
        return []
    text = str(value)
    found = _EXPRESSION.fullmatch(text.strip()) or re.fullmatch(r"\$\((?P<name>[\w.]+)\)", text.strip())
    if not found:
        return [] if "$" in text else text.split("\n")
    where, name = ("variables", found[1]) if "name" in found.groupdict() else (found[1], found[2])
    given = known.get(where, {}).get(name)
    return [str(one) for one in given] if isinstance(given, list) else [] if given is None else [str(given)]


def _table(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _tables(value: Any) -> list[dict[Any, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []

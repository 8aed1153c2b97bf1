"""Read the versions of a repository's build and deployment tools, and of its Kubernetes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scaffolder.formats import Unreadable
from scaffolder.formats.regex import regex
from scaffolder.formats.yaml import line_of
from scaffolder.repository import files, reading
from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.repository.ci.system import CI
from scaffolder.repository.facts import charts, services
from scaffolder.repository.facts.statements import Declaration, Unread, place
from scaffolder.repository.facts.versions_of_images import split
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import RUNTIMES

PIN, SCRIPT, IMAGE, CHART = "pin", "script", "image", "chart"

_SHELL = regex(
    r"^\s*(?:export\s+|ARG\s+|ENV\s+|local\s+|readonly\s+)?([A-Z][A-Z0-9_]*)_VERSION\s*[:?]?=\s*[\"']?(?:\$\{\w+:-)?v?(\d+\.\d+(?:\.\d+)?)"
)
_MAPPING = regex(r"^\s*([A-Z][A-Z0-9_]*)_VERSION:\s*[\"']?v?(\d+\.\d+(?:\.\d+)?)")
_IMAGE = regex(r"(?:^|[\s\"'=])((?:[a-z0-9.-]+(?::\d+)?/)+[a-z0-9._-]+:v?\d+\.\d+[\w.-]*)")
_FLAG = regex(r"--?(?:kube|kubernetes)-version[= ][\"']?v?(1\.\d+)")
_OTHERS_NAMES = {"tf": "terraform", "kubernetes_cli": "kubectl", "tofu": "opentofu"}
_NOT_PROGRAMS = frozenset(
    {
        *RUNTIMES,
        "app",
        "api",
        "chart",
        "image",
        "service",
        "release",
        "schema",
        "node_image",
        "kube",
    }
)


def read(project: Project) -> Iterator[Declaration | Unread]:
    """Pins, set-up steps, variables of scripts and images."""
    yield from _pins(project)
    for name, system in CI_SYSTEMS.items():
        for file in files.ci_files(project, name):
            try:
                for one in system.programs(project, file):
                    yield _stated(project, f"tool {one.name}", one.version, file, one.line, CI)
            except Unreadable:
                continue  # pipelines.py reads it
    for file in _texts(project):
        yield from _lines(project, file)
    for chart in charts.charts(project):
        wanted = chart.metadata.get("kubeVersion")
        if isinstance(wanted, str):
            yield _stated(
                project,
                "kubernetes",
                wanted,
                chart.folder / "Chart.yaml",
                line_of(chart.metadata, "kubeVersion"),
                CHART,
            )


def _stated(
    project: Project, fact: str, value: str, file: Path, line: int, role: str
) -> Declaration:
    return Declaration(
        fact=fact, subject=services.HERE, value=value, role=role, place=place(project, file, line)
    )


def _program(name: str) -> str:
    """Return a program's usual name.

    "aqua:prometheus/prometheus" and "PROMETHEUS" are prometheus.
    """
    last = re.split(r"[:/]", name)[-1].lower()
    return _OTHERS_NAMES.get(last, last.replace("_", "-"))


def _pins(project: Project) -> Iterator[Declaration]:
    for file in files.version_files(project):
        for number, line in enumerate(project.lines(file)[:1], 1):
            if found := re.match(r"v?(\d+\.\d+[\w.]*)", line.strip()):
                yield _stated(
                    project,
                    f"tool {file.name[1:].removesuffix('-version')}",
                    found[1],
                    file,
                    number,
                    PIN,
                )
    for file in files.asdf_versions(project):
        for number, line in enumerate(project.lines(file), 1):
            if (found := re.match(r"\s*([\w-]+)\s+v?(\d+\.\d+[\w.]*)", line)) and _program(
                found[1]
            ) not in _NOT_PROGRAMS:
                yield _stated(project, f"tool {_program(found[1])}", found[2], file, number, PIN)
    for file in files.mise_settings(project):
        try:
            tools = reading.toml_of(project, file).get("tools")
        except Unreadable:
            continue
        for name, version in tools.items() if isinstance(tools, dict) else ():
            text = str(version.get("version", "")) if isinstance(version, dict) else str(version)
            if re.match(r"v?\d+\.\d+", text) and _program(name) not in _NOT_PROGRAMS:
                at = next(
                    (
                        n
                        for n, one in enumerate(project.lines(file), 1)
                        if one.lstrip().startswith((name, f'"{name}"'))
                    ),
                    0,
                )
                yield _stated(
                    project, f"tool {_program(name)}", text.removeprefix("v"), file, at, PIN
                )


def _texts(project: Project) -> tuple[Path, ...]:
    """The files whose lines may set the version of a program."""
    scripts = (
        *files.shell_scripts(project),
        *files.make_files(project),
        *files.all_dockerfiles(project),
    )
    settings = (*files.kind_clusters(project), *files.compose_files(project))
    in_ci = [file for file in files.yaml(project) if file.parts[0] == "ci"]
    return tuple(sorted({*files.pipelines(project), *scripts, *settings, *in_ci}))


def _lines(project: Project, file: Path) -> Iterator[Declaration]:
    for number, line in enumerate(project.lines(file), 1):
        if len(line) > 1000 or line.lstrip().startswith(("#", "//")):
            continue
        # A word is found at once; most lines have none, and need no expression.
        is_set = "_VERSION" in line
        found = (_SHELL.match(line) or _MAPPING.match(line)) if is_set else None
        if found and _program(found[1]) not in _NOT_PROGRAMS:
            yield _stated(project, f"tool {_program(found[1])}", found[2], file, number, SCRIPT)
        if "-version" in line and (found := _FLAG.search(line)):
            yield _stated(project, "kubernetes", found[1], file, number, SCRIPT)
        if "/" in line and ":" in line:
            for image in _IMAGE.findall(line):
                name, tag, _ = split(image)
                version = re.match(r"v?(\d+\.\d+(?:\.\d+)?)", tag)
                if version and f"/{name}".endswith("/kindest/node"):  # a mirror has a prefix
                    yield _stated(project, "kubernetes", version[1], file, number, IMAGE)
                elif version and name not in RUNTIMES:
                    yield _stated(
                        project, f"tool {_program(name)}", version[1], file, number, IMAGE
                    )

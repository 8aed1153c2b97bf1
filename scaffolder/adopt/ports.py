"""Where a service that is there listens, and the place that says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from scaffolder.adopt.found import Found, by_weight, matches
from scaffolder.repository import facts, files, reading
from scaffolder.repository.facts import ports
from scaffolder.repository.facts.application import SOURCE
from scaffolder.repository.project import Project
from scaffolder.repository.reading import place

DEFAULT = 8080
"""Where the template's own service listens; docs/contract.md."""

LOWEST = 1024
"""The template's chart takes no lower port: those below are root's, and its container is not root."""

_TESTS = frozenset({"test", "tests", "e2e", "spec", "__tests__"})
_WAYS: tuple[tuple[Callable[[Project], tuple[Path, ...]], str], ...] = (
    (files.gunicorn_settings, r"^bind\s*=\s*[\"'][^\"']*:(\d{2,5})"),
    (files.procfiles, r"(?:--port[= ]|--bind[= ]\S*:|-b \S*:)(\d{2,5})"),
    (
        lambda project: files.sources(project, ".js", ".ts", ".mjs", ".cjs"),
        r"\.listen\(\s*\{\s*port:\s*(\d{2,5})|PORT(?:,\s*10)?\)?\s*(?:\|\||\?\?)\s*[\"']?(\d{2,5})",
    ),
    (lambda project: files.sources(project, ".py"), r"\.run\([^)]*port\s*=\s*int\([^,]*,\s*[\"']?(\d{2,5})"),
    (lambda project: files.sources(project, ".go"), r"\bAddr:\s*\":(\d{2,5})\"|\.(?:Run|Start)\(\":(\d{2,5})\"\)"),
    (files.deployments, r"(?:containerPort|targetPort):\s*(\d{2,5})"),
    (files.yaml, r"\bcontainerPort:\s*(\d{2,5})"),
)
"""What `facts` does not state, in the order of its weight: what starts the service, its code, what deploys it."""


def port(project: Project) -> Found:
    """Where the service listens, as the image, the code or what deploys it says; else the template's default."""
    return (
        _exposed(project) or _stated(project, *_IMAGE) or _written(project) or _stated(project, ports.COMPOSE) or _ANY
    )


_IMAGE = (ports.COMMAND, ports.ENV, SOURCE)
_ANY = Found(name="port", value=str(DEFAULT), note="default")


def _exposed(project: Project) -> Found | None:
    for file in sorted(files.dockerfiles(project), key=by_weight):
        read = reading.stages(project, file)
        if read is None:
            continue
        last = read.stages[-1]
        for instruction in last.each("EXPOSE"):
            found = re.match(r"\d{2,5}", last.filled(instruction.text))
            if found:
                return Found(name="port", value=found[0], places=(place(project, file, instruction.line),))
    return None


def _stated(project: Project, *roles: str) -> Found | None:
    said = [one for one in facts.read(project).of("port") if one.role in roles and not _tested(one.place.path)]
    for one in sorted(said, key=lambda one: (roles.index(one.role), one.place)):
        return Found(name="port", value=one.value, places=(one.place,))
    return None


def _written(project: Project) -> Found | None:
    for which, line in _WAYS:
        untested = tuple(file for file in which(project) if not _tested(file))
        for at, value in matches(project, untested, line):
            return Found(name="port", value=value, places=(at,))
    return None


def _tested(file: Path) -> bool:
    return any(part in _TESTS for part in file.parts)

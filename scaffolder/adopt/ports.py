"""Where a service that is there listens, and the place that says so."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

from scaffolder.adopt.found import Found, by_weight, matches
from scaffolder.repository import facts, files, reading
from scaffolder.repository.facts import ports
from scaffolder.repository.facts.application import SOURCE
from scaffolder.repository.project import Project
from scaffolder.repository.reading import place
from scaffolder.repository.runtimes import of_each
from scaffolder.repository.runtimes.runtime import Clue

DEFAULT = 8080
"""Where the template's own service listens; docs/contract.md."""

LOWEST = 1024
"""The template's chart takes no lower port: those below are root's, and its container is not root."""

_TESTS = frozenset({"test", "tests", "e2e", "spec", "__tests__"})
_STARTED = Clue(
    files=("Procfile",), pattern=r"(?:--port[= ]|--bind[= ]\S*:|-b \S*:)(\d{2,5})", rank=1
)
_DEPLOYED = (
    (files.deployments, r"(?:containerPort|targetPort):\s*(\d{2,5})"),
    (files.yaml, r"\bcontainerPort:\s*(\d{2,5})"),
)
_IN_SOURCE = (_STARTED, *of_each(lambda runtime: runtime.LISTENS_PERHAPS))
_CLUES = sorted(_IN_SOURCE, key=lambda clue: clue.rank)
"""What `facts` does not state, in the order of its weight: what starts the service, its code, what deploys it."""


def port(project: Project) -> Found:
    """Where the service listens, as the image, the code or what deploys it says; else the template's default."""
    return (
        _exposed(project)
        or _stated(project, *_IMAGE)
        or _written(project)
        or _stated(project, ports.COMPOSE)
        or _ANY
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
                return Found(
                    name="port", value=found[0], places=(place(project, file, instruction.line),)
                )
    return None


def _stated(project: Project, *roles: str) -> Found | None:
    said = [
        one
        for one in facts.read(project).of("port")
        if one.role in roles and not _tested(one.place.path)
    ]
    for one in sorted(said, key=lambda one: (roles.index(one.role), one.place)):
        return Found(name="port", value=one.value, places=(one.place,))
    return None


def _written(project: Project) -> Found | None:
    source = ((files.named(project, *clue.files), clue.pattern) for clue in _CLUES)
    deployed = ((which(project), pattern) for which, pattern in _DEPLOYED)
    for found, pattern in chain(source, deployed):
        untested = tuple(file for file in found if not _tested(file))
        for at, value in matches(project, untested, pattern):
            return Found(name="port", value=value, places=(at,))
    return None


def _tested(file: Path) -> bool:
    return any(part in _TESTS for part in file.parts)

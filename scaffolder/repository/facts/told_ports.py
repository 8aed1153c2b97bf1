"""Ports that a service is told to listen on where it runs: Compose, variables, workloads, profiles.

The source and the image have a default; these win over it. What is not a number here is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.repository import files
from scaffolder.repository.facts import compose, services, workloads
from scaffolder.repository.facts.compose import ComposeService
from scaffolder.repository.kubernetes_objects import dig
from scaffolder.repository.project import Project
from scaffolder.repository.reading import listed

_NAME = regex(
    r"(?:(?:APP|SERVER|HTTP|SERVICE|LISTEN|BIND|API|WEB|NODE|QUARKUS|MICRONAUT|ASPNETCORE|UVICORN)_)*PORTS?"
)
"""Variables that usually hold the port of the service itself, not one that it connects to."""

_ASSIGNED = regex(
    r"^\s*(?:export\s+)?(?P<name>[A-Z][A-Z0-9_]*)=[\"']?:?(?P<port>\d{2,5})[\"']?\s*$", re.MULTILINE
)
_IN_PROFILE = regex(
    r"(?:^|[.\s\"'{])port[\"']?\s*[=:]\s*[\"']?(?:\$\{\w+:)?(\d{2,5})\b",
    re.MULTILINE | re.IGNORECASE,
)
_LARGEST = 20_000
"""As much of a file of settings is read."""


def of(project: Project, service: Path) -> frozenset[str]:
    """Return the ports that something besides the image and the source gives a service."""
    known = project.once("told ports", lambda: _by_service(_told(project)))
    by_all = (
        known.get(services.HERE, frozenset()) if services.shared(project, services.HERE) else ()
    )
    return known.get(service, frozenset()).union(by_all)


def of_profiles(project: Project, service: Path) -> frozenset[str]:
    """Return the ports of the profiles of a service, one of which may be active where it runs."""
    known = project.once("ports of profiles", lambda: _by_service(_of_profiles(project)))
    return known.get(service, frozenset())


def _told(project: Project) -> Iterator[tuple[Path, str]]:
    return chain(_composed(project), _assigned(project), _deployed(project))


def _by_service(stated: Iterable[tuple[Path, str]]) -> dict[Path, frozenset[str]]:
    told: dict[Path, set[str]] = {}
    for service, port in stated:
        if port.isdigit():
            told.setdefault(service, set()).add(port)
    return {service: frozenset(ports) for service, ports in told.items()}


def _composed(project: Project) -> Iterator[tuple[Path, str]]:
    for one in compose.composed(project):
        ports = [value for name, value, _ in compose.environment(one.content) if _is_own(name)]
        for service in _services_of(project, one) if ports else ():
            yield from ((service, port.removeprefix(":")) for port in ports)


def _services_of(project: Project, one: ComposeService) -> set[Path]:
    """Return the service that a service of Compose is built from, mounts, or is called like."""
    if one.built is not None:
        return {one.built}
    known = services.folders(project)
    mounted = set()
    for mount in listed(one.content.get("volumes")):
        source = dig(mount, "source") if isinstance(mount, dict) else str(mount).partition(":")[0]
        mounted.add(project.relative((one.file.parent / str(source or "")).as_posix()))
    named = {folder for folder in known if folder.name in one.names}
    return named | (mounted & set(known))


def _assigned(project: Project) -> Iterator[tuple[Path, str]]:
    """Yield the ports of files of variables and of profiles, each for the service that has it."""
    for file in files.variables_and_examples(project):
        text = project.text(file)[:_LARGEST]
        for found in _ASSIGNED.finditer(text) if "PORT" in text else ():
            if _is_own(found["name"]):
                yield services.subject_of(project, file), found["port"]


def _of_profiles(project: Project) -> Iterator[tuple[Path, str]]:
    for file in files.settings_of_profiles(project):
        for port in _IN_PROFILE.findall(project.text(file)[:_LARGEST]):
            yield services.subject_of(project, file), port


def _deployed(project: Project) -> Iterator[tuple[Path, str]]:
    for _, _, container, service in workloads.containers(project):
        for variable in listed(container.get("env")):
            if _is_own(str(dig(variable, "name"))):
                yield service, str(dig(variable, "value")).removeprefix(":")


def _is_own(name: str) -> bool:
    return _NAME.fullmatch(name) is not None

"""Ports and commands of pages about a repository, held against what listens and what is there."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from scaffolder.checks.agreement.findings import disagreement
from scaffolder.model import Finding, Location
from scaffolder.repository.facts import (
    Declaration,
    Facts,
    charts,
    services,
    stated_commands,
    stated_ports,
)
from scaffolder.repository.facts.application import SOURCE
from scaffolder.repository.facts.charts import KubernetesObject
from scaffolder.repository.facts.ports import COMMAND, ENV, EXPOSE
from scaffolder.repository.facts.stated_commands import PACKAGE_SCRIPT, StatedCommand
from scaffolder.repository.facts.stated_ports import FORWARD, RUN, StatedPort
from scaffolder.repository.project import Project
from scaffolder.repository.reading import listed

_ALIKE = 0.8
"""How alike two names have to be for one to be meant by the other."""

_MOST = 500
"""Names that are compared with one that does not exist."""

_PRIVILEGED = 1024
"""Ports below are those of root, which takes them for a proxy or a web server."""

_LISTENS = (COMMAND, ENV, SOURCE, EXPOSE)


def ports(project: Project, said: Facts) -> Iterator[Finding | None]:
    """Yield for each port of a page that is compared a finding, or None if it is right."""
    for one in stated_ports.stated(project):
        if one.kind == FORWARD:
            yield from _forwarded(project, one)
            continue
        listens = _ports_of(project, said, one.service)
        if listens:
            yield _wrong_port(project, one, listens)


def commands(project: Project, _: Facts) -> Iterator[Finding | None]:
    """Yield for each command of a page that is compared a finding, or None if it is right."""
    scripts = stated_commands.package_scripts(project)
    for one in stated_commands.stated(project):
        if one.kind == PACKAGE_SCRIPT:
            if scripts:
                yield _wrong_script(one, scripts)
        elif _is_here(project, one.name):
            yield _wrong_file(project, one)


def _ports_of(project: Project, said: Facts, service: Path) -> list[Declaration]:
    """Return where a service listens; none if a page may be about several services."""
    if service == services.HERE and not services.dockerfiles_of(project, service):
        if len(services.folders(project)) != 1:
            return []
        service = services.folders(project)[0]
    stated = [one for one in said.about("port", service) if one.role in _LISTENS]
    return sorted(stated, key=lambda one: _LISTENS.index(one.role))


def _wrong_port(project: Project, one: StatedPort, listens: list[Declaration]) -> Finding | None:
    if one.port in {other.value for other in listens}:
        return None
    right = listens[0]
    if one.kind == RUN:
        message = f"publishes port {one.port} of the image, which listens on {right.value}"
        return disagreement(one.place, message, right.place, fix=f"publish {right.value}")
    if all(int(other.value) < _PRIVILEGED for other in listens):
        return None  # a proxy for HTTPS, beside a service that is started otherwise
    in_source = any(other.role == SOURCE for other in listens)
    if stated_ports.is_explained(project, one.port, with_settings=in_source):
        return None
    return disagreement(
        one.place,
        f"names port {one.port}, but the service listens on {right.value}",
        right.place,
        fix=f"write {right.value} here, or change {right.place.path.as_posix()}",
    )


def _forwarded(project: Project, one: StatedPort) -> Iterator[Finding | None]:
    """Yield whether the Service that is forwarded has the port, if all of that name are here."""
    named = [
        other
        for other in charts.objects(project)
        if other.kind == "Service" and other.name == one.name
        if not _is_of_another_copy(project, one, other)
    ]
    offered = set(chain.from_iterable(map(_offered, named)))
    if not offered:
        return
    if one.port in offered:
        yield None
        return
    yield disagreement(
        one.place,
        f"forwards port {one.port} of Service {one.name}, which does not exist",
        named[0].place(project, "spec", "ports"),
        fix=f"forward {next(_offered(named[0]))}",
    )


def _is_of_another_copy(project: Project, one: StatedPort, other: KubernetesObject) -> bool:
    """Return whether a page and an object belong to copies of a service, as chapters have them."""
    copies = [folder for folder in services.folders(project) if folder.name == one.service.name]
    return len(copies) > 1 and other.path.parts[:1] != one.place.path.parts[:1]


def _offered(service: KubernetesObject) -> Iterator[str]:
    for port in listed(service.get("spec", "ports")):
        for key in ("port", "name"):
            if value := charts.dig(port, key):
                yield str(value)


def _wrong_script(one: StatedCommand, scripts: dict[str, Location]) -> Finding | None:
    if one.name in scripts:
        return None
    near = difflib.get_close_matches(one.name, scripts, n=1, cutoff=_ALIKE)
    other = scripts[near[0]] if near else next(iter(scripts.values()))
    return disagreement(
        one.place,
        f"runs the script {one.name}, which no package.json has",
        other,
        fix=f"run {near[0]}" if near else "add the script, or take the command out",
    )


def _is_here(project: Project, name: str) -> bool:
    """Return whether a path begins in a folder of the repository, and not in another repository."""
    parts = Path(name).parts
    return len(parts) == 1 or Path(parts[0]) in project.folders


def _wrong_file(project: Project, one: StatedCommand) -> Finding | None:
    if stated_commands.has_file(project, one.name) or stated_commands.is_made(project, one):
        return None
    near = _nearest(project, one)
    if not near and (_is_beside(one.name) or one.is_applied):
        return None  # a file of another folder, or one that a program writes
    return disagreement(
        one.place,
        f"names {one.name}, which does not exist",
        Location(path=Path(near)) if near else (),
        fix=f"name {near}" if near else "add the file, or take the command out",
    )


def _is_beside(name: str) -> bool:
    """Return whether a script is in the folder where a reader is, which may be any."""
    return name.startswith("./") and len(Path(name).parts) == 1


def _nearest(project: Project, one: StatedCommand) -> str:
    path = Path(one.name)
    same = [file for file in stated_commands.same_named(project, path) if file != path]
    if len(same) == 1:
        return same[0].as_posix()
    names = [file.as_posix() for file in project.files if file.suffix == path.suffix]
    near = difflib.get_close_matches(
        path.as_posix(), names[:_MOST], n=1, cutoff=_ALIKE + 0.1 * one.is_applied
    )
    return near[0] if near else ""

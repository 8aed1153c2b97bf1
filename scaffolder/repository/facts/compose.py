"""Read services of Compose files: their names, build folders and ports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder.model import Location
from scaffolder.repository import files, reading
from scaffolder.repository.facts import services
from scaffolder.repository.kubernetes_objects import dig
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, listed, place


@dataclass(frozen=True, kw_only=True)
class ComposeService:
    """A service of a Compose file.

    `built` is the service of the repository that it is built from, None for an image of others;
    `names` are those by which others reach it. `told` are ports that its variables, its command or
    its files of variables name; `is_open`: a file of variables is not here, and may name any.
    """

    name: str
    file: Path
    content: dict[Any, Any]
    built: Path | None
    names: frozenset[str]
    told: frozenset[str]
    is_open: bool


def composed(project: Project) -> tuple[ComposeService, ...]:
    """Return the services of all Compose files but those of tests and examples."""
    return project.once("services of Compose", lambda: tuple(_composed(project)))


def environment(content: dict[Any, Any]) -> Iterator[tuple[str, str, int]]:
    """Yield name, value and line of each variable that a service is given."""
    stated = content.get("environment")
    for name, value in stated.items() if isinstance(stated, dict) else ():
        yield str(name), _default(str(value)), line_of(stated, name)
    for number, text in enumerate(listed(stated)):
        name, _, value = str(text).partition("=")
        yield name, _default(value), line_of(content, "environment", number)


def builds(project: Project) -> Iterator[tuple[Location, Path]]:
    """Yield the folder and the Dockerfile that each service of Compose is built from."""
    for service in composed(project):
        build = service.content.get("build")
        table = build if isinstance(build, dict) else {"context": build}
        context = table.get("context") or "."
        if not isinstance(context, str) or "$" in context or "://" in context:
            continue
        folder = project.relative((service.file.parent / context).as_posix())
        holder, key = (build, "context") if isinstance(build, dict) else (service.content, "build")
        if build is not None and folder != Path():
            yield place(project, service.file, line_of(holder, key)), folder
        named = table.get("dockerfile")
        if isinstance(named, str) and "$" not in named:
            at = place(project, service.file, line_of(build, "dockerfile"))
            yield at, project.relative((folder / named).as_posix())


def _composed(project: Project) -> Iterator[ComposeService]:
    for file in files.compose_files(project):
        if files.is_trial(file):
            continue
        table = reading.table(project, file).get("services")
        for name, content in table.items() if isinstance(table, dict) else ():
            if isinstance(content, dict):
                yield _service(project, file, str(name), content)


def _service(project: Project, file: Path, name: str, content: dict[Any, Any]) -> ComposeService:
    told = {value for key, value, _ in environment(content) if "PORT" in key.upper()}
    command = f"{content.get('command', '')} {content.get('entrypoint', '')}"
    told.update(re.findall(r"\b\d{4,5}\b", command))
    is_open = False
    for named in _files_of_variables(content):
        path = project.relative((file.parent / named).as_posix())
        known = [one for one in (path, path.with_name(f"{path.name}.example")) if project.has(one)]
        is_open = is_open or not known
        for one in known[:1]:
            told.update(re.findall(r"(?m)^\w*PORT\w*=[\"']?(\d+)", project.text(one)))
    open_values = [value for value in told if not value.isdigit()]
    is_open = is_open or bool(open_values) or "extends" in content
    return ComposeService(
        name=name,
        file=file,
        content=content,
        built=_built(project, file, content),
        names=frozenset(_names(name, content)),
        told=frozenset(told),
        is_open=is_open,
    )


def _default(value: str) -> str:
    """Return the number in `${PORT:-8080}`, any other value as it is."""
    return re.sub(r"^\$\{\w+:?-(\d+)\}$", r"\1", value)


def _files_of_variables(content: dict[Any, Any]) -> Iterator[str]:
    stated = content.get("env_file")
    for one in stated if isinstance(stated, list) else [stated] if stated else []:
        yield str(one.get("path", "")) if isinstance(one, dict) else str(one)


def _built(project: Project, file: Path, content: dict[Any, Any]) -> Path | None:
    build = content.get("build")
    folder = build.get("context", ".") if isinstance(build, dict) else build
    if not isinstance(folder, str) or "$" in folder or "://" in folder:
        return None
    context = project.relative((file.parent / folder).as_posix())
    named = build.get("dockerfile") if isinstance(build, dict) else None
    image = project.relative((context / str(named or "Dockerfile")).as_posix())
    return services.subject_of(project, image) if project.has(image) else None


def _names(name: str, content: dict[Any, Any]) -> Iterator[str]:
    yield name
    for key in ("container_name", "hostname"):
        if isinstance(value := content.get(key), str):
            yield value
    networks = content.get("networks")
    for network in networks.values() if isinstance(networks, dict) else ():
        yield from (str(alias) for alias in listed(dig(network, "aliases")))

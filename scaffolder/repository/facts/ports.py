"""Ports and probe paths in images, compose files and dev containers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder.formats import Unreadable
from scaffolder.formats.dockerfile import Dockerfile, Stage
from scaffolder.formats.regex import regex
from scaffolder.formats.yaml import line_of
from scaffolder.repository import files, reading
from scaffolder.repository.facts import services
from scaffolder.repository.facts.statements import Declaration, Unread, place
from scaffolder.repository.project import Project

ENV, EXPOSE, COMMAND, HEALTHCHECK, COMPOSE, DEV = (
    "image env",
    "expose",
    "command",
    "healthcheck",
    "compose",
    "dev container",
)

_URL = regex(
    r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(\d+|\$\{?\w+\}?))?(/[\w./-]*)?"
)
_BOUND = regex(
    r"(?:--(?:server\.)?port[= ]|-D(?:server|quarkus\.http|micronaut\.server)\.port=|-p "
    r"|--bind[= ]\S*:|-b \S*:|--listen[= ]\S*:)(\d{2,5})\b"
)


def read(project: Project) -> Iterator[Declaration | Unread]:
    """Yield the ports of Dockerfiles, compose files and dev containers."""
    for file in files.dockerfiles(project):
        try:
            yield from _image(project, file, reading.dockerfile_of(project, file))
        except Unreadable:
            continue  # runtimes.py reads it
    for file in files.compose_files(project):
        for one in published(project, file):
            inside = (folder for folder in services.folders(project) if _holds(folder, one))
            subject = next(inside, services.HERE)
            if _is_of_another_image(project, one, subject):
                continue
            yield _stated(project, file, one.line, one.port, COMPOSE, subject)
    for file in files.dev_container_settings(project):
        try:
            table = reading.json_of(project, file)
        except Unreadable:
            continue
        forwarded = table.get("forwardPorts") if isinstance(table, dict) else None
        line = project.line_of(file, "forwardPorts")
        # Of several, the others are databases, servers for development and debuggers.
        ports = forwarded if isinstance(forwarded, list) and len(forwarded) == 1 else ()
        if isinstance(table, dict) and "dockerComposeFile" in table:
            ports = ()
        for port in ports:
            if isinstance(port, int) and not _is_of_another_service(project, file, str(port)):
                yield _stated(
                    project, file, line, str(port), DEV, services.subject_of(project, file)
                )


def _is_of_another_service(project: Project, settings: Path, port: str) -> bool:
    """Return whether another service here exposes a port, or a Compose file names it."""
    own = services.subject_of(project, settings)
    images = (
        file for file in files.dockerfiles(project) if services.subject_of(project, file) != own
    )
    exposed = re.compile(rf"^\s*EXPOSE\b.*\b{port}\b", re.MULTILINE)
    named = re.compile(rf"(?<!\d){port}(?!\d)")
    return any(exposed.search(project.text(file)) for file in images) or any(
        named.search(project.text(file)) for file in files.compose_files(project)
    )


def _is_of_another_image(project: Project, one: Published, service: Path) -> bool:
    """Return whether a Compose service is built from a Dockerfile without the service's port.

    It is not in the repository, or another Dockerfile of the service names the port of its image.
    """
    if not project.has(one.build):
        return True
    others = [file for file in services.dockerfiles_of(project, service) if file != one.build]
    return not _states_port(project, one.build) and any(
        _states_port(project, file) for file in others
    )


def _states_port(project: Project, file: Path) -> bool:
    read = reading.stages(project, file)
    return read is not None and any(said.fact == "port" for said in _image(project, file, read))


def _holds(folder: Path, published: Published) -> bool:
    return published.context.is_relative_to(folder)


def _stated(
    project: Project, file: Path, line: int, port: str, role: str, subject: Path
) -> Declaration:
    return Declaration(
        fact="port", subject=subject, value=port, role=role, place=place(project, file, line)
    )


def _image(project: Project, file: Path, read: Dockerfile) -> Iterator[Declaration]:
    subject = services.subject_of(project, file)
    variables: dict[str, str] = {}
    for stage in _line_of_stages(read):
        variables.update({key: value for key, value in stage.variables.items() if value})
        for one in stage.each("ENV"):
            port = stage.variables.get("PORT") or stage.variables.get("SERVER_PORT")
            if port and port.isdigit() and re.search(r"\b(?:SERVER_)?PORT\b", one.text):
                line = next(
                    (
                        n
                        for n in range(one.line, one.line + 20)
                        if re.search(r"PORT\b", _line(project, file, n))
                    ),
                    one.line,
                )
                yield _stated(project, file, line, port, ENV, subject)
        for one in stage.each("EXPOSE"):
            for word in one.words:
                port = stage.filled(word).partition("/")[0]
                is_known = port.isdigit() and not _is_of_debugger(project, file, port)
                if is_known and not _is_set_by_a_server(project, subject):
                    yield _stated(project, file, one.line, port, EXPOSE, subject)
        for one in (*stage.each("CMD"), *stage.each("ENTRYPOINT")):
            if found := _BOUND.search(stage.filled(" ".join(one.words))):
                yield _stated(project, file, one.line, found[1], COMMAND, subject)
        for one in stage.each("HEALTHCHECK"):
            for port, path in _URL.findall(stage.filled(one.text)):
                if port.isdigit():
                    yield _stated(project, file, one.line, port, HEALTHCHECK, subject)
                if path:
                    at = place(project, file, one.line)
                    yield Declaration(
                        fact="path", subject=subject, value=path, role=HEALTHCHECK, place=at
                    )


_DEBUGGERS = frozenset({"5005", "9229"})
"""The usual ports of the debuggers of Java and Node.js."""


def _is_of_debugger(project: Project, file: Path, port: str) -> bool:
    """Return whether a port is that of a debugger: the usual one, or named by its option."""
    option = re.compile(
        r"(?:jdwp\S*address=|--inspect(?:-brk)?[= ]|debugpy\b.*--listen[= ]|dlv\b.*--listen[= ]"
        r"|xdebug\S*port=)"
        rf"(?:[\w.*]*:)?{port}\b"
    )
    return port in _DEBUGGERS or option.search(project.text(file)) is not None


_OF_A_SERVER = regex(
    r"\bconfigserver:|\bspring\.cloud\.config\b|^\s+cloud\.config[.:]|^\s+cloud:\s*\n\s+config:",
    re.MULTILINE,
)
"""Settings of Spring that name a config server, which may also have the port.

https://docs.spring.io/spring-cloud-config/reference/client.html
"""


def _is_set_by_a_server(project: Project, service: Path) -> bool:
    """Return whether a service takes its settings from a config server.

    EXPOSE is a note of the image then, and tells nothing about where the process listens.
    """
    return service in project.once(
        "services of a config server",
        lambda: frozenset(
            services.subject_of(project, file)
            for file in files.settings_of_spring(project)
            if _OF_A_SERVER.search(project.text(file)[:_LARGEST])
        ),
    )


_LARGEST = 20_000
"""As much of a file of settings is read."""


def _line_of_stages(read: Dockerfile) -> list[Stage]:
    """The last stage and those that it is made from, the first one first."""
    chain = [read.stages[-1]]
    while True:
        earlier = [
            one
            for one in read.stages
            if one.name and one.name == chain[0].image.lower() and one not in chain
        ]
        if not earlier:
            return chain
        chain.insert(0, earlier[-1])


@dataclass(frozen=True, kw_only=True)
class Published:
    """A port that a service of Compose publishes; `build` is the Dockerfile of its image."""

    service: str
    context: Path
    build: Path
    port: str
    file: Path
    line: int


def published(project: Project, file: Path) -> Iterator[Published]:
    """Yield the ports of the containers in a Compose file that are built in the repository."""
    composed = reading.table(project, file).get("services")
    for name, service in composed.items() if isinstance(composed, dict) else ():
        if isinstance(service, dict) and service.get("build"):
            yield from _published(project, file, str(name), service)


def _published(
    project: Project, file: Path, name: str, service: dict[Any, Any]
) -> Iterator[Published]:
    build = service["build"]
    folder = build.get("context", ".") if isinstance(build, dict) else build
    named = build.get("dockerfile") if isinstance(build, dict) else None
    file_of_image = str(named or "Dockerfile")
    context = project.relative((file.parent / str(folder)).as_posix())
    ports = service.get("ports")
    texts = [_inside(port) for port in reading.listed(ports)]
    if any("$" in text for text in texts):
        return  # one of them is the service's, and which one is not known
    beside = list(_in_its_network(project, file, name))
    for number, text in enumerate(texts):
        is_told = text.isdigit() and (
            _is_told(project, file, service, text)
            or any(not one.get("build") or _is_told(project, file, one, text) for one in beside)
            or _is_of_a_profile(project, context, service, text)
        )
        if text.isdigit() and not is_told:
            yield Published(
                service=name,
                context=context,
                build=project.relative((context / file_of_image).as_posix()),
                port=text,
                file=file,
                line=line_of(service, "ports", number),
            )


def _in_its_network(project: Project, file: Path, name: str) -> Iterator[dict[Any, Any]]:
    """Yield the services of Compose that listen at the address of another one: its sidecars."""
    composed = reading.table(project, file).get("services")
    for one in composed.values() if isinstance(composed, dict) else ():
        if isinstance(one, dict) and one.get("network_mode") == f"service:{name}":
            yield one


def _inside(port: Any) -> str:
    """Return the port inside the container, a variable as its default."""
    if isinstance(port, dict):
        return str(port.get("target", ""))
    known = re.sub(r"\$\{\w+:?-([^}]*)\}", r"\1", str(port))
    return re.sub(r"/\w+$", "", known).rpartition(":")[2]


_PROFILES = ("SPRING_PROFILES_ACTIVE", "MICRONAUT_ENVIRONMENTS", "QUARKUS_PROFILE", "ASPNETCORE_")


def _is_of_a_profile(project: Project, context: Path, service: dict[Any, Any], port: str) -> bool:
    """Return whether a profile is active, and settings beside the image name the port."""
    if not any(name in str(service.get("environment", "")) for name in _PROFILES):
        return False
    word = re.compile(rf"\bport\b\W+{port}\b", re.IGNORECASE)
    settings = (
        file
        for file in files.settings_of_any_kind(project)
        if file.name.startswith(("application", "appsettings")) and file.is_relative_to(context)
    )
    return any(word.search(project.text(file)) for file in settings)


def _is_told(project: Project, file: Path, service: dict[Any, Any], port: str) -> bool:
    """Return whether a service of Compose is told a port, by its command or a file it mounts."""
    word = re.compile(rf"(?<!\d){port}(?!\d)")
    if word.search(f"{service.get('command', '')} {service.get('environment', '')}"):
        return True
    for mount in reading.listed(service.get("volumes")):
        named = mount.get("source") if isinstance(mount, dict) else str(mount).partition(":")[0]
        path = project.relative((file.parent / str(named or "")).as_posix())
        if project.has(path) and word.search(project.text(path)):
            return True
    return False


def _line(project: Project, file: Path, number: int) -> str:
    lines = project.lines(file)
    return lines[number - 1] if 0 < number <= len(lines) else ""

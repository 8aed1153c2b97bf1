"""Find the port of an existing service, and its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from scaffolder.adopt.found import Found, by_weight, matches
from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import facts, files, reading
from scaffolder.repository.facts import ownership, ports, services
from scaffolder.repository.facts.application import SOURCE
from scaffolder.repository.facts.charts import LONG_RUNNING, KubernetesObject, objects
from scaffolder.repository.facts.versions_of_images import split
from scaffolder.repository.project import Project
from scaffolder.repository.reading import place
from scaffolder.repository.runtimes import of_each
from scaffolder.repository.runtimes.runtime import Clue

DEFAULT = 8080
"""The port of the template's own service; docs/contract.md."""

LOWEST = 1024
"""The lowest port of the template's chart.

Those below are root's, and its container is not root.
"""

_TESTS = frozenset({"test", "tests", "e2e", "spec", "__tests__", "mock", "mocks", "examples"})
_DEBUGGERS = frozenset({"5005", "9229", "2345", "5678"})
"""Ports of debuggers, which images expose beside that of the service."""

_NAMED = regex(r"^(?:http|https?-?(?:web|api|server|main)|web|api|app|rest|main|server)\d*$")
_ASIDE = regex(
    r"metrics|prom|health|probe|admin|manage|debug|grpc|gossip|peer|pprof|telemetry|tracing|otel"
)
_ENTRY = regex(r"^(?:main|index|server|app|application|config|settings|bootstrap)\b")
_STARTED = Clue(
    files=("Procfile",), pattern=r"(?:--port[= ]|--bind[= ]\S*:|-b \S*:)(\d{2,5})", rank=1
)
_RUN = Clue(files=("Makefile", "*.sh"), pattern=r"(?:-e|--env)[ =][\"']?PORT=(\d{4,5})\b", rank=2)
_IN_SOURCE = (_STARTED, _RUN, *of_each(lambda runtime: runtime.LISTENS_PERHAPS))
_CLUES = sorted(_IN_SOURCE, key=lambda clue: clue.rank)
"""Clues that `facts` does not declare, by weight: the start command, then the code."""

_Candidate = tuple[str, Location]


def port(project: Project) -> Found:
    """Return the service's port, from its image, its code or its deployment; else the default.

    Of each of these only what speaks of the service counts: not a database, a cache or a tool
    beside it. Where several ports are left, no one is chosen.
    """
    sources = (_exposed, _commanded, _stated, _written, _deployed, _composed, _configured)
    several: list[str] = []
    for source in sources:
        found = list(source(project))
        values = list(dict.fromkeys(value for value, _ in found))
        if len(values) == 1:
            return Found(name="port", value=values[0], places=(found[0][1],))
        several += [f"{at} has {value}" for value, at in found]
    note = f"default; {'; '.join(several[:3])}" if several else "default"
    return Found(name="port", value=str(DEFAULT), note=note)


def images(project: Project) -> tuple[Path, ...]:
    """Return the Dockerfile of the service: the nearest to the root that is not a tool's."""
    ours = [file for file in files.dockerfiles(project) if not _is_tool(project, file)]
    return tuple(sorted(ours, key=by_weight)[:1])


def _is_tool(project: Project, file: Path) -> bool:
    """Return whether an image is a known program with other settings: grafana, a mail catcher."""
    named = {file.parent.name.lower(), *file.name.lower().split(".")}
    if any(ownership.FOREIGN.search(word) for word in named - {"dockerfile", "nginx", ""}):
        return True
    read = reading.stages(project, file)
    base = split(read.stages[-1].image)[0] if read else ""
    return bool(ownership.FOREIGN.search(_last(base))) and file.parent != services.HERE


def _exposed(project: Project) -> Iterator[_Candidate]:
    """Yield the ports that the image exposes; the variable PORT chooses among several."""
    exposed = [(one.value, one.place) for one in _said(project, ports.EXPOSE)]
    real = [one for one in exposed if one[0] not in _DEBUGGERS]
    yield from _first_named(project, real or exposed)


def _first_named(project: Project, exposed: list[_Candidate]) -> list[_Candidate]:
    if len({value for value, _ in exposed}) < 2:
        return exposed
    said = {one.value for one in _said(project, ports.ENV, ports.COMMAND, SOURCE)}
    return [one for one in exposed if one[0] in said] or exposed


def _commanded(project: Project) -> Iterator[_Candidate]:
    for role in (ports.COMMAND, ports.ENV):
        found = [(one.value, one.place) for one in _said(project, role)]
        if found:
            yield from found
            return


def _stated(project: Project) -> Iterable[_Candidate]:
    return _by_entry([(one.value, one.place) for one in _said(project, SOURCE)])


def _said(project: Project, *roles: str) -> list[facts.Declaration]:
    own = frozenset(images(project))
    return [
        one
        for one in sorted(facts.read(project).of("port"), key=lambda one: one.place)
        if one.role in roles
        and not _tested(one.place.path)
        and (one.role == SOURCE or one.place.path in own)
    ]


def _written(project: Project) -> Iterable[_Candidate]:
    for clue in _CLUES:
        named = (file for file in files.named(project, *clue.files) if not _tested(file))
        found = [(value, at) for at, value in matches(project, tuple(named), clue.pattern)]
        if found:
            return _by_entry(found)
    return ()


def _by_entry(found: list[_Candidate]) -> list[_Candidate]:
    """Return the ports of the file that starts the service, if several files name ports."""
    if len({value for value, _ in found}) < 2:
        return found
    return [one for one in found if _ENTRY.search(one[1].path.name)] or found


def _deployed(project: Project) -> Iterable[_Candidate]:
    """Return the ports of the service's containers in charts and manifests."""
    found: list[tuple[KubernetesObject, _Candidate]] = []
    for workload in objects(project):
        if workload.kind in LONG_RUNNING and not _tested(workload.path):
            found += [(workload, one) for one in _of_workload(project, workload)]
    own = [one for workload, one in found if project.root.name.lower() == workload.name.lower()]
    return own or [one for _, one in found]


def _of_workload(project: Project, workload: KubernetesObject) -> Iterator[_Candidate]:
    for way, container in workload.containers():
        image = _last(split(str(container.get("image", "")))[0])
        names = (image, str(container.get("name", "")).lower())
        if any(ownership.FOREIGN.search(name) for name in names):
            continue
        listed = reading.listed(container.get("ports"))
        for number in _main(listed):
            value = str(listed[number].get("containerPort", ""))
            if value.isdigit():
                way_to = (*way, "ports", number, "containerPort")
                yield value, workload.place(project, *way_to)


def _main(listed: list[object]) -> list[int]:
    """Return which ports of a container are the service's: by their names, else all of them."""
    names = {
        number: str(one.get("name", ""))
        for number, one in enumerate(listed)
        if isinstance(one, dict)
    }
    named = [number for number, name in names.items() if _NAMED.search(name)]
    return named or [number for number, name in names.items() if not _ASIDE.search(name)]


def _composed(project: Project) -> Iterator[_Candidate]:
    """Yield the ports of what Compose builds from the Dockerfile of the service."""
    own = frozenset(images(project))
    for file in files.compose_files(project):
        for one in ports.published(project, file):
            tool = ownership.FOREIGN.search(one.service.lower())
            if not tool and not _tested(file) and (one.build in own or not own):
                yield one.port, place(project, file, one.line)


_LISTENS = regex(
    r"^(?P<indent>\s*)[\"']?(?:https?|listen\w*|bind\w*|addr\w*|address|web|server_?addr\w*|http_?\w*addr\w*)"
    r"[\"']?\s*[:=].*?(?:0\.0\.0\.0|\[::\]|127\.0\.0\.1|localhost|[\s\"'])?:(?P<port>\d{4,5})\b(?!/)"
)
_TABLE = regex(r"^(?P<indent>\s*)\[?[\"']?(?P<name>[\w.-]+)[\"']?(?:\]|:)\s*(?:#.*)?$")


def _configured(project: Project) -> Iterator[_Candidate]:
    """Yield the service's ports in settings, but not those of metrics, gRPC and the like."""
    for file in files.service_settings(project):
        name, depth = "", 0
        for number, line in enumerate(project.lines(file), 1):
            table = _TABLE.match(line)
            if table:
                name, depth = table["name"].lower(), len(table["indent"])
            found = _LISTENS.match(line[:500])
            if found and (not name or len(found["indent"]) >= depth) and not _ASIDE.search(name):
                yield found["port"], place(project, file, number)


def _last(image: str) -> str:
    return image.rpartition("/")[2].lower()


def _tested(file: Path) -> bool:
    return any(part in _TESTS for part in file.parts)

"""Which ports Compose files and Prometheus ask, and whether a service listens there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from scaffolder.checks.agreement.findings import disagreement, distinct, limit_of
from scaffolder.formats.regex import regex
from scaffolder.model import Check, Finding, Location, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import facts, files
from scaffolder.repository.facts import (
    Declaration,
    application,
    charts,
    compose,
    deployments,
    scrape_targets,
    services,
    workloads,
)
from scaffolder.repository.facts.application import SOURCE
from scaffolder.repository.facts.charts import LONG_RUNNING, KubernetesObject
from scaffolder.repository.facts.compose import ComposeService
from scaffolder.repository.facts.ports import COMMAND, ENV, EXPOSE
from scaffolder.repository.facts.scrape_targets import ScrapeTarget
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, listed, place
from scaffolder.tools.toolchain import Toolchain

_ALIKE = 0.8
"""How alike two names have to be for one to be meant by the other."""

_LISTENS = (COMMAND, ENV, SOURCE, EXPOSE)
_LOCAL = regex(r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::|\s+)(\d{2,5})\b")
_OF_THE_MACHINE = frozenset(("localhost", "host.docker.internal", "gateway.docker.internal"))
_PORT = "prometheus.io/port"


def asked_ports_listen(project: Project, _: Toolchain) -> Verdict:
    """Compose files and Prometheus ask services of the repository at a port where they listen."""
    judges = (_exposed, _checked, _called, _scraped, _annotated)
    judged = list(chain.from_iterable(judge(project) for judge in judges))
    if not judged:
        raise NotApplicable("no Compose file or Prometheus asks a port that is known")
    return Verdict(
        findings=distinct(one for one in judged if one is not None),
        detail=counted(len(judged), "question"),
        limit=limit_of(charts.unread(project)),
    )


def _listening(project: Project, service: Path) -> list[Declaration]:
    stated = [one for one in facts.read(project).about("port", service) if one.role in _LISTENS]
    return sorted(stated, key=lambda one: _LISTENS.index(one.role))


def _known(project: Project, service: Path, port: str) -> bool:
    """Return whether the sources or the image of a service name a number, so that it may listen."""
    word = re.compile(rf"(?<![\d.]){port}(?![\d.])")
    source = application.application_of(project, service)
    named = {
        *(source.files if source else ()),
        *services.dockerfiles_of(project, service),
        *files.dependencies(project, service),
    }
    return any(word.search(project.text(file)) for file in named)


def _is_answered(project: Project, service: ComposeService, port: str) -> bool | None:
    """Return whether a service of Compose listens on a port; None if that is not known."""
    if service.built is None or service.is_open:
        return None
    listens = {one.value for one in _listening(project, service.built)}
    if not listens:
        return None
    return port in listens | service.told or _known(project, service.built, port)


def _wrong(project: Project, service: ComposeService, at: Location, message: str) -> Finding:
    right = _listening(project, service.built or services.HERE)[0]
    return disagreement(
        at, f"{message}, but it listens on {right.value}", right.place, fix=f"write {right.value}"
    )


def _exposed(project: Project) -> Iterator[Finding | None]:
    """Yield whether `expose` names a port of the image; one that does is enough."""
    for service in compose.composed(project):
        ports = [str(one).partition("/")[0] for one in listed(service.content.get("expose"))]
        answers = [_is_answered(project, service, port) for port in ports if port.isdigit()]
        if not answers or None in answers:
            continue
        if any(answers):
            yield None
            continue
        at = place(project, service.file, line_of(service.content, "expose", 0))
        yield _wrong(project, service, at, f"exposes port {ports[0]} of {service.name}")


def _checked(project: Project) -> Iterator[Finding | None]:
    """Yield whether the health check of a service of Compose asks a port where it listens."""
    for service in compose.composed(project):
        test = charts.dig(service.content, "healthcheck", "test")
        text = " ".join(map(str, test)) if isinstance(test, list) else str(test or "")
        for port in _LOCAL.findall(text):
            answer = _is_answered(project, service, port)
            if answer is None:
                continue
            at = place(project, service.file, line_of(service.content, "healthcheck", "test"))
            message = f"the health check of {service.name} asks port {port}"
            yield None if answer else _wrong(project, service, at, message)


def _called(project: Project) -> Iterator[Finding | None]:
    """Yield whether variables of Compose lead to a port where the other service listens."""
    by_file: dict[Path, list[ComposeService]] = {}
    for service in compose.composed(project):
        by_file.setdefault(service.file, []).append(service)
    for beside in by_file.values():
        for caller in beside:
            for _, value, line in compose.environment(caller.content):
                for called, port in _addresses(value, beside):
                    answer = _is_answered(project, called, port)
                    if answer is not None:
                        at = place(project, caller.file, line)
                        message = f"leads to port {port} of {called.name}"
                        yield None if answer else _wrong(project, called, at, message)


def _addresses(value: str, beside: list[ComposeService]) -> Iterator[tuple[ComposeService, str]]:
    for host, port in re.findall(r"(?:https?|grpc|tcp)://([\w.-]+):(\d{2,5})\b", value):
        yield from ((one, port) for one in beside if host in one.names)


def _scraped(project: Project) -> Iterator[Finding | None]:
    for target in scrape_targets.targets(project):
        named = [one for one in _near(project, target) if target.host in one.names]
        services_of_cluster = _of_cluster(project, target)
        answers = [_is_answered(project, one, target.port) for one in named]
        answers += [_offers(one, target.port) for one in services_of_cluster]
        if not answers:
            yield from _misspelled(project, target)
        elif None not in answers and not any(answers):
            yield _unanswered(project, target, named, services_of_cluster)
        elif any(answers):
            yield None


def _near(project: Project, target: ScrapeTarget) -> list[ComposeService]:
    """Return the services of the Compose files that are nearest above or beside a configuration."""
    key = ("Compose near", target.path.parent)
    return project.once(key, lambda: _nearest(project, target.path))


def _nearest(project: Project, path: Path) -> list[ComposeService]:
    all_services = compose.composed(project)
    for folder in path.parents:
        inside = [one for one in all_services if one.file.is_relative_to(folder)]
        if inside:
            return inside
    return []


def _of_cluster(project: Project, target: ScrapeTarget) -> list[KubernetesObject]:
    name, _, rest = target.host.partition(".")
    namespace = rest.partition(".")[0]
    if "." in rest and ".svc" not in f".{rest}":
        return []  # a name of the Internet
    named = project.once("Services by name", lambda: _services_by_name(project)).get(name, [])
    return [one for one in named if not namespace or one.namespace in ("", namespace)]


def _services_by_name(project: Project) -> dict[str, list[KubernetesObject]]:
    by_name: dict[str, list[KubernetesObject]] = {}
    for one in charts.objects(project):
        if one.kind == "Service":
            by_name.setdefault(one.name, []).append(one)
    return by_name


def _offers(service: KubernetesObject, port: str) -> bool | None:
    """Return whether a Service has a port; None for one that leads to its pods by their names."""
    ports = [str(charts.dig(one, "port")) for one in listed(service.get("spec", "ports"))]
    if service.get("spec", "clusterIP") == "None" or not ports:
        return None
    return port in ports


def _unanswered(
    project: Project,
    target: ScrapeTarget,
    named: list[ComposeService],
    of_cluster: list[KubernetesObject],
) -> Finding:
    message = f"asks port {target.port} of {target.host}"
    if named:
        return _wrong(project, named[0], target.place, message)
    service = of_cluster[0]
    right = charts.dig(service.get("spec", "ports"), 0, "port")
    return disagreement(
        target.place,
        f"{message}, which Service {service.name} does not have",
        service.place(project, "spec", "ports", 0, "port"),
        fix=f"write {right}",
    )


def _misspelled(project: Project, target: ScrapeTarget) -> Iterator[Finding]:
    """Yield that no service of Compose has the name of a target, if one has nearly the same."""
    near = [one for one in _near(project, target) if target.path.name in project.text(one.file)]
    names: dict[str, ComposeService] = {}
    for service in near:
        names |= dict.fromkeys(service.names, service)
    if "." in target.host or target.host in _OF_THE_MACHINE or not names:
        return
    alike = difflib.get_close_matches(target.host, names, n=1, cutoff=_ALIKE)
    digits = "".join(filter(str.isdigit, target.host))
    if alike and digits == "".join(filter(str.isdigit, alike[0])):
        service = names[alike[0]]
        yield disagreement(
            target.place,
            f"asks {target.host}, which is not a service of {service.file.as_posix()}",
            place(project, service.file, line_of(service.content)),
            fix=f"ask {alike[0]}:{target.port}",
        )


def _annotated(project: Project) -> Iterator[Finding | None]:
    """Yield whether annotations name a port of the pods, for services of the repository."""
    for workload, _, _, service in workloads.containers(project):
        way = (*(workload.pod or ()), "metadata", "annotations")
        yield from _annotation(project, workload, way, [workload], service)
    owned = {id(workload): service for workload, _, _, service in workloads.containers(project)}
    for one in (one for one in charts.objects(project) if one.kind == "Service"):
        pods = deployments.selected(project, one, charts.texts(one.get("spec", "selector")))
        behind = [pod for pod in pods if pod.kind in LONG_RUNNING and id(pod) in owned]
        if behind:
            way = ("metadata", "annotations")
            yield from _annotation(project, one, way, behind, owned[id(behind[0])])


def _annotation(
    project: Project,
    one: KubernetesObject,
    way: tuple[str, ...],
    pods: list[KubernetesObject],
    service: Path,
) -> Iterator[Finding | None]:
    port = charts.texts(one.get(*way)).get(_PORT, "")
    if not port.isdigit():
        return
    declared = set(chain.from_iterable(map(_declared, pods)))
    listens = _listening(project, service)
    if port in declared or port in {other.value for other in listens}:
        yield None
    elif any(_has_a_sidecar(pod) for pod in pods):
        return  # a proxy that is put beside the containers may listen there
    elif (declared or listens) and not _known(project, service, port):
        right = sorted(declared)[0] if declared else listens[0].value
        place_of_port = [pod.place(project, *_first_port(pod)) for pod in pods if _declared(pod)]
        yield disagreement(
            one.place(project, *way, _PORT),
            f"{_PORT} is {port}, which no container of the pods has",
            place_of_port[:1] or [other.place for other in listens[:1]],
            fix=f"write {right}",
        )


_INJECTS = regex(
    r"[\w.-]+/(?:(?:[\w-]+-)?inject(?:-[\w-]+)?|sidecar-injection|sidecarInjectorWebhook)"
    r"|dapr\.io/enabled|istio\.io/rev"
)
"""An annotation or label by which a mesh or an agent adds a container to a pod.

Consul: consul.hashicorp.com/connect-inject; Istio: sidecar.istio.io/inject; Linkerd:
linkerd.io/inject; Vault: vault.hashicorp.com/agent-inject; Kuma: kuma.io/sidecar-injection.
"""

_OFF = frozenset({"false", "disabled", "no", "off"})


def _has_a_sidecar(pod: KubernetesObject) -> bool:
    """Return whether a pod asks for a container that its manifest does not have."""
    way = (*(pod.pod or ()), "metadata")
    marks = charts.texts(pod.get(*way, "annotations")) | charts.texts(pod.get(*way, "labels"))
    return any(_INJECTS.fullmatch(key) and value not in _OFF for key, value in marks.items())


def _declared(pod: KubernetesObject) -> set[str]:
    ports = chain.from_iterable(listed(one.get("ports")) for _, one in pod.containers())
    return {str(charts.dig(port, "containerPort")) for port in ports}


def _first_port(pod: KubernetesObject) -> tuple[object, ...]:
    for way, container in pod.containers():
        if container.get("ports"):
            return (*way, "ports", 0, "containerPort")
    return ()


CHECKS = (
    Check(
        id="AG066",
        severity=Severity.WARNING,
        title="Compose and Prometheus use open ports",
        run=asked_ports_listen,
    ),
)

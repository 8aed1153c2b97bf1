"""Compare the port of a service in its source, its image, its pods, and in front of them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from itertools import chain, product
from pathlib import Path
from typing import Any

from scaffolder.checks.agreement.findings import disagreement, distinct, limit_of
from scaffolder.formats.regex import regex
from scaffolder.model import Check, Finding, Location, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import facts
from scaffolder.repository.facts import (
    Declaration,
    Facts,
    application,
    charts,
    deployments,
    services,
    told_ports,
    workloads,
)
from scaffolder.repository.facts.application import SOURCE
from scaffolder.repository.facts.charts import LONG_RUNNING, KubernetesObject
from scaffolder.repository.facts.ports import COMMAND, COMPOSE, DEV, ENV, EXPOSE, HEALTHCHECK
from scaffolder.repository.project import Project
from scaffolder.repository.reading import listed, stages
from scaffolder.tools.toolchain import Toolchain

_OF_ANNOTATION = "use-annotation"
"""The port of an Ingress whose backend is in an annotation.

https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#actions
"""

_OF_DAPR = "-dapr"
"""How the Service ends that the Dapr injector makes for the pods of an application.

https://docs.dapr.io/reference/arguments-annotations-overview/
"""

_ALIKE = 0.7
"""How alike two names have to be for one to be meant by the other."""

_LISTENS = (COMMAND, ENV, SOURCE)
"""Roles that tell where the process listens, by precedence when the image runs."""


def image_exposes_the_port(project: Project, _: Toolchain) -> Verdict:
    """EXPOSE names the port that the image listens on: command line, else ENV PORT, else source."""
    said = facts.read(project)
    findings, looked = [], 0
    for service in services.folders(project):
        listens, exposed = _listens(said, service), _of(said, service, EXPOSE)
        if listens and exposed:
            looked += 1
            known = _known(project, service, listens) | told_ports.of_profiles(project, service)
            if known.isdisjoint(one.value for one in exposed):
                findings += [_wrong(one, listens[0], "the service listens") for one in exposed]
    if not looked:
        raise NotApplicable("no Dockerfile exposes a service whose port is known")
    return Verdict(
        findings=distinct(findings), detail=counted(looked, "image"), limit=limit_of(said.unread)
    )


def health_check_asks_the_port(project: Project, _: Toolchain) -> Verdict:
    """The HEALTHCHECK requests the service's port, and a path that it answers."""
    said = facts.read(project)
    asked = [one for one in said.of("port", "path") if one.role == HEALTHCHECK]
    if not asked:
        raise NotApplicable("no HEALTHCHECK names a URL")
    findings = []
    for one in asked:
        listens = _listens(said, one.subject) or _of(said, one.subject, EXPOSE)
        source = application.application_of(project, one.subject)
        known = _known(project, one.subject, listens)
        known |= told_ports.of_profiles(project, one.subject)
        if one.fact == "port" and listens and one.value not in known:
            findings.append(_wrong(one, listens[0], "the service listens"))
        is_served_elsewhere = _is_web_server(project, one.place.path)
        if (
            one.fact == "path"
            and source
            and not is_served_elsewhere
            and source.serves(one.value) is False
        ):
            findings.append(
                disagreement(
                    one.place,
                    f"asks {one.value}, which the service does not answer",
                    list(source.paths.values())[:1],
                    fix="name a path that the source answers",
                )
            )
    return Verdict(findings=distinct(findings), detail=counted(len(asked), "question"))


_WEB_SERVERS = regex(r"(?:^|/)(?:nginx|nginx-unprivileged|caddy|httpd|apache|traefik)(?:[:@]|$)")


_SERVERS = frozenset({"nginx", "caddy", "httpd", "httpd-foreground", "apache2", "traefik"})


def _is_web_server(project: Project, dockerfile: Path) -> bool:
    """Return whether an image is a web server, whose own settings decide what it answers."""
    read = stages(project, dockerfile)
    if read is None or not read.stages:
        return False
    last = read.stages[-1]
    starts = (*last.each("ENTRYPOINT"), *last.each("CMD"))
    started = {one.words[0].rpartition("/")[2] for one in starts if one.words}
    return _WEB_SERVERS.search(last.image) is not None or not started.isdisjoint(_SERVERS)


def container_has_the_port(project: Project, _: Toolchain) -> Verdict:
    """The container port of a Deployment is the port of the image that it runs."""
    said = facts.read(project)
    findings, looked = [], 0
    for workload, way, container, service in workloads.containers(project):
        image = [*_of(said, service, EXPOSE), *_listens(said, service)]
        declared = _container_ports(container)
        if not image or not declared or workloads.runs_another_program(container):
            continue
        looked += 1
        known = {one.value for one in image}
        if not declared & known and not _is_told(container, declared):
            at = workload.place(project, *way, "ports", 0, "containerPort")
            message = (
                f"containerPort is {', '.join(sorted(declared))}, but the image has"
                f" {image[0].value}"
            )
            findings.append(
                disagreement(
                    at, message, image[0].place, fix=f"write {image[0].value}, or change the image"
                )
            )
    if not looked:
        raise NotApplicable("no workload runs an image whose port is known")
    return Verdict(
        findings=distinct(findings),
        detail=counted(looked, "container"),
        limit=limit_of(charts.unread(project)),
    )


def services_lead_to_a_port(project: Project, _: Toolchain) -> Verdict:
    """The target port of a Service is a port of the pods that it selects."""
    findings, looked = [], 0
    image_ports = _ports_of_images(project)
    for service in (one for one in charts.objects(project) if one.kind == "Service"):
        pods = _pods(project, service)
        if not pods or _is_headless(service):
            continue
        looked += 1
        for at, port in enumerate(listed(service.get("spec", "ports"))):
            target = (
                str(port.get("targetPort") or port.get("port")) if isinstance(port, dict) else ""
            )
            known = list(chain.from_iterable(map(_port_words, pods)))
            if target.isdigit() and (
                not _is_named_after(service, pods) or _may_listen(pods, target)
            ):
                continue  # a gateway listens as its routes define, whatever its pods declare
            if target in _listened_to(pods, image_ports):
                continue  # requests arrive: containerPort is a note, and AG015 holds it to probes
            if not target.isdigit() and deployments.has_hidden_workload(project, service):
                continue
            if target and known and not _leads_there(service, target, known):
                key = "targetPort" if port.get("targetPort") else "port"
                findings.append(
                    disagreement(
                        service.place(project, "spec", "ports", at, key),
                        f"leads to port {target}, which no container of its pods has",
                        _port_place(project, pods[0]),
                        fix=f"lead to {known[0][0]}",
                    )
                )
    return _looked_at(findings, looked, "Service", "no Service selects pods that are here", project)


def probes_ask_a_port(project: Project, _: Toolchain) -> Verdict:
    """Each probe asks a port that its container has.

    A number need not be declared, so one is wrong only if the image is built here and its ports are
    known.
    """
    findings, looked = [], 0
    image_ports = _ports_of_images(project)
    for workload in (one for one in charts.objects(project) if one.kind in LONG_RUNNING):
        for way, container in workload.containers():
            for probe, how, settings in _probes(container):
                looked += 1
                port = str(settings.get("port") or "")
                declared = list(_port_words_of(container))
                known = any(port in words for words in declared)
                if port.isdigit():
                    known = known or port in image_ports.get(id(container), {port})
                if port and declared and not known:
                    findings.append(
                        disagreement(
                            workload.place(project, *way, probe, how, "port"),
                            f"{probe} asks port {port}, which the container does not have",
                            workload.place(project, *way, "ports", 0, "containerPort"),
                            fix=f"set the port of the {probe} to {declared[0][0]}",
                        )
                    )
    return _looked_at(findings, looked, "probe", "no workload has a probe", project)


def workplaces_forward_the_port(project: Project, _: Toolchain) -> Verdict:
    """Compose file and dev container forward the port that the service listens on."""
    said = facts.read(project)
    forwarded = [one for one in said.of("port") if one.role in {COMPOSE, DEV}]
    findings, looked = [], 0
    for role in (COMPOSE, DEV):
        for service in dict.fromkeys(one.subject for one in forwarded if one.role == role):
            stated = [one for one in forwarded if one.role == role and one.subject == service]
            listens = _listens(said, service) or _of(said, service, EXPOSE)
            looked += bool(listens)
            known = _known(project, service, listens)
            if listens and known.isdisjoint(one.value for one in stated):
                findings += [_wrong(one, listens[0], "the service listens") for one in stated]
    if not looked:
        raise NotApplicable("no compose file or dev container forwards a service's port")
    return Verdict(findings=distinct(findings), detail=counted(looked, "comparison"))


def _is_headless(service: KubernetesObject) -> bool:
    """Return whether a Service only names its pods, which are asked at any port.

    https://kubernetes.io/docs/concepts/services-networking/service/#headless-services
    """
    address = service.get("spec", "clusterIP")
    return isinstance(address, str) and address == "None"


def _offered(service: KubernetesObject) -> list[str]:
    """Return the numbers and the names of the ports of a Service."""
    ports = listed(service.get("spec", "ports"))
    return [str(charts.dig(port, key)) for port, key in product(ports, ("port", "name"))]


def routes_lead_to_a_service(project: Project, _: Toolchain) -> Verdict:
    """Each Ingress and HTTPRoute leads to a Service that is there, and to a port that it has."""
    findings, looked = [], 0
    for route in (
        one for one in charts.objects(project) if one.kind in {"Ingress", "HTTPRoute", "GRPCRoute"}
    ):
        known = deployments.deployed_with(project, route, "Service")
        for way, name, port in _backends(route):
            if not known:
                continue
            looked += 1
            service = next(iter(deployments.named(project, route, "Service", name)), None)
            offered = _offered(service) if service else []
            other = service or deployments.meant(project, route, "Service", name)
            if other is None:
                continue  # something that is not here may deploy the Service
            if port == _OF_ANNOTATION:
                continue
            if service is None and name.endswith(_OF_DAPR):
                continue
            if service is None:
                findings.append(_no_service(project, route.place(project, *way), name, other))
            elif port and offered and port not in offered:
                findings.append(
                    disagreement(
                        route.place(project, *way),
                        f"leads to port {port} of Service {name}, which does not exist",
                        other.place(project, "spec", "ports"),
                        fix=f"lead to {offered[0]}",
                    )
                )
    return _looked_at(findings, looked, "route", "no Ingress or HTTPRoute", project)


def _no_service(project: Project, at: Location, name: str, other: KubernetesObject) -> Finding:
    """Return a finding for a missing Service.

    The name of another one is not a hint; the missing one may be meant to be gone.
    """
    is_alike = bool(difflib.get_close_matches(name, [other.name], cutoff=_ALIKE)) or (
        name in other.name or other.name in name
    )
    return disagreement(
        at,
        f"leads to Service {name}, which does not exist",
        other.place(project, "metadata", "name"),
        fix=f"lead to {other.name}" if is_alike else "add the Service, or lead to one that is here",
        severity=Severity.ERROR if is_alike else Severity.WARNING,
    )


def _ports_of_images(project: Project) -> dict[int, set[str]]:
    """Return the ports that images built here are known to have, by the id of the container."""
    said = facts.read(project)
    known = {}
    for _, _, container, service in workloads.containers(project):
        ports = {one.value for one in (*_of(said, service, EXPOSE), *_of(said, service, SOURCE))}
        if ports:
            known[id(container)] = ports
    return known


def _listened_to(pods: list[KubernetesObject], image_ports: dict[int, set[str]]) -> set[str]:
    """The ports on which images that are built here listen, in the containers of these pods."""
    known = (image_ports.get(id(container), ()) for container in _containers(pods))
    return set(chain.from_iterable(known))


def _containers(pods: list[KubernetesObject]) -> list[dict[Any, Any]]:
    """Return the containers of all these pods."""
    return [container for _, container in chain.from_iterable(pod.containers() for pod in pods)]


def _is_named_after(service: KubernetesObject, pods: list[KubernetesObject]) -> bool:
    """Return whether a Service and one of its workloads have a name in common."""
    return any(
        pod.name == service.name or pod.name in service.name or service.name in pod.name
        for pod in pods
    )


def _may_listen(pods: list[KubernetesObject], port: str) -> bool:
    """Return whether a container declares no port at all, or is told this one."""
    containers = _containers(pods)
    probes = chain.from_iterable(map(_probes, containers))
    asked = {str(settings.get("port")) for _, _, settings in probes}
    return port in asked or any(
        not one.get("ports") or _has_an_open_port(one) or _is_told(one, [port])
        for one in containers
    )


def _has_an_open_port(container: dict[Any, Any]) -> bool:
    """Return whether a containerPort has a value that is unknown here."""
    ports = listed(container.get("ports"))
    return any(isinstance(one, dict) and not one.get("containerPort") for one in ports)


def _leads_there(service: KubernetesObject, target: str, known: list[list[str]]) -> bool:
    """Return whether a port leads to a declared one, or by number to one that needs no declaration.

    A name has to be declared. The numbers that a container declares are information only, so an
    undeclared one is right beside others that are declared:
    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Container.
    """
    declared = set(chain.from_iterable(known))
    if target in declared:
        return True
    others = {
        str(port.get("targetPort") or port.get("port"))
        for port in listed(service.get("spec", "ports"))
        if isinstance(port, dict)
    }
    return target.isdigit() and not declared.isdisjoint(others)


def _listens(said: Facts, service: Path) -> list[Declaration]:
    return next((found for role in _LISTENS if (found := _of(said, service, role))), [])


def _known(project: Project, service: Path, listens: list[Declaration]) -> set[str]:
    """Return the ports at which a service may listen: its own, and those that it is told."""
    return {one.value for one in listens} | told_ports.of(project, service)


def _of(said: Facts, service: Path, role: str) -> list[Declaration]:
    return [one for one in said.about("port", service) if one.role == role]


def _wrong(one: Declaration, right: Declaration, words: str) -> Finding:
    return disagreement(
        one.place,
        f"port is {one.value}, but {words} on {right.value}",
        right.place,
        fix=f"write {right.value} here, or change {right.place.path.as_posix()}",
    )


def _looked_at(
    findings: list[Finding], looked: int, noun: str, nothing: str, project: Project
) -> Verdict:
    limit = limit_of(charts.unread(project))
    if not looked:
        raise NotApplicable(nothing + (f" (not read: {limit})" if limit else ""))
    return Verdict(findings=distinct(findings), detail=counted(looked, noun), limit=limit)


def _pods(project: Project, service: KubernetesObject) -> list[KubernetesObject]:
    selector = charts.texts(service.get("spec", "selector"))
    found = deployments.selected(project, service, selector)
    if selector and not found:  # AG021 reports the selector; the ports are compared all the same
        found = deployments.same_named(project, service, *sorted(LONG_RUNNING))
    return list(found)


def _port_words(pod: KubernetesObject) -> Iterator[list[str]]:
    for _, container in pod.containers():
        yield from _port_words_of(container)


def _port_words_of(container: dict[Any, Any]) -> Iterator[list[str]]:
    """Name and number of each declared port."""
    for port in listed(container.get("ports")):
        if isinstance(port, dict):
            yield [str(port[key]) for key in ("name", "containerPort") if port.get(key)]


def _port_place(project: Project, pod: KubernetesObject) -> Iterable[Location]:
    for way, container in pod.containers():
        if container.get("ports"):
            return [pod.place(project, *way, "ports", 0, "containerPort")]
    return []


def _container_ports(container: dict[Any, Any]) -> set[str]:
    declared = container.get("ports")
    return {
        str(one.get("containerPort"))
        for one in (declared if isinstance(declared, list) else ())
        if isinstance(one, dict) and one.get("containerPort")
    }


def _is_told(container: dict[Any, Any], ports: Iterable[str]) -> bool:
    """Return whether the arguments or the variables of a container name one of these ports."""
    told = " ".join(
        str(part)
        for part in (
            *listed(container.get("command")),
            *listed(container.get("args")),
            *(charts.dig(one, "value") for one in listed(container.get("env"))),
        )
    )
    return any(re.search(rf"(?<!\d){port}(?!\d)", told) for port in ports if port.isdigit())


def _probes(container: dict[Any, Any]) -> Iterator[tuple[str, str, dict[Any, Any]]]:
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        for how in ("httpGet", "tcpSocket", "grpc"):
            settings = charts.dig(container, probe, how)
            if isinstance(settings, dict):
                yield probe, how, settings


def _backends(route: KubernetesObject) -> Iterator[tuple[tuple[Any, ...], str, str]]:
    """The way to each backend, its Service, and its port by name or number."""
    rules = route.get("spec", "rules")
    for at, rule in enumerate(rules if isinstance(rules, list) else ()):
        for place, path in enumerate(listed(charts.dig(rule, "http", "paths"))):
            service = charts.dig(path, "backend", "service")
            if isinstance(service, dict):
                port = (
                    charts.dig(service, "port", "number")
                    or charts.dig(service, "port", "name")
                    or ""
                )
                yield (
                    ("spec", "rules", at, "http", "paths", place, "backend", "service", "port"),
                    str(service.get("name")),
                    str(port),
                )
        for place, backend in enumerate(listed(charts.dig(rule, "backendRefs"))):
            if isinstance(backend, dict) and backend.get("kind", "Service") == "Service":
                way = (
                    "spec",
                    "rules",
                    at,
                    "backendRefs",
                    place,
                    "port" if backend.get("port") else "name",
                )
                yield way, str(backend.get("name")), str(backend.get("port") or "")


CHECKS = (
    Check(
        id="AG011",
        severity=Severity.WARNING,
        title="The image exposes the service's port",
        run=image_exposes_the_port,
    ),
    Check(id="AG012", title="HEALTHCHECK uses the service's port", run=health_check_asks_the_port),
    Check(id="AG013", title="containerPort is a port of the image", run=container_has_the_port),
    Check(id="AG014", title="targetPort matches a container port", run=services_lead_to_a_port),
    Check(id="AG015", title="Probes use a port of their container", run=probes_ask_a_port),
    Check(
        id="AG016",
        severity=Severity.WARNING,
        title="Dev environments forward the port",
        run=workplaces_forward_the_port,
    ),
    Check(id="AG017", title="Routes match a Service and its port", run=routes_lead_to_a_service),
)

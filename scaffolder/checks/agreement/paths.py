"""Which paths a service answers, and who asks it for them."""

from __future__ import annotations

import re
from itertools import chain, pairwise
from pathlib import Path

from scaffolder.checks.agreement.findings import disagreement, distinct, limit_of
from scaffolder.formats.regex import regex
from scaffolder.model import Check, Finding, Location, NotApplicable, Verdict, counted
from scaffolder.repository import files
from scaffolder.repository.facts import (
    application,
    charts,
    compose,
    deployments,
    ownership,
    services,
    stated_ports,
    workloads,
)
from scaffolder.repository.facts.application import Application
from scaffolder.repository.facts.charts import KubernetesObject
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, listed
from scaffolder.tools.toolchain import Toolchain

_ASKED = regex(
    r"(?:https?://(?:localhost|127\.0\.0\.1)(?::(?P<port>\d+|\$\{?\w+\}?))?|\$\{?(?P<name>\w*(?:URL|url|HOST|host|BASE|base|1)\w*)\}?)"
    r"(?P<path>/(?:health|live|ready|info|status|ping|metrics|actuator|version)[\w/-]*)"
)


def probes_ask_a_path(project: Project, _: Toolchain) -> Verdict:
    """Each HTTP probe asks a path that the source of the service answers."""
    findings, looked = [], 0
    for workload, way, container, service in workloads.containers(project):
        source = application.application_of(project, service)
        if workloads.runs_another_program(container):
            continue
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            path = charts.dig(container, probe, "httpGet", "path")
            if not isinstance(path, str) or source is None or source.serves(path) is None:
                continue
            looked += 1
            if not source.serves(path):
                at = workload.place(project, *way, probe, "httpGet", "path")
                findings.append(_unanswered(at, f"{probe} asks {path}", source, path))
    if not looked:
        raise NotApplicable("no HTTP probe asks a service whose source is here")
    return Verdict(
        findings=distinct(findings),
        detail=counted(looked, "probe"),
        limit=limit_of(charts.unread(project)),
    )


def prometheus_asks_a_path_and_port(project: Project, _: Toolchain) -> Verdict:
    """Each endpoint of a ServiceMonitor or PodMonitor has an existing port and an answered path."""
    findings, looked = [], 0
    for monitor in (
        one for one in charts.objects(project) if one.kind in {"ServiceMonitor", "PodMonitor"}
    ):
        key = "endpoints" if monitor.kind == "ServiceMonitor" else "podMetricsEndpoints"
        selector = charts.texts(monitor.get("spec", "selector", "matchLabels"))
        selects_all = not selector and not monitor.origins
        if selects_all or deployments.is_made_elsewhere(project, selector):
            continue  # it watches what others make, or whatever a namespace has
        watched = list(deployments.watched(project, monitor))
        for at, endpoint in enumerate(listed(monitor.get("spec", key))):
            looked += 1
            offered = _offered(watched)
            port = str(endpoint.get("port") or "") if isinstance(endpoint, dict) else ""
            if port and offered and port not in offered:
                where = monitor.place(project, "spec", key, at, "port")
                message = f"asks port {port}, which {watched[0]} does not have"
                other = watched[0].place(project, "spec", "ports")
                findings.append(
                    disagreement(where, message, other, fix=f"name the port {_names(offered)}")
                )
            path = str(charts.dig(endpoint, "path") or "/metrics")
            source = _source_behind(project, monitor)
            if source and source.serves(path) is False:
                where = monitor.place(project, "spec", key, at, "path")
                findings.append(_unanswered(where, f"asks {path}", source, path))
    if not looked:
        raise NotApplicable("no ServiceMonitor")
    return Verdict(
        findings=distinct(findings),
        detail=counted(looked, "endpoint"),
        limit=limit_of(charts.unread(project)),
    )


def scripts_ask_a_path(project: Project, _: Toolchain) -> Verdict:
    """Health requests of scripts and pipelines use a path that the service answers."""
    sources = [one for one in application.applications(project) if one.serves("/") is not None]
    findings, looked = [], 0
    scripts = (*files.shell_scripts(project), *files.makefiles(project), *files.pipelines(project))
    for file in sorted({*scripts, *files.plain_yaml(project)}) if sources else ():
        if "/" not in project.text(file):
            continue
        of_others = _lines_of_others(project, file)
        for number, line in enumerate(project.lines(file), 1):
            if number in of_others:
                continue
            asked = _ASKED.finditer(line[:2000]) if not line.lstrip().startswith("#") else ()
            for path in (one["path"] for one in asked if _may_be_asked(one)):
                mine = [
                    one for one in sources if one.folder == services.subject_of(project, file)
                ] or sources
                looked += 1
                if all(one.serves(path) is False for one in mine):
                    at = Location(path=file, line=number, text=line.strip()[:160])
                    findings.append(_unanswered(at, f"asks {path}", mine[0], path))
    if not looked:
        raise NotApplicable("no script asks a service whose source is here")
    return Verdict(findings=distinct(findings), detail=counted(looked, "question"))


_PROGRAMS = regex(
    r"loki|prom(?:etheus)?|push_?gateway|grafana|tempo|mimir|thanos|alert_?manager|jaeger|zipkin|otel"
    r"|vault|consul|nomad|etcd|elastic(?:search)?|opensearch|kibana|logstash|influx(?:db)?|jenkins"
    r"|sonar(?:qube)?|nexus|artifactory|harbor|gitea|gitlab|github|argo(?:cd)?|keycloak|dex|minio"
    r"|rabbit(?:mq)?|kafka|schema_?registry|connect|zookeeper|redis|mongo|postgres|mysql|solr"
    r"|haproxy|nginx|traefik|envoy|kong|registry|docker|localstack|wiremock|selenium|mailhog|ollama"
    r"|qdrant|weaviate|milvus|superset|airflow|n8n|slack|hasura|temporal|unleash|flagd"
)
"""Programs of others, by the words of a variable with their address."""


def _may_be_asked(found: re.Match[str]) -> bool:
    """Return whether the service may be what a line asks, by the port or the variable's name."""
    words = re.split(r"_|(?<=[a-z])(?=[A-Z])", found["name"] or "")
    joined = {"_".join(pair) for pair in pairwise(words)}
    if any(_PROGRAMS.fullmatch(word.lower()) for word in (*words, *joined)):
        return False
    return _may_be_own(found["port"] or "")


_OWN_PORT = regex(
    r"\$\{?(?:(?:APP|SERVER|HTTP|SERVICE|HOST|LOCAL|API|WEB|CONTAINER)_?)?PORT\}?", re.IGNORECASE
)


def _may_be_own(port: str) -> bool:
    """Return whether the service may be what is asked at a port: no variable of another program."""
    if port.startswith("$"):
        return _OWN_PORT.fullmatch(port) is not None
    return not stated_ports.is_of_others(port)


_HEALTH_OF_RUN = regex(r"--health-cmd\b")


def _lines_of_others(project: Project, file: Path) -> frozenset[int]:
    """Return the lines that ask images of others: health checks of what is not built here."""
    found: set[int] = set()
    if "--health-cmd" in project.text(file):
        numbered = enumerate(project.lines(file), 1)
        found |= {number for number, line in numbered if _HEALTH_OF_RUN.search(line)}
    for service in compose.composed(project):
        if service.file == file and _builds_another_image(service.content.get("build")):
            found |= _block(project, file, line_of(service.content, "healthcheck"))
        if service.file != file or service.content.get("build"):
            continue
        if not ownership.is_own(project, str(service.content.get("image"))):
            found |= _block(project, file, line_of(service.content, "healthcheck"))
    return frozenset(found)


def _builds_another_image(build: object) -> bool:
    """Return whether Compose builds a Dockerfile with a second name: one of several programs."""
    named = build.get("dockerfile") if isinstance(build, dict) else None
    return isinstance(named, str) and Path(named).name.lower() != "dockerfile"


def _block(project: Project, file: Path, start: int) -> set[int]:
    """Return the lines of a table that begins at a line; none for line 0."""
    lines = project.lines(file)
    if not start:
        return set()
    depth = len(lines[start - 1]) - len(lines[start - 1].lstrip())
    end = start
    while end < len(lines) and (
        not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > depth
    ):
        end += 1
    return set(range(start, end + 1))


def _unanswered(at: Location, asks: str, source: Application, path: str) -> Finding:
    """The finding, beside the place whose path is most alike."""
    import difflib

    nearest = difflib.get_close_matches(path, list(source.paths), n=1, cutoff=0.6)
    routes = list(source.paths.values()) or [Location(path=source.files[0])]
    related = source.paths[nearest[0]] if nearest else routes[0]
    fix = f"ask {nearest[0]}, or add the route" if nearest else "add the route"
    return disagreement(at, f"{asks}, which the service does not answer", related, fix=fix)


def _offered(watched: list[KubernetesObject]) -> list[str]:
    named = []
    for one in watched:
        declared = listed(one.get("spec", "ports"))
        declared = declared or list(
            chain.from_iterable(listed(container.get("ports")) for _, container in one.containers())
        )
        named += [
            str(port["name"]) for port in declared if isinstance(port, dict) and port.get("name")
        ]
    return named


def _names(offered: list[str]) -> str:
    """Return a few of the ports that may be meant, each once."""
    distinct_ones = list(dict.fromkeys(offered))
    return " or ".join(distinct_ones[:3]) + (" or another" if len(distinct_ones) > 3 else "")


def _source_behind(project: Project, monitor: KubernetesObject) -> Application | None:
    found = {
        service
        for workload, _, _, service in workloads.containers(project)
        if any(workload is one for one in deployments.watched_pods(project, monitor))
    }
    return application.application_of(project, next(iter(found))) if len(found) == 1 else None


CHECKS = (
    Check(id="AG018", title="Probe paths exist in the service", run=probes_ask_a_path),
    Check(
        id="AG019",
        title="Prometheus scrapes an existing port",
        run=prometheus_asks_a_path_and_port,
    ),
    Check(id="AG020", title="Scripts request paths that exist", run=scripts_ask_a_path),
)

"""Read the ports at which pages about a repository claim that its service answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import files
from scaffolder.repository.facts import ownership
from scaffolder.repository.facts.guides import SHELL, GuideLine, lines
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import of_each

URL, RUN, FORWARD = "url", "run", "forward"


@dataclass(frozen=True, kw_only=True)
class StatedPort:
    """A port that a page names: in a URL of this machine, of an image that is run, of a Service.

    `name` is that of the Service for FORWARD, empty otherwise; its `port` may be a name.
    """

    kind: str
    port: str
    name: str
    service: Path
    place: Location


_LOCAL = regex(r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0):(\d{4,5})\b")
_RUN = regex(r"\b(?:docker|podman|nerdctl) (?:container )?run\b")
_PUBLISHED = regex(r"(?:-p|--publish)[ =](?:[\d.]+:)?\d+:(\d+)\b")
_SETS_PORT = regex(r"(?:-e|--env)[ =][\"']?\w*PORT\w*=(\d+)|--env-file")
_FORWARD = regex(
    r"\bport-forward\b.*?\b(?:svc|services?)/([\w.-]+)\s+(?:\d*:)?(\d{2,5}|[a-z][a-z-]+)\s*(?:$"
    r"|[&#|;`>])"
)
_HOST_PORT = regex(
    r"(?:-p|--publish)[ =](?:[\d.]+:)?(\d+):\d+|port-forward\b.*\s(\d+):\d+|-L\s*(?:\w+:)?(\d+):"
    r"|\bport[= ](\d+)|PORT=[\"']?(\d+)",
    re.IGNORECASE,
)
_OF_OTHERS = regex(
    r"1025|1080|1313|1433|1521|23(?:75|79|80)|3100|3200|3306|4040|43(?:17|18)|4566|5005|5341|5432"
    r"|5601|5672|5778|6006|6060|6379|6443|6650|6831|7474|7687|8123|8161|8404|8428|8529|8761|8834"
    r"|8983|904[02]|9092|9093|9100|911[35]|9187|9200|9229|9324|9411|9428|1000[012]|11434|1425[08]"
    r"|15672|16686|19530|27017"
)
"""Ports of databases, brokers, tools and debuggers, which no service takes by chance."""

_DEFAULTS = {
    "3000": r"\bnext\b|react-scripts|nuxt|docusaurus|rails|puma|remix|grafana|metabase|gitea"
    "|vitepress",
    "4200": r"angular|\bng serve\b|\bnx\b",
    "5000": r"flask|dotnet|asp\.?net|registry:2|werkzeug|\bserve\b|mlflow|firebase",
    "5001": r"dotnet|asp\.?net|firebase",
    "5173": r"vite|svelte",
    "5174": r"vite|svelte",
    "4000": r"jekyll|phoenix|apollo|graphql|litellm",
    "5050": r"pgadmin|skaffold",
    "7000": r"skaffold|tilt",
    "8000": r"django|manage\.py|uvicorn|fastapi|mkdocs|http\.server|gatsby|artisan|gunicorn"
    "|starlette|\bphp\b",
    "8080": r"webpack|vue-cli|http-server|live-server|jenkins|keycloak|argo|traefik|tomcat"
    "|phpmyadmin|airflow"
    r"|swagger-ui|adminer|kafka-ui|hasura|weaviate|functions-framework",
    "8081": r"schema-registry|mongo-express|redis-commander|metro|expo|nexus|flink",
    "8001": r"kubectl proxy|kong|redisinsight",
    "8088": r"superset|influx|yarn|ksql|hadoop",
    "8089": r"locust|wiremock",
    "8200": r"vault",
    "8443": r"https|tls|ssl",
    "8888": r"jupyter|config-?server|otel|opentelemetry|collector",
    "9000": r"minio|sonar|portainer|kafdrop|authentik|graylog|\bphp\b|play framework|clickhouse",
    "9001": r"minio|supervisor",
    "9090": r"prometheus|cockpit",
    "9091": r"pushgateway|authelia|milvus",
    "9411": r"zipkin",
    "18080": r"spark|nifi",
    "50051": r"grpc",
}
"""Ports that servers for development and consoles take, by words that name such a program."""

_OF_JAVA = {"8080": r"spring|quarkus|micronaut|jetty|helidon|vert\.?x|ktor|javalin"}
"""Ports of frameworks that read their settings however the service is started."""

_ABOUT_OTHERS = regex(
    r"\b(?:proxy|debug\w*|profil\w*|mock\w*|emulator|database|storybook|front-?end|dashboards?"
    r"|registry|tunnel"
    r"|e\.g|for example|example|such as|instead|if you|other|another|sidecar|console|your own"
    r"|web ?ui|client"
    r"|grafana|prometheus|alertmanager|kibana|jaeger|swagger editor|change the port"
    r"|different port|ui)\b|\w_(?:urls?|uri|endpoint|api|host|addr|address|origin|issuer|server)\b"
    r"|[a-z][.-](?:url|uri|endpoint|issuer)\b"
    r"|(?-i:[a-z](?:Url|URL|Uri|URI|Endpoint|Issuer|Origin))\b",
    re.IGNORECASE,
)
_LARGEST = 400_000


def is_of_others(port: str) -> bool:
    """Return whether a database, broker, tool or debugger usually has the port."""
    return _OF_OTHERS.fullmatch(port) is not None


def stated(project: Project) -> tuple[StatedPort, ...]:
    """Return the ports that pages name as those of a service of the repository."""
    return project.once("ports in guides", lambda: tuple(_stated(project)))


def is_explained(project: Project, port: str, *, with_settings: bool) -> bool:
    """Return whether anything else in the repository may answer at a port of this machine.

    A file other than a page names the number, a page gives it to a command, or it is a program's
    default. `with_settings`: the source of the service names its port.
    """
    key = ("explained", port, with_settings)
    return project.once(key, lambda: _is_explained(project, port, with_settings=with_settings))


def _is_explained(project: Project, port: str, *, with_settings: bool) -> bool:
    if _OF_OTHERS.fullmatch(port) or port in project.once("ports", lambda: _numbers(project)):
        return True
    words = _DEFAULTS.get(port, "")
    if not with_settings and port in _OF_JAVA:
        words = f"{words}|{_OF_JAVA[port]}"
    return bool(words) and re.search(words, _texts(project), re.IGNORECASE) is not None


def _stated(project: Project) -> Iterator[StatedPort]:
    row = ""
    for line, text in _logical(project):
        if "<t" in text or row:  # a row of a table in HTML has a line for each cell
            row = text if "<tr" in text else f"{row} {text}"[:2000]
        # A word is found at once; most lines have none, and need no expression.
        if " run" in text and _RUN.search(text):
            yield from _run(project, line, text)
        elif "port-forward" in text and (found := _FORWARD.search(text)):
            yield _made(FORWARD, found[2], line, name=found[1])
        elif "://" in line.text and not _ABOUT_OTHERS.search(row or line.text):
            for port in _LOCAL.findall(line.text):
                yield _made(URL, port, line)
        if "</tr" in text or "</table" in text:
            row = ""


def _run(project: Project, line: GuideLine, text: str) -> Iterator[StatedPort]:
    image = _image(text[text.index(" run") :].split()[1:])
    if _SETS_PORT.search(text) or not image or not ownership.is_own(project, image):
        return
    for port in _PUBLISHED.findall(text):
        yield _made(RUN, port, line)


_FLAGS = frozenset(
    {"--rm", "--init", "--detach", "--interactive", "--tty", "--privileged", "--read-only"}
    | {"--publish-all", "--no-healthcheck", "--oom-kill-disable", "--quiet", "--sig-proxy"}
)
"""Options of `docker run` without a value."""

_SHORT_FLAGS = regex(r"-[ditPq]+")


def _image(words: list[str]) -> str:
    """Return the image that is run: the first word that is neither an option nor its value."""
    at = 0
    while at < len(words) and words[at].startswith("-"):
        word = words[at]
        is_alone = word in _FLAGS or "=" in word or _SHORT_FLAGS.fullmatch(word)
        is_joined = re.fullmatch(r"-[epvwu]\S+", word)
        at += 1 if is_alone or is_joined else 2
    name = words[at].strip("\"'`") if at < len(words) else ""
    return name if re.fullmatch(r"[a-z0-9][\w./:@-]*", name) else ""


def _made(kind: str, port: str, line: GuideLine, name: str = "") -> StatedPort:
    return StatedPort(kind=kind, port=port, name=name, service=line.service, place=line.place)


def _logical(project: Project) -> Iterator[tuple[GuideLine, str]]:
    """Yield each line, a command that goes on with a backslash as one with its first line."""
    first: GuideLine | None = None
    text = ""
    for line in lines(project):
        start = first or line
        text = f"{text} {line.text.strip()}" if first else line.text.strip()
        if line.kind == SHELL and text.endswith("\\") and len(text) < 2000:
            first, text = start, text.removesuffix("\\")
        else:
            yield start, text[:2000]
            first, text = None, ""


def _numbers(project: Project) -> frozenset[str]:
    """Return what may be a port in all files but pages, and what pages give to commands as one."""
    found: set[str] = set()
    written = {*of_each(lambda runtime: runtime.LOCK_FILES)}
    for file in files.that_may_name_ports(project):
        if file.name not in written:
            text = project.text(file)
            if len(text) <= _LARGEST:
                found.update(re.findall(r"(?<![\w.])\d{4,5}(?![\w.]\d|\w)", text))
    for file in files.documents(project):
        for groups in _HOST_PORT.findall(project.text(file)[:_LARGEST]):
            found.update(one for one in groups if one)
    return frozenset(found)


def _texts(project: Project) -> str:
    """Return the texts that tell which programs are used."""

    def joined() -> str:
        named = {
            *files.manifests(project),
            *files.dependencies(project),
            *files.make_files(project),
            *files.compose_files(project),
            *files.guides(project),
        }
        return "\n".join(project.text(file)[:_LARGEST] for file in sorted(named))

    return project.once("texts about programs", joined)

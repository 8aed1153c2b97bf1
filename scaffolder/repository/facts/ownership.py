"""Tell whose image a workload runs: one that is built here, or another project's program."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.repository.facts import charts, images, services
from scaffolder.repository.facts.charts import Chart, KubernetesObject
from scaffolder.repository.facts.versions_of_images import split
from scaffolder.repository.kubernetes_objects import REPOSITORY
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import RUNTIMES

FOREIGN = regex(
    r"^(?:redis|valkey|postgres|postgresql|mysql|mariadb|mongo|mongodb|rabbitmq|kafka|zookeeper"
    r"|nginx|httpd|memcached|busybox|elasticsearch|opensearch|keycloak|vault|consul|minio|nats"
    r"|prometheus|grafana|loki|alertmanager|jaeger|envoy|traefik|haproxy|curl|kubectl|pause"
    r"|fluentd|fluent-bit|otel.*|opentelemetry.*|cassandra|couchdb|couchbase|cockroach|influxdb"
    r"|clickhouse.*|mssql.*|azure-sql-edge|oracle.*|activemq.*|artemis|pulsar|etcd|solr"
    r"|meilisearch|typesense|weaviate|qdrant|neo4j|arangodb|maildev|mailhog|mailpit|mailcatcher"
    r"|smtp4dev|greenmail|adminer|phpmyadmin|pgadmin4?|mongo-express|redis-commander"
    r"|redisinsight|kafka-ui|kafdrop|schema-registry|localstack|azurite|wiremock|mockserver"
    r"|zipkin|tempo|telegraf|statsd.*|kibana|logstash|filebeat|cadvisor|.*-exporter|swagger-ui"
    r"|sonarqube|selenium.*|jenkins|gitea|registry|cloudsql-proxy|gce-proxy|cloud-sql-proxy"
    r"|pgbouncer|config-?server|spring-cloud-config.*|eureka.*|dapr.*|daprd|istio-proxy|proxyv2"
    r"|linkerd.*|oauth2-proxy|cert-manager.*|nexus3?|argocd|external-dns|metrics-server"
    r"|kube-state-metrics|ingress-nginx.*|nginx-ingress.*)$"
)
"""Programs that a service stands beside."""

_PUBLISHERS = regex(
    r"(?:registry\.k8s\.io|k8s\.gcr\.io|mcr\.microsoft\.com|cgr\.dev|docker\.io/library"
    r"|gcr\.io/(?:distroless|google-samples|kubebuilder)|quay\.io/(?:prometheus|jetstack|coreos"
    r"|argoproj|brancz|kiwigrid|thanos|cilium|oauth2-proxy|keycloak|minio|metallb)|ghcr\.io/fluxcd"
    r"|docker\.elastic\.co)/|(?:docker\.io/|public\.ecr\.aws/)?(?:bitnami\w*|grafana|prom|istio"
    r"|hashicorp|rancher|weaveworks\w*|calico|datadog|amazon|aws-\w+|eks|nginx|envoyproxy)/"
)
"""Where programs of others are published."""


def last_name(image: str) -> str:
    """Return the name of an image without registry, folders and tag, in small letters."""
    return split(image)[0].rpartition("/")[2].lower()


def is_program(image: str) -> bool:
    """Return whether an image is a program that everybody knows, or of a known publisher."""
    return bool(FOREIGN.search(last_name(image)) or _PUBLISHERS.match(image))


def is_foreign(workload: KubernetesObject) -> bool:
    """Return whether a workload runs nothing but programs that everybody knows."""
    names = [str(container.get("image", "")) for _, container in workload.containers()]
    return bool(names) and all(is_program(name) for name in names)


def is_placeholder(image: str) -> bool:
    """Return whether an image is one that a pipeline hands over."""
    return REPOSITORY in image or last_name(image) in {"", "image"}


def is_own(project: Project, image: str) -> bool:
    """Return whether an image is called like something of this repository."""
    return is_alike(last_name(image), own_names(project))


def own_names(project: Project) -> frozenset[str]:
    """Return what the repository, its services, builds and images are called."""
    return project.once("own names", lambda: frozenset(_own_names(project)))


def is_copied(project: Project, chart: Chart) -> bool:
    """Return whether a chart declares another project as its home."""
    sources = chart.metadata.get("sources")
    named = [chart.metadata.get("home"), *(sources if isinstance(sources, list) else ())]
    homes = [str(one).lower() for one in named if one]
    names = [name for name in own_names(project) if len(name) > 2]
    return bool(homes) and not any(name in home for home, name in product(homes, names))


def is_for_own_service(project: Project, chart: Chart) -> bool:
    """Return whether a chart deploys a service of this repository, as far as names tell."""
    if is_copied(project, chart):
        return False
    names = {chart.name.lower(), chart.folder.name.lower()}
    return any(is_alike(name, own_names(project)) for name in names)


def chart_at(project: Project, folder: str) -> Chart | None:
    """Return the chart in a folder."""
    return _by_folder(project).get(Path(folder))


def chart_of(project: Project, file: Path) -> Chart | None:
    """Return the chart that a file is in."""
    known = _by_folder(project)
    return next((known[folder] for folder in file.parents if folder in known), None)


def _by_folder(project: Project) -> dict[Path, Chart]:
    return project.once(
        "charts by folder", lambda: {one.folder: one for one in charts.charts(project)}
    )


def is_alike(word: str, names: frozenset[str] | set[str]) -> bool:
    """Return whether a word is one of the names, or begins or ends with one and a hyphen."""
    parts = word.split("-")
    cuts = range(1, len(parts))
    ends = {"-".join(parts[:cut]) for cut in cuts} | {"-".join(parts[cut:]) for cut in cuts}
    return any(one in names for one in (word, *ends) if one)


def _own_names(project: Project) -> Iterator[str]:
    yield project.name.lower()
    for folder in services.folders(project):
        if folder != services.HERE:
            yield folder.name.lower()
    for runtime in RUNTIMES.values():
        for name in runtime.names(project):
            yield name.value.rpartition("/")[2].lower()
    for declaration in images.read(project):
        if declaration.role in {images.BUILT, images.COMPOSE}:
            yield declaration.value.lower()

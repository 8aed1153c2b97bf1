"""Which Kubernetes objects are of which service of the repository."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from scaffolder.repository.facts import charts, services
from scaffolder.repository.facts.charts import LONG_RUNNING, KubernetesObject
from scaffolder.repository.facts.versions_of_images import split
from scaffolder.repository.kubernetes_objects import REPOSITORY
from scaffolder.repository.project import Project

FOREIGN = re.compile(
    r"^(?:redis|valkey|postgres|postgresql|mysql|mariadb|mongo|mongodb|rabbitmq|kafka|zookeeper|nginx|httpd|memcached|busybox"
    r"|elasticsearch|opensearch|keycloak|vault|consul|minio|nats|prometheus|grafana|loki|alertmanager|jaeger|envoy|traefik"
    r"|haproxy|curl|kubectl|pause|fluentd|fluent-bit|otel.*|opentelemetry.*"
    r"|cassandra|couchdb|couchbase|cockroach|influxdb|clickhouse.*|mssql.*|azure-sql-edge|oracle.*"
    r"|activemq.*|artemis|pulsar|etcd|solr|meilisearch|typesense|weaviate|qdrant|neo4j|arangodb"
    r"|maildev|mailhog|mailpit|mailcatcher|smtp4dev|greenmail|adminer|phpmyadmin|pgadmin4?|mongo-express"
    r"|redis-commander|redisinsight|kafka-ui|kafdrop|schema-registry|localstack|azurite|wiremock|mockserver"
    r"|zipkin|tempo|telegraf|statsd.*|kibana|logstash|filebeat|cadvisor|.*-exporter|swagger-ui|sonarqube"
    r"|selenium.*|jenkins|gitea|registry|cloudsql-proxy|gce-proxy|cloud-sql-proxy|pgbouncer|config-?server"
    r"|spring-cloud-config.*|eureka.*|dapr.*|daprd|istio-proxy|proxyv2|linkerd.*|oauth2-proxy|cert-manager.*)$"
)
"""Programs that a service stands beside."""


def containers(
    project: Project,
) -> Iterator[tuple[KubernetesObject, tuple[Any, ...], dict[Any, Any], Path]]:
    """Each container that runs a service of the repository: its workload, the way to it, itself, and the service.

    A container whose image is somebody else's is left out, and so is one that could be of several
    services.
    """
    for workload in charts.objects(project):
        if workload.kind not in LONG_RUNNING:
            continue
        for way, container in workload.containers():
            service = _service_of(project, workload, str(container.get("image", "")))
            if service is not None:
                yield workload, way, container, service


def same_scope(
    project: Project, one: KubernetesObject, *kinds: str
) -> tuple[KubernetesObject, ...]:
    """The objects of these kinds that live with `one`: the same chart and environment, or the same folder."""
    return project.once(
        ("scope", one.scope, kinds),
        lambda: tuple(
            other
            for other in charts.objects(project)
            if other.scope == one.scope and (not kinds or other.kind in kinds)
        ),
    )


def selects(selector: dict[str, str], labels: dict[str, str]) -> bool:
    """Whether a selector of equalities takes these labels; an empty one takes all."""
    return all(labels.get(key) == value for key, value in selector.items())


def pod_labels(workload: KubernetesObject) -> dict[str, str]:
    """The labels of the pods that a workload makes."""
    return charts.texts(workload.get(*(workload.pod or ()), "metadata", "labels"))


def _service_of(project: Project, workload: KubernetesObject, image: str) -> Path | None:
    """The folder of the service whose image a container runs, by the names of image, workload and folder."""
    folders = services.with_image(project)
    last = split(image)[0].rpartition("/")[2].lower()
    ours = REPOSITORY in image or last in {"", "image"}
    if len(folders) == 1:
        name = (folders[0].name if folders[0] != services.HERE else project.name).lower()
        chart = Path(workload.scope[0]).name.lower()
        alone = (
            len(list(workload.containers())) == 1 and len(_own_workloads(project, workload)) == 1
        )
        mine = (
            ours
            or _alike(last, {name, chart if workload.origins else name})
            or (alone and not FOREIGN.search(last))
        )
        return folders[0] if mine else None
    named = project.once("services by name", lambda: _by_name(folders))
    by_image = named.get(last, [])
    name = workload.name.lower()
    by_name = [*named.get(name, ()), *named.get(name.removesuffix("-deployment"), ())]
    by_name = list(dict.fromkeys(by_name))
    if len(by_image) == 1:
        return by_image[0]
    return by_name[0] if len(by_name) == 1 and (ours or not last) else None


def _own_workloads(project: Project, one: KubernetesObject) -> list[KubernetesObject]:
    """The workloads beside one that run no program that everybody knows."""
    return [other for other in same_scope(project, one, *LONG_RUNNING) if not is_foreign(other)]


def is_foreign(workload: KubernetesObject) -> bool:
    """Whether a workload runs nothing but programs that everybody knows."""
    images = [split(str(one.get("image", "")))[0] for _, one in workload.containers()]
    return bool(images) and all(FOREIGN.search(_last_part(image)) for image in images)


def _last_part(image: str) -> str:
    return image.rpartition("/")[2].lower()


def _alike(word: str, names: set[str]) -> bool:
    return any(
        name and (word == name or word.endswith(f"-{name}") or word.startswith(f"{name}-"))
        for name in names
    )


def _by_name(folders: Iterable[Path]) -> dict[str, list[Path]]:
    named: dict[str, list[Path]] = {}
    for folder in folders:
        named.setdefault(folder.name.lower(), []).append(folder)
    return named

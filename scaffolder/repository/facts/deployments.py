"""Which objects are deployed together: by release, kustomization, namespace and environment.

A chart's release and a rendered kustomization are whole. Plain files are applied by a command that
may take any of them, so objects of one namespace belong together wherever their files are; of
several that fit, those in the nearest folder are meant.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, takewhile
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.repository import files, kustomize, spelling
from scaffolder.repository.facts import charts, gitops
from scaffolder.repository.facts.charts import LONG_RUNNING, KubernetesObject
from scaffolder.repository.project import Project

_Index = dict[tuple[str, str], tuple[KubernetesObject, ...]]


def deployed_with(
    project: Project, one: KubernetesObject, *kinds: str
) -> tuple[KubernetesObject, ...]:
    """Return the objects of these kinds (none: of all) that may be deployed with `one`."""
    if one.origins:
        return project.once(
            ("release", one.scope, kinds),
            lambda: _within_budget(
                project,
                (
                    other
                    for other in _of_kinds(project, kinds)
                    if other.origins and other.scope == one.scope
                ),
            ),
        )
    namespace = gitops.namespace_of(project, one)
    return project.once(
        ("deployed with", namespace, one.environment, kinds),
        lambda: _within_budget(
            project,
            (
                other
                for other in _of_kinds(project, kinds)
                if not other.origins
                and _same(namespace, gitops.namespace_of(project, other))
                and _same(one.environment, other.environment)
            ),
        ),
    )


def _within_budget(
    project: Project, objects: Iterable[KubernetesObject]
) -> tuple[KubernetesObject, ...]:
    together = tuple(objects)
    project.budget.refuse_pairs(together)
    return together


def nearest(
    one: KubernetesObject, candidates: Iterable[KubernetesObject]
) -> tuple[KubernetesObject, ...]:
    """Return the candidates that are closest to `one`: same kustomization, else same folders."""
    ranked = [(_closeness(one, other), other) for other in candidates]
    best = max((rank for rank, _ in ranked), default=0)
    return tuple(other for rank, other in ranked if rank == best)


def in_one_namespace(project: Project, one: KubernetesObject) -> tuple[KubernetesObject, ...]:
    """Return the workloads that are certainly in the namespace of an object."""
    namespace = gitops.namespace_of(project, one)
    return tuple(
        other
        for other in deployed_with(project, one, *sorted(LONG_RUNNING))
        if other.scope == one.scope
        or (namespace and gitops.namespace_of(project, other) == namespace)
    )


def named(
    project: Project, one: KubernetesObject, kind: str, name: str
) -> tuple[KubernetesObject, ...]:
    """Return the nearest objects of this kind and name that are deployed with `one`."""
    found = [
        other
        for other in _by_name(project).get((kind, name), ())
        if _are_together(project, one, other)
    ]
    return nearest(one, found)


def same_named(
    project: Project, one: KubernetesObject, *kinds: str
) -> tuple[KubernetesObject, ...]:
    """Return the nearest objects of these kinds that are called like `one`."""
    found = list(chain.from_iterable(named(project, one, kind, one.name) for kind in kinds))
    return nearest(one, found)


def selected(
    project: Project, one: KubernetesObject, selector: dict[str, str]
) -> tuple[KubernetesObject, ...]:
    """Return what makes pods with these labels, the nearest of what is deployed with `one`."""
    if not selector:
        return ()
    fewest = min((_by_label(project).get(pair, ()) for pair in selector.items()), key=len)
    found = [
        other
        for other in fewest
        if selects(selector, template_labels(other)) and _are_together(project, one, other)
    ]
    return nearest(one, found)


def is_known_anywhere(project: Project, kind: str, name: str) -> bool:
    """Return whether any chart, kustomization or file has an object of this kind and name."""
    return (kind, name) in _by_name(project)


def meant(project: Project, one: KubernetesObject, kind: str, name: str) -> KubernetesObject | None:
    """Return the object that `one` means by a name that no object has; None if it may be elsewhere.

    A release of a chart is whole: what it names is in it, or nowhere. The repository may deploy the
    rest of a namespace by other means, so outside of charts a name has to be nearly right.
    """
    beside = deployed_with(project, one, kind)
    if renamed := _renamed(project, one, beside, name):
        return renamed
    if is_known_anywhere(project, kind, name):
        return None
    names = [other.name for other in nearest(one, beside)] + [other.name for other in beside]
    near = difflib.get_close_matches(name, names, n=1, cutoff=_least_likeness(project, one))
    near = [other for other in near if _digits(other) == _digits(name) or one.origins]
    before: dict[str, str] = {}
    for other in beside:
        before |= dict.fromkeys(other.former, other.name)
    if not near and (slip := spelling.meant(name, before)):
        near = [before[slip]]
    if not near and is_complete(project, one) and any(other.name == one.name for other in beside):
        near = [one.name]
    return named(project, one, kind, near[0])[0] if near else None


def _renamed(
    project: Project, one: KubernetesObject, beside: Iterable[KubernetesObject], name: str
) -> KubernetesObject | None:
    """Return the object that a kustomization renamed, where it left the old name in `one`.

    It follows the names in objects that it knows; a ScaledObject of KEDA keeps the old one, if no
    `configurations` tell it where names are.
    """
    if not one.is_kustomized or not is_complete(project, one):
        return None
    within = [other for other in beside if other.scope == one.scope]
    if any(other.name == name for other in within):
        return None
    found = [other for other in within if name in other.former]
    return found[0] if len(found) == 1 else None


def _digits(name: str) -> str:
    """Return the digits of a name: web-1 and web-2 are two."""
    return "".join(filter(str.isdigit, name))


def _least_likeness(project: Project, one: KubernetesObject) -> float:
    if not is_complete(project, one):
        return 0.85
    return 0.0 if one.origins else 0.8


def is_complete(project: Project, one: KubernetesObject) -> bool:
    """Return whether all that is deployed with `one` is here: nothing remote, all rendered."""
    return one.scope not in project.once(
        "incomplete scopes", lambda: frozenset(_incomplete(project))
    )


def watchable(project: Project, monitor: KubernetesObject) -> tuple[KubernetesObject, ...]:
    """Return the Services that a ServiceMonitor, or the workloads that a PodMonitor, may select."""
    kinds = ("Service",) if monitor.kind == "ServiceMonitor" else tuple(sorted(LONG_RUNNING))
    return deployed_with(project, monitor, *kinds)


def watched(project: Project, monitor: KubernetesObject) -> tuple[KubernetesObject, ...]:
    """Return the nearest Services or workloads that a monitor selects."""
    selector = charts.texts(monitor.get("spec", "selector", "matchLabels"))
    found = [one for one in watchable(project, monitor) if selects(selector, labels(one))]
    return nearest(monitor, found)


def watched_pods(project: Project, monitor: KubernetesObject) -> tuple[KubernetesObject, ...]:
    """Return the workloads whose pods Prometheus asks because of a monitor.

    In a release of a chart they are all, if the monitor selects none: AG022 reports that.
    """
    found: list[KubernetesObject] = []
    for one in watched(project, monitor):
        if one.kind == "Service":
            found += selected(project, one, charts.texts(one.get("spec", "selector")))
        else:
            found.append(one)
    if not found and monitor.origins:
        return deployed_with(project, monitor, *sorted(LONG_RUNNING))
    return tuple(found)


def labels(one: KubernetesObject) -> dict[str, str]:
    """Return the labels by which a monitor selects: a workload's are those of its pods."""
    return pod_labels(one) if one.kind in LONG_RUNNING else one.labels


def selects(selector: dict[str, str], labels: dict[str, str]) -> bool:
    """Return whether a selector of equalities takes these labels; an empty one takes all."""
    return all(labels.get(key) == value for key, value in selector.items())


_OF_PLATFORM = {
    "k8s-app": {"kube-dns", "coredns", "kube-proxy", "kubelet", "metrics-server", "calico-node"},
    "component": {
        "apiserver",
        "kube-apiserver",
        "kube-scheduler",
        "kube-controller-manager",
        "etcd",
    },
    "tier": {"control-plane"},
    "provider": {"kubernetes"},
}
"""Labels of what is in each cluster, and in no repository."""

_STANDARD = ("kubernetes.io", "k8s.io", "helm.sh", "argoproj.io")


def is_made_elsewhere(project: Project, selector: dict[str, str]) -> bool:
    """Return whether a selector is for pods of the platform, or of what an operator makes.

    An operator labels its pods by keys of its own domain: `strimzi.io/kind`, `cnpg.io/cluster`.
    """
    keys = project.once("keys of labels", lambda: frozenset(_keys_of_labels(project)))
    of_operator = project.once("pods of an operator", lambda: _of_operator(project))
    return any(
        value in _OF_PLATFORM.get(key, ())
        or (_is_of_operator(key) and key not in keys)
        or (key, value) in of_operator
        or ("", value) in of_operator
        for key, value in selector.items()
    )


_BY_PROMETHEUS_OPERATOR = frozenset({"Alertmanager", "Prometheus", "ThanosRuler"})


def _of_operator(project: Project) -> frozenset[tuple[str, str]]:
    """Return the labels that operators give the pods that they make of an object.

    That of Prometheus labels them by kind: https://prometheus-operator.dev/docs/api-reference/api/.
    Others use the object's name, under a key ("" here) of their own choice.
    """
    own = {
        str(one.get("spec", "names", "kind"))
        for one in charts.objects(project)
        if one.kind == "CustomResourceDefinition"
    }
    found: set[tuple[str, str]] = set()
    for one in charts.objects(project):
        if one.kind in _BY_PROMETHEUS_OPERATOR:
            found.add((one.kind.lower().replace("thanosruler", "thanos-ruler"), one.name))
        elif one.kind in own or _makes_pods(one):
            found |= {("", one.name), ("", f"{one.name}-{one.kind.lower()}")}
    return frozenset(found)


_MAKES_PODS = regex(
    r"(?:Rabbitmq|Postgres|Percona\w*|MySQL|InnoDB|Redis|OpenSearch|Nats|Scylla|Couchbase|Zookeeper"
    r"|Temporal|Etcd|Tidb|YB|Ray|Vitess|Kafka|VM|Hazelcast|Aerospike|Druid|Pulsar)Cluster"
    r"|Percona\w+|Redis(?:Failover|Replication|Sentinel)?|postgresql|Postgresql|MongoDB(?:Community)?"
    r"|Elasticsearch|Kibana|Logstash|Beat|ApmServer|EnterpriseSearch|Tenant|Jaeger|Grafana|Keycloak"
    r"|OpenTelemetryCollector|VM(?:Single|Agent|Alert|Alertmanager)|Vault|CassandraDatacenter"
    r"|SolrCloud|FlinkDeployment|SparkApplication|InferenceService|ClickHouseInstallation|MariaDB"
    r"|CrdbCluster|Kafka(?:Connect|Bridge|MirrorMaker2?)?|Memcached|Minio|Dragonfly|Infinispan"
)
"""Kinds of operators that make pods, and name them or label them after their object."""


def _makes_pods(one: KubernetesObject) -> bool:
    """Return whether an operator, or a chart from elsewhere, makes pods of an object."""
    if one.api_version.startswith("helm.toolkit.fluxcd.io/"):
        return str(one.get("spec", "chart", "spec", "sourceRef", "kind")) != "GitRepository"
    if one.kind == "Application":
        return bool(one.get("spec", "source", "chart"))
    return "." in one.api_version and _MAKES_PODS.fullmatch(one.kind) is not None


def _is_of_operator(key: str) -> bool:
    domain = key.rpartition("/")[0]
    return "." in domain and not domain.endswith(_STANDARD)


def _keys_of_labels(project: Project) -> Iterator[str]:
    for one in charts.objects(project):
        yield from one.labels
        yield from template_labels(one)


def has_hidden_workload(project: Project, one: KubernetesObject) -> bool:
    """Return whether a template of the release of an object has a workload that is not rendered."""
    return one.scope in project.once(
        "releases with hidden workloads", lambda: frozenset(_with_hidden(project))
    )


_WORKLOAD = regex(r"^kind:\s*(?:Deployment|StatefulSet|DaemonSet|Rollout)\s*$", re.MULTILINE)


def _with_hidden(project: Project) -> Iterator[tuple[str, str]]:
    for chart in charts.charts(project):
        holding = {
            file
            for file in files.chart_templates(project, chart.folder)
            if _WORKLOAD.search(project.text(file))
        }
        for rendering in chart.renderings:
            shown = {one.path for one in rendering.objects if one.pod is not None}
            if holding - shown:
                yield (chart.folder.as_posix(), rendering.environment)


def is_on_host_network(workload: KubernetesObject) -> bool:
    """Return whether pods have the network of their node, to which no NetworkPolicy applies."""
    return workload.get(*(workload.pod or ()), "spec", "hostNetwork") is True


def pod_labels(workload: KubernetesObject) -> dict[str, str]:
    """Return the labels of the pods that a workload makes."""
    return charts.texts(workload.get(*(workload.pod or ()), "metadata", "labels"))


def template_labels(one: KubernetesObject) -> dict[str, str]:
    """Return the labels of the pods that an object makes, also if its kind is not built in.

    A DeploymentConfig of OpenShift, or what an operator brings, has a template like a Deployment.
    """
    if one.pod is not None:
        return pod_labels(one)
    if not isinstance(one.get("spec", "template", "spec", "containers"), list):
        return {}
    return charts.texts(one.get("spec", "template", "metadata", "labels"))


def _incomplete(project: Project) -> Iterator[tuple[str, str]]:
    folders = {build.folder.as_posix() for build in kustomize.builds(project) if build.missing}
    for one in charts.objects(project):
        if not one.origins and one.scope[0] in folders:
            yield one.scope
    for chart in charts.charts(project):
        if chart.unread or chart.metadata.get("dependencies"):
            for rendering in chart.renderings:
                yield (chart.folder.as_posix(), rendering.environment)


def _are_together(project: Project, one: KubernetesObject, other: KubernetesObject) -> bool:
    if one.origins or other.origins:
        return bool(one.origins and other.origins) and one.scope == other.scope
    spaces = [gitops.namespace_of(project, each) for each in (one, other)]
    if not _same(*spaces) or not _same(one.environment, other.environment):
        return False
    if (spaces[0] and spaces[0] == spaces[1]) or one.name == other.name:
        return True
    folders = (one.path.parent, other.path.parent)
    if one.scope == other.scope or folders[0] in folders[1].parents:
        return True
    # Without a namespace, a folder with pods is an application, and so are folders far apart.
    apart = one.scope[0] in _folders_with_pods(project)
    return folders[1] in folders[0].parents or (not apart and _are_siblings(*folders))


def _are_siblings(first: Path, second: Path) -> bool:
    """Return whether two folders, or those that hold them, are in one that is not the root."""
    pairs = zip(first.parts, second.parts, strict=False)
    shared = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
    return shared > 0 and shared >= max(len(first.parts), len(second.parts)) - 2


def _folders_with_pods(project: Project) -> frozenset[str]:
    return project.once(
        "folders with pods",
        lambda: frozenset(one.scope[0] for one in _of_kinds(project, charts.WITH_PODS)),
    )


def _same(first: str, second: str) -> bool:
    """Return whether two are the same, as far as both are known."""
    return first == second or not first or not second


def _closeness(one: KubernetesObject, other: KubernetesObject) -> int:
    if one.scope == other.scope and (one.is_kustomized or one.origins):
        return 1000
    shared = 0
    for first, second in zip(one.path.parent.parts, other.path.parent.parts, strict=False):
        if first != second:
            return shared
        shared += 1
    # One folder is nearer than a folder below it.
    return shared * 2 + (one.path.parent == other.path.parent)


def _of_kinds(project: Project, kinds: Sequence[str]) -> tuple[KubernetesObject, ...]:
    return tuple(one for one in charts.objects(project) if not kinds or one.kind in kinds)


def _by_name(project: Project) -> _Index:
    def make() -> _Index:
        found: dict[tuple[str, str], list[KubernetesObject]] = {}
        for one in charts.objects(project):
            found.setdefault((one.kind, one.name), []).append(one)
        return {key: tuple(objects) for key, objects in found.items()}

    return project.once("objects by name", make)


def _by_label(project: Project) -> _Index:
    def make() -> _Index:
        found: dict[tuple[str, str], list[KubernetesObject]] = {}
        for one in charts.objects(project):
            for pair in template_labels(one).items():
                found.setdefault(pair, []).append(one)
        return {key: tuple(objects) for key, objects in found.items()}

    return project.once("workloads by label", make)

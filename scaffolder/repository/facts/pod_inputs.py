"""Which Secrets and ConfigMaps pods read, and whether anything in the repository makes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.model import Location
from scaffolder.repository import files
from scaffolder.repository.facts import charts, ownership
from scaffolder.repository.facts.charts import WITH_PODS, KubernetesObject, dig
from scaffolder.repository.kubernetes_objects import is_custom, is_filled_in_later
from scaffolder.repository.project import Project
from scaffolder.repository.reading import listed

SECRET, CONFIG_MAP = "Secret", "ConfigMap"


@dataclass(frozen=True, kw_only=True)
class PodInput:
    """A pod reads a Secret or ConfigMap and does not start without it."""

    kind: str
    name: str
    place: Location
    workload: KubernetesObject


_OF_THE_CLUSTER = re.compile(
    r"kube-root-ca\.crt|openshift-service-ca\.crt|istio-ca-root-cert|aws-auth|coredns|.*webhook.*"
    r"|default-token-\w+|builder-dockercfg-\w+"
)
"""Names of what a cluster, or an operator that starts, makes by itself."""

_LARGEST = 400_000
_ABOUT_INPUTS = re.compile(r"secret|config-?map|credential|regcred", re.IGNORECASE)
_READS = re.compile(
    r"(?:secret|configMap)(?:Key)?Ref\b|\b(?:envFrom|imagePullSecrets|secret"
    r"|configMap):"
)
"""A line of a pod that begins a reference."""

_MAKES_ANY = re.compile(
    r"\bcreate[ _](?P<kind>secret|configmap)(?: (?:generic|docker-registry|tls))?(?: -\S+)*"
    r"\s+[\"']?(?:\$|\{\{|%\w|#\{)"
)
"""A command that makes a Secret or ConfigMap whose name is in a variable."""

_MAKES_SECRETS = re.compile(
    r"Cluster|Database|Users?$|Claim|Secret|[Pp]ostgres|My[Ss][Qq][Ll]|Maria|Mongo|Redis|Kafka"
    r"|Elastic|Kibana"
    r"|Rabbit|Keycloak|Vault|Certificate|Issuer|Connection|Account|Tenant|Instance|Credential"
    r"|Binding"
    r"|OnePassword|Minio|^X[A-Z]"
)
"""Kinds whose operator makes a Secret that begins with the name of the object."""

_MAKES_NONE = re.compile(
    r"(?:monitoring\.(?:coreos|googleapis)\.com|gateway\.networking\.k8s\.io|(?:networking"
    r"|security)\.istio\.io"
    r"|keda\.sh|argoproj\.io|external-secrets\.io|bitnami\.com|cilium\.io|kyverno\.io"
    r"|autoscaling\.k8s\.io"
    r"|traefik\.(?:io|containo\.us)|linkerd\.io|policy\.linkerd\.io|cert-manager\.io"
    r"|secrets-store\.csi\.x-k8s\.io"
    r"|metrics\.k8s\.io|(?:.*\.)?toolkit\.fluxcd\.io|operator\.victoriametrics\.com)/"
)
"""Groups whose operators make no Secrets, or those that an object names."""

_OF_VALUES = re.compile(r"\.Values\b|\$\w+\.|range|\.name\b|\btpl\b|\blookup\b")


def inputs(project: Project) -> tuple[PodInput, ...]:
    """Return what pods of the repository read, without what may be absent or is named later."""
    return project.once("inputs of pods", lambda: tuple(_inputs(project)))


def unmade(project: Project) -> tuple[PodInput, ...]:
    """Return what pods read and nothing makes: no object, generator, program, command or page.

    A name that any other line of the repository has is taken to be made there. The name of a
    workload counts only beside a word such as `secret`.
    """
    return project.once("inputs that are not made", lambda: _unmade(project))


def makes_secrets(project: Project) -> bool:
    """Return whether Secrets are made in the repository, or from declarations in it."""
    kinds = {SECRET, "ExternalSecret", "SealedSecret", "SecretProviderClass"}
    return project.once(
        "makes Secrets", lambda: any(one.kind in kinds for one in charts.objects(project))
    )


def _inputs(project: Project) -> Iterator[PodInput]:
    for workload in charts.objects(project):
        if workload.kind not in WITH_PODS or ownership.is_foreign(workload):
            continue
        for kind, entry, way in _entries(workload):
            key = "secretName" if "secretName" in entry else "name"
            name = entry.get(key)
            if not isinstance(name, str) or entry.get("optional") is True:
                continue
            if name and not is_filled_in_later(name) and not _OF_THE_CLUSTER.fullmatch(name):
                at = workload.place(project, *way, key)
                yield PodInput(kind=kind, name=name, place=at, workload=workload)


_Entry = tuple[str, dict[Any, Any], tuple[Any, ...]]


def _entries(workload: KubernetesObject) -> Iterator[_Entry]:
    """Yield each reference of a pod, with its kind and the way to it."""
    pod = (*(workload.pod or ()), "spec")
    for group in ("initContainers", "containers"):
        for at, container in enumerate(listed(workload.get(*pod, group))):
            yield from _of_container(container, (*pod, group, at))
    for at, volume in enumerate(listed(workload.get(*pod, "volumes"))):
        yield from _of_volume(volume, (*pod, "volumes", at))
        for number, source in enumerate(listed(dig(volume, "projected", "sources"))):
            yield from _of_volume(source, (*pod, "volumes", at, "projected", "sources", number))
    for at, secret in enumerate(listed(workload.get(*pod, "imagePullSecrets"))):
        if isinstance(secret, dict):
            yield SECRET, secret, (*pod, "imagePullSecrets", at)


def _of_container(container: Any, way: tuple[Any, ...]) -> Iterator[_Entry]:
    for at, source in enumerate(listed(dig(container, "envFrom"))):
        for kind, key in ((SECRET, "secretRef"), (CONFIG_MAP, "configMapRef")):
            if isinstance(entry := dig(source, key), dict):
                yield kind, entry, (*way, "envFrom", at, key)
    for at, variable in enumerate(listed(dig(container, "env"))):
        for kind, key in ((SECRET, "secretKeyRef"), (CONFIG_MAP, "configMapKeyRef")):
            if isinstance(entry := dig(variable, "valueFrom", key), dict):
                yield kind, entry, (*way, "env", at, "valueFrom", key)


def _of_volume(volume: Any, way: tuple[Any, ...]) -> Iterator[_Entry]:
    for kind, key in ((SECRET, "secret"), (CONFIG_MAP, "configMap")):
        if isinstance(entry := dig(volume, key), dict):
            yield kind, entry, (*way, key)


def _unmade(project: Project) -> tuple[PodInput, ...]:
    objects = charts.objects(project)
    made = set(chain.from_iterable(map(_makes, objects)))
    misnamed = {one.name for one in objects if one.kind == "ExternalSecret"}
    misnamed -= {name for kind, name in made if kind == SECRET}
    candidates = [
        one
        for one in inputs(project)
        if (one.kind, one.name) not in made and not _is_of_values(project, one)
    ]
    if not candidates:
        return ()
    custom = [one for one in objects if is_custom(one) and not _MAKES_NONE.match(one.api_version)]
    named = _named(project, {one.name for one in candidates}, _reading(project))
    any_made = _kinds_of_any_name(project)
    return tuple(
        one
        for one in candidates
        if (one.name not in named or one.name in misnamed)
        and one.kind not in any_made
        and not any(_may_make(other, one) for other in custom)
    )


def _makes(one: KubernetesObject) -> Iterator[tuple[str, str]]:
    """Yield the kind and the name of the object, and of the Secret that an operator makes of it."""
    yield one.kind, one.name
    match one.kind:
        case "ExternalSecret":
            yield SECRET, str(one.get("spec", "target", "name") or one.name)
        case "SealedSecret":
            yield SECRET, str(one.get("spec", "template", "metadata", "name") or one.name)
        case "SecretProviderClass":
            for entry in listed(one.get("spec", "secretObjects")):
                yield SECRET, str(dig(entry, "secretName"))


def _may_make(custom: KubernetesObject, one: PodInput) -> bool:
    """Return whether an operator may make the input: by the name of its object, or its place."""
    if _MAKES_SECRETS.search(custom.kind) and one.name.startswith(custom.name):
        return True
    beside = custom.path.parent == one.workload.path.parent or custom.scope == one.workload.scope
    return beside and not one.workload.origins


def _is_of_values(project: Project, one: PodInput) -> bool:
    """Return whether a chart leaves the name to its values, or makes the object only with some.

    A chart of others, or one with charts of others in it, may have what is not here.
    """
    if not one.workload.origins:
        return False
    chart = ownership.chart_at(project, one.workload.scope[0])
    if chart is None or ownership.is_copied(project, chart) or chart.unread:
        return True
    if any(str(dig(other, "name")) in one.name for other in _dependencies(chart.metadata)):
        return True
    if _OF_VALUES.search(one.place.text) or _helper_of_values(project, chart.folder, one):
        return True
    makes = re.compile(rf"kind: (?:{re.escape(one.kind)}|ExternalSecret|SealedSecret)")
    return any(
        makes.search(project.text(file)) and file not in _rendered(project, one)
        for file in files.chart_templates(project, chart.folder)
    )


def _dependencies(metadata: dict[Any, Any]) -> list[Any]:
    return listed(metadata.get("dependencies"))


def _helper_of_values(project: Project, chart: Path, one: PodInput) -> bool:
    """Return whether the name is made by a helper that takes a name of a Secret from the values."""
    helper = re.search(r"(?:include|template)\s+\"([^\"]+)\"", one.place.text)
    if helper is None:
        return False
    defined = re.compile(
        rf"define\s+\"{re.escape(helper[1])}\".*?(?=\{{\{{-?\s*define|\Z)", re.DOTALL
    )
    texts = (project.text(file) for file in files.chart_templates(project, chart))
    bodies = chain.from_iterable(map(defined.findall, texts))
    return any(re.search(r"\.Values\.\S*(?i:secret|config)", body) for body in bodies)


def _rendered(project: Project, one: PodInput) -> frozenset[Path]:
    def read() -> dict[str, frozenset[Path]]:
        paths: dict[str, set[Path]] = {}
        for other in charts.objects(project):
            paths.setdefault(other.scope[0], set()).add(other.path)
        return {folder: frozenset(of_it) for folder, of_it in paths.items()}

    return project.once("rendered templates", read).get(one.workload.scope[0], frozenset())


def _reading(project: Project) -> frozenset[tuple[Path, int]]:
    return frozenset((one.place.path, one.place.line) for one in inputs(project))


def _named(project: Project, names: set[str], reading: frozenset[tuple[Path, int]]) -> set[str]:
    """Return the names that a line has which does not read them."""
    words = re.compile(
        rf"(?<![\w.-])(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})(?![\w-])"
    )
    common = {one.name for one in charts.objects(project)}
    common |= {chart.name for chart in charts.charts(project)}
    found: set[str] = set()
    for file in _searched(project):
        text = project.text(file)
        if len(text) > _LARGEST or not words.search(text):
            continue
        lines = text.split("\n")
        for number, line in enumerate(lines, 1):
            if (file, number) in reading or len(line) > 2000:
                continue
            near = lines[max(0, number - 4) : number + 3]
            around = "\n".join(one for one in near if not _READS.search(one))
            for name in words.findall(line):
                if name not in common or _ABOUT_INPUTS.search(around):
                    found.add(name)
    return found


def _kinds_of_any_name(project: Project) -> set[str]:
    kinds = {"secret": SECRET, "configmap": CONFIG_MAP}
    found: set[str] = set()
    for file in files.that_deploy(project):
        for made in _MAKES_ANY.finditer(project.text(file)[:_LARGEST]):
            found.add(kinds[made["kind"]])
    return found


def _searched(project: Project) -> Iterable[Path]:
    return (*files.settings_of_any_kind(project), *files.documents(project))

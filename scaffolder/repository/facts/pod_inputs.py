"""Which Secrets and ConfigMaps pods read, and whether anything in the repository makes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import files, kustomize, spelling
from scaffolder.repository.facts import charts, deployments, mentions, ownership
from scaffolder.repository.facts.charts import WITH_PODS, KubernetesObject, dig
from scaffolder.repository.kubernetes_objects import is_custom, is_filled_in_later
from scaffolder.repository.project import Project
from scaffolder.repository.reading import listed

SECRET, CONFIG_MAP = "Secret", "ConfigMap"


@dataclass(frozen=True, kw_only=True)
class PodInput:
    """A pod reads a Secret or ConfigMap, or a key of it, and does not start without it."""

    kind: str
    name: str
    place: Location
    workload: KubernetesObject
    key: str = ""
    key_place: Location | None = None


_OF_THE_CLUSTER = regex(
    r"kube-root-ca\.crt|openshift-service-ca\.crt|istio-ca-root-cert|aws-auth|coredns|.*webhook.*"
    r"|default-token-\w+|builder-dockercfg-\w+"
)
"""Names of what a cluster, or an operator that starts, makes by itself."""

_LARGEST = 400_000
_ABOUT_INPUTS = regex(r"secret|config-?map|credential|regcred", re.IGNORECASE)
_READS = regex(
    r"(?:secret|configMap)(?:Key)?Ref\b|\b(?:envFrom|imagePullSecrets|secret"
    r"|configMap):"
)
"""A line of a pod that begins a reference."""

_MAKES_ANY = regex(
    r"\bcreate[ _](?P<kind>secret|configmap)(?: (?:generic|docker-registry|tls))?(?: -\S+)*"
    r"\s+[\"']?(?:\$|\{\{|%\w|#\{)"
)
"""A command that makes a Secret or ConfigMap whose name is in a variable."""

_MAKES_SECRETS = regex(
    r"Cluster|Database|Users?$|Claim|Secret|[Pp]ostgres|My[Ss][Qq][Ll]|Maria|Mongo|Redis|Kafka"
    r"|Elastic|Kibana"
    r"|Rabbit|Keycloak|Vault|Certificate|Issuer|Connection|Account|Tenant|Instance|Credential"
    r"|Binding"
    r"|OnePassword|Minio|^X[A-Z]"
)
"""Kinds whose operator makes a Secret that begins with the name of the object."""

_MAKES_NONE = regex(
    r"(?:monitoring\.(?:coreos|googleapis)\.com|gateway\.networking\.k8s\.io|(?:networking"
    r"|security)\.istio\.io"
    r"|keda\.sh|argoproj\.io|external-secrets\.io|bitnami\.com|cilium\.io|kyverno\.io"
    r"|autoscaling\.k8s\.io"
    r"|traefik\.(?:io|containo\.us)|linkerd\.io|policy\.linkerd\.io|cert-manager\.io"
    r"|secrets-store\.csi\.x-k8s\.io"
    r"|metrics\.k8s\.io|(?:.*\.)?toolkit\.fluxcd\.io|operator\.victoriametrics\.com)/"
)
"""Groups whose operators make no Secrets, or those that an object names."""

_OF_VALUES = regex(r"\.Values\b|\$\w+\.|range|\.name\b|\btpl\b|\blookup\b")


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
                made = PodInput(kind=kind, name=name, place=at, workload=workload)
                yield from _with_keys(project, made, entry, way)


_Entry = tuple[str, dict[Any, Any], tuple[Any, ...]]


def _with_keys(
    project: Project, one: PodInput, entry: dict[Any, Any], way: tuple[Any, ...]
) -> Iterator[PodInput]:
    """Yield an input once for each key that the entry names, once if it names none."""
    keys = [(entry.get("key"), (*way, "key"))]
    for at, item in enumerate(listed(entry.get("items"))):
        keys.append((dig(item, "key"), (*way, "items", at, "key")))
    told = [(key, to) for key, to in keys if isinstance(key, str) and not is_filled_in_later(key)]
    if not told:
        yield one
    for key, to in told:
        yield replace(one, key=key, key_place=one.workload.place(project, *to))


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
        if (one.kind, one.name) not in made and not is_named_by_values(project, one)
    ]
    custom = [one for one in objects if is_custom(one) and not _MAKES_NONE.match(one.api_version)]
    named = mentions.mentioned(
        project,
        {one.name for one in candidates},
        _reading(project),
        about=_ABOUT_INPUTS,
        uses=_READS,
    )
    any_made = _kinds_of_any_name(project) if candidates else set()
    return tuple(
        one
        for one in candidates
        if (one.name not in named or one.name in misnamed)
        and (
            misspelt_of(project, one.kind, one.name, one.workload)
            or not (
                one.kind in any_made
                or is_left_to_values(project, one)
                or any(_may_make(other, one) for other in custom)
            )
        )
    )


def misspelt_of(project: Project, kind: str, name: str, user: KubernetesObject) -> str:
    """Return the name of the only object deployed with `user` that `name` is a slip of, or ""."""
    names: dict[str, str] = {}
    for one in deployments.deployed_with(project, user, kind):
        names |= dict.fromkeys((one.name, *one.former), one.name)
    return names.get(spelling.meant(name, names), "")


def without_key(project: Project) -> tuple[tuple[PodInput, KubernetesObject], ...]:
    """Return what pods read by a key that no object of the name has, with the nearest object.

    Silent where the keys are not all in the repository, or a line beside the name has the key.
    """
    return project.once("inputs without their key", lambda: tuple(_without_key(project)))


def _without_key(project: Project) -> Iterator[tuple[PodInput, KubernetesObject]]:
    makers: dict[tuple[str, str], list[KubernetesObject]] = {}
    for maker in charts.objects(project):
        for made in _makes(maker):
            makers.setdefault(made, []).append(maker)
    for one in inputs(project):
        known = makers.get((one.kind, one.name), []) if one.key else []
        keys = [keys_of(project, other) for other in known]
        if not known or any(of_it is None or one.key in of_it for of_it in keys):
            continue
        near = deployments.nearest(one.workload, known)[0]
        if not is_named_by_values(project, one) and not _has_line_with(project, one):
            yield one, near


_OPEN_KEYS = regex(r"\brange\b|\btoYaml\b|\btpl\b|\blookup\b|\.Files\b|\bwith\b|\$\{|\}\}:")
"""Words of a template that makes keys which are not written in it."""


def keys_of(project: Project, maker: KubernetesObject) -> frozenset[str] | None:
    """Return the keys of the Secret or ConfigMap that an object makes, None if they are open."""
    if maker.origins and _OPEN_KEYS.search(project.text(maker.path)):
        return None
    if maker.is_kustomized and not kustomize.has_its_inputs(project, maker.path):
        return None
    spec = maker.get("spec")
    match maker.kind:
        case "ExternalSecret":
            if dig(spec, "dataFrom") or dig(spec, "target", "template"):
                return None
            found = {str(dig(one, "secretKey")) for one in listed(dig(spec, "data"))}
        case "SealedSecret":
            more = dig(spec, "template", "data")
            found = set(charts.texts(dig(spec, "encryptedData"))) | set(charts.texts(more))
        case "Secret" | "ConfigMap":
            if maker.get("type") not in {None, "Opaque"}:
                return None
            tables = (maker.get(key) for key in ("data", "stringData", "binaryData"))
            found = set().union(*(charts.texts(table) for table in tables))
        case _:
            return None
    return frozenset(found) or None


def _has_line_with(project: Project, one: PodInput) -> bool:
    """Return whether a file that names the object has the key in a line that does not read it."""
    word = re.compile(rf"(?<![\w.-]){re.escape(one.key)}(?![\w.-])")
    own = {(of.key_place.path, of.key_place.line) for of in inputs(project) if of.key_place}
    for file in (*files.settings_of_any_kind(project), *files.documents(project)):
        text = project.text(file)
        if one.name not in text or one.key not in text or len(text) > _LARGEST:
            continue
        lines = enumerate(text.split("\n"), 1)
        if any((file, at) not in own and word.search(line) for at, line in lines):
            return True
    return False


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


def is_left_to_values(project: Project, one: PodInput) -> bool:
    """Return whether a chart leaves the name to its values, or makes the object only with some.

    A chart of others, or one with charts of others in it, may have what is not here.
    """
    if is_named_by_values(project, one):
        return True
    if not one.workload.origins:
        return False
    chart = ownership.chart_at(project, one.workload.scope[0])
    if chart is None or chart.unread:
        return True
    if any(str(dig(other, "name")) in one.name for other in _dependencies(chart.metadata)):
        return True
    makes = re.compile(rf"kind: (?:{re.escape(one.kind)}|ExternalSecret|SealedSecret)")
    return any(
        makes.search(project.text(file)) and file not in _rendered(project, one)
        for file in files.chart_templates(project, chart.folder)
    )


def is_named_by_values(project: Project, one: PodInput) -> bool:
    """Return whether a chart takes the name from its values, or is one of others."""
    if not one.workload.origins:
        return False
    chart = ownership.chart_at(project, one.workload.scope[0])
    if chart is None or ownership.is_copied(project, chart):
        return True
    return bool(_OF_VALUES.search(one.place.text)) or _helper_of_values(project, chart.folder, one)


def _dependencies(metadata: dict[Any, Any]) -> list[Any]:
    return listed(metadata.get("dependencies"))


_NAMES_IN_VALUES = regex(r"\.Values\.\S*(?i:secret|config|account|role|rbac)")


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
    return any(_NAMES_IN_VALUES.search(body) for body in bodies)


def _rendered(project: Project, one: PodInput) -> frozenset[Path]:
    def read() -> dict[str, frozenset[Path]]:
        paths: dict[str, set[Path]] = {}
        for other in charts.objects(project):
            paths.setdefault(other.scope[0], set()).add(other.path)
        return {folder: frozenset(of_it) for folder, of_it in paths.items()}

    return project.once("rendered templates", read).get(one.workload.scope[0], frozenset())


def _reading(project: Project) -> frozenset[tuple[Path, int]]:
    return frozenset((one.place.path, one.place.line) for one in inputs(project))


def _kinds_of_any_name(project: Project) -> set[str]:
    kinds = {"secret": SECRET, "configmap": CONFIG_MAP}
    found: set[str] = set()
    for file in files.that_deploy(project):
        for made in _MAKES_ANY.finditer(project.text(file)[:_LARGEST]):
            found.add(kinds[made["kind"]])
    return found

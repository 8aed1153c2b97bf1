"""Apply a kustomization's changes to all objects: namespace, names, labels, images, replicas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder.formats.yaml import line_of
from scaffolder.repository.kustomize.resource import Resource
from scaffolder.repository.kustomize.sourced import (
    SourcedTable,
    dig,
    each_table,
    made_table,
    table_at,
)

CLUSTER_WIDE = frozenset(
    {
        "APIService",
        "CSIDriver",
        "CSINode",
        "CertificateSigningRequest",
        "ClusterRole",
        "ClusterRoleBinding",
        "ComponentStatus",
        "CustomResourceDefinition",
        "FlowSchema",
        "GatewayClass",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PodSecurityPolicy",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttachment",
    }
)
"""Built-in kinds that are in no namespace: `kubectl api-resources --namespaced=false`."""

_NAMED_BY_OTHERS = frozenset({"APIService", "CustomResourceDefinition", "Namespace"})
"""Kinds whose name keeps its form: no prefix and no suffix."""

_TEMPLATES: tuple[tuple[str, ...], ...] = (
    ("spec", "template"),
    ("spec", "jobTemplate"),
    ("spec", "jobTemplate", "spec", "template"),
)
_WORKLOADS = frozenset(
    {"DaemonSet", "Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"}
)
_SCALED = frozenset({"Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"})


@dataclass(frozen=True, kw_only=True)
class Source:
    """The kustomization that asks for a change: its file and its table."""

    file: Path
    table: dict[Any, Any]

    def line(self, *path: Any) -> int:
        """Return the line that asks for it."""
        return line_of(self.table, *path)

    def listed(self, key: str) -> list[Any]:
        """Return a list of the kustomization, empty if it is none."""
        value = self.table.get(key)
        return value if isinstance(value, list) else []


def set_namespace(resources: Iterable[Resource], source: Source) -> None:
    """Move all objects to the namespace of the kustomization; a Namespace takes its name."""
    namespace = source.table.get("namespace")
    if not isinstance(namespace, str) or not namespace:
        return
    for resource in resources:
        if resource.kind == "Namespace":
            resource.rename("name", namespace, source.file, source.line("namespace"))
        elif resource.kind not in CLUSTER_WIDE:
            resource.rename("namespace", namespace, source.file, source.line("namespace"))


def set_names(resources: Iterable[Resource], source: Source) -> None:
    """Add prefix and suffix to the names."""
    prefix, suffix = (str(source.table.get(key) or "") for key in ("namePrefix", "nameSuffix"))
    if not prefix and not suffix:
        return
    line = source.line("namePrefix" if prefix else "nameSuffix")
    for resource in resources:
        if resource.kind not in _NAMED_BY_OTHERS:
            resource.rename("name", f"{prefix}{resource.name}{suffix}", source.file, line)


@dataclass(frozen=True, kw_only=True)
class Selector:
    """A table of labels that `commonLabels` is also written to; an empty kind is each one."""

    kind: str
    way: tuple[str, ...]


def set_labels(
    resources: Iterable[Resource], source: Source, selectors_of_others: Iterable[Selector] = ()
) -> None:
    """Add `commonLabels` (also to selectors) and `labels` (with each entry's options)."""
    asked = tuple(selectors_of_others) if dig(source.table, "commonLabels") else ()
    for resource in resources:
        _label(resource, source, ("commonLabels",), selectors=True, templates=True)
        for other in asked:
            if other.kind in {"", resource.kind}:
                _write(made_table(resource.content, *other.way), source, ("commonLabels",))
        for number, entry in enumerate(source.listed("labels")):
            if isinstance(entry, dict):
                selectors = bool(entry.get("includeSelectors"))
                templates = selectors or bool(entry.get("includeTemplates"))
                way = ("labels", number, "pairs")
                _label(resource, source, way, selectors=selectors, templates=templates)


def set_annotations(resources: Iterable[Resource], source: Source) -> None:
    """Add `commonAnnotations` to objects and to the pods that they make."""
    for resource in resources:
        for place in (("metadata",), *_metadata_of_templates(resource)):
            _write(
                made_table(resource.content, *place, "annotations"), source, ("commonAnnotations",)
            )


def set_replicas(resources: Iterable[Resource], source: Source) -> None:
    """Set the number of pods of workloads by name."""
    for number, entry in enumerate(source.listed("replicas")):
        name = str(entry.get("name")) if isinstance(entry, dict) else ""
        scaled = [one for one in resources if one.kind in _SCALED and one.was_called(name)]
        for resource in scaled:
            line = source.line("replicas", number, "count")
            spec = made_table(resource.content, "spec")
            spec.put("replicas", entry.get("count"), source.file, line)


def set_images(resources: Iterable[Resource], source: Source) -> None:
    """Write new names, tags and digests of images."""
    entries = [
        (entry, source.line("images", number, "name"))
        for number, entry in enumerate(source.listed("images"))
        if isinstance(entry, dict)
    ]

    def write(table: SourcedTable) -> None:
        for container in _containers(table):
            for entry, line in entries:
                image = _image(container["image"], entry)
                if image != container["image"]:
                    container.put("image", image, source.file, line)

    for resource in resources if entries else ():
        each_table(resource.content, write)


def _containers(table: SourcedTable) -> Iterator[SourcedTable]:
    for key in ("containers", "initContainers"):
        containers = table.get(key)
        for container in containers if isinstance(containers, list) else ():
            if isinstance(container, SourcedTable) and isinstance(container.get("image"), str):
                yield container


def _image(image: str, entry: dict[Any, Any]) -> str:
    """Return an image as an entry of `images` changes it."""
    name, _, digest = image.partition("@")
    head, slash, last = name.rpartition("/")
    last, colon, tag = last.partition(":")
    name = f"{head}{slash}{last}"
    if name != entry.get("name"):
        return image
    new = str(entry.get("newName") or name)
    if entry.get("digest"):
        return f"{new}@{entry['digest']}"
    if entry.get("newTag") is not None:
        return f"{new}:{entry['newTag']}"
    suffix = str(entry.get("tagSuffix") or "")
    return f"{new}{colon}{tag}{suffix if tag else ''}" + (f"@{digest}" if digest else "")


def _label(
    resource: Resource, source: Source, way: tuple[Any, ...], *, selectors: bool, templates: bool
) -> None:
    if not dig(source.table, *way):
        return
    _write(made_table(resource.content, "metadata", "labels"), source, way)
    for place in _metadata_of_templates(resource) if templates else ():
        _write(made_table(resource.content, *place, "labels"), source, way)
    selector = _selector(resource) if selectors else None
    if selector is not None:
        _write(selector, source, way)


def _selector(resource: Resource) -> SourcedTable | None:
    """Return the table of labels by which an object selects, made if its kind always has one."""
    content = resource.content
    if resource.kind == "Service":
        return table_at(content, "spec", "selector")
    if resource.kind == "ReplicationController":
        return made_table(content, "spec", "selector")
    if resource.kind in _WORKLOADS:
        return made_table(content, "spec", "selector", "matchLabels")
    if resource.kind == "PodDisruptionBudget":
        return table_at(content, "spec", "selector", "matchLabels")
    if resource.kind == "NetworkPolicy":
        return table_at(content, "spec", "podSelector", "matchLabels")
    return None


def _metadata_of_templates(resource: Resource) -> Iterable[tuple[str, ...]]:
    return [
        (*way, "metadata") for way in _TEMPLATES if table_at(resource.content, *way) is not None
    ]


def _write(table: SourcedTable, source: Source, way: tuple[Any, ...]) -> None:
    given = dig(source.table, *way)
    for key, value in given.items() if isinstance(given, dict) else ():
        table.put(key, value, source.file, source.line(*way, key))

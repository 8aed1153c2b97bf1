"""Names by which objects name each other, followed when a kustomization changes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from scaffolder.repository.kustomize.resource import Resource
from scaffolder.repository.kustomize.sourced import SourcedTable, each_table

_FIELDS: dict[str, tuple[tuple[str, str], ...]] = {
    "ConfigMap": (
        ("configMapRef", "name"),
        ("configMapKeyRef", "name"),
        ("configMap", "name"),
    ),
    "Secret": (
        ("secretRef", "name"),
        ("secretKeyRef", "name"),
        ("secret", "secretName"),
        ("secret", "name"),
        ("tls", "secretName"),
        ("imagePullSecrets", "name"),
    ),
    "PersistentVolumeClaim": (("persistentVolumeClaim", "claimName"),),
    "Service": (("service", "name"), ("backend", "serviceName"), ("defaultBackend", "serviceName")),
}
"""Fields that name an object of a kind: the key of the table, and the field in it."""

_OF_SPEC = {"serviceAccountName": "ServiceAccount", "serviceName": "Service"}
_DEFINITION = "CustomResourceDefinition"
_BY_KIND = frozenset({"scaleTargetRef", "roleRef", "targetRef"})
_SCALER = "HorizontalPodAutoscaler"
"""The one kind whose target kustomize knows for a name without being told by a configuration."""


def follow(resources: Sequence[Resource], scalers: frozenset[str] = frozenset()) -> None:
    """Write the present name wherever an object is named by one that it had before.

    `scalers` are further kinds in which configurations say that a scaled workload is named.
    """
    renamed = [resource for resource in resources if len({name for _, name in resource.names}) > 1]
    moved = [resource for resource in resources if len(set(resource.names)) > 1]
    if not moved:
        return
    for resource in resources:
        for kind, table, key in _references(resource, _knows_scaled(resource, scalers)):
            target = _target(renamed, kind, table.get(key), resource)
            if target is not None and key in table:
                table.put(key, target.name, table.files[key], table.lines[key])
        for subject in _subjects(resource):
            _follow_to(moved, subject, "ServiceAccount")
        for service in _services_of_webhooks(resource):
            _follow_to(moved, service, "Service")


def _knows_scaled(resource: Resource, scalers: frozenset[str]) -> bool:
    return resource.kind == _SCALER or not scalers.isdisjoint({resource.kind, ""})


def _references(resource: Resource, knows_scaled: bool) -> Iterator[tuple[str, SourcedTable, str]]:
    """Yield the kind of each object that this one names, with the table and the key."""
    found: list[tuple[str, SourcedTable, str]] = []

    def look(table: SourcedTable) -> None:
        for key, value in table.items():
            for entry in value if isinstance(value, list) else [value]:
                if isinstance(entry, SourcedTable) and (key != "scaleTargetRef" or knows_scaled):
                    found.extend(_named_in(str(key), entry))
        found.extend(
            (kind, table, key) for key, kind in _OF_SPEC.items() if isinstance(table.get(key), str)
        )

    each_table(resource.content, look)
    yield from found


def _named_in(key: str, table: SourcedTable) -> Iterator[tuple[str, SourcedTable, str]]:
    if key in _BY_KIND and table.get("kind"):
        yield str(table["kind"]), table, "name"
    for kind, fields in _FIELDS.items():
        for holder, field in fields:
            if holder == key and isinstance(table.get(field), str):
                yield kind, table, field


def _target(
    renamed: Sequence[Resource], kind: str, name: Any, resource: Resource
) -> Resource | None:
    fitting = [one for one in renamed if one.kind == kind and one.was_called(str(name))]
    if any(one.name == name for one in fitting):
        return None
    # Of two that had the name, the one that was in the same namespace.
    same = [one for one in fitting if one.namespace == resource.namespace]
    return next(iter(same or fitting), None)


def _subjects(resource: Resource) -> list[SourcedTable]:
    if not resource.kind.endswith("RoleBinding"):
        return []
    subjects = resource.content.get("subjects")
    found = subjects if isinstance(subjects, list) else []
    return [one for one in found if isinstance(one, SourcedTable)]


def _services_of_webhooks(resource: Resource) -> list[SourcedTable]:
    """Return what names the Service of a webhook: of admission, or of the conversion of a CRD."""
    found: list[SourcedTable] = []

    def look(table: SourcedTable) -> None:
        service = table.get("service")
        if isinstance(service, SourcedTable) and "name" in service:
            found.append(service)

    def look_for_clients(table: SourcedTable) -> None:
        client = table.get("clientConfig")
        if isinstance(client, SourcedTable):
            look(client)

    if resource.kind.endswith("WebhookConfiguration") or resource.kind == _DEFINITION:
        each_table(resource.content, look_for_clients)
    return found


def _follow_to(moved: Sequence[Resource], table: SourcedTable, kind: str) -> None:
    """Write the present name and namespace of what a table names, with a namespace of its own."""
    if table.get("kind", kind) != kind:
        return
    for target in moved:
        if target.kind == kind and target.was_called(str(table.get("name"))):
            file, line = table.files["name"], table.lines["name"]
            table.put("name", target.name, file, line)
            if target.namespace:
                table.put("namespace", target.namespace, file, line)
            return

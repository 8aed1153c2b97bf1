"""Kubernetes objects, wherever they come from: a chart in an environment, or a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder.model import Location
from scaffolder.repository import files
from scaffolder.repository.project import Project
from scaffolder.repository.reading import documents, line_of, listed, place

DIGEST = "sha256:" + "0" * 64
"""Stands for the digest that a pipeline hands over; the chart refuses to render without one."""

REVISION = "0123456789abcdef0123456789abcdef01234567"
"""Stands for the commit that a pipeline hands over to a chart that takes its image by digest."""

REPOSITORY = "registry.example.com/image"
"""Stands for the registry's address, which is known once Terraform has made the registry."""


@dataclass(frozen=True, kw_only=True)
class KubernetesObject:
    """A Kubernetes object: `scope` is a chart and an environment, or a folder, with its other objects.

    `path` is the file that holds it, or the template that it is rendered from; `origins` are the
    lines of that template for each line of the object, if the object knows its lines.
    """

    scope: tuple[str, str]
    path: Path
    content: dict[Any, Any]
    origins: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def api_version(self) -> str:
        return str(self.content.get("apiVersion", ""))

    @property
    def kind(self) -> str:
        return str(self.content.get("kind", ""))

    @property
    def identity(self) -> str:
        """Return a text that is the same for equal objects."""
        return json.dumps(self.content, sort_keys=True, default=str)

    @property
    def environment(self) -> str:
        return self.scope[1]

    @property
    def name(self) -> str:
        return str(self.get("metadata", "name") or "?")

    @property
    def labels(self) -> dict[str, str]:
        return texts(self.get("metadata", "labels"))

    def get(self, *path: Any) -> Any:
        """What stands at the end of this way down; None where there is nothing."""
        return dig(self.content, *path)

    def place(self, project: Project, *path: Any) -> Location:
        """The line of the file that the entry came from."""
        line = line_of(self.content, *path)
        if self.origins:
            line = self.origins[min(line, len(self.origins)) - 1] if line else 0
        return place(project, self.path, line)

    @property
    def pod(self) -> tuple[Any, ...] | None:
        """The way to the pod that a workload makes; None where the object makes none."""
        return _PODS.get(self.kind)

    def containers(self) -> Iterator[tuple[tuple[Any, ...], dict[Any, Any]]]:
        """Each container of a workload, with the way to it."""
        if self.pod is not None:
            way = (*self.pod, "spec", "containers")
            for number, one in enumerate(listed(self.get(*way))):
                if isinstance(one, dict):
                    yield (*way, number), one

    @property
    def pod_spec(self) -> dict[Any, Any] | None:
        """Return the specification of the pods that the object makes; None if it makes none."""
        found = None if self.pod is None else self.get(*self.pod, "spec")
        return found if isinstance(found, dict) else None

    def all_containers(self) -> Iterator[dict[Any, Any]]:
        """Yield each container of the pods that the object makes, also those that start or debug it."""
        for key in ("initContainers", "containers", "ephemeralContainers"):
            yield from (
                one for one in listed((self.pod_spec or {}).get(key)) if isinstance(one, dict)
            )


def plain(project: Project) -> tuple[KubernetesObject, ...]:
    """Return the objects that files hold as they are, without those of charts."""
    return project.once("plain objects", lambda: tuple(_plain(project)))


def placeholders(values: Mapping[Any, Any]) -> dict[str, str]:
    """Return what stands for repository and digest, if values leave them to a pipeline."""
    image = values.get("image")
    if not isinstance(image, Mapping):
        return {}
    given = {"repository": REPOSITORY, "digest": DIGEST}
    if image.get("tag"):
        given.pop("digest")
    return {key: value for key, value in given.items() if key in image and image[key] in ("", None)}


def _plain(project: Project) -> Iterator[KubernetesObject]:
    for file in files.plain_manifests(project):
        text = project.text(file)
        if "kind:" not in text or "apiVersion:" not in text:
            continue
        for content in documents(project, file):
            if isinstance(content, dict) and content.get("kind") and content.get("apiVersion"):
                yield KubernetesObject(
                    scope=(file.parent.as_posix(), ""), path=file, content=content
                )


_PODS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(
        ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout", "Job"),
        ("spec", "template"),
    ),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Pod": (),
}
LONG_RUNNING = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout"})


def dig(value: Any, *path: Any) -> Any:
    """What stands at the end of this way down through tables and lists; None where there is nothing."""
    for part in path:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value


def texts(value: Any) -> dict[str, str]:
    """A table of texts, such as labels."""
    return {str(key): str(one) for key, one in value.items()} if isinstance(value, Mapping) else {}

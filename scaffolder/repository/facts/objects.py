"""Kubernetes objects, wherever they come from: what they say, and on which line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder.formats.yaml import line_of
from scaffolder.model import Location
from scaffolder.repository.project import Project
from scaffolder.repository.reading import listed


@dataclass(frozen=True, kw_only=True)
class Object:
    """A Kubernetes object: `scope` are those that it lives with (a chart in an environment, a folder)."""

    scope: tuple[str, str]
    path: Path
    content: dict[Any, Any]
    origins: tuple[int, ...] = ()

    @property
    def kind(self) -> str:
        return str(self.content.get("kind", ""))

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
        lines = project.lines(self.path)
        return Location(path=self.path, line=line, text=lines[line - 1].strip()[:160] if 0 < line <= len(lines) else "")

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


_PODS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout", "Job"), ("spec", "template")),
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

"""Kubernetes objects, wherever they come from: what the chart renders, and manifests that lie in files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder.errors import ToolError
from scaffolder.model import NotApplicable
from scaffolder.repository import manifests
from scaffolder.repository.project import Project
from scaffolder.repository.reading import documents
from scaffolder.tools.toolchain import Toolchain

_MANIFEST = re.compile(r"^kind:", re.MULTILINE)
_POD_AT = {
    "Pod": ("spec",),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    **dict.fromkeys(
        ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Rollout"), ("spec", "template", "spec")
    ),
}


@dataclass(frozen=True, kw_only=True)
class Described:
    """An object, and the file that it stands in or was rendered from."""

    path: Path
    content: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.content.get("kind", ""))

    def __str__(self) -> str:
        return f"{self.kind} {(self.content.get('metadata') or {}).get('name', '?')}"


def described(project: Project, toolchain: Toolchain) -> tuple[tuple[Described, ...], str]:
    """Every object, and why those of the chart are not among them ("" where they are, or there is no chart)."""
    return project.once("described objects", lambda: _described(project, toolchain))


def pod(item: Described) -> dict[str, Any] | None:
    """The specification of the pods that an object makes; None where it makes none."""
    found: Any = item.content
    for key in _POD_AT.get(item.kind, ()):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) and item.kind in _POD_AT else None


def containers(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for key in ("initContainers", "containers", "ephemeralContainers"):
        listed = spec.get(key)
        yield from (one for one in (listed if isinstance(listed, list) else ()) if isinstance(one, dict))


def _described(project: Project, toolchain: Toolchain) -> tuple[tuple[Described, ...], str]:
    found = [*_in_files(project)]
    try:
        rendered = manifests.manifests(project, toolchain)
    except NotApplicable:
        return tuple(found), ""
    except ToolError as error:
        return tuple(found), f"the chart was not rendered: {error.message}"
    found += [Described(path=item.source, content=item.content) for one in rendered for item in one.objects]
    failed = [one.environment or "its own values" for one in rendered if one.error]
    return tuple(found), f"the chart does not render for {', '.join(failed)}: see HL002" if failed else ""


def _in_files(project: Project) -> Iterator[Described]:
    charts = [file.parent for file in project.matching("Chart.yaml")]
    for file in project.matching("*.yaml", "*.yml"):
        if any(file.is_relative_to(chart) for chart in charts) or not _MANIFEST.search(project.text(file)):
            continue
        for document in documents(project, file):
            if isinstance(document, dict) and "apiVersion" in document and "kind" in document:
                yield Described(path=file, content=document)

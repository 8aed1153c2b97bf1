"""What a chart renders to in each environment, and the Kubernetes objects in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder import helm, template
from scaffolder.model import NotApplicable
from scaffolder.project import ENVIRONMENTS, Project
from scaffolder.toolchain import Toolchain

DIGEST = "sha256:" + "0" * 64
"""Stands for the digest that a pipeline hands over; the chart refuses to render without one."""

API_VERSIONS = ("monitoring.coreos.com/v1", "gateway.networking.k8s.io/v1")
"""What the platform adds to a cluster before the first deployment."""

_SOURCE = re.compile(r"^# Source: [^/]+/(?P<path>.+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class KubernetesObject:
    """One object as rendered for `environment`; `source` is the template file it came from, relative to the root."""

    environment: str
    source: Path
    content: dict[str, Any]

    @property
    def api_version(self) -> str:
        return str(self.content.get("apiVersion", ""))

    @property
    def kind(self) -> str:
        return str(self.content.get("kind", ""))


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What the chart renders to for one environment; `error` is Helm's own words where it does not render."""

    environment: str
    objects: tuple[KubernetesObject, ...] = ()
    error: str = ""


def chart_of(project: Project) -> Path:
    """The folder of the chart, relative to the root.

    Raises:
        NotApplicable: the repository has no chart.
    """
    if project.chart is None:
        raise NotApplicable("there is no Helm chart")
    return project.chart


def inputs(project: Project) -> tuple[tuple[str, helm.Inputs], ...]:
    """For each environment that has a values file, what Helm is given; the chart's own values where none has."""
    chart = chart_of(project)
    files = {name: chart / f"values-{name}.yaml" for name in ENVIRONMENTS}
    found: list[tuple[str, tuple[Path, ...]]] = [
        (name, (project.root / file,)) for name, file in files.items() if project.has(file)
    ]
    return tuple(
        (
            environment,
            helm.Inputs(
                values_files=values, set_strings={"image.digest": DIGEST}, name=chart.name, namespace=chart.name
            ),
        )
        for environment, values in found or [("", ())]
    )


def kubernetes_version(project: Project) -> str:
    """The version that the repository's clusters run, such as "1.36": what Terraform says, else the pinned default."""
    for file in project.matching("*.tfvars"):
        found = re.search(r'^kubernetes_version\s*=\s*"(\d+\.\d+)', project.text(file), re.MULTILINE)
        if found:
            return found[1]
    return str(template.versions()["kubernetes"]["version"])


def manifests(project: Project, toolchain: Toolchain) -> tuple[Manifest, ...]:
    """The chart rendered for every environment, once per run."""
    return project.once("manifests", lambda: _render(project, toolchain))


def objects(project: Project, toolchain: Toolchain) -> tuple[KubernetesObject, ...]:
    """Every object of every environment that renders.

    Raises:
        NotApplicable: there is no chart, or it renders for no environment.
    """
    rendered = tuple(item for manifest in manifests(project, toolchain) for item in manifest.objects)
    if not rendered:
        raise NotApplicable("the chart renders no object; see check HL002")
    return rendered


def _render(project: Project, toolchain: Toolchain) -> tuple[Manifest, ...]:
    chart = chart_of(project)
    named = inputs(project)
    rendered = helm.render(
        toolchain,
        project.root / chart,
        [one for _, one in named],
        kube_version=f"{kubernetes_version(project)}.0",
        api_versions=API_VERSIONS,
    )
    return tuple(
        Manifest(environment=environment, error=result.error)
        if result.error
        else Manifest(environment=environment, objects=_parsed(environment, chart, result.manifest))
        for (environment, _), result in zip(named, rendered, strict=True)
    )


def _parsed(environment: str, chart: Path, manifest: str) -> tuple[KubernetesObject, ...]:
    import yaml

    found = []
    for part in re.split(r"^---\s*$", manifest, flags=re.MULTILINE):
        source = _SOURCE.search(part)
        content = yaml.load(part, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506, both are safe
        if isinstance(content, dict):
            path = chart / (source["path"] if source else "templates")
            found.append(KubernetesObject(environment=environment, source=path, content=content))
    return tuple(found)

"""What a chart renders to in each environment, and the Kubernetes objects in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder.model import Blocked, NotApplicable
from scaffolder.repository.environments import beside
from scaffolder.repository.project import Project
from scaffolder.repository.reading import table
from scaffolder.tools import helm, package_data
from scaffolder.tools.toolchain import Toolchain

DIGEST = "sha256:" + "0" * 64
"""Stands for the digest that a pipeline hands over; the chart refuses to render without one."""

REPOSITORY = "registry.example.com/image"
"""Stands for the registry's address, which is known once Terraform has made the registry."""

API_VERSIONS = ("monitoring.coreos.com/v1", "gateway.networking.k8s.io/v1")
"""What the platform adds to a cluster before the first deployment."""


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
class Environment:
    """An environment ("" where the chart knows none) and what the chart is installed with there."""

    name: str
    release: helm.Release


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


def environments(project: Project) -> tuple[Environment, ...]:
    """Each environment that has a values file, in promotion order; the chart's own values alone where none has."""
    chart = chart_of(project)
    project.hand(project.under(chart.as_posix(), "*.yaml", "*.yml", "*.tpl", "*.json"))
    files = beside(project, chart)
    present: dict[str, tuple[Path, ...]] = {name: (project.root / file,) for name, file in files.items()}
    return tuple(
        Environment(
            name=name,
            release=helm.Release(
                values_files=values,
                set_strings=_image(project, chart),
                name=chart.name or project.root.name,
                namespace=chart.name or project.root.name,
            ),
        )
        for name, values in (present or {"": ()}).items()
    )


def _image(project: Project, chart: Path) -> dict[str, str]:
    """What stands for the image that the pipeline hands over, in a chart that takes one like that."""
    image = table(project, chart / "values.yaml").get("image") if project.has(chart / "values.yaml") else None
    given = {"repository": REPOSITORY, "digest": DIGEST}
    return {f"image.{key}": given[key] for key in given if isinstance(image, dict) and key in image}


def kubernetes_version(project: Project) -> str:
    """The version that the repository's clusters run, such as "1.36": what Terraform says, else the pinned default."""
    for file in project.matching("*.tfvars"):
        found = re.search(r'^kubernetes_version\s*=\s*"(\d+\.\d+)', project.text(file), re.MULTILINE)
        if found:
            return found[1]
    return str(package_data.versions()["kubernetes"]["version"])


def manifests(project: Project, toolchain: Toolchain) -> tuple[Manifest, ...]:
    """The chart rendered for every environment, once per run."""
    return project.once("manifests", lambda: _render(project, toolchain))


def objects(project: Project, toolchain: Toolchain) -> tuple[KubernetesObject, ...]:
    """Every object of every environment that renders.

    Raises:
        NotApplicable: there is no chart.
        Blocked: it renders for no environment.
    """
    rendered = tuple(item for manifest in manifests(project, toolchain) for item in manifest.objects)
    if not rendered:
        raise Blocked("the chart renders no object: see HL002")
    return rendered


def _render(project: Project, toolchain: Toolchain) -> tuple[Manifest, ...]:
    chart = chart_of(project)
    everywhere = environments(project)
    rendered = helm.render(
        toolchain,
        project.root / chart,
        [environment.release for environment in everywhere],
        kube_version=kubernetes_version(project),
        api_versions=API_VERSIONS,
    )
    return tuple(
        Manifest(
            environment=environment.name, objects=tuple(_objects(environment.name, chart, result)), error=result.error
        )
        for environment, result in zip(everywhere, rendered, strict=True)
    )


def _objects(environment: str, chart: Path, rendered: helm.Rendered) -> Iterator[KubernetesObject]:
    import yaml

    for manifest in rendered.manifests:
        content = yaml.load(manifest.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506, both are safe
        if isinstance(content, dict):
            yield KubernetesObject(environment=environment, source=chart / manifest.source, content=content)

"""What a chart renders to in each environment, and the Kubernetes objects in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffolder.errors import ToolError, ToolMissing
from scaffolder.model import Blocked, NotApplicable
from scaffolder.repository import clusters, files, kubernetes_objects
from scaffolder.repository.environments import beside
from scaffolder.repository.kubernetes_objects import KubernetesObject
from scaffolder.repository.project import Project
from scaffolder.repository.reading import table
from scaffolder.tools import helm, package_data
from scaffolder.tools.toolchain import Toolchain

API_VERSIONS = ("monitoring.coreos.com/v1", "gateway.networking.k8s.io/v1")
"""What the platform adds to a cluster before the first deployment."""


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
    chart = files.chart(project)
    if chart is None:
        raise NotApplicable("there is no Helm chart")
    return chart


def environments(project: Project) -> tuple[Environment, ...]:
    """Each environment that has a values file, in promotion order; the chart's own values alone where none has."""
    chart = chart_of(project)
    project.hand(files.chart_inputs(project, chart))
    present: dict[str, tuple[Path, ...]] = {
        name: (project.root / file,) for name, file in beside(project, chart).items()
    }
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
    values = table(project, chart / "values.yaml") if project.has(chart / "values.yaml") else {}
    return {f"image.{key}": given for key, given in kubernetes_objects.placeholders(values).items()}


def kubernetes_version(project: Project) -> str:
    """The version that the repository's clusters run, such as "1.36": what Terraform says, else the pinned default."""
    try:
        for _, attribute in clusters.versions(project):
            if found := re.match(r"\d+\.\d+", attribute.text):
                return found[0]
    except ToolMissing:
        pass  # nothing reads Terraform here: what the templates pin is the best guess
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
    rendered = tuple(
        item for manifest in manifests(project, toolchain) for item in manifest.objects
    )
    if not rendered:
        raise Blocked("the chart renders no object: see HL002")
    return rendered


def everything(project: Project, toolchain: Toolchain) -> tuple[tuple[KubernetesObject, ...], str]:
    """Every object, of the chart and of files, and why those of the chart are not among them.

    The reason is empty where they are, or there is no chart.
    """
    return project.once("every object", lambda: _everything(project, toolchain))


def _everything(project: Project, toolchain: Toolchain) -> tuple[tuple[KubernetesObject, ...], str]:
    plain = kubernetes_objects.plain(project)
    try:
        rendered = manifests(project, toolchain)
    except NotApplicable:
        return plain, ""
    except ToolError as error:
        return plain, f"the chart was not rendered: {error.message}"
    found = (*plain, *(item for one in rendered for item in one.objects))
    failed = [one.environment or "its own values" for one in rendered if one.error]
    return found, f"the chart does not render for {', '.join(failed)}: see HL002" if failed else ""


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
            environment=environment.name,
            objects=tuple(_objects(environment.name, chart, result)),
            error=result.error,
        )
        for environment, result in zip(everywhere, rendered, strict=True)
    )


def _objects(environment: str, chart: Path, rendered: helm.Rendered) -> Iterator[KubernetesObject]:
    import yaml

    for manifest in rendered.manifests:
        content = yaml.load(manifest.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506, both are safe
        if isinstance(content, dict):
            scope = (chart.as_posix(), environment)
            yield KubernetesObject(scope=scope, path=chart / manifest.source, content=content)

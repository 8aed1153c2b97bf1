"""Read what Argo CD and Flux deploy from this repository: folders and namespaces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder.model import Location
from scaffolder.repository.facts import charts
from scaffolder.repository.facts.charts import KubernetesObject, dig
from scaffolder.repository.project import Project
from scaffolder.repository.reading import listed

_FLUX = "kustomize.toolkit.fluxcd.io"
_FLUX_HELM = "helm.toolkit.fluxcd.io"
_ARGO = "argoproj.io"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Folders that a controller deploys; what names no namespace goes to `namespace`, if known.

    `place` is where it is declared. `makes_namespace`: the controller makes it if it is absent.
    """

    folders: tuple[Path, ...]
    namespace: str
    makes_namespace: bool
    place: Location


def deliveries(project: Project) -> tuple[Delivery, ...]:
    """Return what Applications, ApplicationSets, Kustomizations and HelmReleases deploy."""
    return project.once("deliveries", lambda: tuple(_deliveries(project)))


def namespace_of(project: Project, one: KubernetesObject) -> str:
    """Return the namespace of an object: its own, else that of its folder; empty if unknown."""
    return one.namespace or _by_folder(project, one.path.parent)


def _by_folder(project: Project, folder: Path) -> str:
    known = project.once("namespaces of folders", lambda: _namespaces(project))
    return next((known[one] for one in (folder, *folder.parents) if one in known), "")


def _namespaces(project: Project) -> dict[Path, str]:
    """Return the namespaces into which folders are delivered; none for the root."""
    known: dict[Path, str] = {}
    for delivery in deliveries(project):
        if delivery.namespace:
            known |= dict.fromkeys(delivery.folders, delivery.namespace)
    known.pop(Path(), None)
    return known


def _deliveries(project: Project) -> Iterator[Delivery]:
    for one in charts.objects(project):
        group = one.api_version.partition("/")[0]
        if group == _ARGO and one.kind == "Application":
            yield _application(project, one, ("spec",))
        elif group == _ARGO and one.kind == "ApplicationSet":
            yield _application(project, one, ("spec", "template", "spec"))
        elif group == _FLUX and one.kind == "Kustomization":
            yield _delivery(
                project, one, [one.get("spec", "path")], ("spec", "targetNamespace"), makes=False
            )
        elif group == _FLUX_HELM and one.kind == "HelmRelease":
            way = ("spec", "targetNamespace")
            if not one.get(*way):
                way = ("metadata", "namespace")
            makes = bool(one.get("spec", "install", "createNamespace"))
            yield _delivery(project, one, [], way, makes=makes)


def _application(project: Project, one: KubernetesObject, way: tuple[str, ...]) -> Delivery:
    sources = [one.get(*way, "source"), *listed(one.get(*way, "sources"))]
    options = listed(one.get(*way, "syncPolicy", "syncOptions"))
    return _delivery(
        project,
        one,
        [dig(source, "path") for source in sources],
        (*way, "destination", "namespace"),
        makes="CreateNamespace=true" in options,
    )


def _delivery(
    project: Project, one: KubernetesObject, paths: list[Any], way: tuple[str, ...], *, makes: bool
) -> Delivery:
    namespace = one.get(*way)
    named = isinstance(namespace, str) and not {"{", "$"} & set(namespace)
    folders = [path for path in paths if isinstance(path, str) and "{" not in path]
    return Delivery(
        folders=tuple(project.relative(path.lstrip("/") or ".") for path in folders),
        namespace=str(namespace) if named else "",
        makes_namespace=makes,
        place=one.place(project, *way),
    )

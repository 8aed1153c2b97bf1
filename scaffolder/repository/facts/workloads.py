"""Which Kubernetes objects are of which service of the repository."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.repository.facts import charts, deployments, ownership, services
from scaffolder.repository.facts.charts import LONG_RUNNING, KubernetesObject
from scaffolder.repository.facts.versions_of_images import split
from scaffolder.repository.project import Project
from scaffolder.repository.reading import listed, stages


def containers(
    project: Project,
) -> Iterator[tuple[KubernetesObject, tuple[Any, ...], dict[Any, Any], Path]]:
    """Yield each container that runs a service here: its workload, path, itself, the service.

    A container with another project's image is left out, and so is one that could be of several
    services.
    """
    for workload in charts.objects(project):
        if workload.kind not in LONG_RUNNING:
            continue
        for way, container in workload.containers():
            service = _service_of(project, workload, str(container.get("image", "")))
            if service is not None:
                yield workload, way, container, service


def _service_of(project: Project, workload: KubernetesObject, image: str) -> Path | None:
    """Return the service of a container's image, by the names of image, workload and chart."""
    folders = services.with_image(project)
    if _is_built_otherwise(project, image):
        return None
    ours = ownership.is_placeholder(image)
    if len(folders) == 1:
        return folders[0] if ours or _is_of_the_only_service(project, workload, image) else None
    last = ownership.last_name(image)
    named = project.once("services by name", lambda: _by_name(folders))
    by_image = named.get(last, [])
    if len(by_image) == 1:
        return None if _is_of_its_base(project, by_image[0], image) else by_image[0]
    name = workload.name.lower()
    by_name = [*named.get(name, ()), *named.get(name.removesuffix("-deployment"), ())]
    by_name = list(dict.fromkeys(by_name))
    return by_name[0] if len(by_name) == 1 and ours else None


def _is_built_otherwise(project: Project, image: str) -> bool:
    """Return whether an image is of a service here that no Dockerfile builds: ko, Jib, packs."""
    if image.startswith("ko://"):
        return True
    without = project.once("names of services without an image", lambda: _without_image(project))
    return ownership.last_name(image) in without


def _without_image(project: Project) -> frozenset[str]:
    """Return the names of services that have no Dockerfile, and share no name with one that has."""
    with_image = frozenset(services.with_image(project))
    named = {one.name.lower() for one in with_image}
    others = (one for one in services.folders(project) if one not in with_image)
    return frozenset(one.name.lower() for one in others) - named


def _is_of_its_base(project: Project, service: Path, image: str) -> bool:
    """Return whether an image is published where the image of a service has its base from.

    A repository that changes another project's image does not build the published one.
    """
    publisher = split(image)[0].rpartition("/")[0]
    read = (stages(project, file) for file in services.dockerfiles_of(project, service))
    bases = {stage.image for stage in chain.from_iterable(one.stages for one in read if one)}
    return bool(publisher) and any(split(one)[0].startswith(f"{publisher}/") for one in bases)


def _is_of_the_only_service(project: Project, workload: KubernetesObject, image: str) -> bool:
    chart = ownership.chart_at(project, workload.scope[0]) if workload.origins else None
    if chart is not None and ownership.is_copied(project, chart):
        return False
    if ownership.is_own(project, image):
        return True
    if ownership.is_program(image):
        return False
    if chart is None:
        return len(list(workload.containers())) == 1 and _is_alone(project, workload)
    if len(charts.charts(project)) > 1:
        return False
    return ownership.is_alike(ownership.last_name(image), {chart.name.lower()})


def _is_alone(project: Project, one: KubernetesObject) -> bool:
    """Return whether all other workloads deployed with one run other projects' programs."""
    beside = deployments.deployed_with(project, one, *sorted(LONG_RUNNING))
    others = {other.name for other in beside if not ownership.is_foreign(other)}
    return others <= {one.name}


def _by_name(folders: Iterable[Path]) -> dict[str, list[Path]]:
    named: dict[str, list[Path]] = {}
    for folder in folders:
        named.setdefault(folder.name.lower(), []).append(folder)
    return named


def runs_another_program(container: dict[Any, Any]) -> bool:
    """Return whether a container starts another program than its image does.

    A worker, an exporter.
    """
    arguments = listed(container.get("args"))
    is_word = bool(arguments) and re.fullmatch(r"[A-Za-z][\w:.-]*", str(arguments[0])) is not None
    return bool(container.get("command")) or is_word

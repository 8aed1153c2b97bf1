"""Read the names of Prometheus jobs, by which rules and dashboards select series."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffolder.model import Location
from scaffolder.repository import files
from scaffolder.repository.facts import charts, deployments, ownership, services
from scaffolder.repository.facts.charts import KubernetesObject
from scaffolder.repository.project import Project


@dataclass(frozen=True, kw_only=True)
class ReleaseJobs:
    """The jobs of a chart's release, by name, each with its place.

    `are_all`: the chart is the only one that is watched, and its monitors take the name of the job
    from a label, whatever the release is called.
    """

    names: dict[str, Location]
    are_all: bool


def jobs(project: Project) -> dict[str, Location]:
    """Return the jobs by name: after the Service, the label of jobLabel, or as they are written."""
    known: dict[str, Location] = {}
    for monitor in _monitors(project):
        for name, _ in _names(project, monitor):
            known.setdefault(name, monitor.place(project, "spec"))
    if known:
        for file in sorted((*files.plain_yaml(project), *files.terraform(project))):
            if "job_name:" in project.text(file):
                for number, line in enumerate(project.lines(file), 1):
                    if found := re.match(r"\s*-?\s*job_name:\s*[\"']?([\w./-]+)", line):
                        known.setdefault(
                            found[1], Location(path=file, line=number, text=line.strip())
                        )
    return known


def of_release(project: Project, file: Path) -> ReleaseJobs | None:
    """Return the jobs of the chart that a file is in; None if it has no monitor."""
    chart = ownership.chart_of(project, file)
    if chart is None:
        return None
    folder = chart.folder.as_posix()
    return project.once(("jobs of a release", folder), lambda: _of_release(project, folder))


def _of_release(project: Project, folder: str) -> ReleaseJobs | None:
    monitors = [one for one in _monitors(project) if one.scope[0] == folder and one.origins]
    if not monitors:
        return None
    names: dict[str, Location] = {}
    labelled: set[str] = set()
    for monitor in monitors:
        for name, is_label in _names(project, monitor):
            names.setdefault(name, monitor.place(project, "spec"))
            if is_label:
                labelled.add(name)
    are_all = len({one.scope[0] for one in _monitors(project)}) == 1 and len(labelled) == 1
    by_label = all(monitor.get("spec", "jobLabel") for monitor in monitors)
    return ReleaseJobs(
        names=names,
        are_all=are_all and by_label and len(services.with_image(project)) <= 1,
    )


def _monitors(project: Project) -> list[KubernetesObject]:
    kinds = {"ServiceMonitor", "PodMonitor"}
    return [one for one in charts.objects(project) if one.kind in kinds]


def _names(project: Project, monitor: KubernetesObject) -> Iterator[tuple[str, bool]]:
    """Yield what a job may be called, and whether it is the value of the label of jobLabel."""
    label = str(monitor.get("spec", "jobLabel") or "")
    for service in deployments.deployed_with(project, monitor, "Service", "Deployment"):
        if value := service.labels.get(label):
            yield value, True
        yield service.name, False

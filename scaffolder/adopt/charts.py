"""Which Helm chart of a repository is that of the service."""

from __future__ import annotations

from pathlib import Path

from scaffolder.adopt.found import Found, there
from scaffolder.repository import files
from scaffolder.repository.facts import ownership
from scaffolder.repository.facts.charts import Chart, charts
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import of_each


def chart(project: Project) -> Found | None:
    """Return the chart with the service's name, else the only one that is not another project's.

    A chart of a known program (jenkins, redis) is another project's, and one without templates and
    with another name only installs others. The value is the folder.
    """
    return project.once("own chart", lambda: _chart(project))


def _chart(project: Project) -> Found | None:
    own = [one for one in charts(project) if not _foreign(one)]
    names = _names(project)
    called = [one for one in own if names & {one.name.lower(), one.folder.name.lower()}]
    alike = [one for one in own if any(_alike(one.name.lower(), name) for name in names)]
    others = [one for one in own if _installs(project, one)]
    best = called or alike or (others if len(others) == 1 else [])
    folders = sorted((one.folder for one in best), key=lambda one: (len(one.parts), one))
    if not folders:
        return None
    return there("chart", folders[0].as_posix(), [folders[0] / "Chart.yaml"])


def _installs(project: Project, chart: Chart) -> bool:
    """Return whether a chart has templates, or none because they are not written yet."""
    others = chart.metadata.get("dependencies")
    return bool(files.chart_templates(project, chart.folder)) or not others


def _foreign(chart: Chart) -> bool:
    return bool(ownership.FOREIGN.search(chart.name.lower()))


def _names(project: Project) -> set[str]:
    builds = of_each(lambda runtime: runtime.names(project))
    named = {Path(one.value).name.lower() for one in builds} | {project.root.name.lower()}
    return {name for name in named if name}


def _alike(chart: str, name: str) -> bool:
    return (
        chart.endswith(f"-{name}") or chart.startswith(f"{name}-") or name.startswith(f"{chart}-")
    )

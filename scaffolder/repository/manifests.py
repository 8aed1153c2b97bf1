"""What a chart renders to in each environment, and the Kubernetes objects in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffolder.errors import ToolError, ToolMissing
from scaffolder.model import Blocked, NotApplicable
from scaffolder.repository import chart_limits, clusters, files, kubernetes_objects
from scaffolder.repository.environments import beside
from scaffolder.repository.kubernetes_objects import KubernetesObject
from scaffolder.repository.project import Project
from scaffolder.repository.reading import table
from scaffolder.tools import helm, package_data
from scaffolder.tools.toolchain import Toolchain

API_VERSIONS = ("monitoring.coreos.com/v1", "gateway.networking.k8s.io/v1")
"""What the platform adds to a cluster before the first deployment."""


_LONGEST_RELEASE = 53


@dataclass(frozen=True, kw_only=True)
class Environment:
    """An environment ("" where the chart knows none) and what the chart is installed with there."""

    name: str
    release: helm.Release


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What the chart renders to for one environment.

    `error` is Helm's own words where it does not render; `limit` says why it could not be rendered
    here though nothing is wrong with it.
    """

    environment: str
    objects: tuple[KubernetesObject, ...] = ()
    error: str = ""
    limit: str = ""

    @property
    def is_rendered(self) -> bool:
        """Return whether Helm rendered it."""
        return not self.error and not self.limit


def chart_of(project: Project) -> Path:
    """The folder of the chart, relative to the root.

    Raises:
        NotApplicable: the repository has no chart, or only libraries for charts.

    """
    usual = files.chart(project)
    if usual is None:
        raise NotApplicable("there is no Helm chart")
    for chart in (usual, *files.charts(project)):
        is_part = chart_limits.is_vendored(project, chart)
        if not is_part and not chart_limits.is_library(project, chart):
            return chart
    raise NotApplicable("there are only library charts, which render nothing by themselves")


def environments(project: Project) -> tuple[Environment, ...]:
    """Each environment that has a values file, in promotion order; the chart's own values alone where none has.

    One whose values do not parse is left out: `unread_environments` has it.

    Raises:
        NotApplicable: the repository has no chart.
        Blocked: Helm cannot be handed the chart, or no values parse.
        ToolMissing: charts/ does not hold the chart's dependencies.

    """
    chart = chart_of(project)
    project.hand(files.chart_inputs(project, chart))
    chart_limits.ask_for_what_is_missing(project, chart)
    unread = unread_environments(project)
    present: dict[str, tuple[Path, ...]] = {
        name: (project.root / file,)
        for name, file in beside(project, chart).items()
        if name not in unread
    }
    if unread and not present:
        raise Blocked(next(iter(unread.values())))
    release = _release_name(chart.name or project.root.name)
    return tuple(
        Environment(
            name=name,
            release=helm.Release(
                values_files=values,
                set_strings=_image(project, chart),
                name=release,
                namespace=release,
            ),
        )
        for name, values in (present or {"": ()}).items()
    )


def unread_environments(project: Project) -> dict[str, str]:
    """Return the environments whose values do not parse, and what says so."""
    own = beside(project, chart_of(project)).items()
    problems = ((name, chart_limits.does_not_parse(project, file)) for name, file in own)
    return {name: problem for name, problem in problems if problem}


def limit_of(project: Project, rendered: Iterable[Manifest]) -> str:
    """Return which environments of the chart were not judged, and why; "" if all were."""
    of = {one.environment: one.limit for one in rendered if one.limit}
    of |= unread_environments(project)
    return "; ".join(f"{name}: {reason}" if name else reason for name, reason in of.items())


def _release_name(name: str) -> str:
    """Return a name that Helm takes for a release: https://helm.sh/docs/chart_template_guide/getting_started/."""
    words = re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-")
    return words[:_LONGEST_RELEASE].strip("-") or "release"


def _image(project: Project, chart: Path) -> dict[str, str]:
    """What stands for the image that the pipeline hands over, in a chart that takes one like that."""
    values = table(project, chart / "values.yaml") if project.has(chart / "values.yaml") else {}
    given = kubernetes_objects.placeholders(values)
    settings = {f"image.{key}": value for key, value in given.items()}
    if kubernetes_objects.takes_revision(values, given):
        settings["revision"] = kubernetes_objects.REVISION
    return settings


def kubernetes_version(project: Project) -> str:
    """The version that the repository's clusters run, such as "1.36": what Terraform says, else the pinned default."""
    return _stated_version(project) or str(package_data.versions()["kubernetes"]["version"])


def _stated_version(project: Project) -> str:
    try:
        for _, attribute in clusters.versions(project):
            if found := re.match(r"\d+\.\d+", attribute.text):
                return found[0]
    except ToolMissing:
        pass  # nothing reads Terraform here: what the templates pin is the best guess
    return ""


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
        limit = limit_of(project, manifests(project, toolchain))
        raise Blocked(limit or "the chart renders no object: see HL002")
    return rendered


def everything(project: Project, toolchain: Toolchain) -> tuple[tuple[KubernetesObject, ...], str]:
    """Every object, of the chart and of files, and why those of the chart are not among them.

    The reason is empty where they are, or there is no chart.
    """
    return project.once("every object", lambda: _everything(project, toolchain))


def _everything(project: Project, toolchain: Toolchain) -> tuple[tuple[KubernetesObject, ...], str]:
    plain = kubernetes_objects.without_charts(project)
    try:
        rendered = manifests(project, toolchain)
    except NotApplicable:
        return plain, ""
    except ToolError as error:
        return plain, f"the chart was not rendered: {error.message}"
    except Blocked as error:
        return plain, f"the chart was not rendered: {error}"
    found = (*plain, *(item for one in rendered for item in one.objects))
    failed = [one.environment or "its own values" for one in rendered if one.error]
    reason = f"the chart does not render for {', '.join(failed)}: see HL002" if failed else ""
    return found, "; ".join(filter(None, (reason, limit_of(project, rendered))))


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
    limits = [
        chart_limits.of_outside(
            project,
            chart,
            result.error,
            has_environments=bool(environment.name),
            states_version=bool(_stated_version(project)),
        )
        for environment, result in zip(everywhere, rendered, strict=True)
    ]
    return tuple(
        Manifest(
            environment=environment.name,
            objects=tuple(_objects(environment.name, chart, result)),
            error="" if limit else result.error,
            limit=limit,
        )
        for environment, result, limit in zip(everywhere, rendered, limits, strict=True)
    )


def _objects(environment: str, chart: Path, rendered: helm.Rendered) -> Iterator[KubernetesObject]:
    import yaml

    for manifest in rendered.manifests:
        content = yaml.load(manifest.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506, both are safe
        if isinstance(content, dict):
            scope = (chart.as_posix(), environment)
            yield KubernetesObject(scope=scope, path=chart / manifest.source, content=content)

"""Render charts in each environment into Kubernetes objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from scaffolder.errors import ToolError, ToolMissing
from scaffolder.model import Blocked, NotApplicable
from scaffolder.repository import chart_limits, clusters, files, helm_calls, kubernetes_objects
from scaffolder.repository.environments import beside
from scaffolder.repository.kubernetes_objects import KubernetesObject
from scaffolder.repository.project import Project
from scaffolder.repository.reading import table
from scaffolder.tools import helm, package_data
from scaffolder.tools.toolchain import Toolchain

API_VERSIONS = ("monitoring.coreos.com/v1", "gateway.networking.k8s.io/v1")
"""APIs that the platform adds to a cluster before the first deployment."""


_LONGEST_RELEASE = 53
_LIMITS_NAMED = 3

MOST_CHARTS = 40
"""Charts of one repository that are rendered, each in a process of its own."""

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, kw_only=True)
class Environment:
    """An environment ("" where the chart knows none) and what the chart is installed with there."""

    name: str
    release: helm.Release


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The rendering of a chart for one environment.

    `error` is Helm's own message if it does not render; `limit` is the reason why it could not be
    rendered here though nothing is wrong with it.
    """

    chart: Path
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
        raise NotApplicable("no Helm chart")
    for chart in (usual, *files.charts(project)):
        is_part = chart_limits.is_vendored(project, chart)
        if not is_part and not chart_limits.is_library(project, chart):
            return chart
    raise NotApplicable("there are only library charts, which render nothing by themselves")


def charts_of(project: Project) -> tuple[Path, ...]:
    """The folders of all charts that are installed: that of the service first, then the others.

    Charts that another one brings along, or that are in the folder of one, are parts of it.

    Raises:
        NotApplicable: the repository has no chart, or only libraries for charts.

    """
    first = chart_of(project)
    known = frozenset(files.charts(project))
    others = (
        chart
        for chart in files.charts(project)
        if chart != first and known.isdisjoint(chart.parents)
        if not chart_limits.is_library(project, chart)
    )
    return (first, *others)


def of_each_chart(
    project: Project, ask: Callable[[Path], _Answer]
) -> tuple[dict[Path, _Answer], dict[Path, str]]:
    """Return the answer for each chart, and why there is none for others.

    Raises:
        NotApplicable: the repository has no chart.
        Blocked: there is an answer for none.
        ToolError: the same, because a program or a dependency is missing; or a program crashed.

    """
    answers: dict[Path, _Answer] = {}
    reasons: dict[Path, str] = {}
    failures: list[Blocked | ToolMissing] = []
    charts = charts_of(project)
    for chart in charts[:MOST_CHARTS]:
        try:
            answers[chart] = ask(chart)
        except ToolMissing as error:
            failures.append(error)
            reasons[chart] = f"{error.message} ({error.hint})" if error.hint else error.message
        except Blocked as error:
            failures.append(error)
            reasons[chart] = str(error)
    if not answers:
        raise failures[0]
    left_out = f"only {MOST_CHARTS} charts of a repository are looked at"
    return answers, reasons | dict.fromkeys(charts[MOST_CHARTS:], left_out)


def environments(project: Project, chart: Path | None = None) -> tuple[Environment, ...]:
    """Each environment of a chart that has a values file, in promotion order.

    The chart is that of the service if none is given. If no environment has a file, the chart's own
    values are one.

    One whose values do not parse is left out: `unread_environments` has it.

    Raises:
        NotApplicable: the repository has no chart.
        Blocked: Helm cannot be handed the chart, or no values parse.
        ToolMissing: charts/ does not hold the chart's dependencies.

    """
    chart = chart_of(project) if chart is None else chart
    project.hand(files.chart_inputs(project, chart))
    chart_limits.ask_for_what_is_missing(project, chart)
    unread = unread_environments(project, chart)
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
                set_strings=_settings(project, chart, values),
                name=release,
                namespace=release,
            ),
        )
        for name, values in (present or {"": ()}).items()
    )


def unread_environments(project: Project, chart: Path) -> dict[str, str]:
    """Return the environments of a chart whose values do not parse, with the parser's message."""
    own = beside(project, chart).items()
    problems = ((name, chart_limits.does_not_parse(project, file)) for name, file in own)
    return {name: problem for name, problem in problems if problem}


def limit_of(project: Project, rendered: Iterable[Manifest]) -> str:
    """Return which charts and environments were not judged, and why; "" if all were."""
    of = {(one.chart, one.environment): one.limit for one in rendered if one.limit}
    charts = charts_of(project)
    for chart in charts:
        for name, problem in unread_environments(project, chart).items():
            of[chart, name] = problem
    return limits_in_words(
        f"{chart.as_posix()}: {_named(name, reason)}" if len(charts) > 1 else _named(name, reason)
        for (chart, name), reason in of.items()
    )


def limits_in_words(limits: Iterable[str]) -> str:
    """Return what was not judged as one text, the first few by name."""
    words = list(limits)
    more = [f"{len(words) - _LIMITS_NAMED} more"] if len(words) > _LIMITS_NAMED else []
    return "; ".join([*words[:_LIMITS_NAMED], *more])


def _named(environment: str, reason: str) -> str:
    return f"{environment}: {reason}" if environment else reason


def _release_name(name: str) -> str:
    """Return a name that Helm takes for a release.

    https://helm.sh/docs/chart_template_guide/getting_started/
    """
    words = re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-")
    return words[:_LONGEST_RELEASE].strip("-") or "release"


def _settings(project: Project, chart: Path, values_files: tuple[Path, ...]) -> dict[str, str]:
    """Return the values that commands set and an environment of the chart lacks, with the image."""
    own = (chart / "values.yaml", *(file.relative_to(project.root) for file in values_files))
    tables = [table(project, file) for file in own if project.has(file)]
    return helm_calls.given(project, chart, *tables) | _image(project, chart)


def _image(project: Project, chart: Path) -> dict[str, str]:
    """Return stand-ins for the image that the pipeline passes, if the chart takes one so."""
    values = table(project, chart / "values.yaml") if project.has(chart / "values.yaml") else {}
    given = kubernetes_objects.placeholders(values)
    settings = {f"image.{key}": value for key, value in given.items()}
    if kubernetes_objects.takes_revision(values, given):
        settings["revision"] = kubernetes_objects.REVISION
    return settings


def kubernetes_version(project: Project) -> str:
    """Return the clusters' Kubernetes version, such as "1.36".

    Terraform's, else the pinned default.
    """
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
    """Every chart rendered for each of its environments, once per run."""
    return project.once("manifests", lambda: _render(project, toolchain))


def of_service(project: Project, toolchain: Toolchain) -> tuple[Manifest, ...]:
    """The chart of the service rendered for each of its environments.

    Raises:
        NotApplicable: the repository has no chart.
        Blocked: it cannot be rendered here.

    """
    chart = chart_of(project)
    rendered = tuple(one for one in manifests(project, toolchain) if one.chart == chart)
    if all(one.limit and not one.environment for one in rendered) and len(charts_of(project)) > 1:
        raise Blocked(limits_in_words(one.limit for one in rendered))
    return rendered


def objects(
    project: Project, toolchain: Toolchain, *, chart: Path | None = None
) -> tuple[KubernetesObject, ...]:
    """Every object of every environment that renders, of one chart if it is given.

    Raises:
        NotApplicable: the repository has no chart.
        Blocked: it renders for no environment.

    """
    asked = [one for one in manifests(project, toolchain) if chart in {None, one.chart}]
    rendered = tuple(chain.from_iterable(manifest.objects for manifest in asked))
    if not rendered:
        limit = limit_of(project, asked)
        raise Blocked(limit or "the chart renders no object: see HL002")
    return rendered


def charts_without_objects(project: Project, toolchain: Toolchain) -> str:
    """Return which of several charts render for no environment, and why; "" if all do."""
    by_chart: dict[Path, list[Manifest]] = {}
    for one in manifests(project, toolchain):
        by_chart.setdefault(one.chart, []).append(one)
    return limits_in_words(
        f"{chart.as_posix()}: {rendered[0].limit or 'does not render, see HL002'}"
        for chart, rendered in by_chart.items()
        if len(by_chart) > 1 and not any(one.is_rendered for one in rendered)
    )


def everything(project: Project, toolchain: Toolchain) -> tuple[tuple[KubernetesObject, ...], str]:
    """Every object, of the chart and of files, and why those of the chart are not among them.

    The reason is empty if they are, or if the repository has no chart.
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
    found = (*plain, *chain.from_iterable(one.objects for one in rendered))
    first = rendered[0].chart
    failed = [
        one.environment or ("its own values" if one.chart == first else one.chart.as_posix())
        for one in rendered
        if one.error
    ]
    reason = f"the chart does not render for {', '.join(failed)}: see HL002" if failed else ""
    return found, "; ".join(filter(None, (reason, limit_of(project, rendered))))


def _render(project: Project, toolchain: Toolchain) -> tuple[Manifest, ...]:
    rendered, reasons = of_each_chart(project, lambda chart: _rendered(project, toolchain, chart))
    left_out = (
        Manifest(chart=chart, environment="", limit=reason) for chart, reason in reasons.items()
    )
    return (*chain.from_iterable(rendered.values()), *left_out)


def _rendered(project: Project, toolchain: Toolchain, chart: Path) -> tuple[Manifest, ...]:
    everywhere = environments(project, chart)
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
            chart=chart,
            environment=environment.name,
            objects=tuple(_objects(environment.name, chart, result)),
            error="" if limit else result.error,
            limit=limit,
        )
        for environment, result, limit in zip(everywhere, rendered, limits, strict=True)
    )


def _content(text: str) -> Any:
    """Return the object of a text that Helm printed."""
    import yaml

    from scaffolder.formats.yaml import data, load_all

    try:
        return data(text)
    except yaml.constructor.ConstructorError:
        # PyYAML has no value for a plain `=`: https://github.com/yaml/pyyaml/issues/89
        return next(iter(load_all(text)), None)


def _objects(environment: str, chart: Path, rendered: helm.Rendered) -> Iterator[KubernetesObject]:
    for manifest in rendered.manifests:
        content = _content(manifest.text)
        if isinstance(content, dict):
            scope = (chart.as_posix(), environment)
            yield KubernetesObject(scope=scope, path=chart / manifest.source, content=content)

"""K8: objects are what a Kubernetes API server would take, or does take if one is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any

from scaffolder.checks.optional import module
from scaffolder.errors import ClusterError, ToolError
from scaffolder.formats.regex import regex
from scaffolder.model import (
    Blocked,
    Check,
    Finding,
    Location,
    NotApplicable,
    Severity,
    Verdict,
    counted,
)
from scaffolder.repository import kubernetes_objects, manifests
from scaffolder.repository.kubernetes_objects import LONG_RUNNING, KubernetesObject
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Unread
from scaffolder.tools import cluster
from scaffolder.tools.cluster import Ruling
from scaffolder.tools.offline import custom_resources, kubernetes_schemas
from scaffolder.tools.programs import HELM
from scaffolder.tools.toolchain import Toolchain

_UNEXPECTED = regex(r"'([^']+)'(?=[^()]* (?:was|were) unexpected)")
"""A key that a schema does not know, as jsonschema names it."""


def objects_are_valid(project: Project, toolchain: Toolchain) -> Verdict:
    """Each built-in object is strictly valid for the clusters' Kubernetes version.

    It has no removed API and no unknown key.
    """
    version = manifests.kubernetes_version(project)
    module("kubernetes_validate")
    verdict = _valid(
        project,
        toolchain,
        kubernetes_objects.is_built_in,
        partial(_invalid, version=version),
        f", for Kubernetes {version}",
    )
    oldest = kubernetes_schemas.oldest()
    if not kubernetes_schemas.is_older(version, oldest):
        return verdict
    limit = f"APIs of Kubernetes {version}: the oldest schemas are those of {oldest}"
    return replace(verdict, limit="; ".join(filter(None, (verdict.limit, limit))))


def custom_objects_are_valid(project: Project, toolchain: Toolchain) -> Verdict:
    """Each custom resource (ServiceMonitor, HTTPRoute …) is valid for its definition."""
    module("jsonschema")
    return _valid(project, toolchain, kubernetes_objects.is_custom, _invalid_custom, "")


def _valid(
    project: Project,
    toolchain: Toolchain,
    is_asked: Callable[[KubernetesObject], bool],
    judge: Callable[[Project, KubernetesObject], Iterable[Finding]],
    words: str,
) -> Verdict:
    """Judge each object of these kinds: of the chart, of kustomizations and of plain files.

    Raises:
        NotApplicable: there is none.
        Blocked: those of the chart cannot be had, and the others are in order.
        ToolError: the same, because Helm is missing or failed.

    """
    items = [one for one in kubernetes_objects.without_charts(project) if is_asked(one)]
    limits = _words(kubernetes_objects.unread(project))
    missing: Blocked | ToolError | None = None
    try:
        items += [one for one in manifests.objects(project, toolchain) if is_asked(one)]
        limits += filter(None, [manifests.charts_without_objects(project, toolchain)])
    except NotApplicable:
        pass  # no chart: the others are all there is
    except (Blocked, ToolError) as error:
        missing = error
        limits.append(f"the chart: {error}")
    items = _without_patches(items)
    known = [one for one in items if _has_schema(one)]
    unknown = sorted({f"{one.api_version} {one.kind}" for one in items if not _has_schema(one)})
    findings = list(chain.from_iterable(judge(project, one) for one in _once_each(known)))
    if missing is not None and not findings:
        raise missing
    if not known:
        raise NotApplicable(f"no schema for {', '.join(unknown)}" if unknown else "no such object")
    if unknown:
        limits.append(f"no schema for {', '.join(unknown)}")
    return Verdict(
        findings=_folded(_distinct(findings)),
        level="schema",
        detail=f"{_number(known)}{words}",
        limit="; ".join(limits),
    )


def the_cluster_accepts_the_objects(
    project: Project, toolchain: Toolchain, *, context: str
) -> Verdict:
    """The API server behind `context` accepts each object in a dry-run, as Helm would send it.

    Raises:
        NotApplicable: no context is named.
        ClusterError: inconclusive on an object or an environment, and no object has an error.

    """
    if not context:
        raise NotApplicable("no cluster is named: --context NAME asks one")
    chart = manifests.chart_of(project)
    release = chart.name
    objects = manifests.objects(project, toolchain, chart=chart)
    rendered = {item.identity: item for item in objects}
    items = list(rendered.values())
    answers = cluster.dry_run(
        context,
        [_elsewhere(item.content, release) for item in items],
        namespace=release,
        release=release,
    )
    ruled = list(zip(items, answers, strict=True))
    findings = list(chain.from_iterable(_said(context, item, answer) for item, answer in ruled))
    limit = "; ".join([*_inconclusive(ruled), *_unrendered(project, toolchain)])
    if limit and not any(finding.severity is Severity.ERROR for finding in findings):
        raise ClusterError(limit)
    return Verdict(
        findings=_distinct(findings),
        level="server",
        detail=f"{_number(items)}, context {context}",
        limit=limit,
    )


def _said(context: str, item: KubernetesObject, answer: cluster.Answer) -> Iterator[Finding]:
    """Yield what the server has against an object, and as warnings what it adds."""
    words = {
        Ruling.REFUSED: f"the cluster of context {context} refuses it: {answer.message}",
        Ruling.UNKNOWN: f"the cluster of context {context} refuses it: {answer.message}",
        Ruling.PODS_REFUSED: (
            f"the cluster of context {context} accepts it and refuses its pods: {answer.message}"
        ),
    }
    if _is_refused(item, answer):
        yield Finding(path=item.path, message=_named(item, words[answer.ruling]))
    for warning in answer.warnings:
        yield Finding(
            path=item.path,
            message=_named(item, f"the cluster of context {context} warns: {warning}"),
            severity=Severity.WARNING,
        )


def _inconclusive(ruled: list[tuple[KubernetesObject, cluster.Answer]]) -> list[str]:
    """Return how many objects have no verdict, and why."""
    open_ones = [(item, answer) for item, answer in ruled if answer.ruling is not Ruling.ACCEPTED]
    answers = [answer for item, answer in open_ones if not _is_refused(item, answer)]
    if not answers:
        return []
    return [
        f"inconclusive on {len(answers)} of {len(ruled)} objects:"
        f" {'; '.join(cluster.reasons(answers))}"
    ]


def _unrendered(project: Project, toolchain: Toolchain) -> list[str]:
    """Name the environments whose objects the server was not asked about."""
    failed = [
        manifest.environment
        for manifest in manifests.of_service(project, toolchain)
        if not manifest.is_rendered
    ]
    if not failed:
        return []
    which = (
        f"environment {failed[0]} does"
        if len(failed) == 1
        else f"environments {', '.join(failed)} do"
    )
    return [f"{which} not render, so the cluster was not asked about that: see HL002"]


def _elsewhere(content: dict[str, Any], release: str) -> dict[str, Any]:
    """Return the object without its rendered namespace, so that the context sets it."""
    metadata = content.get("metadata") or {}
    if metadata.get("namespace") != release:
        return content
    return {
        **content,
        "metadata": {key: value for key, value in metadata.items() if key != "namespace"},
    }


def _is_refused(item: KubernetesObject, answer: cluster.Answer) -> bool:
    """Return whether the chart is at fault for a kind that is not served.

    It is only if Kubernetes itself once served it.
    """
    refusals = {Ruling.REFUSED, Ruling.PODS_REFUSED}
    return answer.ruling in refusals or (
        answer.ruling == Ruling.UNKNOWN and kubernetes_objects.is_built_in(item)
    )


def _without_patches(items: list[KubernetesObject]) -> list[KubernetesObject]:
    """Return the objects without parts of workloads, which a kustomization or a person applies.

    A part has no selector, and the whole workload of this kind and name is elsewhere.
    """
    whole = {(one.kind, one.name) for one in items if one.get("spec", "selector")}
    return [
        one
        for one in items
        if one.kind not in LONG_RUNNING or one.get("spec", "selector") or not _is_in(one, whole)
    ]


def _is_in(part: KubernetesObject, whole: set[tuple[str, str]]) -> bool:
    """Return whether a workload is among others, whose name a kustomization may make longer."""
    return any(
        kind == part.kind and (name == part.name or name.endswith(f"-{part.name}"))
        for kind, name in whole
    )


def _has_schema(item: KubernetesObject) -> bool:
    if kubernetes_objects.is_built_in(item):
        return True
    return (item.api_version, item.kind) in custom_resources.kinds()


def _words(unread: Sequence[Unread]) -> list[str]:
    """Return the parts of kustomizations that are not rendered; the first few by name."""
    more = [f"{len(unread) - 3} more"] if len(unread) > 3 else []
    return [*map(str, unread[:3]), *more]


def _once_each(items: Iterable[KubernetesObject]) -> list[KubernetesObject]:
    """Return the objects without those that several environments or overlays render alike."""
    return list({(item.path, item.identity): item for item in items}.values())


def _invalid(project: Project, item: KubernetesObject, *, version: str) -> Iterator[Finding]:
    try:
        found = kubernetes_schemas.violations(_as_applied(item.content), version)
    except kubernetes_schemas.UnknownKindError:
        if not kubernetes_schemas.is_known_to_be_gone(item.api_version, item.kind, version):
            return
        message = f"Kubernetes {version} has no {item.kind} in {item.api_version}"
        line = item.place(project, "apiVersion").line or project.line_of(
            item.path, f"apiVersion: {item.api_version}"
        )
        yield Finding(path=item.path, line=line, message=_named(item, message))
        return
    for one in found:
        value = item.get(*one.path)
        if not kubernetes_objects.is_filled_in_later(value) and "'sops'" not in one.message:
            place = ".".join(str(part) for part in one.path)
            yield _finding(project, item, place, one.message, one.path)


def _as_applied(content: dict[str, Any]) -> dict[str, Any]:
    """Return an object without the marks of the program that delivers it, such as `$schema`."""
    return {key: value for key, value in content.items() if not str(key).startswith(("$", "x-"))}


def _invalid_custom(project: Project, item: KubernetesObject) -> Iterator[Finding]:
    for one in custom_resources.violations(_as_applied(item.content)):
        way = [
            int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", one.place)
        ]
        if not kubernetes_objects.is_filled_in_later(item.get(*way)):
            yield _finding(project, item, one.place, one.message, way)


def _finding(
    project: Project, item: KubernetesObject, place: str, message: str, way: Sequence[Any]
) -> Finding:
    """Return what is wrong at `place` ("spec.ports.0") of an object, on the line that sets it."""
    said = f"{place or 'the object'}: {message}"[:300]
    unexpected = _UNEXPECTED.findall(message)
    at = item.place(project, *way, *unexpected[:1])
    if at.line:
        return Finding(path=at.path, line=at.line, message=_named(item, said))
    keys = [*reversed(unexpected), *reversed(place.split("."))]
    line = next(
        (line for key in keys if key and (line := project.line_of(item.path, f"{key}:"))), 0
    )
    return Finding(path=item.path, line=line, message=_named(item, said))


def _named(item: KubernetesObject, message: str) -> str:
    return f"{item}: {message}"


def _distinct(findings: list[Finding]) -> tuple[Finding, ...]:
    """The environments render the same objects, so most findings come three times."""
    return tuple(dict.fromkeys(findings))


_MOST_TOLD = 5
"""Objects with one fault that are told each; of more the first is told, with their number."""


def _folded(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings, a fault of many objects of one kind once."""
    by_fault: dict[str, list[Finding]] = {}
    for finding in findings:
        kind, _, words = finding.message.partition(" ")
        by_fault.setdefault(f"{kind} {words.partition(': ')[2]}", []).append(finding)
    folded: list[Finding] = []
    for same in by_fault.values():
        if len(same) <= _MOST_TOLD:
            folded += same
            continue
        first, *others = same
        message = f"{first.message} (and {len(others)} more objects)"
        related = (*first.related, *(Location(path=one.path, line=one.line) for one in others))
        folded.append(replace(first, message=message, related=related))
    return tuple(folded)


def _number(items: list[KubernetesObject]) -> str:
    return (
        f"{counted(len(items), 'object')} of {counted(len({item.kind for item in items}), 'kind')}"
    )


def checks(*, context: str) -> tuple[Check, ...]:
    """The checks of this family; `context` names the cluster to ask, "" none."""
    return (
        Check(
            id="K8001",
            title="Kubernetes objects are valid",
            run=objects_are_valid,
            tool=HELM,
            cost=2,
        ),
        Check(
            id="K8002", title="Custom resources are valid", run=custom_objects_are_valid, tool=HELM
        ),
        Check(
            id="K8003",
            title="The cluster accepts the objects",
            run=partial(the_cluster_accepts_the_objects, context=context),
            tool=HELM,
        ),
    )

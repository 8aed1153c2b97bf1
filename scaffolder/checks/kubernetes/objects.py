"""K8: what the chart renders is what a Kubernetes API server would take, or, where one is named, does take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any

from scaffolder.checks.optional import module
from scaffolder.errors import ClusterError
from scaffolder.model import Check, Finding, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import manifests
from scaffolder.repository.clouds import of_each
from scaffolder.repository.kubernetes_objects import KubernetesObject
from scaffolder.repository.project import Project
from scaffolder.tools import cluster
from scaffolder.tools.cluster import Ruling
from scaffolder.tools.offline import custom_resources
from scaffolder.tools.programs import HELM
from scaffolder.tools.toolchain import Toolchain

_BUILT_IN = re.compile(
    r"v\d+|(?:apps|autoscaling|batch|policy|extensions)/v\w+|[a-z0-9.-]+\.k8s\.io/v\w+"
)
"""The groups that the API server itself serves; in these an unknown kind is an error, not a custom resource."""

_UNEXPECTED = re.compile(r"'(\w+)' (?:was|were) unexpected")
"""The key that a schema does not know, as jsonschema names it."""

_GROUPS = ("gateway.networking.k8s.io", *of_each(lambda cloud: cloud.CUSTOM_GROUPS))
_CUSTOM = re.compile("|".join(rf"{re.escape(group)}/.*" for group in _GROUPS))
"""Ends in k8s.io, and comes as custom resources all the same."""


def objects_are_valid(project: Project, toolchain: Toolchain) -> Verdict:
    """Each built-in object is strictly valid for the clusters' Kubernetes version: no removed API, no unknown key."""
    version = manifests.kubernetes_version(project)
    validate = module("kubernetes_validate")
    rendered = [item for item in manifests.objects(project, toolchain) if _is_built_in(item)]
    findings = [
        finding for item in rendered for finding in _invalid(project, validate, item, version)
    ]
    return Verdict(
        findings=_distinct(findings),
        level="schema",
        detail=f"{_number(rendered)}, for Kubernetes {version}",
    )


def custom_objects_are_valid(project: Project, toolchain: Toolchain) -> Verdict:
    """Each ServiceMonitor, PrometheusRule, HTTPRoute … is valid for its custom resource definition."""
    module("jsonschema")
    rendered = [item for item in manifests.objects(project, toolchain) if not _is_built_in(item)]
    if not rendered:
        raise NotApplicable("there is no custom resource in what the chart renders")
    known = [item for item in rendered if (item.api_version, item.kind) in custom_resources.kinds()]
    unknown = sorted({f"{item.api_version} {item.kind}" for item in rendered if item not in known})
    if not known:
        raise NotApplicable(f"there is no schema for {', '.join(unknown)}")
    findings = [
        _finding(project, item, one.place, one.message)
        for item in known
        for one in custom_resources.violations(item.content)
    ]
    limit = f"no schema for {', '.join(unknown)}" if unknown else ""
    return Verdict(findings=_distinct(findings), detail=_number(known), limit=limit)


def the_cluster_accepts_the_objects(
    project: Project, toolchain: Toolchain, *, context: str
) -> Verdict:
    """The API server behind `context` accepts each object of each environment as Helm would send it, in a dry-run.

    Raises:
        NotApplicable: no context is named.
        ClusterError: inconclusive on an object or an environment, and no object has an error.

    """
    if not context:
        raise NotApplicable("no cluster is named: --context NAME asks one")
    release = manifests.chart_of(project).name
    rendered = {item.identity: item for item in manifests.objects(project, toolchain)}
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
        Ruling.PODS_REFUSED: f"the cluster of context {context} accepts it and refuses its pods: {answer.message}",
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
    """Say how many objects have no verdict, and why."""
    open_ones = [(item, answer) for item, answer in ruled if answer.ruling is not Ruling.ACCEPTED]
    answers = [answer for item, answer in open_ones if not _is_refused(item, answer)]
    if not answers:
        return []
    return [
        f"inconclusive on {len(answers)} of {len(ruled)} objects: {'; '.join(cluster.reasons(answers))}"
    ]


def _unrendered(project: Project, toolchain: Toolchain) -> list[str]:
    """Name the environments whose objects the server was not asked about."""
    failed = [
        manifest.environment
        for manifest in manifests.manifests(project, toolchain)
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
    """The object without the namespace that we rendered it for, so that the context says where it goes."""
    metadata = content.get("metadata") or {}
    if metadata.get("namespace") != release:
        return content
    return {
        **content,
        "metadata": {key: value for key, value in metadata.items() if key != "namespace"},
    }


def _is_refused(item: KubernetesObject, answer: cluster.Answer) -> bool:
    """A kind that is not served is a fault of the chart only where Kubernetes itself once served it."""
    refusals = {Ruling.REFUSED, Ruling.PODS_REFUSED}
    return answer.ruling in refusals or (answer.ruling == Ruling.UNKNOWN and _is_built_in(item))


def _is_built_in(item: KubernetesObject) -> bool:
    return bool(_BUILT_IN.fullmatch(item.api_version)) and not _CUSTOM.fullmatch(item.api_version)


def _invalid(
    project: Project, validate: Any, item: KubernetesObject, version: str
) -> Iterator[Finding]:
    try:
        validate.validate(item.content, version, strict=True)
    except validate.SchemaNotFoundError:
        message = f"Kubernetes {version} has no {item.kind} in {item.api_version}"
        line = project.line_of(item.path, f"apiVersion: {item.api_version}")
        yield Finding(path=item.path, line=line, message=_named(item, message))
    except validate.ValidationError as error:
        yield _finding(project, item, ".".join(str(part) for part in error.path), error.message)
    except validate.InvalidSchemaError as error:
        yield Finding(path=item.path, message=_named(item, f"is no Kubernetes object: {error}"))


def _finding(project: Project, item: KubernetesObject, place: str, message: str) -> Finding:
    """What is wrong at `place` ("spec.ports.0") of an object, on the line of the template that sets it."""
    keys = [*reversed(_UNEXPECTED.findall(message)), *reversed(place.split("."))]
    line = next(
        (line for key in keys if key and (line := project.line_of(item.path, f"{key}:"))), 0
    )
    said = f"{place or 'the object'}: {message}"[:300]
    return Finding(path=item.path, line=line, message=_named(item, said))


def _named(item: KubernetesObject, message: str) -> str:
    return f"{item}: {message}"


def _distinct(findings: list[Finding]) -> tuple[Finding, ...]:
    """The environments render the same objects, so most findings come three times."""
    return tuple(dict.fromkeys(findings))


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

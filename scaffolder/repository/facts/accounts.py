"""Which service accounts and roles pods and bindings name, and whether anything here makes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scaffolder.formats.regex import regex
from scaffolder.repository.facts import charts, deployments, gitops, mentions, pod_inputs
from scaffolder.repository.facts.charts import WITH_PODS, KubernetesObject, dig
from scaffolder.repository.facts.pod_inputs import PodInput
from scaffolder.repository.kubernetes_objects import is_filled_in_later
from scaffolder.repository.project import Project
from scaffolder.repository.reading import listed

ACCOUNT, ROLE, CLUSTER_ROLE = "ServiceAccount", "Role", "ClusterRole"
_KINDS = frozenset({ACCOUNT, ROLE, CLUSTER_ROLE})
_BINDINGS = frozenset({"RoleBinding", "ClusterRoleBinding"})

_OF_THE_CLUSTER = regex(
    r"default|builder|deployer|pipeline|cluster-admin|admin|edit|view|system:.*|basic-user|self-.*"
    r"|cluster-reader|registry-\w+|anyuid|privileged"
)
"""Accounts and roles that a cluster, or OpenShift, has by itself."""

_ABOUT = regex(r"service.?accounts?|\bsa\b|role|rbac|irsa|workload.?identity|iam", re.I)
_USES = regex(r"\b(?:serviceAccountName|serviceAccount|roleRef|subjects)\b")


@dataclass(frozen=True, kw_only=True)
class Unmade:
    """A name that no object has, the object that uses it, and what is meant.

    `meant` is None if that is unclear; then nothing else in the repository is called so.
    """

    used: PodInput
    meant: KubernetesObject | None


def named(project: Project) -> tuple[PodInput, ...]:
    """Return each service account of a pod, and each account and role of a binding."""
    return project.once("accounts and roles", lambda: tuple(_named(project)))


def unmade(project: Project) -> tuple[Unmade, ...]:
    """Return what is named and is no object here.

    What is meant is an object of nearly this name, or the only one of its kind that nothing names.
    Without it, an account counts that a pod needs, if the repository makes accounts for its pods,
    and the role of a binding beside it.
    """
    return project.once("accounts that are not made", lambda: tuple(_unmade(project)))


def _named(project: Project) -> Iterator[PodInput]:
    for one in charts.objects(project):
        for kind, name, way in (*_of_pod(one), *_of_binding(one)):
            if not isinstance(name, str) or not name or is_filled_in_later(name):
                continue
            if kind in _KINDS and not _OF_THE_CLUSTER.fullmatch(name):
                yield PodInput(kind=kind, name=name, place=one.place(project, *way), workload=one)


_Use = tuple[str, object, tuple[object, ...]]


def _of_pod(one: KubernetesObject) -> Iterator[_Use]:
    if one.kind in WITH_PODS:
        way = (*(one.pod or ()), "spec", "serviceAccountName")
        yield ACCOUNT, one.get(*way), way


def _of_binding(one: KubernetesObject) -> Iterator[_Use]:
    if one.kind not in _BINDINGS:
        return
    way: tuple[object, ...] = ("roleRef", "name")
    yield str(one.get("roleRef", "kind")), one.get(*way), way
    for at, subject in enumerate(listed(one.get("subjects"))):
        if dig(subject, "kind") == ACCOUNT:
            way = ("subjects", at, "name")
            yield ACCOUNT, one.get(*way), way


def _unmade(project: Project) -> Iterator[Unmade]:
    made = {(one.kind, one.name) for one in charts.objects(project)}
    made |= {(ACCOUNT, name) for name in _of_operators(project)}
    found = [one for one in named(project) if (one.kind, one.name) not in made]
    known = mentions.mentioned(
        project, {one.name for one in found}, _lines(project), about=_ABOUT, uses=_USES
    )
    for one in found:
        if one.name in known:
            continue
        meant = _meant(project, one)
        if meant is not None or _has_to_be_here(project, one):
            yield Unmade(used=one, meant=meant)


def _lines(project: Project) -> mentions.Lines:
    return frozenset((one.place.path, one.place.line) for one in named(project))


def _of_operators(project: Project) -> Iterator[str]:
    """Yield the accounts that the Operator Lifecycle Manager makes of what an operator asks for."""
    for one in charts.objects(project):
        if one.kind == "ClusterServiceVersion":
            for key in ("permissions", "clusterPermissions"):
                for asked in listed(one.get("spec", "install", "spec", key)):
                    yield str(dig(asked, "serviceAccountName"))


def _meant(project: Project, one: PodInput) -> KubernetesObject | None:
    """Return the object of nearly this name, else the one that nothing else can be for."""
    beside = [
        other
        for other in deployments.deployed_with(project, one.workload, one.kind)
        if other.scope == one.workload.scope or _namespace(project, other)
    ]
    name = pod_inputs.misspelt_of(project, one.kind, one.name, one.workload)
    if name and not pod_inputs.is_named_by_values(project, one):
        return next((other for other in beside if other.name == name), None)
    if not _is_certain(project, one):
        return None
    used = {other.name for other in named(project) if other.kind == one.kind}
    within = [other for other in beside if other.scope == one.workload.scope]
    free = {other.name: other for other in within if other.name not in used}
    asked = {
        other.name
        for other in named(project)
        if other.kind == one.kind and other.workload.scope == one.workload.scope
    } - {other.name for other in within}
    return next(iter(free.values())) if len(free) == len(asked) == 1 else None


def _is_certain(project: Project, one: PodInput) -> bool:
    """Return whether all that is deployed with it is here, and no values decide about the name."""
    if pod_inputs.is_left_to_values(project, one):
        return False
    if one.workload.kind in _BINDINGS and one.kind == ACCOUNT and _is_of_another(project, one):
        return False
    return deployments.is_complete(project, one.workload)


def _is_of_another(project: Project, one: PodInput) -> bool:
    """Return whether the subject of a binding is in another namespace than the binding."""
    subjects = listed(one.workload.get("subjects"))
    spaces = {str(dig(each, "namespace")) for each in subjects if dig(each, "name") == one.name}
    own = _namespace(project, one.workload)
    return one.workload.kind == "RoleBinding" and bool(own) and spaces != {own}


def _namespace(project: Project, one: KubernetesObject) -> str:
    return gitops.namespace_of(project, one)


def _has_to_be_here(project: Project, one: PodInput) -> bool:
    """Return whether nothing but this repository is likely to make what is named."""
    if not _is_certain(project, one):
        return False
    beside = deployments.deployed_with(project, one.workload, one.kind)
    if not any(other.scope == one.workload.scope for other in beside):
        return False
    return one.workload.kind in WITH_PODS or one.kind == ROLE

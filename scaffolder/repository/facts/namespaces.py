"""Which namespaces something in the repository makes, deploys to, or names as the service's."""

from __future__ import annotations

from collections.abc import Iterator

from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import files
from scaffolder.repository.facts import charts, commands, gitops
from scaffolder.repository.project import Project

BUILT_IN = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})
"""Namespaces that each cluster has."""

_OF_THE_CLUSTER = ("kube-", "openshift-")
"""How the names begin that Kubernetes and OpenShift keep for themselves."""


def is_built_in(name: str) -> bool:
    """Return whether a cluster brings the namespace along."""
    return name in BUILT_IN or name == "openshift" or name.startswith(_OF_THE_CLUSTER)


_COMMAND = regex(
    r"(?:--namespace[= ]|-n[= ]|create (?:namespace|ns) |new-project )[\"']?([a-z0-9][\w-]*)"
)
_DEPLOYS = regex(r"\b(?:helm\w*|kubectl|oc|kustomize)\b")
_QUOTED = regex(r'"([a-z0-9][a-z0-9-]*)"')


def made(project: Project) -> dict[str, Location]:
    """Return each namespace that is made or deployed to, with its first place."""
    found: dict[str, Location] = {}
    for name, place in _made(project):
        found.setdefault(name, place)
    return found


def made_by_names_unknown(project: Project) -> Location | None:
    """Return what makes namespaces whose names only a controller knows, None if nothing does."""
    deliveries = gitops.deliveries(project)
    return next(
        (one.place for one in deliveries if one.makes_namespace and not one.namespace), None
    )


def _made(project: Project) -> Iterator[tuple[str, Location]]:
    for one in charts.objects(project):
        if one.kind in {"Namespace", "Project", "ProjectRequest"}:
            yield one.name, one.place(project, "metadata", "name")
    for delivery in gitops.deliveries(project):
        if delivery.namespace:
            yield delivery.namespace, delivery.place
    for name, (text, place) in commands.variables(project).items():
        if name.upper().endswith("NAMESPACE"):
            yield text, place
    for command in commands.commands(project):
        if _DEPLOYS.search(command.text):
            for name in _COMMAND.findall(command.text):
                yield name, command.place
    yield from _in_terraform(project)


def _in_terraform(project: Project) -> Iterator[tuple[str, Location]]:
    """Yield the texts of Terraform that makes namespaces: any of them may be the name of one."""
    inputs = files.terraform_inputs(project)
    if not any("namespace" in project.text(file) for file in inputs):
        return
    for file in inputs:
        for number, line in enumerate(project.lines(file), 1):
            for name in _QUOTED.findall(line):
                yield name, Location(path=file, line=number, text=line.strip()[:160])

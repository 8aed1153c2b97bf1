"""What pipelines and scripts build and install: images, namespaces, charts."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path

from scaffolder.checks.agreement.findings import disagreement, distinct
from scaffolder.model import Check, Location, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import facts
from scaffolder.repository.facts import charts, commands, images, services
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain

_HELM = re.compile(r"\bhelm3?\s+(?:upgrade|install|template|lint|package|dependency|dep)\b(.*)")
_NAMESPACES = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})


def image_is_the_one_that_is_built(project: Project, _: Toolchain) -> Verdict:
    """Values and compose files name the image that pipelines and scripts build; all of them the same one."""
    stated = facts.read(project).of("image")
    findings, looked = [], 0
    for subject in dict.fromkeys(one.subject for one in stated):
        deployed = [one for one in stated if one.subject == subject and one.role != images.BUILT]
        built = [one for one in stated if one.role == images.BUILT]
        single = len(services.folders(project)) <= 1
        known = (
            built if built and (single or any(one.value == subject.name for one in built)) else ()
        )
        rights = known or sorted(deployed, key=lambda one: one.value not in _names(project))[:1]
        for one in deployed:
            looked += 1
            if rights and one.value not in {right.value for right in rights}:
                near = difflib.get_close_matches(
                    one.value, [right.value for right in rights], n=1, cutoff=0.0
                )
                right = next(right for right in rights if right.value == near[0])
                verb = "is built" if right.role == images.BUILT else "is named elsewhere"
                message = f"names the image {one.value}, but {right.value} {verb}"
                findings.append(
                    disagreement(one.place, message, right.place, fix=f"name {right.value}")
                )
    if not looked:
        raise NotApplicable("no values and no compose file name the service's image")
    return Verdict(findings=distinct(findings), detail=counted(looked, "name"))


def namespaces_are_made(project: Project, _: Toolchain) -> Verdict:
    """The namespace of each object is one that something here makes, deploys to or names as the service's."""
    made: dict[str, Location] = {}
    for made_name, at in _made_namespaces(project):
        made.setdefault(made_name, at)
    used = [
        one
        for one in charts.objects(project)
        if not one.origins and isinstance(one.get("metadata", "namespace"), str)
    ]
    if not made or not used:
        raise NotApplicable("no namespace is both made and used here")
    findings = []
    for one in used:
        name = str(one.get("metadata", "namespace"))
        near = difflib.get_close_matches(name, list(made), n=1, cutoff=0.7)
        if name not in made and name not in _NAMESPACES and near:
            message = f"{one.kind} {one.name} is in the namespace {name}, which nothing makes"
            at = one.place(project, "metadata", "namespace")
            findings.append(disagreement(at, message, made[near[0]], fix=f"write {near[0]}"))
    return Verdict(findings=distinct(findings), detail=counted(len(used), "object"))


def charts_that_are_named_exist(project: Project, _: Toolchain) -> Verdict:
    """Each chart that a helm command names by its path is there, its variables filled in where a script sets them."""
    known = commands.variables(project)
    folders = {chart.folder for chart in charts.charts(project)}
    findings, looked = [], 0
    for command in commands.commands(project):
        found = _HELM.search(command.text)
        if not found or command.folder is None:
            continue
        for word in re.findall(r"[^\s\"']+", commands.filled(project, found[1])):
            origin = next((at for text, at in known.values() if text == word), None)
            if not _is_path(project, word) or word.endswith((".yaml", ".yml", ".tgz")):
                continue
            looked += 1
            path = project.relative((command.folder / word).as_posix())
            if not project.has(path / "Chart.yaml"):
                near = sorted(
                    folders,
                    key=lambda one: (
                        -difflib.SequenceMatcher(None, one.as_posix(), path.as_posix()).ratio()
                    ),
                )
                related = [Location(path=near[0] / "Chart.yaml")] if near else []
                fix = f"name {near[0].as_posix()}" if near else "name a chart that is there"
                message = f"names the chart {path.as_posix()}, which does not exist"
                findings.append(disagreement(origin or command.place, message, related, fix=fix))
            break
    if not looked:
        raise NotApplicable("no helm command names a chart by its path")
    return Verdict(findings=distinct(findings), detail=counted(looked, "command"))


def _names(project: Project) -> set[str]:
    """What the service is called: its repository, its charts, its folders."""
    folders = (*(chart.folder for chart in charts.charts(project)), *services.folders(project))
    return {project.name, *(folder.name for folder in folders)}


def _is_path(project: Project, word: str) -> bool:
    if "$" in word or "://" in word or word.startswith(("-", "/")) or "=" in word:
        return False
    first = word.removeprefix("./").split("/")[0]
    return word.startswith("./") or ("/" in word and Path(first) in project.folders)


def _made_namespaces(project: Project) -> Iterator[tuple[str, Location]]:
    for one in charts.objects(project):
        if one.kind == "Namespace":
            yield one.name, one.place(project, "metadata", "name")
    for name, (text, place) in commands.variables(project).items():
        if name.endswith("NAMESPACE"):
            yield text, place
    for command in commands.commands(project):
        if "helm" in command.text or "create namespace" in command.text:
            for name in re.findall(
                r"(?:--namespace[= ]|-n |create namespace )[\"']?([a-z][\w-]*)", command.text
            ):
                yield name, command.place


CHECKS = (
    Check(
        id="AG027", title="The image that is built is deployed", run=image_is_the_one_that_is_built
    ),
    Check(
        id="AG030",
        severity=Severity.WARNING,
        title="Namespaces that are used are made",
        run=namespaces_are_made,
    ),
    Check(id="AG031", title="Charts that are named exist", run=charts_that_are_named_exist),
)

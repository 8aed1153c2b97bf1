"""Compare the images, namespaces and charts that pipelines and scripts build and install."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, zip_longest
from pathlib import Path

from scaffolder.checks.agreement.findings import disagreement, distinct
from scaffolder.formats.regex import regex
from scaffolder.model import Check, Finding, Location, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import facts, files
from scaffolder.repository.facts import (
    Declaration,
    brought,
    charts,
    commands,
    images,
    namespaces,
    ownership,
    services,
)
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain

_HELM = regex(r"\bhelm3?\s+(?:upgrade|install|template|lint|package|dependency|dep)\b(.*)")


def image_is_the_one_that_is_built(project: Project, _: Toolchain) -> Verdict:
    """Values and compose files name the one image that pipelines and scripts build."""
    stated = facts.read(project).of("image")
    built = [one for one in stated if one.role == images.BUILT]
    deployed: dict[Path, list[Declaration]] = {}
    for one in stated:
        if one.role != images.BUILT and _is_of_ours(project, one):
            deployed.setdefault(one.subject, []).append(one)
    findings, looked = [], 0
    for one in chain.from_iterable(deployed.values()):
        looked += 1
        rights = _rights(project, one, built, deployed)
        if rights and one.value not in {right.value for right in rights}:
            near = difflib.get_close_matches(
                one.value, [right.value for right in rights], n=1, cutoff=0.0
            )
            right = next(right for right in rights if right.value == near[0])
            if _is_another(project, one, right) or _is_tagged_here(one, right):
                continue
            verb = "is built" if right.role == images.BUILT else "is named elsewhere"
            message = f"names the image {one.value}, but {right.value} {verb}"
            findings.append(
                disagreement(one.place, message, right.place, fix=f"name {right.value}")
            )
    renamed = images.renamed(project)
    findings += _named_otherwise(project, renamed)
    looked += len(renamed)
    if not looked:
        raise NotApplicable("no values and no compose file name the service's image")
    return Verdict(findings=distinct(findings), detail=counted(looked, "name"))


def _named_otherwise(project: Project, renamed: tuple[images.Renamed, ...]) -> Iterator[Finding]:
    """Yield the kustomizations that give an image a name which is misspelt beside the others'."""
    for one in renamed:
        others = [other for other in renamed if other.name == one.name and other.place != one.place]
        usual, times = next(iter(Counter(other.value for other in others).most_common(1)), ("", 0))
        alike = difflib.SequenceMatcher(None, one.value, usual).ratio()
        alone = all(other.value != one.value for other in others)
        if times >= 2 and alone and alike >= 0.7:
            right = images.building(project, usual) or next(
                other.place for other in others if other.value == usual
            )
            message = f"names the image {one.value}, but {usual} is built"
            yield disagreement(one.place, message, right, fix=f"name {usual}")


def _is_tagged_here(one: Declaration, right: Declaration) -> bool:
    """Return whether Compose builds the image itself, under the other name with a word more."""
    return one.role == images.COMPOSE and _is_extended(one.value, right.value)


def _is_another(project: Project, one: Declaration, right: Declaration) -> bool:
    """Return whether an image is called like the service, so that what is built is a second one."""
    ratio = difflib.SequenceMatcher(None, one.value, right.value).ratio()
    if right.role != images.BUILT:  # of two names that stand side by side, one may be a product
        return ratio < 0.8 or _is_extended(one.value, right.value)
    return ratio < 0.7 and one.value in ownership.own_names(project)


def _is_extended(first: str, second: str) -> bool:
    """Return whether one name is the other with a word more: operator, operator-ui."""
    longer, shorter = sorted((first, second), key=len, reverse=True)
    return bool(re.fullmatch(rf"(?:.+[-_.])?{re.escape(shorter)}(?:[-_.].+)?", longer))


def _rights(
    project: Project,
    one: Declaration,
    built: list[Declaration],
    deployed: dict[Path, list[Declaration]],
) -> list[Declaration]:
    """Return what an image is held against: what is built, else what the same service is called."""
    single = len(services.folders(project)) <= 1
    if built and (single or any(other.value == one.subject.name for other in built)):
        return built
    names = ownership.own_names(project)
    known = deployed[one.subject]
    return [next((other for other in known if other.value in names), known[0])]


def _is_of_ours(project: Project, one: Declaration) -> bool:
    """Return whether an image is for a service of the repository, not for a chart of others."""
    chart = ownership.chart_of(project, one.place.path)
    if chart is None or ownership.is_own(project, one.value):
        return True
    return not ownership.is_program(one.value) and ownership.is_for_own_service(project, chart)


def namespaces_are_made(project: Project, _: Toolchain) -> Verdict:
    """The namespace of each object is made, deployed to or named here, or resembles no other."""
    made = namespaces.made(project)
    used = [one for one in charts.objects(project) if not one.origins and one.namespace]
    if not made or not used:
        raise NotApplicable("no namespace is both made and used here")
    unknown = namespaces.made_by_names_unknown(project)
    if unknown:
        limit = f"{unknown} makes namespaces whose names are not known"
        return Verdict(detail=counted(len(used), "object"), limit=limit)
    times = Counter(one.namespace for one in used)
    findings = []
    for one in used:
        near = _misspelt(one.namespace, made, times)
        if near:
            message = (
                f"{one.kind} {one.name} is in the namespace {one.namespace}, which nothing makes"
            )
            at = one.place(project, "metadata", "namespace")
            findings.append(disagreement(at, message, made[near], fix=f"write {near}"))
    return Verdict(findings=distinct(findings), detail=counted(len(used), "object"))


def _misspelt(name: str, made: dict[str, Location], times: Counter[str]) -> str:
    """Return the namespace that a name misspells, empty if it is another one.

    A slip is rarer than what it misspells. Names that differ in a number or in a short word, such
    as team-a and team-b, are two.
    """
    if name in made or namespaces.is_built_in(name):
        return ""
    for near in difflib.get_close_matches(name, list(made), n=3, cutoff=0.8):
        pairs = zip_longest(name.split("-"), near.split("-"), fillvalue="")
        words = [min(len(one), len(other)) for one, other in pairs if one != other]
        numbers = [re.sub(r"\D", "", text) for text in (name, near)]
        if min(words) > 2 and numbers[0] == numbers[1] and times[near] >= times[name]:
            return near
    return ""


def charts_that_are_named_exist(project: Project, _: Toolchain) -> Verdict:
    """Each chart that a helm command names by its path exists.

    Variables in the path are filled in if a script sets them.
    """
    known = commands.variables(project)
    aliases = _repositories(project)
    folders = {chart.folder for chart in charts.charts(project)}
    findings, looked = [], 0
    for command in commands.commands(project):
        found = _HELM.search(command.text)
        if not found or command.folder is None:
            continue
        for word in _arguments(commands.filled(project, found[1])):
            origin = next((at for text, at in known.values() if text == word), None)
            if not _is_path(project, word) or word.endswith((".yaml", ".yml", ".tgz")):
                continue
            if word.split("/")[0] in aliases or _COMPUTED in word:
                break  # a chart of a repository of charts, or one that only the pipeline knows
            looked += 1
            path = project.relative((command.folder / word).as_posix())
            if "*" in word and files.named_by(project, f"{path.as_posix()}/Chart.yaml"):
                continue
            if brought.is_brought(project, command, path):
                continue
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


_COMPUTED = "EXPRESSION"
_OF_A_SYSTEM = regex(r"\$\{\{.*?\}\}|\$\([\w.-]+\)")
_WITH_A_FOLDER = regex(
    r"(?:^|\s)(?:-d|--destination|--output-dir|--post-renderer|--keyring|--(?:ca|cert|key)-file"
    r"|--kubeconfig|--repository-(?:cache|config)|--registry-config)[= ]\s*\S+"
)
"""Options of Helm whose value is another file or folder: https://helm.sh/docs/helm/helm_package/."""


def _arguments(text: str) -> list[str]:
    """Return the words of a command but the folders of options; what a system fills in is one."""
    plain = _WITH_A_FOLDER.sub(" ", _OF_A_SYSTEM.sub(_COMPUTED, text))
    return re.findall(r"[^\s\"']+", plain)


def _repositories(project: Project) -> frozenset[str]:
    """Return the names under which commands add repositories of charts."""
    added = re.compile(r"\bhelm3?\s+repo\s+add\s+(?:-\S+\s+)*([\w.-]+)")
    return frozenset(
        chain.from_iterable(added.findall(command.text) for command in commands.commands(project))
    )


def _is_path(project: Project, word: str) -> bool:
    if "$" in word or "://" in word or word.startswith(("-", "/")) or "=" in word:
        return False
    first = word.removeprefix("./").split("/")[0]
    return word.startswith("./") or ("/" in word and Path(first) in project.folders)


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

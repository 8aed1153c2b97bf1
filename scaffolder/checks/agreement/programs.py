"""Versions of Terraform, its providers, Kubernetes, and the programs that build and deploy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from scaffolder.checks.agreement.findings import disagreement, distinct, limit_of
from scaffolder.formats import versions
from scaffolder.model import Check, Finding, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import facts, files
from scaffolder.repository.facts import Declaration, infrastructure, terraform_roots
from scaffolder.repository.facts.infrastructure import LOCK, TERRAFORM
from scaffolder.repository.facts.tool_versions import CHART, IMAGE, PIN
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain


def terraform_is_allowed(project: Project, _: Toolchain) -> Verdict:
    """Every `required_version` allows the Terraform version that the repository pins."""
    said = _read(project)
    wanted = [
        one
        for one in said.of("tool terraform")
        if one.role == "constraint" and not files.is_trial(one.place.path)
    ]
    pin = next((one for one in said.of("tool terraform") if one.role != "constraint"), None)
    if not wanted or not pin:
        raise NotApplicable("no file both demands and pins a Terraform")
    findings = [
        disagreement(
            one.place,
            f"demands Terraform {one.value}, but {pin.value} is pinned",
            pin.place,
            fix="allow the version that is pinned, or pin another",
        )
        for one in wanted
        if versions.allows(one.value, pin.value, exact=True) is False
    ]
    return Verdict(
        findings=distinct(findings),
        detail=f"{counted(len(wanted), 'root')}, Terraform {pin.value}",
    )


def programs_have_one_version(project: Project, _: Toolchain) -> Verdict:
    """A program whose version is in several files has the same one in all.

    The files are pins, set-up steps, scripts and images.
    """
    said = facts.read(project)
    findings, compared = [], []
    for fact in sorted({one.fact for one in said.starting("tool ")}):
        stated = [
            one
            for one in said.of(fact)
            if one.role != "constraint" and not files.is_trial(one.place.path)
        ]
        if len({one.place for one in stated}) < 2 or all(one.role == IMAGE for one in stated):
            continue
        compared.append(fact.removeprefix("tool "))
        right = next((one for one in stated if one.role == PIN), None) or max(
            stated, key=lambda one: (sum(_same(one, other) for other in stated), _number(one))
        )
        findings += [
            _wrong(one, right)
            for one in stated
            if not _same(one, right) and not _is_tried_beside(stated, one, right)
        ]
    if not compared:
        raise NotApplicable("no program's version is named in two files")
    return Verdict(findings=distinct(findings), detail=", ".join(compared[:6]))


def _is_tried_beside(stated: list[Declaration], one: Declaration, right: Declaration) -> bool:
    """Return whether one pipeline runs two major versions of a program: it tries both."""
    return one.value.split(".")[0] != right.value.split(".")[0] and any(
        other.place.path == one.place.path and _same(other, right) for other in stated
    )


def providers_overlap(project: Project, _: Toolchain) -> Verdict:
    """Roots and modules share an allowed release of each provider; lock files have one."""
    said = _read(project)
    findings, compared = [], []
    for fact in sorted({one.fact for one in said.starting("provider ")}):
        stated = [one for one in said.of(fact) if one.role == TERRAFORM]
        compared.append(fact.removeprefix("provider "))
        name = fact.removeprefix("provider ")
        for one, other in _in_one_configuration(project, stated):
            if versions.overlap(one.value, other.value) is False:
                message = f"demands {name} {one.value}, which shares no release with {other.value}"
                findings.append(
                    disagreement(one.place, message, other.place, fix="demand the same in both")
                )
        for locked in (one for one in said.of(fact) if one.role == LOCK):
            beside = [one for one in stated if one.subject == locked.subject]
            for one in beside:
                if versions.allows(one.value, locked.value, exact=True) is False:
                    message = f"locks {name} {locked.value}, but {one.value} is demanded"
                    findings.append(
                        disagreement(
                            locked.place, message, one.place, fix="terraform init -upgrade"
                        )
                    )
    if not compared:
        raise NotApplicable("no Terraform root demands a provider")
    return Verdict(
        findings=distinct(findings), detail=", ".join(compared[:6]), limit=limit_of(said.unread)
    )


def kubernetes_is_the_same(project: Project, _: Toolchain) -> Verdict:
    """Clusters and validation use one version of Kubernetes; chart and kubectl support it.

    kubectl may be one minor version older or newer than the cluster:
    https://kubernetes.io/releases/version-skew-policy/.
    """
    said = facts.read(project)
    # Each folder of examples is a cluster of its own.
    stated = [
        one
        for one in said.of("kubernetes")
        if one.role != CHART and not files.is_trial(one.place.path)
    ]
    limits = [one for one in said.of("kubernetes") if one.role == CHART]
    clients = [one for one in said.of("tool kubectl") if versions.parse(one.value)]
    if not stated or len(stated) + len(limits) + len(clients) < 2:
        raise NotApplicable("no two files name a version of Kubernetes")
    rights = _versions_of_clusters(project, stated)
    if not rights:
        raise NotApplicable("no file sets the Kubernetes version of the clusters")
    findings: list[Finding] = []
    for one in stated:
        contradicted = _contradicted(project, one, rights)
        findings += [_kubernetes_wrong(one, right) for right in contradicted]
    right = rights[0]
    for one in limits:
        if not any(_allows(one, known) for known in rights):
            findings.append(_kubernetes_wrong(one, right))
    for one in clients:
        if not any(_is_near(one, known) for known in rights):
            message = (
                f"pins kubectl {one.value}, more than one minor version away from Kubernetes"
                f" {right.value}"
            )
            findings.append(
                disagreement(one.place, message, right.place, fix=f"pin a kubectl {right.value}")
            )
    detail = f"Kubernetes {right.value}, {counted(len([*stated, *limits, *clients]), 'place')}"
    return Verdict(findings=distinct(findings), detail=detail, limit=limit_of(said.unread))


def _read(project: Project) -> facts.Facts:
    if not infrastructure.files(project):
        raise NotApplicable("no Terraform file")
    return facts.read(project)


def _in_one_configuration(
    project: Project, stated: list[Declaration]
) -> Iterator[tuple[Declaration, Declaration]]:
    """Yield what modules demand with what their root does; two roots may demand what they like."""
    for folders in terraform_roots.configurations(project):
        inside = [one for one in stated if one.subject in folders]
        roots = [one for one in inside if one.subject not in terraform_roots.called(project)]
        for right in (roots or inside)[:1]:
            yield from ((one, right) for one in inside if one is not right)


def _versions_of_clusters(project: Project, stated: list[Declaration]) -> list[Declaration]:
    """Return a version for each Terraform configuration, or else the most frequent one."""
    by_root: dict[Path, list[Declaration]] = {}
    for one in stated:
        if one.role == TERRAFORM and not files.is_trial(one.place.path):
            by_root.setdefault(_root(project, one), []).append(one)
    if by_root:
        return [_usual(declarations) for declarations in by_root.values()]
    times = Counter(_minor(one) for one in stated)
    most = times.most_common(2)
    if len(most) > 1 and most[0][1] == most[1][1]:
        return []  # tests for several versions, or a matter of taste
    return [next(one for one in stated if _minor(one) == most[0][0])]


def _usual(stated: list[Declaration]) -> Declaration:
    """Return the version that most of these places have; of equally many the newest."""
    times = Counter(_minor(one) for one in stated)
    return max(stated, key=lambda one: (times[_minor(one)], _minor(one)))


def _contradicted(
    project: Project, one: Declaration, rights: list[Declaration]
) -> list[Declaration]:
    """Return the cluster that a place contradicts, none if it is right about some cluster."""
    if one.role == TERRAFORM:
        rights = [right for right in rights if _root(project, right) == _root(project, one)]
    if any(_minor(one) == _minor(right) for right in rights):
        return []
    return rights[:1]


def _root(project: Project, one: Declaration) -> Path:
    return terraform_roots.root_of_values(project, one.place.path.parent)


def _allows(one: Declaration, cluster: Declaration) -> bool:
    version = ".".join(str(number) for number in _minor(cluster))
    return versions.allows(one.value.replace("-0", ""), version) is not False


def _is_near(client: Declaration, cluster: Declaration) -> bool:
    ours, theirs = _minor(client), _minor(cluster)
    return ours[0] == theirs[0] and abs(ours[1] - theirs[1]) <= 1


def _same(one: Declaration, other: Declaration) -> bool:
    ours, theirs = versions.parse(one.value), versions.parse(other.value)
    if ours is None or theirs is None:
        return True
    shortest = min(len(ours), len(theirs))
    return ours[:shortest] == theirs[:shortest]


def _wrong(one: Declaration, right: Declaration) -> Finding:
    program = one.fact.removeprefix("tool ")
    message = f"names {program} {one.value}, but {program} {right.value} is used elsewhere"
    is_newer = _number(one) > _number(right)
    fix = f"write {one.value} in all places" if is_newer else f"write {right.value}"
    return disagreement(one.place, message, right.place, fix=fix)


def _number(one: Declaration) -> tuple[int, ...]:
    return tuple(versions.parse(one.value) or ())


def _kubernetes_wrong(one: Declaration, right: Declaration) -> Finding:
    message = f"is for Kubernetes {one.value}, but the cluster has {right.value}"
    return disagreement(
        one.place, message, right.place, fix=f"write {right.value}, or change all places"
    )


def _minor(one: Declaration) -> tuple[int, ...]:
    return (*(versions.parse(one.value) or ()), 0, 0)[:2]


CHECKS = (
    Check(id="AG007", title="The Terraform version is allowed", run=terraform_is_allowed),
    Check(
        id="AG008",
        severity=Severity.WARNING,
        title="Tools have one version everywhere",
        run=programs_have_one_version,
    ),
    Check(id="AG009", title="Providers agree between roots", run=providers_overlap),
    Check(
        id="AG010",
        severity=Severity.WARNING,
        title="One Kubernetes version everywhere",
        run=kubernetes_is_the_same,
    ),
)

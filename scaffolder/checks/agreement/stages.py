"""Environments by name and order, and the stages, gates and ways back of every pipeline."""

from __future__ import annotations

import re
from itertools import chain, pairwise

from scaffolder.checks.agreement.findings import disagreement, distinct
from scaffolder.model import Check, Location, NotApplicable, Severity, Verdict
from scaffolder.repository import environments, files, pipelines, reading
from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.repository.environments import promoted
from scaffolder.repository.pipelines import Pipeline, Stage
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain


def environments_have_one_name(project: Project, _: Toolchain) -> Verdict:
    """Values, variables and state exist for the same environments, by the same names."""
    by_path = sorted(environments.families(project), key=lambda family: family.pattern)
    several = [family.files for family in by_path]
    if len(several) < 2:
        raise NotApplicable("no two folders hold a file for each environment")
    sets = [frozenset(names) for names in several]
    right = max(sets, key=lambda one: (sets.count(one), len(one)))
    findings = []
    known = next(family for family in by_path if frozenset(family.files) == right)
    # If no two agree, all differ: no value is the right one to compare with.
    judged = by_path if sets.count(right) > 1 or len(sets) == 2 else []
    for name in sorted(set(chain.from_iterable(family.files for family in judged)) - right):
        having = [family for family in judged if name in family.files]
        at, *others = [Location(path=family.files[name]) for family in having]
        message = f"is for {having[0].word(name)}, an environment that no other folder knows"
        related = [*others, *(Location(path=one) for one in known.files.values())]
        fix = f"one of {', '.join(sorted(known.word(one) for one in right))}"
        findings.append(disagreement(at, message, related, fix=fix))
    for name in sorted(right):
        lacking = [family for family in judged if name not in family.files]
        if lacking:
            at, *others = [Location(path=next(iter(one.files.values()))) for one in lacking]
            word = known.word(name)
            message = f"has no sister for {word}, which other folders know"
            related = [Location(path=known.files[name]), *others]
            findings.append(disagreement(at, message, related, fix=f"add the file for {word}"))
    return Verdict(
        findings=distinct(findings), detail=f"{', '.join(sorted(right))} in {len(several)} folders"
    )


def environments_have_one_order(project: Project, _: Toolchain) -> Verdict:
    """Each pipeline deploys to an environment after the one before it, in the same order."""
    found = [one for one in pipelines.stages(project) if len(_deployments(one)) > 1]
    if not found:
        raise NotApplicable("no pipeline that can be read as stages deploys to two environments")
    findings = []
    for one in found:
        deployed = _deployments(one)
        names = [name for name in promoted(project) if name in deployed]
        for earlier, later in pairwise(names):
            if earlier not in deployed[later].after:
                at, other = _place(project, one, later), _place(project, one, earlier)
                findings.append(
                    disagreement(
                        at,
                        f"deploys to {later} without waiting for {earlier}",
                        other,
                        fix=f"let {later} come after {earlier}",
                    )
                )
    return Verdict(findings=distinct(findings), detail=_systems(found))


def pipelines_have_the_same_stages(project: Project, _: Toolchain) -> Verdict:
    """Pipelines of several systems have the same stages, times and ordered targets."""
    found = pipelines.stages(project)
    if len(found) < 2:
        raise NotApplicable("fewer than two pipelines with readable stages")
    findings = []
    names = {stage.name for stage in chain.from_iterable(one.stages for one in found)}
    for name in sorted(one for one in names if not one.startswith("rollback")):
        stages = [(one, _stage(one, name)) for one in found]
        said = [(stage.targets, stage.when) if stage else None for _, stage in stages]
        right = max(said, key=lambda one: (said.count(one), one is not None))
        other = next(
            one
            for one, stage in stages
            if ((stage.targets, stage.when) if stage else None) == right
        )
        for one, stage in stages:
            mine = (stage.targets, stage.when) if stage else None
            if mine == right or (stage and _said_elsewhere(project, stage)):
                continue
            if stage is None:
                message, fix = (
                    f"{one.system} has no stage {name}, which {other.system} has",
                    f"add {name}",
                )
            elif right is None:
                message, fix = (
                    f"{one.system} has a stage {name}, which {other.system} does not",
                    "add it there",
                )
            else:
                theirs = f"{other.system} does {' '.join(right[0])} ({right[1]})"
                message = f"{one.system} does {_does(stage)} as {name}, but {theirs}"
                fix = f"make {' '.join(right[0])}"
            findings.append(
                disagreement(
                    _place(project, one, name), message, _place(project, other, name), fix=fix
                )
            )
    return Verdict(findings=distinct(findings), detail=_systems(found))


def production_has_a_gate(project: Project, _: Toolchain) -> Verdict:
    """Each pipeline asks for approval before production; no stage lacks another's guard."""
    found = [one for one in pipelines.stages(project) if _deployments(one)]
    before, last = promoted(project)[-2:][0], promoted(project)[-1]
    if not any(last in _deployments(one) for one in found):
        raise NotApplicable(f"no pipeline that can be read as stages deploys to {last}")
    findings = []
    for one in found:
        prod = _deployments(one).get(last)
        if prod and not prod.approval:
            guarded = next(
                (
                    other
                    for other in found
                    if (stage := _deployments(other).get(last)) and stage.approval
                ),
                None,
            )
            other = _place(project, guarded, last) if guarded else _place(project, one, before)
            findings.append(
                disagreement(
                    _place(project, one, last),
                    f"deploys to {last} without an approval",
                    other,
                    fix="ask for an approval",
                )
            )
    return Verdict(findings=distinct(findings), detail=_systems(found))


def images_are_built_once(project: Project, _: Toolchain) -> Verdict:
    """One stage builds the image, and every environment deploys the digest that it handed on."""
    found = [one for one in pipelines.stages(project) if _deployments(one)]
    if not found:
        raise NotApplicable("no pipeline that can be read as stages deploys")
    findings = []
    for one in found:
        giving = next((stage for stage in one.stages if stage.gives_digest), None)
        for name, stage in _deployments(one).items():
            at = _place(project, one, name)
            other = _place(project, one, giving.name if giving else "image")
            if "build" in stage.targets:
                message, fix = (
                    f"builds the image again for {name}",
                    "deploy the digest that was built and tested before",
                )
                findings.append(disagreement(at, message, other, fix=fix))
            elif giving and not stage.takes_digest:
                message = f"deploys to {name} without the digest that {giving.name} hands on"
                findings.append(disagreement(at, message, other, fix="pass the digest on"))
    return Verdict(findings=distinct(findings), detail=_systems(found))


def every_environment_has_a_way_back(project: Project, _: Toolchain) -> Verdict:
    """Each pipeline that deploys to an environment can also roll it back."""
    found = [one for one in pipelines.stages(project) if _deployments(one)]
    with_rollback = [
        one for one in found if any("rollback" in stage.targets for stage in one.stages)
    ]
    if not with_rollback and not (project.has("ci/rollback.sh") and found):
        raise NotApplicable("no pipeline that can be read as stages rolls back")
    findings = []
    for one in found:
        back = {stage.environment for stage in one.stages if "rollback" in stage.targets}
        for name in _deployments(one):
            if name not in back:
                other = next(
                    (
                        _place(project, other, f"rollback {name}")
                        for other in with_rollback
                        if other is not one
                    ),
                    Location(path=one.path),
                )
                message = f"{one.system} deploys to {name} and cannot roll it back"
                findings.append(
                    disagreement(
                        _place(project, one, name),
                        message,
                        other,
                        fix=f"add a stage that runs make rollback for {name}",
                    )
                )
    return Verdict(findings=distinct(findings), detail=_systems(found))


def _deployments(one: Pipeline) -> dict[str, Stage]:
    return {
        stage.environment: stage
        for stage in one.stages
        if stage.environment and "deploy" in stage.targets
    }


def _stage(one: Pipeline, name: str) -> Stage | None:
    return next((stage for stage in one.stages if stage.name == name), None)


def _place(project: Project, one: Pipeline, name: str) -> Location:
    """Return the line at which a stage begins in its file, as well as its name tells."""
    word = re.escape(name.removeprefix("rollback ").removeprefix("drift "))
    patterns = [re.compile(line.format(word)) for line in CI_SYSTEMS[one.system].STAGE_LINES]
    for number, line in enumerate(project.lines(one.path), 1):
        if any(pattern.match(line) for pattern in patterns):
            return Location(path=one.path, line=number, text=line.strip()[:160])
    return Location(path=one.path)


def _said_elsewhere(project: Project, stage: Stage) -> bool:
    """Whether AG045 (builds again) or AG047 (no such target) speaks of this difference."""
    makefiles = [reading.makefile_of(project, file) for file in files.makefiles(project)]
    unknown = [name for name in stage.targets if not any(one.has(name) for one in makefiles)]
    return bool(makefiles and unknown) or (bool(stage.environment) and "build" in stage.targets)


def _does(stage: Stage) -> str:
    return f"{' '.join(stage.targets) or 'nothing'} ({stage.when})"


def _systems(found: list[Pipeline] | tuple[Pipeline, ...]) -> str:
    return ", ".join(one.system for one in found)


CHECKS = (
    Check(
        id="AG041",
        severity=Severity.WARNING,
        title="Environments have one name",
        run=environments_have_one_name,
    ),
    Check(
        id="AG042",
        severity=Severity.WARNING,
        title="Environments have one order",
        run=environments_have_one_order,
    ),
    Check(
        id="AG043",
        severity=Severity.WARNING,
        title="Pipelines have the same stages",
        run=pipelines_have_the_same_stages,
    ),
    Check(
        id="AG044",
        severity=Severity.WARNING,
        title="Production has a gate",
        run=production_has_a_gate,
    ),
    Check(
        id="AG045",
        severity=Severity.WARNING,
        title="Images are built once",
        run=images_are_built_once,
    ),
    Check(
        id="AG046",
        severity=Severity.WARNING,
        title="Every environment has a rollback",
        run=every_environment_has_a_way_back,
    ),
)

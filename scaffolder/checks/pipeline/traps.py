"""Mistakes that a CI system accepts, and that fail or do harm when the pipeline runs."""

from __future__ import annotations

from pathlib import Path

from scaffolder.model import Check, Finding, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import files
from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.repository.ci.system import CiSystem
from scaffolder.repository.ci.trap import AFTER_FAILURE, CUT_OFF, NOT_THERE, OUT_OF_ORDER, Trap
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain


def deployments_follow_success(project: Project, _: Toolchain) -> Verdict:
    """Jobs that deploy or publish run only if the jobs that they need have succeeded."""
    return _found(project, AFTER_FAILURE)


def jobs_have_what_they_need(project: Project, _: Toolchain) -> Verdict:
    """The files, jobs and artifact names that a job needs are there when it runs."""
    return _found(project, NOT_THERE)


def deployments_are_not_cut_off(project: Project, _: Toolchain) -> Verdict:
    """No run cancels a deployment that is in progress."""
    return _found(project, CUT_OFF)


def deployments_are_in_order(project: Project, _: Toolchain) -> Verdict:
    """No run deploys an older version to prod after a newer one."""
    return _found(project, OUT_OF_ORDER)


def _found(project: Project, kind: str) -> Verdict:
    findings: list[Finding] = []
    looked = 0
    for name, system in CI_SYSTEMS.items():
        for file in files.pipelines_of(project, name):
            looked += 1
            findings += [
                Finding(path=file, line=trap.line, message=trap.problem, fix=trap.fix)
                for trap in _traps(project, system, file)
                if trap.kind == kind
            ]
    if not looked:
        raise NotApplicable("no pipeline")
    return Verdict(findings=tuple(findings), detail=counted(looked, "file"))


def _traps(project: Project, system: CiSystem, file: Path) -> tuple[Trap, ...]:
    return project.once(("traps", file), lambda: tuple(system.traps(project, file)))


CHECKS = (
    Check(
        id="CI009",
        title="Deployments follow success",
        run=deployments_follow_success,
    ),
    Check(
        id="CI010",
        title="Jobs have their inputs",
        run=jobs_have_what_they_need,
    ),
    Check(
        id="CI011",
        title="Deployments are not cut off",
        run=deployments_are_not_cut_off,
    ),
    Check(
        id="CI012",
        severity=Severity.WARNING,
        title="Deployments are in order",
        run=deployments_are_in_order,
    ),
)

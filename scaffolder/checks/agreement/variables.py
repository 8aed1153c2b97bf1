"""Compare the environment variables that a service reads with those that are set."""

from __future__ import annotations

from scaffolder.checks.agreement.findings import disagreement
from scaffolder.model import Check, NotApplicable, Verdict, counted
from scaffolder.repository.facts import environment_variables
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain


def needed_variables_are_set(project: Project, _: Toolchain) -> Verdict:
    """A variable that the source needs is set by a chart, a file or a pipeline."""
    needed = environment_variables.needed(project)
    if not needed:
        raise NotApplicable("no source needs a variable of the environment")
    findings, looked = [], 0
    for variable in needed:
        other = environment_variables.setting(project, variable.service)
        if other is None:
            continue
        looked += 1
        if not environment_variables.is_set(project, variable.name):
            message = (
                f"needs {variable.name}, which nothing sets: no chart, Compose file, pipeline or "
                ".env.example names it"
            )
            fix = f"set {variable.name} where the others are set, or give it a default"
            findings.append(disagreement(variable.place, message, other, fix=fix))
    if not looked:
        raise NotApplicable("nothing here sets variables of the service one by one")
    return Verdict(findings=tuple(findings), detail=counted(looked, "variable"))


CHECKS = (Check(id="AG061", title="Needed variables are set", run=needed_variables_are_set),)

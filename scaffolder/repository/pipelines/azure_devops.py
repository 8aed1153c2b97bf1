"""Azure Pipelines: the jobs of azure-pipelines.yml and of the templates it calls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from scaffolder.repository.environments import ENVIRONMENTS
from scaffolder.repository.pipelines.job import BY_HAND, MAIN, PULL_REQUEST, Job, by_schedule, targets_in
from scaffolder.repository.project import Project
from scaffolder.repository.reading import table_of


def jobs(project: Project, path: Path) -> Iterator[Job]:
    document = table_of(project, path)
    schedules = {one["displayName"]: by_schedule(one["cron"]) for one in document.get("schedules", ())}
    stages = list(_parts(project, path, document, "stages"))
    jobs_of = {stage["stage"]: list(stage["jobs"]) for stage in stages}
    for stage in stages:
        condition = str(stage.get("condition", ""))
        earlier = [one for one in stage.get("dependsOn", ()) if one in jobs_of]
        for job in jobs_of[stage["stage"]]:
            yield replace(
                _job(project, path, stage, job, earlier, jobs_of),
                when=_when(f"{condition} {job.get('condition', '')}", schedules),
            )


def _job(
    project: Project,
    path: Path,
    stage: dict[str, Any],
    job: dict[str, Any],
    earlier: list[str],
    jobs_of: Mapping[str, list[dict[str, Any]]],
) -> Job:
    steps = job.get("steps") or job["strategy"]["runOnce"]["deploy"]["steps"]
    shells = [str(step.get("bash") or step.get("inputs", {}).get("inlineScript", "")) for step in steps]
    variables = job.get("variables", {})
    return Job(
        id=_id(stage, job),
        targets=tuple(target for shell in shells for target in targets_in(shell)),
        after=tuple(_id({"stage": one}, other) for one in earlier for other in jobs_of[one]),
        environment=str(job.get("environment") or variables.get("ENVIRONMENT", "")),
        approval=any(str(step.get("task", "")).startswith("ManualValidation@") for step in steps),
        gives_digest=any("isOutput=true" in shell and "variable=digest" in shell for shell in shells),
        takes_digest="stageDependencies.image" in str(variables.get("DIGEST", "")),
    )


def _id(stage: dict[str, Any], job: dict[str, Any]) -> str:
    return f"{stage['stage']}.{job.get('job') or job.get('deployment')}"


def _when(condition: str, schedules: Mapping[str, str]) -> str:
    if "'PullRequest'" in condition:
        return PULL_REQUEST
    schedule = re.search(r"eq\(variables\['Build\.CronSchedule\.DisplayName'\], '([\w-]+)'\)", condition)
    if schedule:
        return schedules.get(schedule[1], "")
    if re.search(rf"eq\('[^']*', '(?:{'|'.join(ENVIRONMENTS)})'\)", condition):
        return BY_HAND
    return MAIN if "'refs/heads/main'" in condition else ""


def _parts(project: Project, path: Path, document: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    """The stages of a document, with templates in the place of their calls."""
    for part in document[kind]:
        if "template" in part:
            template = path.parent / part["template"]
            filled = _filled(table_of(project, template), part.get("parameters", {}))
            yield from _parts(project, template, filled, kind)
        else:
            yield part


def _filled(value: Any, parameters: Mapping[str, Any]) -> Any:
    """`value` with `${{ parameters.x }}` replaced by what the call gives; an expression by itself may be a list."""
    if isinstance(value, dict):
        return {key: _filled(one, parameters) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, parameters) for one in value]
    if not isinstance(value, str):
        return value
    alone = re.fullmatch(r"\$\{\{ parameters\.(\w+) \}\}", value)
    if alone and alone[1] in parameters:
        return parameters[alone[1]]
    return re.sub(r"\$\{\{ parameters\.(\w+) \}\}", lambda found: str(parameters.get(found[1], found[0])), value)

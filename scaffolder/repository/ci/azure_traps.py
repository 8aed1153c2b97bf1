"""Traps that fail only when Azure Pipelines runs a pipeline: conditions and checkouts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.formats.regex import regex
from scaffolder.formats.yaml import tables
from scaffolder.repository.ci.azure_templates import called, flat, inside
from scaffolder.repository.ci.trap import (
    AFTER_FAILURE,
    NOT_THERE,
    Trap,
    commands,
    deploys,
    named_files,
    publishes,
)
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, listed, table

_STATUS = regex(
    r"\b(?:succeeded|succeededOrFailed|failed|always|canceled)\s*\(|dependencies\b.*\bresult",
    re.IGNORECASE,
)
"""Conditions that ask for the outcome of earlier work.

https://learn.microsoft.com/azure/devops/pipelines/process/conditions
"""
_DEPLOYING_TASKS = regex(
    r"(?:HelmDeploy|KubernetesManifest|Kubernetes|AzureWebApp|AzureRmWebAppDeployment"
    r"|AzureFunctionApp|AzureContainerApps|AzureResourceManagerTemplateDeployment)@"
)
_PATH_INPUTS = ("filePath", "scriptPath", "chartPath", "manifests", "configurationPath")
_SHELL = ("bash", "script", "pwsh", "powershell", "inlineScript")
_ELSEWHERE = regex(r"Pipeline\.Workspace|System\.ArtifactsDirectory|Agent\.\w")
_HOOKS = ("preDeploy", "deploy", "routeTraffic", "postRouteTraffic", "success", "failure")
_DEEPEST = 10
"""Templates of steps within templates of steps."""

_BRINGS = regex(r"(?:Download\w*Artifacts?|ExtractFiles|CopyFiles|DownloadSecureFile)@")
"""Tasks that may put the same files where the repository would be."""

_HANDED = regex(
    r"\bhelm\s+(?:-\S+\s+)*(?:upgrade|install|template)\b[^;&"
    r"|]*?\s(?:\./)?(?P<chart>[\w-]+(?:/[\w.-]+)+)"
    r"|\b(?:kubectl\b[^;&|]*|ansible-playbook\s)\s*(?:-[fk]\s+)(?:\./)?(?P<files>[\w-]+[\w./-]*)"
)
"""Inputs that a command of a deployment reads: the folder of a chart, manifests."""


def traps(project: Project, file: Path) -> Iterator[Trap]:
    """Yield conditions that leave out a failure, and deployment jobs without their files."""
    for holder in tables(table(project, file)):
        yield from _conditions(project, file, flat(holder.get("stages")), "stage")
        jobs = [job for job in flat(holder.get("jobs")) if isinstance(job, dict)]
        yield from _conditions(project, file, jobs, "job")
        for job in jobs:
            if "deployment" in job:
                yield from _without_checkout(project, file, job)


def _conditions(project: Project, file: Path, parts: list[Any], kind: str) -> Iterator[Trap]:
    for number, part in enumerate(parts):
        if not isinstance(part, dict):
            continue
        path = called(project, file, part) if kind == "stage" and number else None
        if path is not None:
            yield from _first_of_template(project, path, part)
            continue
        condition = part.get("condition")
        if not isinstance(condition, str) or not _leaves_failures_out(condition):
            continue
        if _comes_after(part, number, kind) and _changes_something(project, file, part):
            yield Trap(
                kind=AFTER_FAILURE,
                line=line_of(part, "condition"),
                problem=f"this condition takes the place of succeeded(): the {kind} runs though "
                "what it depends on has failed",
                fix=f"condition: and(succeeded(), {condition})",
            )


def _first_of_template(project: Project, path: Path, call: dict[Any, Any]) -> Iterator[Trap]:
    """Yield that the first stage of a template, which comes after another one, leaves failures out.

    In the template alone nothing is before it.
    """
    stage = next(iter(flat(table(project, path).get("stages"))), None)
    condition = stage.get("condition") if isinstance(stage, dict) else None
    if not isinstance(stage, dict) or not isinstance(condition, str) or "dependsOn" in stage:
        return
    if _leaves_failures_out(condition) and _changes_something(project, path, stage):
        yield Trap(
            kind=AFTER_FAILURE,
            line=line_of(call, "template"),
            problem=f"the condition of {path.as_posix()} takes the place of succeeded(): its first "
            "stage runs though the one before it has failed",
            fix=f"condition: and(succeeded(), {condition}) in {path.as_posix()}",
        )


def _leaves_failures_out(condition: str) -> bool:
    """Return whether the condition may be true and does not ask how the work before has ended."""
    never = condition.strip().lower() in {"false", "eq(true, false)"}
    return not never and not _STATUS.search(condition) and not condition.strip().startswith("${{")


def _comes_after(part: dict[Any, Any], number: int, kind: str) -> bool:
    """Return whether it depends on another; a stage without a setting depends on the one before."""
    if "dependsOn" in part:
        return bool(part["dependsOn"])
    return kind == "stage" and number > 0


def _changes_something(project: Project, file: Path, part: dict[Any, Any]) -> bool:
    for step in inside(project, file, part):
        if "deployment" in step or _DEPLOYING_TASKS.match(str(step.get("task", ""))):
            return True
        shell = "\n".join(str(step[key]) for key in _SHELL if isinstance(step.get(key), str))
        if deploys(shell) or publishes(shell):
            return True
        if str(step.get("task", "")).startswith("Docker@") and "push" in _command(step).lower():
            return True
    return False


def _command(step: dict[Any, Any]) -> str:
    inputs = step.get("inputs")
    # Without a command, Docker@2 builds and pushes.
    return str(inputs.get("command", "buildAndPush")) if isinstance(inputs, dict) else ""


def _without_checkout(project: Project, file: Path, job: dict[Any, Any]) -> Iterator[Trap]:
    """Yield the first use of a file in each hook that checks nothing out.

    A deployment job checks out nothing by itself:
    https://learn.microsoft.com/azure/devops/pipelines/process/deployment-jobs
    """
    for hook in tables(job.get("strategy")):
        for name in _HOOKS:
            if isinstance(hook.get(name), dict):
                yield from _used_before_checkout(project, file, flat(hook[name].get("steps")))


def _used_before_checkout(project: Project, file: Path, steps: list[Any]) -> Iterator[Trap]:
    for step in steps:
        if not isinstance(step, dict):
            continue
        if "template" in step:
            inner = _steps_of(project, file, step)
            if inner is None or any(_checks_out(one) for one in inner):
                return  # it checks out, or is not in this repository
            used = next(chain.from_iterable(_uses(project, one) for one in inner), "")
        elif _checks_out(step) or _BRINGS.match(str(step.get("task", ""))):
            return
        else:
            used = next(_uses(project, step), "")
        if used:
            yield Trap(
                kind=NOT_THERE,
                line=step.line if hasattr(step, "line") else 0,
                problem=f"a deployment job checks nothing out: {used} is not there",
                fix="- checkout: self, as the first step",
            )
            return


def _checks_out(step: dict[Any, Any]) -> bool:
    shell = "".join(str(step.get(key, "")) for key in _SHELL)
    return step.get("checkout") not in (None, "none") or "git clone" in shell


def _steps_of(
    project: Project, file: Path, call: dict[Any, Any], depth: int = 0
) -> list[dict[Any, Any]] | None:
    """Return the steps of a template and of the templates in it; None if one is unknown."""
    path = called(project, file, call) if depth <= _DEEPEST else None
    if path is None:
        return None
    steps: list[dict[Any, Any]] = []
    for step in listed(table(project, path).get("steps")):
        if not isinstance(step, dict) or any(str(key).startswith("${{") for key in step):
            return None
        inner = _steps_of(project, path, step, depth + 1) if "template" in step else [step]
        if inner is None:
            return None
        steps += inner
    return steps


def _uses(project: Project, step: dict[Any, Any]) -> Iterator[str]:
    """Yield the files of the repository that a step runs or hands to its task."""
    inputs = step.get("inputs")
    holders = [step, inputs] if isinstance(inputs, dict) else [step]
    folder = str(
        next((one["workingDirectory"] for one in holders if "workingDirectory" in one), "")
    )
    if "$" not in folder and folder and _holds(project, project.relative(folder)):
        yield folder
    if _ELSEWHERE.search(folder) or any(str(key).startswith("${{") for key in step):
        return
    for holder in holders:
        for key in _SHELL:
            if isinstance(holder.get(key), str):
                yield from named_files(project, holder[key])
                yield from _handed(project, holder[key])
        for key in _PATH_INPUTS:
            given = str(holder.get(key, ""))
            path = re.sub(
                r"^\$\((?:Build\.SourcesDirectory|System\.DefaultWorkingDirectory)\)/", "", given
            )
            if given and "$" not in path and _holds(project, project.relative(path)):
                yield path


def _handed(project: Project, shell: str) -> Iterator[str]:
    """Yield the charts and manifests of the repository that commands of a text read."""
    lines = commands(shell)
    if any(re.search(r"\b(?:cd|pushd|git clone|tar|unzip)\s", line) for line in lines):
        return
    for line in lines:
        for found in _HANDED.finditer(line):
            name = found["chart"] or found["files"]
            if _holds(project, project.relative(name)):
                yield name


def _holds(project: Project, path: Path) -> bool:
    return project.has(path) or path in project.folders

"""Azure Pipelines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffolder.formats.regex import regex
from scaffolder.formats.yaml import tables
from scaffolder.repository.ci.job import BY_HAND, MAIN, PULL_REQUEST, Job, by_schedule, targets_in
from scaffolder.repository.ci.system import (
    CI,
    YAML,
    CheckJob,
    Exceptions,
    Image,
    NamedFile,
    Program,
    Script,
    SetUp,
    WrittenPipeline,
    folder_of,
    images_under,
    inputs_of,
    nothing_in,
    program_of,
    table_in,
    tables_in,
)
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, listed, table, table_of
from scaffolder.repository.runtimes.runtime import Runtime, value_at

if TYPE_CHECKING:
    from scaffolder.repository.ci.trap import Trap

TITLE = "Azure Pipelines"
HOST = r"dev\.azure\.com|visualstudio\.com"

_USUAL = (
    "azure-pipeline*",
    ".azure-pipeline*",
    ".vsts-ci",
    ".azure-pipelines/*",
    ".azuredevops/*",
    ".azure/*",
    "ci/azure-devops/*",
)
PIPELINES = tuple(f"{name}.{end}" for name, end in product(_USUAL, YAML))
PARTS: tuple[str, ...] = ()
FIRST = ("azure-pipelines.yml", "azure-pipelines.yaml")
OTHER_NAMES = {"azure-pipelines.yml": ("azure-pipelines.yaml", ".azure-pipelines.yml")}
CHECK_JOB = CheckJob(
    file=".azure-pipelines/{job}.yml",
    wiring="create a pipeline in Azure DevOps from {file}",
)
TEXTS: tuple[str, ...] = ()
CANDIDATES = tuple(f"*.{end}" for end in YAML)

_OTHER_FILES = frozenset(("dependabot", "policies", "config"))
"""Files of `.azuredevops/` and `.azure/` that hold settings, and no pipelines."""


def is_pipeline(file: Path) -> bool:
    """Return False for settings that are in the folders of pipelines."""
    return file.stem not in _OTHER_FILES


_ROOT = regex(r"^(?:stages|jobs|steps|extends)\s*:", re.MULTILINE)
_OTHER_ROOTS = frozenset(("apiVersion", "kind", "on", True, "runs", "version", "workflow", "image"))
"""Keys at the root of a workflow, an action, a manifest or another system's pipeline."""

_ROOTS = frozenset(("trigger", "pr", "pool", "resources", "schedules", "parameters", "extends"))
_PARTS = frozenset(("stage", "job", "deployment", "template", "task", "checkout", "publish"))
_SHELLS = frozenset(("script", "bash", "pwsh", "powershell"))
INSERTED = regex(r"\$\{\{ *(?:if|else|elseif|each|insert)\b")
"""A key whose value is put in the place of the key."""


def holds_pipeline(project: Project, file: Path) -> bool:
    """Return whether a file is a pipeline or a template of one: Azure DevOps takes any name.

    https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/
    """
    if not _ROOT.search(project.text(file)):
        return False
    document = table(project, file)
    if _OTHER_ROOTS & document.keys():
        return False
    roots = _ROOTS & document.keys()
    if "template" in table_in(document.get("extends")):
        return len(roots) > 1
    parts = list(
        chain.from_iterable(tables_in(document.get(key)) for key in ("stages", "jobs", "steps"))
    )
    if any(_PARTS & one.keys() or _is_inserted(one) for one in parts):
        return True
    return bool(roots) and any(_SHELLS & one.keys() for one in parts)


def _is_inserted(part: dict[Any, Any]) -> bool:
    return any(isinstance(key, str) and INSERTED.match(key) for key in part)


# ---- what steps run, build and name --------------------------------------------------------------


def scripts(project: Project, file: Path) -> Iterator[Script]:
    """Yield what steps and tasks run, at any depth."""
    return _scripts(table(project, file))


def _scripts(value: Any, depth: int = 0) -> Iterator[Script]:
    if depth > 40:
        return
    if isinstance(value, dict):
        for key in ("bash", "script", "inlineScript", "pwsh"):
            if isinstance(value.get(key), str):
                folder = folder_of(value.get("workingDirectory"))
                yield Script(line=line_of(value, key), text=value[key], folder=folder)
    for one in value.values() if isinstance(value, dict) else listed(value):
        yield from _scripts(one, depth + 1)


def images(project: Project, file: Path) -> Iterator[Image]:
    """Yield the containers of jobs, and those among the resources."""
    document = table(project, file)
    for job in tables(document):
        # A plain word is the name of a container among the resources.
        yield from (one for one in images_under(job, "container") if re.search(r"[/:]", one.name))
    for container in listed(value_at(document, "resources", "containers")):
        yield from images_under(container, "image")


built_images = nothing_in


def named_files(project: Project, file: Path) -> Iterator[NamedFile]:
    """Yield the templates of the repository itself, and what its images are built from."""
    brings = _BRINGS.search(project.text(file)) is not None
    for holder in tables(table(project, file)):
        if str(holder.get("task", "")).startswith("Docker@"):
            given = table_in(holder.get("inputs"))
            for key in ("Dockerfile", "dockerfile", "buildContext"):
                path = _of_repository(project, given.get(key))
                if path is not None:
                    yield NamedFile(path=path, line=line_of(given, key), may_be_made=brings)
        name = holder.get("template")
        if isinstance(name, str) and "@" not in name and "$" not in name:
            base = Path() if name.startswith("/") else file.parent
            path = project.relative((base / name.lstrip("/")).as_posix())
            yield NamedFile(path=path, line=line_of(holder, "template"))


_BRINGS = regex(
    r"\bcheckout:\s*(?!self)|DownloadPipelineArtifact|DownloadBuildArtifacts|ExtractFiles|CopyFiles"
    r"|\bdownload:|\bgit clone\b|\bcp\b|\bmkdir\b|\btar\b"
    r"|command:\s*['\"]?publish|\bdotnet publish\b"
)
"""Tasks and commands by which a pipeline gets files that the repository does not have."""


_SOURCES = regex(r"^\$\((?:Build\.SourcesDirectory|System\.DefaultWorkingDirectory)\)/")


def _of_repository(project: Project, name: Any) -> Path | None:
    """Return the path of an input from the root, None if patterns or variables name it."""
    if not isinstance(name, str):
        return None
    inside = _SOURCES.sub("", name)
    plain = re.fullmatch(r"(?:\./)?[\w.][\w./-]*", inside)
    return project.relative(inside) if plain else None


# ---- versions ------------------------------------------------------------------------------------

ROLE = CI
RUNNERS: re.Pattern[str] | None = regex(
    r"(?m)^\s*(?:-\s+)?(?:vmImage|os):\s*[\"']?([a-z]+-[\d.]+)\b",
)
ACTIONS: re.Pattern[str] | None = None

_EXPRESSION = regex(r"\$\{\{\s*variables\.([\w.-]+)\s*\}\}|\$\(([\w.]+)\)")
_PROGRAMS = {
    "HelmInstaller": ("helm", "helmVersionToInstall"),
    "KubectlInstaller": ("kubectl", "kubectlVersion"),
    "TerraformInstaller": ("terraform", "terraformVersion"),
}
_SETTINGS = {"terraform_version": "terraform", "terraformVersion": "terraform"}
"""The inputs of other tasks for the version of the program that they bring."""


def set_up_by(runtime: Runtime) -> Mapping[str, tuple[str, ...]]:
    """Return the inputs of a runtime's version, by tasks."""
    return runtime.AZURE_TASKS


def set_ups(project: Project, file: Path) -> Iterator[Image | SetUp]:
    """Yield the images of jobs and resources, and each task."""
    document = table_of(project, file)
    known = _variables(document)
    for step in tables(document):
        for key in ("container", "image"):
            if isinstance(step.get(key), str) and "task" not in step:
                yield Image(name=step[key], line=line_of(step, key))
        if task := str(step.get("task", "")).partition("@")[0]:
            given = inputs_of(table_in(step.get("inputs")), _EXPRESSION, known)
            yield SetUp(step=task, inputs=given)


def _variables(document: dict[Any, Any]) -> dict[str, Any]:
    variables = document.get("variables")
    if isinstance(variables, dict):
        return {str(key): value for key, value in variables.items()}
    return {str(one.get("name")): one.get("value") for one in tables_in(variables)}


def programs(project: Project, file: Path) -> Iterator[Program]:
    """Yield the programs that tasks install."""
    for step in tables(table_of(project, file)):
        name = str(step.get("task", "")).partition("@")[0].rpartition("/")[2]
        yield from program_of(name, step.get("inputs"), _PROGRAMS, _SETTINGS)


# ---- as stages -----------------------------------------------------------------------------------

OWN_TARGETS: frozenset[str] = frozenset()
STAGE_LINES = (r"^ {{0,2}}(?:build-)?{}:", r"^\s*-? ?(?:stage|job|environment): {}\s*$")
STAGE_WORDS = ("environment: {}", "{}")
OWN_CHECKS = frozenset({"CI007"})
EXCEPTIONS: tuple[Exceptions, ...] = ()


def jobs(pipeline: WrittenPipeline) -> Iterator[Job]:
    """Yield the jobs of azure-pipelines.yml and of the templates that it calls."""
    project, path = pipeline.project, pipeline.path
    document = table_of(project, path)
    schedules = {
        one["displayName"]: by_schedule(one["cron"]) for one in document.get("schedules", ())
    }
    stages = list(_parts(project, path, document, "stages"))
    jobs_of = {stage["stage"]: list(stage["jobs"]) for stage in stages}
    for stage in stages:
        condition = str(stage.get("condition", ""))
        earlier = [one for one in stage.get("dependsOn", ()) if one in jobs_of]
        for job in jobs_of[stage["stage"]]:
            yield replace(
                _job(stage, job, earlier, jobs_of),
                when=_when(
                    f"{condition} {job.get('condition', '')}", schedules, pipeline.environments
                ),
            )


def _job(
    stage: dict[str, Any],
    job: dict[str, Any],
    earlier: list[str],
    jobs_of: Mapping[str, list[dict[str, Any]]],
) -> Job:
    steps = job.get("steps") or job["strategy"]["runOnce"]["deploy"]["steps"]
    shells = [
        str(step.get("bash") or step.get("inputs", {}).get("inlineScript", ""))
        for step in steps
        if not _is_for_another(str(step.get("condition", "")))
    ]
    variables = job.get("variables", {})
    after: list[str] = []
    for name in earlier:
        after += [_id({"stage": name}, other) for other in jobs_of[name]]
    return Job(
        id=_id(stage, job),
        targets=tuple(chain.from_iterable(map(targets_in, shells))),
        after=tuple(after),
        environment=str(job.get("environment") or variables.get("ENVIRONMENT", "")),
        approval=any(str(step.get("task", "")).startswith("ManualValidation@") for step in steps),
        gives_digest=any(
            "isOutput=true" in shell and "variable=digest" in shell for shell in shells
        ),
        takes_digest="stageDependencies.image" in str(variables.get("DIGEST", "")),
    )


def _is_for_another(condition: str) -> bool:
    """Return whether a condition with its parameters filled in needs two different words equal."""
    if re.search(r"\b(?:or|not)\(", condition):
        return False
    compared = re.findall(r"eq\('([^']*)', '([^']*)'\)", condition)
    return any(word != other for word, other in compared)


def _id(stage: dict[str, Any], job: dict[str, Any]) -> str:
    return f"{stage['stage']}.{job.get('job') or job.get('deployment')}"


def _when(condition: str, schedules: Mapping[str, str], environments: tuple[str, ...]) -> str:
    if "'PullRequest'" in condition:
        return PULL_REQUEST
    schedule = re.search(
        r"eq\(variables\['Build\.CronSchedule\.DisplayName'\], '([\w-]+)'\)", condition
    )
    if schedule:
        return schedules.get(schedule[1], "")
    if re.search(rf"eq\('[^']*', '(?:{'|'.join(environments)})'\)", condition):
        return BY_HAND
    return MAIN if "'refs/heads/main'" in condition else ""


def _parts(
    project: Project, path: Path, document: dict[str, Any], kind: str
) -> Iterator[dict[str, Any]]:
    """The stages of a document, with templates in the place of their calls."""
    for part in document[kind]:
        if "template" in part:
            template = path.parent / part["template"]
            filled = _filled(table_of(project, template), part.get("parameters", {}))
            yield from _parts(project, template, filled, kind)
        else:
            yield part


def _filled(value: Any, parameters: Mapping[str, Any]) -> Any:
    """Return `value` with `${{ parameters.x }}` replaced; a lone expression may become a list."""
    if isinstance(value, dict):
        return {key: _filled(one, parameters) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, parameters) for one in value]
    if not isinstance(value, str):
        return value
    alone = re.fullmatch(r"\$\{\{ parameters\.(\w+) \}\}", value)
    if alone and alone[1] in parameters:
        return parameters[alone[1]]
    return re.sub(
        r"\$\{\{ parameters\.(\w+) \}\}",
        lambda found: str(parameters.get(found[1], found[0])),
        value,
    )


def traps(project: Project, file: Path) -> Iterator[Trap]:
    """Yield what Azure Pipelines accepts in a pipeline and what fails when it runs."""
    from scaffolder.repository.ci import azure_traps  # for one check of a run

    yield from azure_traps.traps(project, file)

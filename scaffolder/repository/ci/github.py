"""GitHub Actions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffolder.formats.regex import regex
from scaffolder.formats.yaml import Items, tables
from scaffolder.repository.ci.job import BY_HAND, MAIN, PULL_REQUEST, Job, by_schedule, targets_in
from scaffolder.repository.ci.system import (
    CI,
    YAML,
    BuiltImage,
    CheckJob,
    Exceptions,
    Image,
    NamedFile,
    Program,
    Script,
    SetUp,
    Silenced,
    WrittenPipeline,
    folder_of,
    images_under,
    inputs_of,
    no_other,
    program_of,
    table_in,
    tables_in,
)
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, listed, table, table_of, yaml_of
from scaffolder.repository.runtimes.runtime import Runtime, value_at

if TYPE_CHECKING:
    from scaffolder.repository.ci.trap import Trap

TITLE = "GitHub Actions"
HOST = r"github\."

PIPELINES = tuple(f".github/workflows/*.{end}" for end in YAML)
PARTS = tuple(f"action.{end}" for end in YAML)
FIRST = tuple(f".github/workflows/ci.{end}" for end in YAML)
OTHER_NAMES: Mapping[str, tuple[str, ...]] = {}
CHECK_JOB = CheckJob(file=".github/workflows/{job}.yml")
TEXTS: tuple[str, ...] = ()
CANDIDATES: tuple[str, ...] = ()
holds_pipeline = no_other


def is_pipeline(file: Path) -> bool:
    """Return whether GitHub starts the file.

    A file in a folder below `.github/workflows` is called at most.
    """
    return file.parent.name == "workflows" and not file.name.startswith("action.")


# ---- what workflows run, build and name ----------------------------------------------------------


def scripts(project: Project, file: Path) -> Iterator[Script]:
    """Yield `run` of each step, in the folder that step, job or workflow set.

    A workflow that only others call checks out their repository, so its folder is unknown unless
    one here calls it.
    """
    workflow = table(project, file)
    jobs = workflow.get("jobs")
    outer = _working(workflow)
    elsewhere = _is_for_other_repositories(project, file, workflow)
    for job in jobs.values() if isinstance(jobs, dict) else (workflow.get("runs"),):
        for step in tables_in(table_in(job).get("steps")):
            if isinstance(step.get("run"), str):
                folder = step.get("working-directory") or _working(job) or outer
                yield Script(
                    line=line_of(step, "run"),
                    text=step["run"],
                    folder=None if elsewhere else folder_of(folder),
                )


def _is_for_other_repositories(project: Project, file: Path, workflow: dict[Any, Any]) -> bool:
    """Return whether a workflow starts by `workflow_call` alone and nothing here calls it."""
    events = workflow.get("on", workflow.get(True))  # YAML reads the key `on` as true
    several = list(events) if isinstance(events, dict | list) else []
    names = [events] if isinstance(events, str) else several
    if names != ["workflow_call"]:
        return False
    called = re.compile(rf"uses:.*\.github/workflows/{re.escape(file.name)}(?![\w.-])")
    return not any(
        called.search(project.text(other)) for other in project.inside(file.parent) if other != file
    )


def _working(value: Any) -> Any:
    return value_at(value, "defaults", "run", "working-directory")


def images(project: Project, file: Path) -> Iterator[Image]:
    """Yield the containers and services of jobs, and actions that are an image."""
    for job in table_in(table(project, file).get("jobs")).values():
        if isinstance(job, dict):
            for holder in (job, *table_in(job.get("services")).values()):
                yield from images_under(holder, "container", "image")
            for step in tables_in(job.get("steps")):
                if str(step.get("uses", "")).startswith("docker://"):
                    name = step["uses"].removeprefix("docker://")
                    yield Image(name=name, line=line_of(step, "uses"))


_BUILDING = {"docker/build-push-action": "tags", "docker/metadata-action": "images"}
"""The inputs with names of images, by actions."""


def built_images(project: Project, file: Path) -> Iterator[BuiltImage]:
    """Yield the names that Docker's actions are given."""
    workflow = table(project, file)
    for job in table_in(workflow.get("jobs")).values():
        known = {**table_in(workflow.get("env")), **table_in(value_at(job, "env"))}
        axes = _axes(table_in(value_at(job, "strategy", "matrix")))
        for step in listed(value_at(job, "steps")):
            action = str(value_at(step, "uses") or "").partition("@")[0]
            names = value_at(step, "with", _BUILDING.get(action, ""))
            if action in _BUILDING and isinstance(names, str):
                spelt = re.sub(r"\$\{\{\s*([\w.-]+)\s*\}\}", r"${{\1}}", names)
                for name in _of_each_leg(re.split(r"[\s,]+", spelt), axes):
                    yield BuiltImage(
                        name=re.sub(r"\$\{\{\s*env\.(\w+)\s*\}\}", r"${\1}", name),
                        line=line_of(step["with"], _BUILDING[action]),
                        variables={str(key): str(value) for key, value in known.items()},
                    )


_OF_MATRIX = regex(r"\$\{\{matrix\.([\w-]+)(?:\.([\w-]+))?\}\}")


def _of_each_leg(names: Iterable[str], axes: Mapping[str, list[Any]]) -> Iterator[str]:
    """Yield the names, those with a value of a matrix once for each of its legs."""
    for name in names:
        used = _OF_MATRIX.search(name)
        if used is None or used[1] not in axes:
            yield name
            continue
        for value in axes[used[1]]:
            filled = table_in(value).get(used[2]) if used[2] else value
            if isinstance(filled, str | int | float) and "${{" not in str(filled):
                yield from _of_each_leg([name.replace(used[0], str(filled))], axes)


def named_files(project: Project, file: Path) -> Iterator[NamedFile]:
    """Yield the actions and workflows of the repository itself, and the files that actions read."""
    workflow = table(project, file)
    brings = _BRINGS.search(project.text(file)) is not None
    brings = brings or _is_for_other_repositories(project, file, workflow)
    for one in tables(workflow):
        uses = one.get("uses")
        if not isinstance(uses, str):
            continue
        if uses.startswith("./"):
            yield NamedFile(path=project.relative(uses), line=line_of(one, "uses"))
        elif inputs := _READS_FILES.get(uses.partition("@")[0]):
            given = table_in(one.get("with"))
            yield from _read_by(project, given, inputs, may_be_made=brings)


_BRINGS = regex(
    r"download-artifact|\brepository:|\bgit clone\b|\bcp\b|\bmkdir\b|\btar\b|cache@"
    r"|checkout@.*(?:\n[ ]+(?!- )\S.*)*?\n[ ]+(?:with:\s*\{.*)?\bpath:"
)
"""Actions by which a workflow gets folders that the repository does not have."""

_READS_FILES: Mapping[str, tuple[str, ...]] = {
    "docker/build-push-action": ("context", "file"),
    "redhat-actions/buildah-build": ("context", "containerfiles", "dockerfiles"),
    "hadolint/hadolint-action": ("dockerfile",),
    "helm/kind-action": ("config",),
    "golangci/golangci-lint-action": ("working-directory",),
    "ruby/setup-ruby": ("working-directory",),
    "actions/setup-node": ("node-version-file", "cache-dependency-path"),
    "actions/setup-python": ("python-version-file", "cache-dependency-path"),
    "actions/setup-java": ("java-version-file", "cache-dependency-path"),
    "actions/setup-go": ("go-version-file",),
    "actions/setup-dotnet": ("global-json-file",),
}
"""The inputs of actions that have to be in the repository, all relative to its root.

An action of versions fails if the file is not there: https://github.com/actions/setup-node.
"""


def _read_by(
    project: Project, given: dict[Any, Any], inputs: tuple[str, ...], *, may_be_made: bool
) -> Iterator[NamedFile]:
    for key in inputs:
        written = given.get(key)
        names = written.split() if isinstance(written, str) and "$" not in written else ()
        for name in names:
            path = project.relative(name)
            if re.fullmatch(r"(?:\./)?[\w.][\w./-]*", name) and not _MADE_FIRST.search(
                path.as_posix()
            ):
                yield NamedFile(path=path, line=line_of(given, key), may_be_made=may_be_made)


_MADE_FIRST = regex(
    r"^(?:dist|build|out|target|bin|tmp|artifacts?|output)(?:/|$)|/(?:dist|target|out|output)(?:/|$)"
)

# ---- versions ------------------------------------------------------------------------------------

ROLE = CI
RUNNERS: re.Pattern[str] | None = regex(
    r"(?m)^\s*(?:-\s+)?(?:runs-on|os):\s*[\"']?([a-z]+-[\d.]+)\b",
)
ACTIONS: re.Pattern[str] | None = regex(
    r"^\s*(?:-\s+)?uses:\s*[\"']?(actions/[\w-]+)@(v[\d.]+|[0-9a-f]{40}\s+#\s*(v[\d.]+))",
    re.MULTILINE,
)

_EXPRESSION = regex(r"\$\{\{\s*((?:matrix|env)\.[\w.-]+)\s*\}\}")
_PROGRAMS = {
    "setup-terraform": ("terraform", "terraform_version"),
    "setup-opentofu": ("opentofu", "tofu_version"),
    "setup-helm": ("helm", "version"),
    "setup-kubectl": ("kubectl", "version"),
    "mise-action": ("mise", "version"),
    "cosign-installer": ("cosign", "cosign-release"),
    "setup-kind": ("kind", "version"),
    "kind-action": ("kind", "version"),
    "setup-tflint": ("tflint", "tflint_version"),
    "golangci-lint-action": ("golangci-lint", "version"),
}
_SETTINGS = {"terraform_version": "terraform", "terraformVersion": "terraform"}
"""The inputs of other actions for the version of the program that they bring."""


def set_up_by(runtime: Runtime) -> Mapping[str, tuple[str, ...]]:
    """Return the inputs of a runtime's version, by actions without their owners."""
    return {action: (key,) for action, key in runtime.GITHUB_ACTIONS.items()}


def set_ups(project: Project, file: Path) -> Iterator[Image | SetUp]:
    """Yield the container of each job, and its steps with the matrix filled in."""
    workflow = table_of(project, file)
    runs = {"": {"steps": table_in(workflow.get("runs")).get("steps")}}
    for job in map(table_in, (table_in(workflow.get("jobs")) or runs).values()):
        variables = {**table_in(workflow.get("env")), **table_in(job.get("env"))}
        axes = _axes(table_in(table_in(job.get("strategy")).get("matrix")))
        known = {
            **{f"env.{key}": value for key, value in variables.items()},
            **{f"matrix.{key}": values for key, values in axes.items()},
        }
        container = job.get("container")
        holder, key = (container, "image") if isinstance(container, dict) else (job, "container")
        if isinstance(holder.get(key), str):
            yield Image(name=holder[key], line=line_of(holder, key))
        for step in tables_in(job.get("steps")):
            if action := _action(step):
                given = inputs_of(table_in(step.get("with")), _EXPRESSION, known)
                folder = _locked_in(step) or _folder_of(workflow, job)
                yield SetUp(step=action, inputs=given, folder=folder)


def _locked_in(step: dict[Any, Any]) -> Path | None:
    """Return the folder of the lock file that a step keeps libraries by; None if it is the root.

    https://github.com/actions/setup-node#caching-global-packages-data
    """
    path = table_in(step.get("with")).get("cache-dependency-path")
    if not isinstance(path, str) or not re.fullmatch(r"[\w./-]+", path.strip()):
        return None  # of several folders, by a pattern, or an expression
    folder = folder_of(Path(path.strip()).parent.as_posix())
    return folder if folder and folder != Path() else None


def _folder_of(workflow: dict[Any, Any], job: dict[Any, Any]) -> Path:
    """Return the folder that every script of a job runs in, the root if they differ."""
    outer = _working(job) or _working(workflow)
    steps = [step for step in tables_in(job.get("steps")) if "run" in step]
    folders = {str(step.get("working-directory") or outer or ".") for step in steps}
    return (folder_of(next(iter(folders))) or Path()) if len(folders) == 1 else Path()


def _axes(matrix: dict[Any, Any]) -> dict[str, list[Any]]:
    """Return the values of each axis of a matrix, with those of `include`.

    They know their lines.
    """
    axes: dict[str, Items] = {}
    for key, value in matrix.items():
        if isinstance(value, list) and key != "include":
            axes[str(key)] = Items(line_of(matrix, key))
            for number, item in enumerate(value):
                axes[str(key)].add(item, line_of(value, number))
    for one in tables_in(matrix.get("include")):
        for key, value in one.items():
            axes.setdefault(str(key), Items(line_of(one, key))).add(value, line_of(one, key))
    return dict(axes)


def programs(project: Project, file: Path) -> Iterator[Program]:
    """Yield the programs that actions install."""
    for step in tables(table_of(project, file)):
        yield from program_of(_action(step), step.get("with"), _PROGRAMS, _SETTINGS)


def _action(step: dict[Any, Any]) -> str:
    return str(step.get("uses", "")).partition("@")[0].rpartition("/")[2]


# ---- as stages -----------------------------------------------------------------------------------

OWN_TARGETS = frozenset({"drift-issue"})
STAGE_LINES = (r"^ {{0,2}}(?:build-)?{}:", r"^\s*-? ?environment: {}\s*$")
STAGE_WORDS = ("environment: {}", "{}")


def jobs(pipeline: WrittenPipeline) -> Iterator[Job]:
    """Yield the jobs of ci.yml, of what it calls, and of drift, rollback and template-update.yml.

    promote.yml is left out: it is the way to prod if GitHub offers no approvals.
    """
    project, path = pipeline.project, pipeline.path
    others = ("drift", "rollback", "template-update")
    for file in (path, *(path.with_name(f"{name}{path.suffix}") for name in others)):
        if project.has(file):
            workflow = table_of(project, file)
            occasion = _occasion(workflow)
            for name, job in workflow["jobs"].items():
                yield from _job(pipeline, name, job, occasion)


def _occasion(workflow: dict[Any, Any]) -> str:
    events = workflow.get("on") or workflow[True]  # YAML reads the key `on` as true
    if "schedule" in events:
        return by_schedule(events["schedule"][0]["cron"])
    return BY_HAND if set(events) == {"workflow_dispatch"} else ""


def _job(pipeline: WrittenPipeline, name: str, job: dict[str, Any], occasion: str) -> Iterator[Job]:
    condition = str(job.get("if", ""))
    when = occasion or (
        PULL_REQUEST
        if "== 'pull_request'" in condition
        else MAIN
        if "== 'push'" in condition
        else ""
    )
    after = tuple([job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", ()))
    inputs: dict[str, Any] = dict(job.get("with") or {})
    approval = False
    if "uses" in job:
        called = table_of(pipeline.project, Path(job["uses"].removeprefix("./")))["jobs"].values()
        asking = [one for one in called if _only_asks(one)]
        # Without a job that asks, the environment of the deployment itself asks, as before release
        # 0.6.0.
        asks_itself = not asking and "PROD_REVIEW == 'required'" in condition
        approval = asks_itself or any(
            _applies(one, str(inputs.get("environment", ""))) for one in asking
        )
        job = next(one for one in called if not _only_asks(one))
    environment = str(inputs.get("environment", ""))
    scripts = [str(step.get("run", "")) for step in job["steps"] if _is_for(environment, step)]
    given = Job(
        id=name,
        targets=tuple(chain.from_iterable(map(targets_in, scripts))),
        after=after,
        when=when,
        environment=environment,
        approval=approval,
        gives_digest="digest" in job.get("outputs", {}),
        takes_digest=".outputs.digest" in str(inputs.get("digest", "")),
    )
    several = job.get("strategy", {}).get("matrix", {}).get("include")
    if several:
        yield from (
            replace(given, id=f"{name} {one['environment']}", environment=one["environment"])
            for one in several
        )
    elif when == BY_HAND:
        yield from (
            replace(given, id=f"{name} {one}", environment=one) for one in pipeline.environments
        )
    else:
        yield given


_ONE_ENVIRONMENT = regex(r"(?:.* && )?inputs\.environment == '(\w+)'(?: && .*)?")


def _is_for(environment: str, step: dict[str, Any]) -> bool:
    """Return whether a call for `environment` runs the step, as far as its condition names one."""
    condition = str(step.get("if", ""))
    named = None if "||" in condition else _ONE_ENVIRONMENT.fullmatch(condition)
    return not (environment and named) or named[1] == environment


def _only_asks(job: dict[str, Any]) -> bool:
    """Return whether the job only waits for reviewers, and calls neither make nor an action."""
    steps = job.get("steps", ())
    return "environment" in job and not any(
        "uses" in step or targets_in(str(step.get("run", ""))) for step in steps
    )


def _applies(job: dict[str, Any], environment: str) -> bool:
    """Return whether a call for `environment` asks the reviewers of `<environment>-approval`."""
    name = (
        job["environment"]["name"] if isinstance(job["environment"], dict) else job["environment"]
    )
    return (
        name == f"{environment}-approval"
        or f"== '{environment}' && '{environment}-approval'" in str(name)
    )


# ---- its linters ---------------------------------------------------------------------------------

ZIZMOR = (".github/zizmor.yml", ".github/zizmor.yaml", "zizmor.yml", "zizmor.yaml")
"""The settings of zizmor, first found first: https://docs.zizmor.sh/configuration/."""


ACTIONLINT = (".github/actionlint.yaml", ".github/actionlint.yml")
"""The settings of actionlint, the first found first.

https://github.com/rhysd/actionlint/blob/main/docs/config.md
"""


def _zizmor(project: Project, file: Path) -> Iterator[Silenced]:
    for document in yaml_of(project, file):
        for rule, settings in (document.get("rules") or {}).items():
            ignored = [str(one).split(":")[0] for one in settings.get("ignore") or []]
            hides = [f".github/workflows/{one}" for one in ignored]
            if settings.get("disable"):
                hides = [".github/**"]
            if hides:
                line = project.line_of(file, f"{rule}:")
                yield Silenced(rule=f"zizmor/{rule}", line=line, hides=tuple(hides))


def _actionlint(project: Project, file: Path) -> Iterator[Silenced]:
    for document in yaml_of(project, file):
        for path, settings in (document.get("paths") or {}).items():
            for _ in settings.get("ignore") or []:
                line = project.line_of(file, path)
                yield Silenced(rule="actionlint/ignore", line=line, hides=(path,))


OWN_CHECKS = frozenset({"CI001", "CI002", "CI003", "SEC003", "SEC004", "SEC005"})
EXCEPTIONS = (
    Exceptions(files=ZIZMOR, read=_zizmor),
    Exceptions(files=ACTIONLINT, read=_actionlint),
)


def traps(project: Project, file: Path) -> Iterator[Trap]:
    """Yield what GitHub accepts in a pipeline and what fails when it runs."""
    from scaffolder.repository.ci import github_traps  # for one check of a run

    yield from github_traps.traps(project, file)

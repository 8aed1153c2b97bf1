"""The pipelines of a repository as one graph of stages, whichever systems they are written for.

GitHub Actions, GitLab CI, Jenkins and Azure Pipelines say in four languages what runs when, after what, with whose
approval and with which image. Read back into stages, they can be compared. A stage is named for what it does (`image`,
`dev`, `rollback prod`), not for what a file calls it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from scaffolder import jenkinsfile
from scaffolder.jenkinsfile import Statement
from scaffolder.project import Project

EVERY_CHANGE, PULL_REQUEST, MAIN, BY_HAND, NIGHTLY = "every change", "pull request", "main", "by hand", "nightly"

ENVIRONMENTS = ("dev", "qa", "prod")

ONE_SYSTEM_ALONE = frozenset({"drift-issue"})
"""Targets that only one system has a use for; they are no part of the comparison."""


@dataclass(frozen=True, kw_only=True, order=True)
class Stage:
    """One thing that a pipeline does.

    `targets` are those of make, in order; `after` names the stages that must have succeeded; `when` is one of the
    constants above; `approval` means that a person is asked first; a digest is what the stage hands on or takes.
    """

    name: str
    targets: tuple[str, ...]
    after: frozenset[str]
    when: str
    environment: str = ""
    approval: bool = False
    gives_digest: bool = False
    takes_digest: bool = False


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """What one system runs for this repository."""

    system: str
    path: Path
    stages: tuple[Stage, ...]


@dataclass(frozen=True, kw_only=True)
class _Job:
    """A stage as its file has it: `after` holds the names that the file uses."""

    id: str
    targets: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    when: str = ""
    environment: str = ""
    approval: bool = False
    gives_digest: bool = False
    takes_digest: bool = False


def read(project: Project) -> tuple[Pipeline, ...]:
    """Every pipeline of the repository, in the order of the questions' choices."""
    readers = (
        ("github", Path(".github/workflows/ci.yml"), _github),
        ("gitlab", Path(".gitlab-ci.yml"), _gitlab),
        ("jenkins", Path("Jenkinsfile"), _jenkins),
        ("azure-devops", Path("azure-pipelines.yml"), _azure),
    )
    return tuple(
        Pipeline(system=system, path=path, stages=_stages(reader(project, path)))
        for system, path, reader in readers
        if path in project.files
    )


def _stages(jobs: Iterable[_Job]) -> tuple[Stage, ...]:
    """Jobs under the names of what they do. One that only asks gives its approval to those after it."""
    by_id = {job.id: job for job in jobs}
    names = {job.id: _name(job) for job in by_id.values()}

    def when(job: _Job) -> str:
        inherited = {when(by_id[before]) for before in job.after if before in by_id} - {PULL_REQUEST}
        return job.when or (MAIN if MAIN in inherited else next(iter(inherited), EVERY_CHANGE))

    def before(job: _Job) -> set[str]:
        """All that runs before, in the same run."""
        direct = [by_id[one] for one in job.after if one in by_id]
        found = {names[one.id] for one in direct if one.targets and when(one) in {EVERY_CHANGE, when(job)}}
        return found.union(*(before(one) for one in direct))

    return tuple(
        sorted(
            Stage(
                name=names[job.id],
                targets=_once_in_a_row(target for target in job.targets if target not in ONE_SYSTEM_ALONE),
                after=frozenset(before(job)),
                when=when(job),
                environment=job.environment,
                approval=job.approval
                or any(by_id[one].approval and not by_id[one].targets for one in job.after if one in by_id),
                gives_digest=job.gives_digest,
                takes_digest=job.takes_digest,
            )
            for job in by_id.values()
            if job.targets
        )
    )


def _name(job: _Job) -> str:
    targets = set(job.targets)
    for target in ("rollback", "drift"):
        if target in targets:
            return f"{target} {job.environment}"
    if "deploy" in targets:
        return job.environment
    if "build" in targets:
        return "image" if "push" in targets else "try"
    return next((target for target in ("lint", "test") if target in targets), job.id)


def _once_in_a_row(targets: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for target in targets:
        if kept[-1:] != [target]:
            kept.append(target)
    return tuple(kept)


def _made(script: str) -> list[str]:
    """The targets that a shell script gives to make, in order."""
    found = []
    for words in re.findall(r"\bmake((?: +[^\s;&|)'\"]+(?:=\"[^\"]*\")?)+)", script):
        found += [word for word in words.split() if re.fullmatch(r"[a-z][a-z-]*", word)]
    return found


# ---- GitHub Actions


def _github(project: Project, path: Path) -> Iterator[_Job]:
    """ci.yml, with deploy.yml in the place of its calls; drift.yml and rollback.yml.

    promote.yml is left out: it is the way to prod where GitHub offers no approvals.
    """
    for file in (path, path.with_name("drift.yml"), path.with_name("rollback.yml")):
        if file in project.files:
            workflow = _yaml(project, file)
            occasion = _occasion(workflow)
            for name, job in workflow["jobs"].items():
                yield from _github_job(project, name, job, occasion)


def _occasion(workflow: dict[Any, Any]) -> str:
    events = set(workflow.get("on") or workflow[True])  # YAML reads the key `on` as true
    if "schedule" in events:
        return NIGHTLY
    return BY_HAND if events == {"workflow_dispatch"} else ""


def _github_job(project: Project, name: str, job: dict[str, Any], occasion: str) -> Iterator[_Job]:
    condition = str(job.get("if", ""))
    when = occasion or (PULL_REQUEST if "== 'pull_request'" in condition else MAIN if "== 'push'" in condition else "")
    after = tuple([job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", ()))
    inputs: dict[str, Any] = dict(job.get("with") or {})
    approval = "PROD_REVIEW == 'required'" in condition
    if "uses" in job:
        called = _yaml(project, Path(job["uses"].removeprefix("./")))
        job = next(iter(called["jobs"].values()))
    made = [target for step in job["steps"] for target in _made(str(step.get("run", "")))]
    given = _Job(
        id=name,
        targets=tuple(made),
        after=after,
        when=when,
        environment=str(inputs.get("environment", "")),
        approval=approval,
        gives_digest="digest" in job.get("outputs", {}),
        takes_digest=".outputs.digest" in str(inputs.get("digest", "")),
    )
    several = job.get("strategy", {}).get("matrix", {}).get("include")
    if several:
        yield from (
            replace(given, id=f"{name} {one['environment']}", environment=one["environment"]) for one in several
        )
    elif when == BY_HAND:
        yield from (replace(given, id=f"{name} {one}", environment=one) for one in ENVIRONMENTS)
    else:
        yield given


# ---- GitLab CI

_GITLAB_WORDS = frozenset({"workflow", "stages", "variables", "default", "include", "image", "services", "cache"})


def _gitlab(project: Project, path: Path) -> Iterator[_Job]:
    document = _yaml(project, path)
    jobs = {
        name: _extended(document, name)
        for name in document
        if name not in _GITLAB_WORDS and not str(name).startswith(".")
    }
    hands_on = {name for name, job in jobs.items() if _dig(job, "artifacts", "reports").get("dotenv")}
    order = {stage: number for number, stage in enumerate(document.get("stages", ()))}
    for name, job in jobs.items():
        rules = job.get("rules", [])
        needs = job.get("needs")
        if needs is None:
            needs = [
                other for other, one in jobs.items() if order.get(one.get("stage"), 0) < order.get(job.get("stage"), 0)
            ]
        needed = [need if isinstance(need, str) else need["job"] for need in needs]
        environment = job.get("environment", "")
        given = _Job(
            id=name,
            targets=tuple(target for line in job.get("script", ()) for target in _made(line)),
            after=tuple(needed),
            when=_gitlab_when(rules),
            environment=environment.get("name", "") if isinstance(environment, dict) else environment,
            approval=any(rule.get("when") == "manual" and not rule.get("allow_failure", True) for rule in rules),
            gives_digest=name in hands_on,
            takes_digest=bool(hands_on & set(needed)),
        )
        several = _dig(job, "parallel").get("matrix")
        if several:
            for one in several:
                yield replace(given, id=f"{name} {one['ENVIRONMENT']}", environment=one["ENVIRONMENT"], after=())
        elif given.when == BY_HAND:
            yield from (
                replace(given, id=f"{name} {one}", environment=one, after=(), takes_digest=False)
                for one in ENVIRONMENTS
            )
        else:
            yield given


def _gitlab_when(rules: list[dict[str, Any]]) -> str:
    conditions = " or ".join(str(rule.get("if", "")) for rule in rules if rule.get("when") != "never")
    for sign, when in (
        ('"schedule"', NIGHTLY),
        ("$ROLLBACK", BY_HAND),
        ('"merge_request_event"', PULL_REQUEST),
        ('$CI_COMMIT_BRANCH == "main"', MAIN),
    ):
        if sign in conditions:
            return when
    return EVERY_CHANGE


def _extended(document: dict[str, Any], name: str) -> dict[str, Any]:
    """A job with what it extends: later parts win, mappings are merged, lists are replaced."""
    own = document[name]
    parents = own.get("extends", ())
    merged: dict[str, Any] = {}
    for parent in [parents] if isinstance(parents, str) else parents:
        merged = _merged(merged, _extended(document, parent))
    return _merged(merged, own)


def _merged(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    both = copy.deepcopy(first)
    for key, value in second.items():
        both[key] = _merged(both[key], value) if isinstance(value, dict) and isinstance(both.get(key), dict) else value
    return both


def _dig(value: dict[str, Any], *keys: str) -> dict[str, Any]:
    for key in keys:
        value = value.get(key) or {}
    return value


# ---- Jenkins


def _jenkins(project: Project, path: Path) -> Iterator[_Job]:
    pipeline = next(one for one in jenkinsfile.read(project.text(path)) if one.name == "pipeline")
    for stages in pipeline.within("stages"):
        yield from _jenkins_stages(stages, (), "")[0]


def _jenkins_stages(stages: Statement, after: tuple[str, ...], when: str) -> tuple[list[_Job], tuple[str, ...]]:
    """The jobs of a block of stages, and those that the next stage comes after."""
    jobs: list[_Job] = []
    side_by_side, last = stages.name == "parallel", after
    for stage in stages.within("stage"):
        own = _jenkins_when(stage) or when
        begins = after if side_by_side else () if own in {BY_HAND, NIGHTLY} else last
        inner = next(stage.within("stages", "parallel"), None)
        if inner is not None:
            made, ends = _jenkins_stages(inner, begins, own)
        else:
            made, ends = [_jenkins_job(stage, begins, own)], (stage.text,)
        jobs += made
        last = (*last, *ends) if side_by_side else ends
    return jobs, last


def _jenkins_job(stage: Statement, after: tuple[str, ...], when: str) -> _Job:
    shells = [one.words for part in stage.within("steps", "post") for one in part.everything() if one.name == "sh"]
    names = [one.words for part in stage.within("environment") for one in part.body or ()]
    environment = next((words.split("'")[1] for words in names if re.match(r"ENVIRONMENT\s*=\s*'", words)), "")
    handed = [(one.name, one.text) for one in stage.everything() if one.name in {"stash", "unstash"}]
    return _Job(
        id=stage.text,
        targets=tuple(target for shell in shells for target in _made(shell)),
        after=after,
        when=when,
        environment=environment,
        approval=stage.child("input") is not None,
        gives_digest=("stash", "digest") in handed,
        takes_digest=("unstash", "digest") in handed,
    )


def _jenkins_when(stage: Statement) -> str:
    for section in stage.within("when"):
        conditions = [one for one in section.body or () if one.name != "not"]
        text = " and ".join(inner.words for one in conditions for inner in one.everything())
        for sign, when in (("TimerTrigger", NIGHTLY), ("changeRequest", PULL_REQUEST)):
            if sign in text:
                return when
        if re.search(r"params\.ROLLBACK == '(?!none)", text):
            return BY_HAND
        if re.search(r"branch 'main'", text):
            return MAIN
    return ""


# ---- Azure Pipelines


def _azure(project: Project, path: Path) -> Iterator[_Job]:
    stages = list(_azure_parts(project, path, _yaml(project, path), "stages"))
    jobs_of = {stage["stage"]: list(stage["jobs"]) for stage in stages}
    for stage in stages:
        condition = str(stage.get("condition", ""))
        earlier = [one for one in stage.get("dependsOn", ()) if one in jobs_of]
        for job in jobs_of[stage["stage"]]:
            yield _azure_job(project, path, stage, job, condition, earlier, jobs_of)


def _azure_job(
    project: Project,
    path: Path,
    stage: dict[str, Any],
    job: dict[str, Any],
    condition: str,
    earlier: list[str],
    jobs_of: Mapping[str, list[dict[str, Any]]],
) -> _Job:
    steps = job.get("steps") or job["strategy"]["runOnce"]["deploy"]["steps"]
    shells = [str(step.get("bash") or step.get("inputs", {}).get("inlineScript", "")) for step in steps]
    variables = job.get("variables", {})
    return _Job(
        id=_azure_id(stage, job),
        targets=tuple(target for shell in shells for target in _made(shell)),
        after=tuple(_azure_id({"stage": one}, other) for one in earlier for other in jobs_of[one]),
        when=_azure_when(f"{condition} {job.get('condition', '')}"),
        environment=str(job.get("environment") or variables.get("ENVIRONMENT", "")),
        approval=any(str(step.get("task", "")).startswith("ManualValidation@") for step in steps),
        gives_digest=any("isOutput=true" in shell and "variable=digest" in shell for shell in shells),
        takes_digest="stageDependencies.image" in str(variables.get("DIGEST", "")),
    )


def _azure_id(stage: dict[str, Any], job: dict[str, Any]) -> str:
    return f"{stage['stage']}.{job.get('job') or job.get('deployment')}"


def _azure_when(condition: str) -> str:
    if "'PullRequest'" in condition:
        return PULL_REQUEST
    if re.search(r"(?<!n)eq\(variables\['Build\.Reason'\], 'Schedule'\)", condition):
        return NIGHTLY
    if re.search(r"eq\('[^']*', '(?:dev|qa|prod)'\)", condition):
        return BY_HAND
    return MAIN if "'refs/heads/main'" in condition else ""


def _azure_parts(project: Project, path: Path, document: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    """The stages of a document, with templates in the place of their calls."""
    for part in document[kind]:
        if "template" in part:
            template = path.parent / part["template"]
            filled = _filled(_yaml(project, template), part.get("parameters", {}))
            yield from _azure_parts(project, template, filled, kind)
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


def _yaml(project: Project, path: Path) -> dict[Any, Any]:
    return yaml.safe_load(project.text(path))  # type: ignore[no-any-return]

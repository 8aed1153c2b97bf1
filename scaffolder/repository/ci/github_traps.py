"""Traps that fail or do harm only when GitHub runs a workflow: deployments, artifacts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from scaffolder.formats.regex import regex
from scaffolder.repository.ci.system import table_in, tables_in
from scaffolder.repository.ci.trap import (
    CUT_OFF,
    NOT_THERE,
    OUT_OF_ORDER,
    Trap,
    deploys,
    refuses_older,
)
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, listed, table

_DEPLOYING_ACTIONS = regex(
    r"(?i)azure/(?:k8s-deploy|webapps-deploy|functions-action|container-apps-deploy-action|arm-deploy)@"
    r"|aws-actions/(?:amazon-ecs-deploy-task-definition|aws-cloudformation-github-deploy)@"
    r"|google-github-actions/(?:deploy-cloudrun|deploy-appengine|deploy-cloud-functions)@"
    r"|(?:deliverybot|wyrihaximus)/helm|appleboy/ssh-action@|serverless/github-action@"
)
_OF_THE_RUN = regex(
    r"\$\{\{\s*github\.(?:sha|ref_name|ref|run_id|run_number|run_attempt|event_name|repository|"
    r"event\.[\w.]+|head_ref|actor|workflow)\s*\}\}"
)
_UPLOAD = "actions/upload-artifact@"


def traps(project: Project, file: Path) -> Iterator[Trap]:
    """Yield deployments that are cancelled or out of order, and artifacts whose names meet."""
    workflow = table(project, file)
    jobs = {name: table_in(job) for name, job in table_in(workflow.get("jobs")).items()}
    if not jobs:
        return
    yield from _cancelled(project, workflow, jobs)
    yield from _late(project, workflow, jobs)
    yield from _artifacts(project, workflow, jobs)


# ---- cancel-in-progress --------------------------------------------------------------------------


def _cancelled(
    project: Project, workflow: dict[Any, Any], jobs: dict[str, dict[Any, Any]]
) -> Iterator[Trap]:
    if _events(workflow) <= {"pull_request", "pull_request_target"}:
        return  # an environment of its own for each pull request: nothing else is deployed there
    deploying = [name for name, job in jobs.items() if _deploys(project, job)]
    if deploying and (place := _cancels(workflow)):
        yield _cut_off(place, deploying[0])
    for name in deploying:
        if place := _cancels(jobs[name]):
            yield _cut_off(place, name)


def _cut_off(line: int, job: str) -> Trap:
    return Trap(
        kind=CUT_OFF,
        line=line,
        problem=f"the next run cancels {job} in the middle of a deployment: a Helm release stays "
        "pending, a state of Terraform stays locked",
        fix="cancel-in-progress: false",
    )


def _cancels(holder: dict[Any, Any]) -> int:
    """Return the line where a run in progress is cancelled without a condition, or 0."""
    concurrency = table_in(holder.get("concurrency"))
    if concurrency.get("cancel-in-progress") in (True, "true"):
        return line_of(concurrency, "cancel-in-progress")
    return 0


def _events(workflow: dict[Any, Any]) -> set[str]:
    events = workflow.get("on", workflow.get(True))  # YAML reads the key `on` as true
    several = events if isinstance(events, dict | list) else ()
    return {events} if isinstance(events, str) else set(map(str, several))


def _deploys(project: Project, job: dict[Any, Any], depth: int = 0) -> bool:
    """Return whether a job, or the workflow of the repository that it calls, changes what runs."""
    if "'pull_request'" in str(job.get("if", "")) or _makes_a_cluster(project, job):
        return False
    uses = str(job.get("uses", ""))
    if uses.startswith("./") and depth < _DEEPEST:
        if not project.has(project.relative(uses)):
            return False  # AG051 finds it
        called = table_in(table(project, project.relative(uses)).get("jobs"))
        return any(_deploys(project, table_in(one), depth + 1) for one in called.values())
    return any(
        deploys(str(step.get("run", ""))) or _DEPLOYING_ACTIONS.match(str(step.get("uses", "")))
        for step in tables_in(job.get("steps"))
    )


_CLUSTER_OF_ITS_OWN = regex(
    r"(?i)helm/kind-action@|engineerd/setup-kind@|container-tools/kind-action@|medyagh/setup-minikube@"
    r"|manusa/actions-setup-minikube@|(?:nolar|rinx|absaoss)/(?:setup-k3d\S*|k3d-action)@"
)
_MAKES_A_CLUSTER = regex(
    r"\b(?:kind|k3d|ctlptl)\s+(?:create\s+cluster|cluster\s+create)|\bminikube\s+start\b"
)


_CALLED = regex(r"(?:^|[\s;&|])(?:\./)?((?:[\w.-]+/)+[\w.-]+\.(?:ba)?sh)\b")


_DEEPEST = 4
"""How many actions and workflows of the repository are followed, one inside the other."""


def _makes_a_cluster(project: Project, job: dict[Any, Any], depth: int = 0) -> bool:
    """Return whether a job deploys into a cluster that it makes itself, and that ends with it.

    Actions of the repository itself are followed.
    """
    return any(_step_makes_a_cluster(project, step, depth) for step in tables_in(job.get("steps")))


def _step_makes_a_cluster(project: Project, step: dict[Any, Any], depth: int) -> bool:
    uses = str(step.get("uses", ""))
    if uses.startswith("./") and depth < _DEEPEST:
        folder = project.relative(uses)
        action = next(
            (file for name in ("action.yml", "action.yaml") if project.has(file := folder / name)),
            None,
        )
        runs = table_in(table(project, action).get("runs")) if action else {}
        return _makes_a_cluster(project, runs, depth + 1)
    return (
        _CLUSTER_OF_ITS_OWN.match(uses) is not None
        or _MAKES_A_CLUSTER.search(_with_scripts(project, str(step.get("run", "")))) is not None
    )


def _with_scripts(project: Project, shell: str) -> str:
    """Return the commands of a step, with those of the scripts that it calls."""
    called = (project.relative(name) for name in _CALLED.findall(shell))
    return "\n".join([shell, *(project.text(file) for file in called if project.has(file))])


# ---- approvals -----------------------------------------------------------------------------------

_PROD = regex(r"(?i)(?:.*[-_ /])?(?:prod|production|prd|live)(?:[-_ /].*)?")


def _late(
    project: Project, workflow: dict[Any, Any], jobs: dict[str, dict[Any, Any]]
) -> Iterator[Trap]:
    """Yield deployments to prod of which two runs may wait at once, and the older one be last.

    https://docs.github.com/actions/how-tos/deploy/configure-and-manage-deployments/control-deployments
    """
    if not _starts_at_push(workflow) or "concurrency" in workflow:
        return
    for name, job in jobs.items():
        if "concurrency" not in job and (line := _prod_without_order(project, job)):
            yield Trap(
                kind=OUT_OF_ORDER,
                line=line,
                problem=f"{name} deploys to prod in each run, in any order: a run that is approved "
                "late puts an older version over a newer one",
                fix="concurrency: a group for the environment, or refuse a commit that is an "
                "ancestor of the one that runs (git merge-base --is-ancestor)",
            )


def _prod_without_order(project: Project, job: dict[Any, Any]) -> int:
    """Return the line where a job names the environment prod that it deploys to, or 0."""
    uses = str(job.get("uses", ""))
    if uses.startswith("./"):
        return _called_without_order(project, job, uses)
    return line_of(job, "environment") if _is_unordered(project, job) else 0


def _called_without_order(project: Project, job: dict[Any, Any], uses: str) -> int:
    """Return the line of the call if the workflow deploys to the environment that it is handed."""
    workflow = table(project, project.relative(uses))
    given = table_in(job.get("with"))
    if "concurrency" in workflow:
        return 0
    for called in map(table_in, table_in(workflow.get("jobs")).values()):
        handed = re.fullmatch(r"\$\{\{\s*inputs\.([\w-]+)\s*\}\}", _environment(called))
        name = str(given.get(handed[1], "")) if handed else _environment(called)
        named = {**called, "environment": name}
        if not _may_run(called, given):
            continue
        if "concurrency" not in called and _is_unordered(project, named):
            return line_of(job, "uses")
    return 0


_CONDITION = regex(r"inputs\.([\w-]+)\s*(==|!=)\s*'([^']*)'")


def _may_run(called: dict[Any, Any], given: dict[Any, Any]) -> bool:
    """Return whether the condition of a job on one input holds for a value that it is handed.

    An expression such as `inputs.env || 'dev'` is handed for a push as the text that it has.
    """
    condition = str(called.get("if", ""))
    found = _CONDITION.search(condition)
    if found is None or "||" in condition or found[1] not in given:
        return True
    name, operator, value = found.groups()
    handed = str(given[name])
    values = re.findall(r"'([^']*)'", handed) if "${{" in handed else [handed]
    if not values:
        return True
    return any((one == value) == (operator == "==") for one in values)


def _is_unordered(project: Project, job: dict[Any, Any]) -> bool:
    if not _PROD.fullmatch(_environment(job)) or not _deploys(project, job):
        return False
    shell = "\n".join(str(step.get("run", "")) for step in tables_in(job.get("steps")))
    return not refuses_older(project, shell)


def _environment(job: dict[Any, Any]) -> str:
    environment = job.get("environment", "")
    return str(table_in(environment).get("name", "")) or (
        environment if isinstance(environment, str) else ""
    )


def _starts_at_push(workflow: dict[Any, Any]) -> bool:
    """Return whether each commit of a branch starts a run."""
    events = workflow.get("on", workflow.get(True))
    if not isinstance(events, dict):
        return "push" in _events(workflow)
    push = table_in(events.get("push"))
    return "push" in events and not ("tags" in push and "branches" not in push)


# ---- artifacts -----------------------------------------------------------------------------------


class _Upload(NamedTuple):
    job: str
    name: str
    line: int
    only_if: bool


def _artifacts(
    project: Project, workflow: dict[Any, Any], jobs: dict[str, dict[Any, Any]]
) -> Iterator[Trap]:
    """Yield uploads under a name that another one of the same run has.

    Since version 4 an artifact is made once: https://github.com/actions/upload-artifact
    """
    uploads = list(
        chain.from_iterable(
            _uploads(project, name, job, only_if=_may_be_skipped(jobs, name))
            for name, job in jobs.items()
        )
    )
    seen: dict[str, _Upload] = {}
    for upload in uploads:
        if upload.job in jobs and _has_several_legs(jobs[upload.job]):
            yield _meets(upload, f"each leg of the matrix of {upload.job} uploads it")
            continue
        first = seen.setdefault(upload.name, upload)
        if first.job != upload.job and not (first.only_if or upload.only_if):
            yield _meets(upload, f"{first.job} uploads it too")


def _meets(upload: _Upload, why: str) -> Trap:
    return Trap(
        kind=NOT_THERE,
        line=upload.line,
        problem=f"the artifact {upload.name!r} is made once in a run: {why}, and the second "
        "upload fails",
        fix="a name for each: name: "
        + (upload.name + "-${{ matrix.… }}" if "leg" in why else f"{upload.job}-{upload.name}"),
    )


def _may_be_skipped(jobs: dict[str, dict[Any, Any]], name: str) -> bool:
    """Return whether a job has a condition, or one that it waits for: it is skipped with that."""
    waiting, seen = [name], set[str]()
    while waiting:
        job = jobs.get(one := waiting.pop(), {})
        if job.get("if"):
            return True
        needs = job.get("needs")
        needed = [needs] if isinstance(needs, str) else listed(needs)
        waiting += [str(other) for other in needed if str(other) not in seen]
        seen.update((one, *map(str, needed)))
    return False


def _uploads(
    project: Project, name: str, job: dict[Any, Any], *, only_if: bool
) -> Iterator[_Upload]:
    """Yield what a job uploads under a name that is the same whenever it runs."""
    for step in tables_in(job.get("steps")):
        uses = str(step.get("uses", ""))
        given = table_in(step.get("with"))
        artifact = str(given.get("name", "artifact"))
        if not uses.startswith(_UPLOAD) or _before_version_4(project, step, uses):
            continue
        if str(given.get("overwrite", "")).lower() == "true" or "matrix." in str(
            step.get("if", "")
        ):
            continue
        if "${{" not in _OF_THE_RUN.sub("", artifact):
            line = line_of(given, "name") if "name" in given else line_of(step, "uses")
            yield _Upload(name, artifact, line, only_if or bool(step.get("if")))


def _before_version_4(project: Project, step: dict[Any, Any], uses: str) -> bool:
    ref = uses.partition("@")[2]
    return bool(re.match(r"v?[123](?:\.|$)", ref))


def _has_several_legs(job: dict[Any, Any]) -> bool:
    matrix = table_in(job.get("strategy")).get("matrix")
    if isinstance(matrix, str):
        return True  # made by an expression: for more than one leg, as no one would need it for one
    axes = {key: listed(values) for key, values in table_in(matrix).items() if key != "exclude"}
    legs = 1
    for key, values in axes.items():
        if key != "include":
            legs *= max(1, len(values))
    others = [key for key in axes if key != "include"]
    return legs > 1 or (not others and len(axes.get("include", [])) > 1)

"""GitHub Actions: the jobs of its workflows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from scaffolder.repository.environments import ENVIRONMENTS
from scaffolder.repository.pipelines.job import (
    BY_HAND,
    MAIN,
    PULL_REQUEST,
    Job,
    by_schedule,
    targets_in,
)
from scaffolder.repository.project import Project
from scaffolder.repository.reading import table_of


def jobs(project: Project, path: Path) -> Iterator[Job]:
    """ci.yml, with deploy.yml in the place of its calls; drift.yml, rollback.yml and template-update.yml.

    promote.yml is left out: it is the way to prod where GitHub offers no approvals.
    """
    for file in (path, *(path.with_name(f"{name}{path.suffix}") for name in ("drift", "rollback", "template-update"))):
        if file in project.files:
            workflow = table_of(project, file)
            occasion = _occasion(workflow)
            for name, job in workflow["jobs"].items():
                yield from _job(project, name, job, occasion)


def _occasion(workflow: dict[Any, Any]) -> str:
    events = workflow.get("on") or workflow[True]  # YAML reads the key `on` as true
    if "schedule" in events:
        return by_schedule(events["schedule"][0]["cron"])
    return BY_HAND if set(events) == {"workflow_dispatch"} else ""


def _job(project: Project, name: str, job: dict[str, Any], occasion: str) -> Iterator[Job]:
    condition = str(job.get("if", ""))
    when = occasion or (PULL_REQUEST if "== 'pull_request'" in condition else MAIN if "== 'push'" in condition else "")
    after = tuple([job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", ()))
    inputs: dict[str, Any] = dict(job.get("with") or {})
    approval = False
    if "uses" in job:
        called = table_of(project, Path(job["uses"].removeprefix("./")))["jobs"].values()
        asking = [one for one in called if _only_asks(one)]
        # Without a job that asks, the environment of the deployment itself asks, as before release 0.6.0.
        asks_itself = not asking and "PROD_REVIEW == 'required'" in condition
        approval = asks_itself or any(_applies(one, str(inputs.get("environment", ""))) for one in asking)
        job = next(one for one in called if not _only_asks(one))
    made = [target for step in job["steps"] for target in targets_in(str(step.get("run", "")))]
    given = Job(
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


def _only_asks(job: dict[str, Any]) -> bool:
    """Return whether the job waits for the reviewers of an environment, and calls neither make nor an action."""
    steps = job.get("steps", ())
    return "environment" in job and not any("uses" in step or targets_in(str(step.get("run", ""))) for step in steps)


def _applies(job: dict[str, Any], environment: str) -> bool:
    """Return whether a call for `environment` asks the reviewers of `<environment>-approval`."""
    name = job["environment"]["name"] if isinstance(job["environment"], dict) else job["environment"]
    return name == f"{environment}-approval" or f"== '{environment}' && '{environment}-approval'" in str(name)

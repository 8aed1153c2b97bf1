"""A stage under the name of what it does, and how the jobs of a file become stages."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from scaffolder.repository.ci import of_each
from scaffolder.repository.ci.job import EVERY_CHANGE, MAIN, PULL_REQUEST, Job

ONE_SYSTEM_ALONE = frozenset(of_each(lambda system: system.OWN_TARGETS))
"""Targets that only one system has a use for; they are not compared."""


@dataclass(frozen=True, kw_only=True, order=True)
class Stage:
    """One thing that a pipeline does.

    `targets` are those of make, in order; `after` names the stages that must have succeeded; `when`
    is one of the constants of job.py; `approval` means that a person is asked first; a digest is
    what the stage hands on or takes.
    """

    name: str
    targets: tuple[str, ...]
    after: frozenset[str]
    when: str
    environment: str = ""
    approval: bool = False
    gives_digest: bool = False
    takes_digest: bool = False


def named(jobs: Iterable[Job], environments: Collection[str]) -> tuple[Stage, ...]:
    """Jobs under the names of what they do, with those `environments` alone.

    One that only asks gives its approval to those after it.
    """
    by_id = {job.id: job for job in jobs}
    names = {job.id: _name(job) for job in by_id.values()}

    def when(job: Job) -> str:
        inherited = {when(by_id[before]) for before in job.after if before in by_id} - {
            PULL_REQUEST
        }
        return job.when or (MAIN if MAIN in inherited else next(iter(inherited), EVERY_CHANGE))

    def before(job: Job) -> set[str]:
        """All that runs before, in the same run."""
        direct = [by_id[one] for one in job.after if one in by_id]
        found = {
            names[one.id]
            for one in direct
            if one.targets and when(one) in {EVERY_CHANGE, when(job)}
        }
        return found.union(*(before(one) for one in direct))

    return tuple(
        sorted(
            Stage(
                name=names[job.id],
                targets=_once_in_a_row(
                    target for target in job.targets if target not in ONE_SYSTEM_ALONE
                ),
                after=frozenset(before(job)),
                when=when(job),
                environment=job.environment if job.environment in environments else "",
                approval=job.approval
                or any(
                    by_id[one].approval and not by_id[one].targets
                    for one in job.after
                    if one in by_id
                ),
                gives_digest=job.gives_digest,
                takes_digest=job.takes_digest,
            )
            for job in by_id.values()
            if job.targets
        )
    )


def _name(job: Job) -> str:
    targets = set(job.targets)
    for target in ("template-update", "propose-update"):
        if target in targets:
            return target
    for target in ("rollback", "drift"):
        if target in targets:
            return f"{target} {job.environment}"
    if "deploy" in targets:
        return job.environment
    if "build" in targets:
        return "image" if "push" in targets else "try"
    return next((target for target in ("lint", "test", "tf-test") if target in targets), job.id)


def _once_in_a_row(targets: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for target in targets:
        if kept[-1:] != [target]:
            kept.append(target)
    return tuple(kept)

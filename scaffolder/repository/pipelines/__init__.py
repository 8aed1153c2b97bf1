"""The pipelines of a repository as one graph of stages, whichever systems they are written for.

GitHub Actions, GitLab CI, Jenkins and Azure Pipelines say in four languages what runs when, after what, with whose
approval and with which image. Read back into stages, they can be compared. A stage is named for what it does (`image`,
`dev`, `rollback prod`), not for what a file calls it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scaffolder.repository.pipelines import azure_devops, github, gitlab, jenkins
from scaffolder.repository.pipelines.job import BY_HAND, ENVIRONMENTS, EVERY_CHANGE, MAIN, NIGHTLY, PULL_REQUEST, WEEKLY
from scaffolder.repository.pipelines.stage import Stage, named
from scaffolder.repository.project import Project

__all__ = [
    "BY_HAND",
    "ENVIRONMENTS",
    "EVERY_CHANGE",
    "MAIN",
    "NIGHTLY",
    "PULL_REQUEST",
    "WEEKLY",
    "Pipeline",
    "Stage",
    "read",
]


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """What one system runs for this repository."""

    system: str
    path: Path
    stages: tuple[Stage, ...]


def read(project: Project) -> tuple[Pipeline, ...]:
    """Every pipeline of the repository, in the order of the questions' choices."""
    readers = (
        ("github", Path(".github/workflows/ci.yml"), github.jobs),
        ("gitlab", Path(".gitlab-ci.yml"), gitlab.jobs),
        ("jenkins", Path("Jenkinsfile"), jenkins.jobs),
        ("azure-devops", Path("azure-pipelines.yml"), azure_devops.jobs),
    )
    return tuple(
        Pipeline(system=system, path=path, stages=named(reader(project, path)))
        for system, path, reader in readers
        if path in project.files
    )

"""The pipelines of a repository as one graph of stages, whichever systems they are written for.

GitHub Actions, GitLab CI, Jenkins and Azure Pipelines say in four languages what runs when, after what, with whose
approval and with which image. Read back into stages, they can be compared. A stage is named for what it does (`image`,
`dev`, `rollback prod`), not for what a file calls it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scaffolder.formats import jenkinsfile
from scaffolder.formats.jenkinsfile import Problem
from scaffolder.model import Blocked
from scaffolder.repository import files
from scaffolder.repository.environments import ENVIRONMENTS
from scaffolder.repository.pipelines import azure_devops, github, gitlab, jenkins
from scaffolder.repository.pipelines.job import BY_HAND, EVERY_CHANGE, MAIN, NIGHTLY, PULL_REQUEST, WEEKLY
from scaffolder.repository.pipelines.stage import Stage, named
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Unreadable

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
    "refused",
    "stages",
]


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """What one system runs for this repository."""

    system: str
    path: Path
    stages: tuple[Stage, ...]


def stages(project: Project) -> tuple[Pipeline, ...]:
    """Every pipeline that can be read as stages of make targets: ours, and those that are written alike.

    Raises:
        Blocked: a pipeline does not parse.
    """
    try:
        found = project.once("stages", lambda: read(project))
    except Unreadable as error:
        raise Blocked("a pipeline does not parse: see SY002 and CI005") from error
    except (LookupError, TypeError, AttributeError, ValueError, StopIteration, RuntimeError, OSError):
        return ()  # written in another way than stages of make targets
    return tuple(one for one in found if one.stages)


def refused(project: Project, file: Path) -> tuple[Problem, ...]:
    """What Jenkins would refuse in a Jenkinsfile, or regret."""
    return jenkinsfile.problems(project.text(file))


def read(project: Project) -> tuple[Pipeline, ...]:
    """Every pipeline of the repository, in the order of the questions' choices.

    Raises:
        Unreadable: one does not parse.
    """
    readers = (
        ("github", files.github_workflows(project), (".github/workflows/ci.yml", ".github/workflows/ci.yaml"), github),
        ("gitlab", files.gitlab_pipelines(project), (".gitlab-ci.yml", ".gitlab-ci.yaml"), gitlab),
        ("jenkins", files.jenkinsfiles(project), ("Jenkinsfile",), jenkins),
        ("azure-devops", files.azure_pipelines(project), ("azure-pipelines.yml", "azure-pipelines.yaml"), azure_devops),
    )
    found = []
    for system, paths, names, reader in readers:
        for path in [file for file in paths if file.as_posix() in names][:1]:
            found.append(Pipeline(system=system, path=path, stages=named(reader.jobs(project, path))))
    return tuple(found)

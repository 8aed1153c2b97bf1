"""The pipelines of a repository as one graph of stages, whichever systems they are written for.

Each CI system has a language of its own for order, approvals and images. Read back into stages,
pipelines can be compared. A stage is named for its purpose (`image`, `dev`, `rollback prod`), not
for its name in a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scaffolder.model import Blocked
from scaffolder.repository import files
from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.repository.ci.job import BY_HAND, EVERY_CHANGE, MAIN, NIGHTLY, PULL_REQUEST, WEEKLY
from scaffolder.repository.ci.system import WrittenPipeline
from scaffolder.repository.environments import ENVIRONMENTS, promoted
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
    "stages",
]


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """The stages that one system runs for this repository."""

    system: str
    path: Path
    stages: tuple[Stage, ...]


def stages(project: Project) -> tuple[Pipeline, ...]:
    """Return every pipeline that can be read as stages of make targets: ours, and similar ones.

    Raises:
        Blocked: a pipeline does not parse.

    """
    try:
        found = project.once("stages", lambda: read(project))
    except Unreadable as error:
        raise Blocked("a pipeline does not parse: see SY002 and CI005") from error
    except (
        LookupError,
        TypeError,
        AttributeError,
        ValueError,
        StopIteration,
        RuntimeError,
        OSError,
    ):
        return ()  # written in another way than stages of make targets
    return tuple(one for one in found if one.stages)


def read(project: Project) -> tuple[Pipeline, ...]:
    """Every pipeline of the repository, in the order of the questions' choices.

    Raises:
        Unreadable: one does not parse.

    """
    found = []
    known = promoted(project)
    for name, system in CI_SYSTEMS.items():
        paths = files.pipelines_of(project, name)
        for path in [file for file in paths if file.as_posix() in system.FIRST][:1]:
            written = WrittenPipeline(project=project, path=path, files=paths, environments=known)
            found.append(
                Pipeline(system=name, path=path, stages=named(system.jobs(written), known))
            )
    return tuple(found)

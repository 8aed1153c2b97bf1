"""Run `scaffold rehearse`: apply the Terraform code, plan again, destroy, without a cloud."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from scaffolder.checks import page
from scaffolder.errors import AnswersError, ExitCode, ProjectError, ToolMissing
from scaffolder.repository import rehearsals, settings
from scaffolder.repository.project import Project
from scaffolder.tools import installation, rehearsal, terraform
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import TERRAFORM
from scaffolder.tools.rehearsal import Rehearsed, Target
from scaffolder.tools.toolchain import Toolchain

CANNOT_KNOW = (
    "value rules: ranges and formats that only the real provider checks",
    "defaults that a provider or a cloud chooses, and names that are taken elsewhere",
    "permissions (IAM, role assignments), quotas, and how long a cloud takes",
)
"""Limits of every rehearsal, whatever its input."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """The scope of a rehearsal.

    `environment` narrows it; with `keep` nothing is destroyed; `cloud_file` is where the cloud is
    read from, if it is there, and written to.
    """

    path: Path
    environment: str = ""
    keep: bool = False
    cloud_file: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """The result of each root and environment; `folder` is the one that holds all roots."""

    project: str
    folder: Path
    terraform: str
    results: tuple[Rehearsed, ...]
    seconds: float
    kept: bool = False

    @property
    def cannot_know(self) -> tuple[str, ...]:
        """Return what this rehearsal could not tell."""
        types = sorted(set(chain.from_iterable(one.unknown_replacement for one in self.results)))
        made_up = sorted(set(chain.from_iterable(one.made_up for one in self.results)))
        found = list(CANNOT_KNOW)
        if types:
            found.append(f"whether a change replaces an object of {', '.join(types)}")
        if made_up:
            found.append(f"the answers of {', '.join(made_up)}: they are made up")
        return tuple(found)

    @property
    def stand_ins(self) -> tuple[str, ...]:
        """Return the variables that had no value of their own, sorted."""
        return tuple(sorted(set(chain.from_iterable(one.target.stand_ins for one in self.results))))

    @property
    def exit_code(self) -> ExitCode:
        """The worst that happened, as the table in `errors.py` has it."""
        if any(not one.clean for one in self.results):
            return ExitCode.FOUND
        if not any(one.judged for one in self.results):
            return ExitCode.NO_VERDICT
        return ExitCode.CLEAN


def rehearse(
    request: Request,
    toolchain: Toolchain,
    *,
    on_stage: Callable[[str, str], None] = lambda target, stage: None,
) -> Rehearsal:
    """Rehearse a repository; nothing in it is changed.

    Raises:
        ProjectError: the repository does not exist, or has no Terraform code.
        AnswersError: no root has values for the environment.
        DestinationError: the file of the cloud is none, or cannot be written.
        ToolMissing: Terraform or gRPC is not installed.

    """
    started = time.perf_counter()
    project, folder = _opened(request)
    targets = chosen(project, folder, request.environment)
    cloud = rehearsal.load(request.cloud_file) if request.cloud_file else rehearsal.Cloud()
    ready(toolchain)
    results = rehearsal.rehearse(
        toolchain,
        project.root / folder,
        targets,
        within=project.root,
        cloud=cloud,
        keep=request.keep,
        on_stage=on_stage,
    )
    if request.cloud_file:
        cloud.save(request.cloud_file)
    return Rehearsal(
        project=project.name,
        folder=folder,
        terraform=str(toolchain.find(TERRAFORM)),
        results=results,
        seconds=time.perf_counter() - started,
        kept=request.keep,
    )


def run(
    request: Request, commands: Sequence[str], toolchain: Toolchain
) -> tuple[CompletedRun, ...]:
    """Run commands of the repository, such as `make drift`, in the cloud, up to one that fails.

    They share one copy of the repository, in which they may write; the repository is not changed.

    Raises:
        ProjectError, AnswersError, DestinationError, ToolMissing: as `rehearse` does.
        ToolError: the code cannot be rehearsed, or the command does not end by itself.

    """
    project, folder = _opened(request)
    words = [shlex.split(command) for command in commands]
    if not all(words):
        raise AnswersError("--run names no command", hint="--run 'make tf-plan ENVIRONMENT=dev'")
    targets = chosen(project, folder, request.environment)
    cloud = rehearsal.load(request.cloud_file) if request.cloud_file else rehearsal.Cloud()
    ready(toolchain)
    done = rehearsal.run_commands(toolchain, project.root, folder, targets, words, cloud)
    if request.cloud_file:
        cloud.save(request.cloud_file)
    return done


def _opened(request: Request) -> tuple[Project, Path]:
    said = settings.load(request.path, sorted(page.ids()))
    project = Project(request.path, exclude=said.exclude, environments=said.environments)
    folder = rehearsals.folder_of(project)
    if folder is None:
        raise ProjectError(
            f"{request.path} holds no Terraform code",
            hint="scaffold rehearse PATH, with a repository that does",
        )
    return project, folder


def ready(toolchain: Toolchain) -> None:
    """Make sure that a rehearsal has what it needs.

    Raises:
        ToolMissing: Terraform or gRPC is not installed.

    """
    if toolchain.find(TERRAFORM) is None:
        raise ToolMissing("terraform is not installed", hint=TERRAFORM.how_to_get)
    if not rehearsal.can_run():
        raise ToolMissing(
            "a rehearsal needs the packages grpcio and msgpack",
            hint=installation.current().with_tools(),
        )


def chosen(project: Project, folder: Path, environment: str) -> tuple[Target, ...]:
    """Return what is rehearsed, all or what an environment needs.

    Raises:
        AnswersError: no root has values for the environment.

    """
    roots = terraform.roots(project.root / folder)
    every = rehearsals.targets(project, folder, roots)
    known = list(dict.fromkeys(one.environment for one in every if one.environment))
    if environment and environment not in known:
        named = ", ".join(known)
        raise AnswersError(
            f"no Terraform code has values for an environment {environment!r}",
            hint=f"--environment {known[0]}; there are {named}" if known else "leave it out",
        )
    return tuple(one for one in every if not environment or one.environment in ("", environment))

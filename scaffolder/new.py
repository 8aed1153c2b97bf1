"""Run `scaffold new`: render beside the destination, check, commit, move into place."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffolder.model import Report, Result
from scaffolder.repository import clouds
from scaffolder.repository.project import Project
from scaffolder.template import allowed_sources, render
from scaffolder.template.answers import Answer
from scaffolder.template.named_template import Named
from scaffolder.tools.git import FirstCommit, first_commit
from scaffolder.tools.toolchain import SystemToolchain, Toolchain


@dataclass(frozen=True, kw_only=True)
class Request:
    """The repository to make, its destination, and the steps to leave out."""

    answers: Mapping[str, Answer]
    destination: Path
    dry_run: bool = False
    force: bool = False
    no_check: bool = False
    no_git: bool = False
    require_tools: bool = False
    online: bool = False
    template: Named | None = None
    """The template that was named; None is that of this installation."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """The result: `seconds` is wall-clock time without checks; no report if nothing was checked."""

    request: Request
    plan: render.Plan
    files: tuple[Path, ...]
    seconds: float
    report: Report | None = None
    commit: FirstCommit | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return allowed answers that are probably a mistake."""
        given = self.request.answers
        return tuple(filter(None, [clouds.doubt_about(given.get("cloud"), given.get("region"))]))


def generate(
    request: Request, *, on_result: Callable[[Result], None] = lambda result: None
) -> Made:
    """Make the repository of `request`: complete at its destination, or not at all.

    A repository in which a check fails is made all the same, and the report has its findings: the
    user who asked for it can only fix an existing one.

    Raises:
        DestinationError: the destination is occupied or cannot be written.
        RenderError: the template does not render.

    """
    with SystemToolchain() as toolchain:
        return _generate(request, toolchain, on_result)


def _generate(request: Request, toolchain: Toolchain, on_result: Callable[[Result], None]) -> Made:
    started = time.perf_counter()
    render.refuse_occupied(request.destination, force=request.force)
    origin = request.template.origin if request.template else None
    with render.staged(request.answers, request.destination, origin) as rendered:
        plan = render.plan(rendered, request.destination)
        seconds = time.perf_counter() - started
        if request.dry_run:
            return Made(request=request, plan=plan, files=rendered.files, seconds=seconds)
        report = (
            None if request.no_check else _checked(rendered.folder, request, toolchain, on_result)
        )
        resumed = time.perf_counter()
        commit = (
            None
            if request.no_git
            else first_commit(
                rendered.folder, request.destination, toolchain, branch=_branch(rendered.files)
            )
        )
        render.move(rendered, request.destination, force=request.force)
        return Made(
            request=request,
            plan=plan,
            files=rendered.files,
            seconds=seconds + time.perf_counter() - resumed,
            report=report,
            commit=commit,
        )


def _branch(files: Iterable[Path]) -> str:
    """Return the branch that our template's pipelines, or a fork's, deploy from; "" for others."""
    return "main" if Path(allowed_sources.FILE) in set(files) else ""


def _checked(
    folder: Path, request: Request, toolchain: Toolchain, on_result: Callable[[Result], None]
) -> Report:
    from scaffolder import checks  # 0.1 s, and what is not to be checked does not need it

    return checks.run(
        Project(folder),
        checks.every(online=request.online),
        toolchain,
        require_tools=request.require_tools,
        on_result=on_result,
    )

"""What `scaffold check` does: ask every question, mend what needs no thought, and ask again."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from scaffolder import checks
from scaffolder.checks import duplicates
from scaffolder.model import Check, Edit, Report, Result
from scaffolder.repository import changed_files, environment_diff, fixes
from scaffolder.repository.project import Project
from scaffolder.tools.cache import Cache
from scaffolder.tools.toolchain import SystemToolchain, Toolchain

ROUNDS = 3
"""How often edits are made and the checks run again: an edit may make room for another, and then it is done."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be examined, by which checks, and what else is to be done.

    `today` is the day on which versions have to get fixes still and waivers to hold (None: the day
    of the run). `since` (a branch, tag or commit) narrows the report to what changed, as `only_changed` does
    since the default branch; `dry_run` shows what `fix` would do; `parity` is the file for the
    hashes of the environments.
    """

    path: Path
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    strict: bool = False
    require_tools: bool = False
    online: bool = False
    context: str = ""
    today: datetime.date | None = None
    parity: Path | None = None
    only_changed: bool = False
    since: str = ""
    cache: bool = True
    fix: bool = False
    dry_run: bool = False


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What was found in the end, what was mended on the way (or would be), and what could not be."""

    report: Report
    mended: tuple[fixes.Change, ...] = ()
    refused: tuple[fixes.Refusal, ...] = ()


def examine(
    request: Request, *, on_result: Callable[[Result], None] = lambda result: None
) -> Examined:
    """Examine a repository; only with `fix`, and without `dry_run`, is anything in it changed.

    Raises:
        AnswersError: a word of `select` or `ignore` is the start of no check's id.
        ProjectError: there is no repository, or it has no history to compare with.
        DestinationError: what is to be mended, or the file for the hashes, cannot be written.

    """
    chosen = checks.choose(
        select=request.select,
        ignore=request.ignore,
        online=request.online,
        context=request.context,
        today=request.today,
    )
    kept = Cache() if request.cache else None
    with SystemToolchain(kept) as toolchain:
        narrow = _narrowed(request, toolchain)

        def ask(project: Project) -> Report:
            return narrow(_asked(project, chosen, toolchain, request, kept, on_result))

        project = Project(request.path)
        report = ask(project)
        if request.parity:
            environment_diff.save(project, toolchain, request.parity)
        if not request.fix:
            return Examined(report=report)
        return _mended(request, project, report, ask)


def _mended(
    request: Request, project: Project, report: Report, ask: Callable[[Project], Report]
) -> Examined:
    mended: dict[Path, fixes.Change] = {}
    for _ in range(ROUNDS):
        plan = fixes.plan(project, _edits(report))
        if request.dry_run or not plan.changes:
            return Examined(
                report=report, mended=(*mended.values(), *plan.changes), refused=plan.refused
            )
        fixes.write(project, plan)
        for change in plan.changes:
            first = mended.get(change.path, change)
            mended[change.path] = replace(change, before=first.before)
        project = Project(request.path)
        report = ask(project)
    return Examined(
        report=report,
        mended=tuple(mended.values()),
        refused=fixes.plan(project, _edits(report)).refused,
    )


def _edits(report: Report) -> Iterable[Edit]:
    return (
        edit for result in report.results for finding in result.findings for edit in finding.edits
    )


def _asked(
    project: Project,
    chosen: tuple[Check, ...],
    toolchain: Toolchain,
    request: Request,
    kept: Cache | None,
    on_result: Callable[[Result], None],
) -> Report:
    report = checks.run(
        project,
        chosen,
        toolchain,
        strict=request.strict,
        require_tools=request.require_tools,
        cache=kept,
        on_result=on_result,
    )
    return duplicates.folded(replace(report, folder=_folder(project.root)))


def _narrowed(request: Request, toolchain: Toolchain) -> Callable[[Report], Report]:
    """What leaves out the findings that nobody asked for; the history is read before the checks take their time."""
    if not (request.only_changed or request.since):
        return lambda report: report
    since = changed_files.changes(Project(request.path).root, toolchain, since=request.since)
    return lambda report: changed_files.only(since, report)


def _folder(root: Path) -> Path:
    """Where the project lies below the root of its Git repository; "." where it is that root, or in none."""
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    return root.relative_to(top)

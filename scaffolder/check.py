"""Run `scaffold check`: run all checks, apply safe fixes, then re-run the checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from scaffolder import checks
from scaffolder.checks import advice, duplicates, page
from scaffolder.model import Check, Edit, Report, Result
from scaffolder.repository import environment_diff, settings
from scaffolder.repository.project import Project
from scaffolder.repository.settings import Settings
from scaffolder.tools.cache import Cache
from scaffolder.tools.toolchain import SystemToolchain, Toolchain

if TYPE_CHECKING:
    from scaffolder.repository import baseline, fixes

ROUNDS = 3
"""The most rounds of edits and checks: an edit may make room for another one."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """The scope of a check run: the repository, the checks, and further work.

    `since` (a branch, tag or commit) narrows the report to changed files, as `only_changed` does
    since the default branch; `dry_run` shows what `fix` would do; `parity` is the file for the
    hashes of the environments. `baseline` is read, `write_baseline` written, as
    `repository/baseline` has it. The settings of the repository count if the request leaves them
    open.
    """

    path: Path
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    strict: bool = False
    require_tools: bool = False
    online: bool = False
    rehearse: bool = False
    context: str = ""
    parity: Path | None = None
    only_changed: bool = False
    since: str = ""
    cache: bool = True
    fix: bool = False
    dry_run: bool = False
    baseline: Path | None = None
    write_baseline: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Examined:
    """The final findings, the applied (or proposed) fixes, and the refused ones."""

    report: Report
    mended: tuple[fixes.Change, ...] = ()
    refused: tuple[fixes.Refusal, ...] = ()


def examine(
    request: Request, *, on_result: Callable[[Result], None] = lambda result: None
) -> Examined:
    """Examine a repository; only with `fix`, and without `dry_run`, is anything in it changed.

    Raises:
        AnswersError: a word of `select` or `ignore` is the start of no check's id.
        SettingsError: the settings of the repository cannot be read.
        ProjectError: the repository does not exist, has no history to compare with, or the baseline
        is
        none.
        DestinationError: a file to fix, or the file for the hashes or the baseline, cannot be
        written.

    """
    said = settings.load(request.path, sorted(page.ids()))
    chosen = _chosen(request, said)
    known = _baseline(request, said)
    kept = Cache() if request.cache else None
    with SystemToolchain(kept) as toolchain:
        narrow = _narrowed(request, toolchain)

        def ask(project: Project) -> Report:
            report = _asked(project, chosen, toolchain, request, said, kept, on_result)
            if known and not request.write_baseline:
                from scaffolder.repository import baseline

                report = baseline.only_new(project, report, known)
            return report if request.write_baseline else narrow(report)

        project = _opened(request.path, said)
        report = ask(project)
        if request.parity and not report.interrupted:
            environment_diff.save(project, toolchain, request.parity)
        examined = Examined(report=report)
        if request.fix and not report.interrupted:
            examined = _mended(request, said, project, report, ask)
        if request.write_baseline and not examined.report.interrupted:
            file = request.write_baseline
            examined = _written(file, _opened(request.path, said), examined, narrow)
        return examined if project.is_generated else _without_advice(examined, request, said)


def _without_advice(examined: Examined, request: Request, said: Settings) -> Examined:
    """Put the advice apart, but for the checks that the command line or the settings name."""
    if request.strict:
        return examined
    named = (*checks.words(request.select), *said.select, *said.severities)
    report = advice.apart(examined.report, asked=lambda check: advice.is_named(check, named))
    return replace(examined, report=report)


def _chosen(request: Request, said: Settings) -> tuple[Check, ...]:
    """Return the checks to run; one named whole on the command line runs even if ignored."""
    named = {word.upper() for word in checks.words(request.select)}
    ignored = (word for word in said.ignore if word not in named)
    return checks.choose(
        select=request.select or said.select,
        ignore=(*request.ignore, *ignored),
        online=request.online,
        rehearse=request.rehearse,
        context=request.context,
    )


def _baseline(request: Request, said: Settings) -> baseline.Baseline | None:
    if not (request.baseline or request.write_baseline or said.baseline):
        return None
    from scaffolder.repository import baseline  # most runs have none

    if request.baseline:
        return baseline.read(request.baseline)
    if request.write_baseline:
        if request.write_baseline.exists():
            baseline.read(request.write_baseline)  # no other file is overwritten
        return None
    return baseline.read(request.path / said.baseline) if said.baseline else None


def _opened(root: Path, said: Settings) -> Project:
    return Project(root, exclude=said.exclude, environments=said.environments)


def _written(
    file: Path, project: Project, examined: Examined, narrow: Callable[[Report], Report]
) -> Examined:
    from scaffolder.repository import baseline  # see `_baseline`

    known = baseline.write(project, examined.report, file)
    return replace(examined, report=narrow(baseline.only_new(project, examined.report, known)))


def _mended(
    request: Request,
    said: Settings,
    project: Project,
    report: Report,
    ask: Callable[[Project], Report],
) -> Examined:
    from scaffolder.repository import fixes  # for --fix alone

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
        project = _opened(request.path, said)
        report = ask(project)
    return Examined(
        report=report,
        mended=tuple(mended.values()),
        refused=fixes.plan(project, _edits(report)).refused,
    )


def _edits(report: Report) -> Iterable[Edit]:
    return chain.from_iterable(finding.edits for finding in report.findings())


def _asked(
    project: Project,
    chosen: tuple[Check, ...],
    toolchain: Toolchain,
    request: Request,
    said: Settings,
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
        partial=True,
    )
    results = (_as_said(result, project, said, request.strict) for result in report.results)
    report = replace(report, results=tuple(results), folder=_folder(project.root))
    if report.interrupted:
        ended = sum(result.reason != "interrupted" for result in report.results)
        note = (
            f"interrupted after {ended + len(report.inapplicable)} of {len(chosen)} checks: this"
            " report is partial"
        )
        report = replace(report, notes=(*report.notes, note))
    return duplicates.folded(report)


def _as_said(result: Result, project: Project, said: Settings, strict: bool) -> Result:
    """Return the result by the settings; programs may have looked into excluded folders."""
    return result.with_findings(
        (
            replace(finding, severity=said.severity_of(result.check.id, finding.severity))
            for finding in result.findings
            if finding.path not in project.excluded
        ),
        strict=strict,
    )


def _narrowed(request: Request, toolchain: Toolchain) -> Callable[[Report], Report]:
    """Return a filter for unrequested findings; the history is read before the slow checks."""
    if not (request.only_changed or request.since):
        return lambda report: report
    from scaffolder.repository import (
        changed_files,
    )  # and all of Git, which a whole report does not ask

    since = changed_files.changes(Project(request.path).root, toolchain, since=request.since)
    return lambda report: changed_files.only(since, report)


def _folder(root: Path) -> Path:
    """Return the project's folder below the root of its Git repository, or "."."""
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    return root.relative_to(top)

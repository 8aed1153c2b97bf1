"""Run checks over a project in parallel; the runner decides each outcome, not the check."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from scaffolder.checks import accepted, lost, page, snippets
from scaffolder.errors import ToolError, ToolMissing
from scaffolder.model import (
    Blocked,
    Check,
    Finding,
    Inapplicable,
    NotApplicable,
    Outcome,
    Report,
    Result,
    Severity,
    Verdict,
    outcome_of,
    visible,
)
from scaffolder.repository.facts import services
from scaffolder.repository.project import Project, is_vendored
from scaffolder.tools.cache import Cache, Contents
from scaffolder.tools.caching_toolchain import Keeping
from scaffolder.tools.toolchain import Toolchain

WORKERS = 4
"""Checks that run programs mostly wait, so a few more than a small machine's cores.

Checks that only read have one: threads of Python take turns, and turns cost a tenth of the CPU.
"""


def run(
    project: Project,
    checks: Sequence[Check],
    toolchain: Toolchain,
    *,
    strict: bool = False,
    require_tools: bool = False,
    cache: Cache | None = None,
    on_result: Callable[[Result], None] = lambda result: None,
    partial: bool = False,
) -> Report:
    """Every check's result, in the order of `checks`; `on_result` hears of each as it is done.

    A check that raises is inconclusive: SKIPPED if its tool is missing or another check has to pass
    first, BROKEN if the tool, or the check itself, failed. A check that has nothing to look at is
    named apart from the results, and SKIPPED if the template had made something for it. Tool output
    is kept in `cache` and taken from there, if present. An interrupt ends the run; with `partial`
    the report has what was known by then, and the other checks are SKIPPED.
    """
    started = time.perf_counter()
    contents = Contents()

    def one(check: Check) -> Result | Inapplicable:
        keeping = Keeping(toolchain, cache, contents) if cache else None
        result = _result(check, project, keeping or toolchain, strict=strict)
        if (
            keeping
            and isinstance(result, Result)
            and result.outcome in {Outcome.PASSED, Outcome.FAILED}
        ):
            keeping.keep()
        if isinstance(result, Result):
            on_result(result)
        return result

    workers = WORKERS if any(check.tool or check.cost for check in checks) else 1
    pool = ThreadPoolExecutor(workers, thread_name_prefix="check")
    asked: dict[int, Future[Result | Inapplicable]] = {}
    interrupted = False
    try:
        order = sorted(range(len(checks)), key=lambda number: -checks[number].cost)
        asked |= {number: pool.submit(one, checks[number]) for number in order}
        ended = tuple(asked[number].result() for number in range(len(checks)))
    except KeyboardInterrupt:
        if not partial:
            raise
        interrupted = True
        ended = tuple(_known(asked.get(number), check) for number, check in enumerate(checks))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    if cache:
        cache.prune()
    ended = lost.told(project, ended)
    results = accepted.applied(
        project, tuple(one for one in ended if isinstance(one, Result)), strict=strict
    )
    return Report(
        project=project.name,
        template=project.template,
        results=results,
        excerpts=snippets.around(project, results),
        pages=_pages(results),
        inapplicable=tuple(one for one in ended if isinstance(one, Inapplicable)),
        seconds=time.perf_counter() - started,
        strict=strict,
        require_tools=require_tools,
        interrupted=interrupted,
    )


def _known(asked: Future[Result | Inapplicable] | None, check: Check) -> Result | Inapplicable:
    """Return the outcome of a check that may have been interrupted."""
    if asked and asked.done() and not asked.cancelled() and not asked.exception():
        return asked.result()
    return Result(check=check, outcome=Outcome.SKIPPED, reason="interrupted")


def _result(
    check: Check, project: Project, toolchain: Toolchain, *, strict: bool
) -> Result | Inapplicable:
    started = time.perf_counter()

    def ended(outcome: Outcome, *, reason: str = "", tool_missing: bool = False) -> Result:
        return Result(
            check=check,
            outcome=outcome,
            seconds=time.perf_counter() - started,
            tool=_tool(check, toolchain),
            reason=visible(reason),
            tool_missing=tool_missing,
        )

    try:
        verdict = _verdict(check, project, toolchain)
    except NotApplicable as nothing:
        return Inapplicable(check=check, reason=visible(str(nothing)))
    except Blocked as unsettled:
        return ended(Outcome.SKIPPED, reason=str(unsettled))
    except ToolMissing as missing:
        return ended(Outcome.SKIPPED, reason=_sentence(missing), tool_missing=True)
    except ToolError as failed:
        return ended(Outcome.BROKEN, reason=_sentence(failed))
    except Exception as defect:  # noqa: BLE001, a defect of ours in one check must not hide the other verdicts
        return ended(
            Outcome.BROKEN, reason=f"the check itself failed: {type(defect).__name__}: {defect}"
        )
    worst = check.severity if project.is_generated else check.elsewhere or check.severity
    # A kustomization or a chart may deploy what others wrote; it is corrected where it comes from.
    ours = (finding for finding in verdict.findings if not is_vendored(finding.path))
    findings = tuple(sorted(_shown(finding, worst) for finding in ours))
    return Result(
        check=check,
        outcome=outcome_of(findings, strict=strict),
        seconds=time.perf_counter() - started,
        findings=findings,
        level=verdict.level,
        detail=visible(verdict.detail),
        limit=visible(verdict.limit),
        table=verdict.table,
        tool=_tool(check, toolchain),
    )


_COMPARING = frozenset({"AG", "EN"})
"""The families that hold services against each other."""


def _verdict(check: Check, project: Project, toolchain: Toolchain) -> Verdict:
    """Return the verdict of a check, if the repository is within the budget of a run.

    Findings stand in any case. A pass, or "not applicable", needs a repository that was read whole.

    Raises:
        Blocked: there is more than a run looks at.

    """
    if check.family in _COMPARING:
        project.budget.refuse_services(services.folders(project))
    try:
        verdict = check.run(project, toolchain)
    except NotApplicable as nothing:
        if project.cut:
            raise Blocked(project.cut) from nothing
        raise
    if project.cut and not verdict.findings:
        raise Blocked(project.cut)
    return verdict


def _shown(finding: Finding, worst: Severity) -> Finding:
    """Return the finding, at most as severe as its check allows, printable by a terminal.

    Its words may quote any file.
    """
    return replace(
        finding,
        severity=finding.severity.at_most(worst),
        message=visible(finding.message).strip(),
        fix=visible(finding.fix),
        related=tuple(replace(place, text=visible(place.text)) for place in finding.related),
    )


def _pages(results: Sequence[Result]) -> dict[str, str]:
    known = page.ids()
    found = [result.check.id for result in results if result.findings and result.check.id in known]
    return {
        check: f"{page.of(check).what}\n\n{page.of(check).why}\n\n{page.of(check).fix}"
        for check in found
    }


def _tool(check: Check, toolchain: Toolchain) -> str:
    program = toolchain.find(check.tool) if check.tool else None
    return str(program) if program else ""


def _sentence(error: ToolError) -> str:
    return f"{error.message} ({error.hint})" if error.hint else error.message

"""Run `scaffold update`, `add`, `remove` and `set`: plan, check if requested, and apply."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from scaffolder.errors import ExitCode, ToolCrashed
from scaffolder.model import Report, Result
from scaffolder.repository import clouds
from scaffolder.template.merged_branches import Older
from scaffolder.template.notes import NONE, Notes
from scaffolder.template.releases import Cached, Release
from scaffolder.tools.cache import Cache
from scaffolder.tools.toolchain import SystemToolchain, Toolchain
from scaffolder.update import engine, repository, restore
from scaffolder.update.engine import Difference, Plan, Request
from scaffolder.update.merge import Change, FileAction
from scaffolder.update.outside_git import Outside
from scaffolder.update.restore import Restored

if TYPE_CHECKING:
    from scaffolder.update.rehearsal import Effect

_MAKE_ROOM = "make room on the disk, or let TMPDIR name another folder; then the same again"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The changes of an update, done if `taken`; `text` is the `git diff`, if requested.

    `notes` tell what behaves otherwise afterwards, and what to do before the next deployment.
    `warning` is about the release of the repository, or "". `cached` is set if the template's host
    could not be read, after which only a dry run goes on. `effect` is the change in rehearsed
    environments, if requested. `outside` lists objects outside Git that keep the former answers.
    """

    root: Path
    name: str
    old: Release
    new: Release
    news: tuple[Release, ...]
    answers: tuple[Difference, ...]
    changes: tuple[Change, ...]
    taken: bool
    empty: bool
    text: str = ""
    report: Report | None = None
    notes: Notes = NONE
    cached: Cached | None = None
    warning: str = ""
    older: Older | None = None
    stale: bool = False
    effect: Effect | None = None
    outside: tuple[Outside, ...] = ()

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """Return the files that a person has to resolve."""
        return tuple(change for change in self.changes if change.fate is FileAction.CONFLICT)

    @property
    def exit_code(self) -> ExitCode:
        """Return FOUND if a conflict is left, else the checks' exit code."""
        if self.conflicts or (self.effect and self.effect.failed):
            return ExitCode.FOUND
        return self.report.exit_code if self.report else ExitCode.CLEAN


def update(
    request: Request,
    *,
    dry_run: bool = False,
    diff: bool = False,
    check: bool = False,
    rehearse: bool = False,
    on_result: Callable[[Result], None] = lambda result: None,
) -> Outcome:
    """Bring the repository to `request`, or only report the outcome (`dry_run`, `diff`).

    The checks run on the merged result before the repository is touched: with `check`, a failing
    one keeps it untouched, and in a dry run always. A result with conflicts cannot be checked,
    because its files do not parse: with `check` it is only reported. With `rehearse` the same holds
    for an update that would destroy something in an environment.

    Raises:
        ScaffolderError: and nothing was changed.

    """
    try:
        return _update(request, dry_run, diff, check, rehearse, on_result)
    except OSError as error:  # what is written into the repository has its own words for it
        raise _refused(error) from error


def _update(
    request: Request,
    dry_run: bool,
    diff: bool,
    check: bool,
    rehearse: bool,
    on_result: Callable[[Result], None],
) -> Outcome:
    only_told = dry_run or diff
    with (
        SystemToolchain(Cache()) as toolchain,
        engine.planned(request, toolchain, only_told=only_told) as plan,
    ):
        look = (check or dry_run or diff) and not plan.conflicts and not plan.empty
        report = engine.checked(plan, toolchain, on_result) if look else None
        text = engine.difference(plan) if diff else ""
        effect = _effect(plan, toolchain) if rehearse else None
        refused = report is not None and report.exit_code is not ExitCode.CLEAN
        refused = refused or (effect is not None and effect.failed)
        unchecked = (check or rehearse) and bool(plan.conflicts)
        take = not (only_told or plan.empty or refused or unchecked)
        if take:
            engine.take(plan)
        outcome = _outcome(plan, request, taken=take, text=text, report=report)
        return replace(outcome, effect=effect)


def _effect(plan: Plan, toolchain: Toolchain) -> Effect | None:
    """Return what the update would do to environments; None if its files do not parse."""
    from scaffolder.update import rehearsal  # with the model of a repository, which few need

    if plan.conflicts or plan.empty:
        return None
    return rehearsal.effect(plan, toolchain)


def abort(root: Path) -> Restored:
    """Take back the last update of the repository at `root`, which is not committed yet.

    Raises:
        UpdateError: there is none.

    """
    toolchain: Toolchain
    with SystemToolchain(Cache()) as toolchain:
        return restore.abort(repository.opened(root, toolchain))


def _refused(error: OSError) -> ToolCrashed:
    """Return the error of a file that the system did not let us write, before any change."""
    reason = error.strerror or str(error)
    if error.errno == errno.ENOENT and error.filename is None:
        reason = "no folder for temporary files can be written"  # tempfile lists all that it tried
    place = f"{error.filename}: " if error.filename else ""
    return ToolCrashed(f"nothing was changed: {place}{reason}", hint=_MAKE_ROOM)


def _doubt(plan: Plan) -> str:
    """Return a warning about a region that is given now and is probably a mistake."""
    now = {**plan.record.answers, **{one.name: one.after for one in plan.answers}}
    changed = {one.name for one in plan.answers}
    if not {"cloud", "region"} & changed:
        return ""
    return clouds.doubt_about(now.get("cloud"), now.get("region"))


def _outcome(
    plan: Plan, request: Request, *, taken: bool, text: str, report: Report | None
) -> Outcome:
    return Outcome(
        root=request.root,
        name=str(plan.record.answers.get("service_name", plan.repository.root.resolve().name)),
        old=plan.old,
        new=plan.new,
        news=plan.news,
        answers=plan.answers,
        changes=plan.merged.changes,
        taken=taken,
        empty=plan.empty,
        text=text,
        report=report,
        notes=NONE if plan.empty else plan.notes,
        cached=plan.cached,
        warning="; ".join(filter(None, (plan.warning, _doubt(plan)))),
        older=plan.older,
        stale=plan.record.stale,
        outside=() if plan.empty else plan.outside,
    )

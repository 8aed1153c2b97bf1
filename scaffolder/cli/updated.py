"""The report of an update, as text or JSON: release, answers, files, checks, notes, next steps."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scaffolder.cli import merged_branches, notes, releases
from scaffolder.cli import options as shared
from scaffolder.errors import ExitCode
from scaffolder.model import Result, counted, visible
from scaffolder.report import json as json_report
from scaffolder.report import text as text_report
from scaffolder.template import keep_list
from scaffolder.template.keep_list import CHECKS, ChecksOnly
from scaffolder.update import run
from scaffolder.update.engine import Difference, Request
from scaffolder.update.merge import Change, FileAction
from scaffolder.update.restore import Restored
from scaffolder.update.run import Outcome

if TYPE_CHECKING:
    from scaffolder.update.rehearsal import Effect  # with the model of a repository

_COLOURS = {
    FileAction.CONFLICT: "failed",
    FileAction.KEPT: "warning",
    FileAction.DELETED: "warning",
    FileAction.MERGED: "passed",
    FileAction.MOVED: "passed",
}


def options(function: shared.Command) -> shared.Command:
    """The options that update, add, remove and set have in common."""
    for option in (
        click.option("-q", "--quiet", is_flag=True, help="Only conflicts and what was kept."),
        click.option(
            "--format",
            "form",
            type=click.Choice(["text", "json"]),
            default="text",
            show_default=True,
        ),
        click.option(
            "--check",
            is_flag=True,
            help=(
                "Check the merged result first; if a check fails or cannot run for conflicts,"
                " change nothing."
            ),
        ),
        click.option(
            "--diff", is_flag=True, help="Show it as git diff does, check it, and change nothing."
        ),
        click.option(
            "--rehearse",
            is_flag=True,
            help=(
                "Show what Terraform would create, change and destroy; if it destroys, change"
                " nothing."
            ),
        ),
        click.option(
            "-n",
            "--dry-run",
            is_flag=True,
            help="Show the outcome for each file and check it; change nothing.",
        ),
    ):
        function = option(function)
    return function


def carried_out(request: Request, settings: dict[str, Any]) -> int:
    """Update by `request`, print the outcome, and return the exit code."""
    form, quiet = settings.pop("form"), settings.pop("quiet")
    with _progress(quiet=quiet, checks=any(settings.values())) as on_result:
        outcome = run.update(request, on_result=on_result, **settings)
    if form == "json":
        click.echo(json.dumps(_document(outcome), indent=2))
    elif lines := list(_lines(outcome, quiet=quiet)):
        click.echo("\n".join(lines))
    return outcome.exit_code


def of_checks(only: ChecksOnly, form: str) -> str:
    """Return the report of an update if only the checks were adopted: nothing is to do."""
    if form == "json":
        return json.dumps(
            {
                "version": 1,
                "project": only.name,
                "adopted": CHECKS,
                "from": only.release,
                "to": only.release,
                "releases": [],
                "cached": None,
                "answers": [],
                "notes": [],
                "note_problems": [],
                "files": [],
                "summary": _summary(()),
                "outside": [],
                "older": None,
                "record_is_stale": False,
                "warning": "",
                "taken": False,
                "exit_code": int(ExitCode.CLEAN),
                "diff": "",
                "check": None,
                "rehearsal": None,
            },
            indent=2,
        )
    return (
        f"{visible(only.name)}: only the checks were adopted, so no file here comes from the"
        f" template\n\n  nothing to do; nothing was changed\n\nNext    {keep_list.SCRIPT} pin"
        " git+https://…@vX.Y.Z, for another release of the checks"
    )


@contextmanager
def _progress(*, quiet: bool, checks: bool) -> Iterator[Callable[[Result], None]]:
    """Show on a terminal that the command works; with `checks` also how many are done."""
    if quiet:
        yield lambda result: None
    elif checks:
        from scaffolder.cli import summary  # 0.1 s, because it knows every check

        with summary.progress(quiet=False) as on_result:
            yield on_result
    else:
        with shared.working("comparing your files with the template"):
            yield lambda result: None


def of_abort(restored: Restored, form: str) -> str:
    """Return the report of `scaffold update --abort`, as text or JSON."""
    count = len(restored.files)
    if form == "json":
        saved = str(restored.saved) if restored.saved else None
        document = {"files": list(restored.files), "edited": list(restored.edited), "saved": saved}
        return json.dumps({"version": 1, **document, "exit_code": int(ExitCode.CLEAN)}, indent=2)
    verb, what = ("is", "it") if count == 1 else ("are", "them")
    said = f"  {counted(count, 'file')} {verb} as the last commit has {what}"
    if restored.saved:
        said += (
            f"\n  what you changed since in {visible(', '.join(restored.edited))} is in"
            f" {restored.saved}"
        )
        said += (
            f"\n\nNext    git apply --3way {shlex.quote(str(restored.saved))}, if you want it back"
        )
    return said


def _lines(outcome: Outcome, *, quiet: bool) -> Iterator[str]:
    if not quiet:
        yield from _heading(outcome)
    if outcome.warning:
        yield f"  {shared.paint('warning', 'warning')}   {outcome.warning}\n"
    if outcome.empty:
        yield from merged_branches.lines(outcome.older, outcome.old)
        stale = outcome.stale and not outcome.older and not quiet
        yield from merged_branches.stale_lines(stale=stale)
        return
    for change in _shown(outcome):
        if not quiet or change.fate in {FileAction.CONFLICT, FileAction.KEPT}:
            word = shared.paint(f"{change.fate:<9}", _COLOURS.get(change.fate, ""))
            yield (
                f"  {word}"
                f" {visible(change.path)}{f'   {visible(change.note)}' if change.note else ''}"
            )
    if outcome.text:
        # else it is a patch
        yield f"\n{visible(outcome.text) if sys.stdout.isatty() else outcome.text}"
    if not quiet:
        yield f"  {_counted(outcome)}"
    yield from _looked_at(outcome)
    yield from notes.lines(outcome.notes)  # also with --quiet: nothing else tells the owners
    yield from _outside_lines(outcome)
    if not quiet:
        yield ""
        yield from _next(outcome)
    first = "scaffold update --abort" if outcome.taken else ""
    yield from merged_branches.lines(outcome.older, outcome.old, first=first)


def _shown(outcome: Outcome) -> list[Change]:
    """Return the changes to show: of a moved file, its new path alone, which names the old one."""
    left = {change.origin for change in outcome.changes if change.origin}
    return [change for change in outcome.changes if change.path not in left]


def _looked_at(outcome: Outcome) -> Iterator[str]:
    """Yield the report of the checks and the rehearsal of the merged result."""
    if outcome.report:
        yield ""
        yield text_report.write(outcome.report, paint=shared.paint, width=shared.width())
    if outcome.effect:
        yield ""
        yield from _effect_lines(outcome.effect)


def _outside_lines(outcome: Outcome) -> Iterator[str]:
    """Yield the objects outside Git that keep the former answers.

    Also with --quiet: no check and no diff shows them.
    """
    if outcome.outside:
        yield f"\n{shared.paint('Outside Git', 'warning')}"
    for one in outcome.outside:
        yield f"\n  {visible(one.title)}"
        yield from (f"    {visible(item)}" for item in one.objects)
        yield f"\n    Do: {visible(one.do)}"


def _effect_lines(effect: Effect) -> Iterator[str]:
    """Yield what Terraform would do to the environments, most severe first."""
    for error in effect.errors:
        yield f"  {shared.paint('error', 'error')}     {visible(error)}"
    for one in sorted(effect.planned, key=lambda one: (not one.destroys, one.target)):
        word = "DESTROY" if one.action == "delete" else one.action.upper()
        label = shared.paint(f"{word:<9}", "error") if one.destroys else f"{one.action:<9}"
        yield f"  {label} {visible(f'{one.target}: {one.address}')}"
    for limit in effect.limits:
        yield visible(f"  not rehearsed: {limit}")
    lost = sum(one.destroys for one in effect.planned)
    yield (
        f"  rehearsed in {counted(effect.rehearsed, 'environment')}:"
        f" {len(effect.planned) - lost} created or changed, {lost} destroyed"
    )


def _heading(outcome: Outcome) -> Iterator[str]:
    if outcome.old == outcome.new:
        yield f"{visible(outcome.name)}: {outcome.new.tag}{_nothing(outcome)}"
    else:
        yield f"{visible(outcome.name)}: {outcome.old.tag} to {outcome.new.tag}"
    yield from releases.cached_lines(outcome.cached)
    yield from releases.lines(outcome.news)
    if outcome.answers:
        yield ""
        yield from (f"  {visible(_answer(difference))}" for difference in outcome.answers)
    if not outcome.empty:
        yield ""


def _nothing(outcome: Outcome) -> str:
    """Return why an update changes nothing; "" if it does."""
    if not outcome.empty:
        return ""
    return f", but files of {outcome.older.release.tag}" if outcome.older else ", nothing to do"


def _answer(difference: Difference) -> str:
    if difference.before is None:
        return f"{difference.name}: new question, {_value(difference.after)}"
    if difference.after is None:
        return f"{difference.name}: was {_value(difference.before)}, and is no longer asked"
    return f"{difference.name}: {_value(difference.before)}, now {_value(difference.after)}"


def _counted(outcome: Outcome) -> str:
    shown = _shown(outcome)
    counts = {fate: sum(change.fate is fate for change in shown) for fate in FileAction}
    words = ", ".join(f"{count} {fate}" for fate, count in counts.items() if count)
    return words if outcome.taken else f"{words}; nothing was changed"


def _next(outcome: Outcome) -> Iterator[str]:
    if not outcome.taken:
        if outcome.report is None:
            yield "  not checked: files with conflicts do not parse\n"
        yield "Next    the same without --dry-run, --diff and --check"
        return
    there = f"cd {shlex.quote(str(outcome.root))}, then " if outcome.root != Path() else ""
    if outcome.conflicts:
        yield (
            f"Next    {there}settle the conflicts (git diff), git add each file, then scaffold"
            " check and git commit"
        )
    else:
        yield f"Next    {there}git diff --cached, scaffold check, git commit"
    yield "        scaffold update --abort takes it back"


def _value(value: object) -> str:
    words = ",".join(str(item) for item in value) if isinstance(value, list) else str(value)
    return words or "empty"


def _document(outcome: Outcome) -> dict[str, Any]:
    return {
        "version": 1,
        "project": outcome.name,
        "from": outcome.old.tag,
        "to": outcome.new.tag,
        "releases": releases.document(outcome.news),
        "cached": releases.cached_document(outcome.cached),
        "answers": [
            {"name": one.name, "before": one.before, "after": one.after} for one in outcome.answers
        ],
        "notes": notes.document(outcome.notes),
        "note_problems": list(outcome.notes.problems),
        "files": [
            {"path": one.path, "state": str(one.fate), "note": one.note, "from": one.origin}
            for one in outcome.changes
        ],
        "summary": _summary(outcome.changes),
        "outside": [asdict(one) for one in outcome.outside],
        "older": merged_branches.document(outcome.older),
        "record_is_stale": outcome.stale,
        "warning": outcome.warning,
        "taken": outcome.taken,
        "exit_code": int(outcome.exit_code),
        "diff": outcome.text,
        "check": json_report.document(outcome.report) if outcome.report else None,
        "rehearsal": _effect_document(outcome.effect) if outcome.effect else None,
    }


def _summary(changes: Sequence[Change]) -> dict[str, int]:
    """Return how many files have each state.

    `clean` is the former name of `updated`, for programs that read it.
    """
    counts = {str(fate): sum(one.fate is fate for one in changes) for fate in FileAction}
    return {**counts, "clean": counts[FileAction.UPDATED]}


def _effect_document(effect: Effect) -> dict[str, Any]:
    return {
        "rehearsed": effect.rehearsed,
        "planned": [asdict(one) for one in effect.planned],
        "errors": list(effect.errors),
        "not_rehearsed": list(effect.limits),
    }

"""`scaffold status`: the state of a generated repository."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import click

from scaffolder import status
from scaffolder.cli import merged_branches, notes, options, releases
from scaffolder.errors import ExitCode
from scaffolder.model import counted, visible
from scaffolder.status import ChecksStatus, Status
from scaffolder.template import keep_list
from scaffolder.template.keep_list import CHECKS
from scaffolder.tools.toolchain import SystemToolchain


@click.command("status", short_help="Which release a repository is at, and what was edited.")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option(
    "--exit-code", is_flag=True, help="Exit 1 if a newer release exists. Edits do not count."
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.option(
    "-v",
    "--verbose",
    is_flag=True,
    help=(
        "Also the files that the template does not know, and the notes of the releases that are"
        " taken."
    ),
)
@options.directory
@options.no_color
@options.debug
def command(path: Path, exit_code: bool, form: str, verbose: bool) -> int:
    """Show the release of the repository at PATH (default: here), newer ones, and edited files."""
    if checks := status.of_checks(path):
        click.echo(
            json.dumps(_document_of_checks(checks), indent=2)
            if form == "json"
            else "\n".join(_lines_of_checks(checks))
        )
        return ExitCode.CLEAN
    with SystemToolchain() as toolchain:
        found = status.of(path, toolchain, taken=verbose)
    code = _code(found) if exit_code else ExitCode.CLEAN
    click.echo(
        json.dumps(_document(found, code), indent=2)
        if form == "json"
        else "\n".join(_lines(found, path, verbose))
    )
    return code


def _lines_of_checks(found: ChecksStatus) -> Iterator[str]:
    yield f"{visible(found.name)}: only the checks, adopted with {found.release}"
    yield ""
    for word, names in (("edited", found.edited), ("deleted", found.deleted)):
        yield from (f"  {options.paint(f'{word:<9}', 'warning')} {visible(name)}" for name in names)
    same = len(found.files) - len(found.edited)
    yield (
        f"  {counted(len(found.files), 'file')} of the job: {same} as written; no file comes from"
        " the template"
    )
    if found.baseline:
        yield f"  {keep_list.BASELINE} holds back the findings of the day of the adoption"
    if not found.pinned:
        yield ""
        yield (
            f"Next    {keep_list.SCRIPT} pin git+https://…@vX.Y.Z: without it the job checks"
            " nothing and fails"
        )


def _document_of_checks(found: ChecksStatus) -> dict[str, object]:
    """Return the keys of every status, and what was adopted."""
    return {
        "version": 1,
        "project": found.name,
        "adopted": CHECKS,
        "release": found.release,
        "newest": found.release,
        "releases": [],
        "cached": None,
        "notes": [],
        "note_problems": [],
        "generated": 0,
        "edited": list(found.edited),
        "deleted": list(found.deleted),
        "kept": [],
        "not_taken": 0,
        "unmanaged": [],
        "older": None,
        "record_is_stale": False,
        "warning": "",
        "job": list(found.files),
        "pinned": found.pinned,
        "baseline": found.baseline,
        "exit_code": int(ExitCode.CLEAN),
    }


def _code(found: Status) -> ExitCode:
    """FOUND for a newer release; what a host that cannot be read has is not known."""
    if found.newer:
        return ExitCode.FOUND
    return ExitCode.NO_VERDICT if found.cached else ExitCode.CLEAN


def _lines(found: Status, path: Path, verbose: bool) -> Iterator[str]:
    news = (
        f"{found.newer[-1].tag} is out"
        if found.newer
        else ("the newest release known" if found.cached else "the newest release")
    )
    yield f"{visible(found.name)}: {found.release.tag}, {news}"
    yield from releases.cached_lines(found.cached)
    yield from releases.lines(found.newer)
    if found.warning:
        yield f"\n  {options.paint('warning', 'warning')}   {visible(found.warning)}"
    yield ""
    files = [("edited", found.edited), ("deleted", found.deleted), ("kept", found.kept)]
    for word, names in [*files, *([("unmanaged", found.unmanaged)] if verbose else [])]:
        yield from (f"  {options.paint(f'{word:<9}', 'warning')} {visible(name)}" for name in names)
    same = found.generated - len(found.edited) - len(found.deleted) - found.not_taken
    numbers = (
        ("edited", len(found.edited)),
        ("deleted", len(found.deleted)),
        ("left out for yours", found.not_taken),
    )
    counts = [f"{same} as generated", *(f"{number} {word}" for word, number in numbers if number)]
    yield (
        f"  {found.generated} files of the template: {', '.join(counts)}; {len(found.unmanaged)}"
        " unmanaged"
    )
    yield from merged_branches.lines(found.older, found.release)
    yield from merged_branches.stale_lines(
        stale=found.stale and not found.older and not found.newer
    )
    yield from notes.lines(found.taken, f"Notes of the releases up to {found.release.tag}")
    yield from notes.lines(found.notes)
    if found.newer:
        yield (
            "\nNext    scaffold update"
            f" --dry-run{f' {shlex.quote(str(path))}' if path != Path() else ''}"
        )


def _document(found: Status, code: ExitCode) -> dict[str, object]:
    return {
        "version": 1,
        "project": found.name,
        "release": found.release.tag,
        "newest": (found.newer or (found.release,))[-1].tag,
        "releases": releases.document(found.newer),
        "cached": releases.cached_document(found.cached),
        "notes": notes.document(found.notes),
        "note_problems": list(found.notes.problems),
        "generated": found.generated,
        "edited": list(found.edited),
        "deleted": list(found.deleted),
        "kept": list(found.kept),
        "not_taken": found.not_taken,
        "unmanaged": list(found.unmanaged),
        "older": merged_branches.document(found.older),
        "record_is_stale": found.stale,
        "warning": found.warning,
        "exit_code": int(code),
    }

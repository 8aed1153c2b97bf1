"""`scaffold adopt`: a repository that was not generated, brought under the template."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from scaffolder.adopt import branch, propose, run
from scaffolder.adopt.found import Found
from scaffolder.adopt.layout import FileAction, Placed
from scaffolder.adopt.propose import Proposal
from scaffolder.adopt.run import Adoption, Scope
from scaffolder.cli import options, prompts, summary
from scaffolder.cli.new import question_options
from scaffolder.errors import ExitCode
from scaffolder.model import counted
from scaffolder.report import json as json_report
from scaffolder.report import text as text_report
from scaffolder.repository.project import PROPOSED
from scaffolder.template import answers


@click.command("adopt", short_help="Bring a repository that was not generated under the template.")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option(
    "-d", "--data", multiple=True, metavar="KEY=VALUE", help="An answer; may be given again."
)
@click.option(
    "--data-file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Answers as YAML.",
)
@click.option(
    "--preset",
    metavar="NAME",
    help="Answers for what the repository leaves open: scaffold list presets.",
)
@click.option(
    "--only",
    "only",
    type=click.Choice([str(Scope.CHECKS)]),  # of an enum, click takes the name
    help="A record, one CI job and a baseline: the proposal where there is a pipeline.",
)
@click.option("--everything", is_flag=True, help="The whole template.")
@click.option(
    "-n", "--dry-run", is_flag=True, help="Only print the findings and the files to be written."
)
@click.option("--no-check", is_flag=True, help="Do not check the result.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@options.directory
@options.no_color
@options.debug
def command(
    path: Path,
    data: tuple[str, ...],
    data_file: Path | None,
    preset: str | None,
    only: str | None,
    everything: bool,
    form: str,
    dry_run: bool,
    no_check: bool,
    **flags: Any,
) -> int:
    """Adopt the repository at PATH (default: here): commit the missing files to a branch.

    The branch is scaffold/adopt. None of your files is written to: if the template has another
    version of one, it goes beside it as *.scaffold-new. Answers come from the repository; a flag
    overrides one. If you have a pipeline of your own, only the checks are proposed.
    """
    if only and everything:
        raise click.UsageError("--only checks and --everything exclude each other")
    ask = form == "text" and not dry_run and options.interactive()
    with summary.progress(quiet=form == "json") as on_result:
        made = run.adopt(
            path,
            prompts.named(flags, data, data_file),
            usual=prompts.usual(preset),
            scope=Scope.EVERYTHING if everything else Scope(only) if only else None,
            dry_run=dry_run,
            no_check=no_check,
            agreed=_agreed if ask else lambda proposal: True,
            on_result=on_result,
        )
    if made is None:
        click.echo("nothing was written; a flag for each answer: scaffold adopt --help")
        return ExitCode.CLEAN
    click.echo(
        json.dumps(_document(made), indent=2) if form == "json" else "\n".join(_lines(made, path))
    )
    return made.exit_code


command.params[1:1] = [
    *question_options(),
    click.Option(
        ["--service-name", "service_name"],
        multiple=True,
        metavar="VALUE",
        help=f"{answers.questions()[0].help}.",
    ),
]


def _agreed(proposal: Proposal) -> bool:
    click.echo("\n".join(_found(proposal)), err=True)
    return click.confirm("\nTake these answers?", default=True, err=True)


def _found(proposal: Proposal) -> Iterator[str]:
    for one in (*proposal.there, *proposal.found):
        where = ", ".join(str(place) for place in one.places[:3]) or one.note
        note = f"   ({one.note})" if one.note and one.places else ""
        yield f"  {one.name:<16} {one.value or '-':<22} {where}{note}"


def _lines(made: Adoption, path: Path) -> Iterator[str]:
    yield f"{made.proposal.answers['service_name']}: found in {path}"
    yield ""
    yield from _found(made.proposal)
    yield ""
    yield from _written(made)
    yield from (f"  note      {note}" for note in made.notes)
    yield ""
    if made.report:
        yield text_report.write(made.report, paint=options.paint, width=options.width())
        yield ""
    yield from _next(made, path)


def _written(made: Adoption) -> Iterator[str]:
    """Yield what is new, and what is beside a file or folder that is there."""
    new = [one.target for one in made.layout.of(FileAction.NEW)]
    beside = made.layout.of(FileAction.BESIDE)
    if made.scope is Scope.CHECKS:
        yield from (f"  new       {name}" for name in new)
    else:
        yield f"  new       {counted(len(new) + len(made.scripts) + 1, 'file')}: {_folders(new)}"
    for one in beside:
        if PROPOSED + "/" not in one.target:
            why = f"yours is {one.yours}" if one.yours else one.reason
            yield f"  beside    {one.target}" + (f"   {why}" if why else "")
    for folder in sorted({one.target.partition(PROPOSED)[0] for one in beside}):
        inside = [one for one in beside if one.target.startswith(f"{folder}{PROPOSED}/")]
        if inside:
            yield f"  beside    {folder}{PROPOSED}/   {counted(len(inside), 'file')}"
    yield from (f"  for yours {name}" for name in made.scripts)


def _next(made: Adoption, path: Path) -> Iterator[str]:
    if made.commit:
        yield (
            f"  on branch {branch.NAME}, commit {made.commit[:12]}; your files and {made.current}"
            " are as they were"
        )
        yield ""
        there = f"cd {shlex.quote(str(path))}      " if path != Path() else ""
        looks = f"scaffold check      git diff {made.current}...{branch.NAME}"
        yield f"Next    {there}git switch {branch.NAME}      {looks}"
    else:
        yield "  nothing was written"
        yield ""
        yield "Next    the same without --dry-run"
    yield f"Again   {propose.command_line(str(path), made.proposal, _flag(made))}"
    if made.scope is Scope.CHECKS:
        yield "Or      scaffold adopt --everything, for the whole template"


def _flag(made: Adoption) -> str:
    return "--only checks" if made.scope is Scope.CHECKS else "--everything"


def _folders(files: list[str]) -> str:
    return ", ".join(
        dict.fromkeys(name.split("/")[0] + ("/" if "/" in name else "") for name in sorted(files))
    )


def _document(made: Adoption) -> dict[str, Any]:
    return {
        "version": 1,
        "project": made.proposal.answers["service_name"],
        "scope": str(made.scope),
        "answers": dict(made.proposal.answers),
        "found": [_one(one) for one in (*made.proposal.there, *made.proposal.found)],
        "files": [_file(one) for one in made.layout.files],
        "kept": list(made.layout.kept),
        "notes": list(made.notes),
        "branch": branch.NAME if made.commit else "",
        "commit": made.commit,
        "exit_code": int(made.exit_code),
        "check": json_report.document(made.report) if made.report else None,
    }


def _file(placed: Placed) -> dict[str, str]:
    return {
        "path": placed.path,
        "target": placed.target,
        "state": str(placed.fate),
        "yours": placed.yours,
        "reason": placed.reason,
    }


def _one(found: Found) -> dict[str, Any]:
    return {
        "name": found.name,
        "value": found.value,
        "places": [{"path": place.path.as_posix(), "line": place.line} for place in found.places],
        "note": found.note,
    }

"""`scaffold lab report` and `bundle`: for who teaches a room."""

from __future__ import annotations

import json
from pathlib import Path

import click

from scaffolder.cli import options
from scaffolder.model import counted, visible


@click.command("report")
@click.argument(
    "folders",
    metavar="DIR...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@options.debug
def report(folders: tuple[Path, ...], form: str) -> None:
    """Show how far each student is, from the folders that they handed in.

    A folder is a lab-work, or holds one. Its name is all that is shown of a student.
    """
    from scaffolder.lab import report as reporting  # a student's command needs none of it

    room = reporting.read(folders)
    if form == "json":
        click.echo(json.dumps(reporting.document(room), indent=2))
        return
    click.echo(f"{'student':<20} {'lab':<28} {'state':<22} {'min':>4} {'hints':>5}  red most often")
    for row in room.rows:
        minutes = "" if row.minutes is None else str(row.minutes)
        line = f"{row.student:<20} {row.unit:<28} {row.word:<22} {minutes:>4} {row.hints:>5}"
        click.echo(visible(f"{line}  {row.stuck}".rstrip()))
    for student, reason in room.unreadable:
        click.echo(visible(f"{student:<20} {reason}"))
    students = len({row.student for row in room.rows})
    for unit, title, number in room.stuck:
        click.echo(visible(f"{number} of {students} are red at {title!r} of {unit}"))


@click.command("bundle")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--track",
    "tracks",
    multiple=True,
    metavar="NAME",
    help="A track whose runtimes are added: java, node. Default: none.",
)
@click.option(
    "--wheel",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The wheel of scaffolder; needed if it was installed from an index.",
)
@options.debug
def bundle(folder: Path, tracks: tuple[str, ...], wheel: Path | None) -> None:
    """Download what a room without a network needs into DIR: packages, runtimes, checksums.

    The files are for machines like this one: the same system, processor and version of Python.
    """
    from scaffolder.lab import bundle as bundling  # the other commands of the lab need none of it

    made = bundling.make(folder, tracks, wheel)
    click.echo(f"{counted(len(made.files), 'file')}, {made.size / 1_000_000:.0f} MB in {folder}")
    click.echo(f"for {bundling.machine()}")
    click.echo("in the room, in a copy of this folder:")
    for one in made.commands:
        click.echo(f"  {one}")


COMMANDS = (report, bundle)

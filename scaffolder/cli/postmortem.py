"""`scaffold postmortem new`: a post-mortem whose timeline comes from records."""

from __future__ import annotations

from pathlib import Path

import click

from scaffolder.cli import options
from scaffolder.model import counted, visible
from scaffolder.operate import postmortem
from scaffolder.repository import settings
from scaffolder.tools.toolchain import SystemToolchain


@click.group("postmortem", short_help="Write a post-mortem with its timeline filled in.")
def command() -> None:
    """Write down what an incident taught; people are named by role."""


@command.command("new")
@click.argument("title")
@click.option(
    "--records",
    multiple=True,
    required=True,
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help='JSON lines: {"at": TIME, "event": KIND, "text": …}. Repeatable.',
)
@options.directory
@options.debug
def new(title: str, records: tuple[Path, ...]) -> None:
    """Copy docs/postmortems/TEMPLATE.md; the timeline is what Git and the records tell.

    KIND is deploy, alert, action, rollback, resolved, commit or note. TITLE is what users saw.
    """
    with SystemToolchain() as toolchain:
        written = postmortem.new(settings.root_of(Path()), title, records, toolchain)
    click.echo(visible(f"wrote {written.path}: {counted(len(written.events), 'event')}"))
    click.echo("Next: what users saw in numbers, what made it possible, and two actions")

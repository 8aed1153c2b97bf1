"""`scaffold update`: merge a newer release of the template into a repository with edits."""

from __future__ import annotations

from pathlib import Path

import click

from scaffolder.cli import options, prompts, updated
from scaffolder.errors import ExitCode
from scaffolder.template import keep_list
from scaffolder.update import run
from scaffolder.update.engine import Request


@click.command("update", short_help="Take a newer release of the template.")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--to", default="", metavar="VERSION", help="This release, not the newest.")
@click.option(
    "-d", "--data", multiple=True, metavar="KEY=VALUE", help="An answer; may be given again."
)
@click.option(
    "--abort", is_flag=True, help="Take back the last update, which is not committed yet."
)
@updated.options
@options.directory
@options.no_color
@options.debug
def command(path: Path, to: str, data: tuple[str, ...], abort: bool, **settings: bool | str) -> int:
    """Merge a newer release of the template into the repository at PATH (default: here).

    Your edits stay. Where you and the template changed the same lines, both are left between
    markers, and the exit code is 1. Nothing is committed: git diff --cached shows the update.
    """
    if abort:
        if to or data or any(settings[name] for name in ("dry_run", "diff", "check")):
            raise click.UsageError(
                "--abort takes the last update back, and goes with no other option"
            )
        click.echo(updated.of_abort(run.abort(path), str(settings["form"])))
        return ExitCode.CLEAN
    if only := keep_list.checks_only(path):
        click.echo(updated.of_checks(only, str(settings["form"])))
        return ExitCode.CLEAN
    return updated.carried_out(Request(root=path, to=to, given=prompts.pairs(data)), settings)

"""`scaffold rehearse`: apply, plan again and destroy the Terraform code, without an account."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click

from scaffolder.cli import options
from scaffolder.errors import ExitCode
from scaffolder.rehearse import Request, document, rehearse, run, text
from scaffolder.repository import settings
from scaffolder.tools.toolchain import SystemToolchain


@click.command(
    "rehearse", short_help="Apply, plan again and destroy the Terraform in a cloud that is a file."
)
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option(
    "--environment",
    default="",
    metavar="NAME",
    help="Only this environment, and the roots that all share.",
)
@click.option(
    "--keep", is_flag=True, help="Do not destroy; with --cloud-file the next run goes on."
)
@click.option(
    "--cloud-file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Read the cloud from FILE if it is there, and write it there at the end.",
)
@click.option(
    "--run",
    "own",
    multiple=True,
    metavar="COMMAND",
    help="Instead, run a command of the repository there: --run 'make drift ENVIRONMENT=dev'.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@options.directory
@options.no_color
@options.debug
def command(
    path: Path | None,
    environment: str,
    keep: bool,
    cloud_file: Path | None,
    own: tuple[str, ...],
    form: str,
    quiet: bool,
) -> int:
    """Apply, plan again and destroy the Terraform of the repository at PATH without an account.

    It needs no account and no provider, and changes nothing in the repository. Each root is taken
    with the values of each environment. An unprotected object that stays, and a change of a second
    plan, are errors. docs/rehearse.md lists the limits of a rehearsal.
    """
    request = Request(
        path=path or settings.root_of(Path()),
        environment=environment,
        keep=keep,
        cloud_file=cloud_file,
    )
    if own:
        return _run(request, own)
    with SystemToolchain() as toolchain, _progress(quiet=quiet) as on_stage:
        found = rehearse(request, toolchain, on_stage=on_stage)
    if form == "json":
        click.echo(json.dumps(document.of(found), indent=2))
    else:
        click.echo("\n".join(text.lines(found, options.paint)))
    return found.exit_code


def _run(request: Request, own: Sequence[str]) -> int:
    """Print what commands of the repository printed; any exit code but 0 is "found"."""
    with SystemToolchain() as toolchain:
        ended = run(request, own, toolchain)
    for done in ended:
        click.echo(done.stdout, nl=False)
        click.echo(done.stderr, nl=False, err=True)
    return ExitCode.FOUND if any(done.exit_code for done in ended) else ExitCode.CLEAN


@contextlib.contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[str, str], None]]:
    """Name the stage that runs on stderr if it is a terminal; one line, gone at the end."""
    if quiet or not options.live():
        yield lambda target, stage: None
        return
    room = options.width() - 1  # a full line would be wrapped, and stay

    def on_stage(target: str, stage: str) -> None:
        click.echo(f"\r{f'  {stage}: {target}'[:room]:<{room}}", nl=False, err=True)

    try:
        yield on_stage
    finally:
        click.echo(f"\r{'':<{room}}\r", nl=False, err=True)

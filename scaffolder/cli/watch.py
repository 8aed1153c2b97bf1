"""`scaffold watch`: a fault of the service on its way to the team's chat, on this machine."""

from __future__ import annotations

import json
from pathlib import Path

import click

from scaffolder.cli import options
from scaffolder.errors import ExitCode
from scaffolder.model import visible
from scaffolder.repository import settings
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.watch import configuration, script, stack
from scaffolder.watch.shorten import SCALE
from scaffolder.watch.story import Event

_WORDS = {
    "fault": "fault",
    "message": "chat",
    "resolved": "chat",
    "fixed": "fixed",
}


@click.command("watch", short_help="See a fault reach the team's chat, on this machine.")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option(
    "--script",
    "steps",
    metavar="STEPS",
    help="Cause and end faults at these seconds: fail:5,fix:20. The faults are fail, slow and "
    "stop; fix ends them.",
)
@click.option(
    "--duration", type=click.FloatRange(min=1), metavar="SECONDS", help="End after SECONDS."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="The port of the page. Default: a free one.",
)
@click.option(
    "--environment",
    metavar="NAME",
    default="local",
    show_default=True,
    help="The environment that the messages name.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@options.directory
@options.no_color
@options.debug
def command(
    path: Path | None,
    steps: str | None,
    duration: float | None,
    port: int,
    environment: str,
    form: str,
) -> int:
    """Run the service at PATH (default: here) with its alerts and a chat page, until Ctrl-C.

    The rules, routes and message texts are those of the repository. Every duration is divided by
    60, so that one hour passes in a minute. Nothing is written into the repository.
    """
    try:
        acts = script.steps(steps) if steps else ()
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--script") from error
    if form == "json" and not acts and duration is None:
        raise click.UsageError("--format json needs --script or --duration, or it never ends")
    project = Project(path or settings.root_of(Path()))
    watched = configuration.of(project)
    with SystemToolchain() as toolchain:
        found = stack.programs(project, toolchain, environment)
    click.echo(f"{visible(watched.service)}: building and starting the service", err=True)
    with stack.running(project, found, environment=environment, port=port) as running:
        click.echo(f"chat page: {running.page.address}", err=form == "json")
        click.echo(f"durations are {SCALE} times shorter: 1 h is 1 min", err=True)
        if not acts and duration is None:
            click.echo("Ctrl-C ends it", err=True)
        script.play(running, acts, duration, _teller(form))
        reached = script.reached_the_chat(running.story.incidents)
        code = ExitCode.CLEAN if reached else ExitCode.FOUND
        if form == "json":
            click.echo(json.dumps(script.document(running, watched, code), indent=2))
        return code


def _teller(form: str) -> script.Tell:
    def tell(event: Event) -> None:
        words = f"{event.at:7.1f} s  {_WORDS[event.kind]:<5}  {event.text}"
        click.echo(visible(words), err=form == "json")

    return tell

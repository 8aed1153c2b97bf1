"""`scaffold lab run`, `open`, `stop`, `cloud`: what runs for a lab on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from scaffolder.cli import options
from scaffolder.errors import ExitCode, ProjectError, ToolMissing
from scaffolder.lab import course, lab, live, running, runtimes, unit
from scaffolder.lab.place import Place
from scaffolder.lab.scene import Scene
from scaffolder.lab.work import FOLDER
from scaffolder.model import visible
from scaffolder.tools.toolchain import SystemToolchain


@click.command("stop")
@options.debug
def stop() -> None:
    """End what `scaffold lab open` runs in another terminal."""
    what = end(FOLDER)
    click.echo(f"{what} is stopped" if what else "nothing runs")


def end(folder: Path) -> str:
    """End what runs of the course."""
    return running.end(folder)


@click.command("run")
@click.argument("where", type=click.Choice(["dev", "prod"]))
@click.argument("word", metavar="ID", required=False)
@options.no_color
@options.debug
def run(where: str, word: str | None) -> int:
    """Start the service of a lab as on the developer's machine or as in prod, and ask it."""
    place = _place(word)
    paths = [one.values["path"] for one in place.lab.criteria if one.kind == "serves"]
    if not paths:
        raise ProjectError(
            f"lab {place.lab.number} has no service to run", hint="scaffold lab check"
        )
    track = place.lab.form["track"]
    with SystemToolchain() as toolchain:
        image = Scene(place, {}, toolchain).image_version
    version = image if where == "prod" else place.lab.form["stated"]
    name = f"{runtimes.NAMES[track]} {version}"
    installed = runtimes.find(place.folder, track, version)
    if installed is None:
        raise ToolMissing(f"{name} is not installed", hint=runtimes.how_to_get(track, version))
    failed = False
    with live.running(place.root, installed) as port:
        click.echo(f"{where}: {place.name} on {name}, http://127.0.0.1:{port}")
        for path in ("/readyz", *paths):
            answer = live.ask(port, path)
            failed = failed or answer is None or answer.status != live.OK
            words = "no answer" if answer is None else f"{answer.status}  {answer.text}"
            click.echo(visible(f"GET {path:<10} {words}"))
    return ExitCode.FOUND if failed else ExitCode.CLEAN


def _place(word: str | None) -> Place:
    """Return the place of the lab that is named or open."""
    chosen = unit.opened(FOLDER, word)
    return course.opened(FOLDER, lab.required(chosen.id))


COMMANDS = (run, stop)

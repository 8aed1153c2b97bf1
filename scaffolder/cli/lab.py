"""`scaffold lab`: the course: labs with a story, and exercises with one thing that is wrong."""

from __future__ import annotations

import datetime
import json

import click

from scaffolder.cli import lab_place, lab_room, lab_text, options
from scaffolder.errors import ExitCode
from scaffolder.lab import exercise, lab, running, saving, unit, work
from scaffolder.lab.work import FOLDER

_PARTS = ("situation", "learnt", "solution")
_format = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)


_LIVE = ("cloud", "deploy", "open", "pipeline", "replace", "run", "stop")
"""The commands of `lab_live`, which imports what runs for a lab: an exercise needs none of it."""


class _Course(click.Group):
    """Imports the commands that run something when one of them, or the help, is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_LIVE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _LIVE:
            return super().get_command(ctx, cmd_name)
        from scaffolder.cli import lab_live

        return {str(one.name): one for one in lab_live.COMMANDS}[cmd_name]


@click.group(
    "lab", cls=_Course, invoke_without_command=True, short_help="The course: labs and exercises."
)
@_format
@options.directory
@options.no_color
@options.debug
@click.pass_context
def command(context: click.Context, form: str) -> None:
    """Learn by breaking and fixing a generated repository; most of it needs nothing but Python.

    Without a command it lists the labs (1, 2, …) and the exercises (e1, e2, …). Everything is in
    lab-work/ of the current folder. In the folder of a lab, a command means this lab; elsewhere it
    means the open one: the one that was started or checked last.
    """
    lab_place.step_out(context)
    if context.invoked_subcommand is None:
        _list(form, whole=False)


@command.command("list")
@click.option("--all", "whole", is_flag=True, help="A line for each exercise, not each family.")
@_format
def list_(whole: bool, form: str) -> None:
    """List the labs and the families of exercises, and how far each is."""
    _list(form, whole=whole)


def _list(form: str, *, whole: bool) -> None:
    state = work.load(FOLDER)
    if form == "json":
        click.echo(json.dumps(lab_text.list_document(state), indent=2))
    else:
        click.echo(lab_text.list_text(state, whole=whole))


@command.command("start")
@click.argument("word", metavar="[ID]", required=False)
@click.option(
    "--track",
    default="",
    metavar="NAME",
    help="java, node or python, if the lab has tracks. Default: one whose runtime is installed.",
)
@click.option(
    "--variant",
    type=click.IntRange(min=1),
    default=None,
    metavar="NUMBER",
    help="The same fault for a whole room. Default: one by lot, if the lab has two.",
)
@click.option("--force", is_flag=True, help="Start again; what is there is lost.")
@options.no_color
@options.debug
def start(word: str | None, track: str, variant: int | None, force: bool) -> None:
    """Write the repository of the lab or exercise ID (default: the next one), and judge it."""
    chosen = unit.named(word) if word else lab_place.following()
    lab_text.echo_waits(chosen)
    with options.working("writing the repository"):
        started = chosen.start(FOLDER, track=track, force=force, variant=variant or 0)
    click.echo(chosen.heading)
    click.echo(f"{started.wrote}")
    click.echo("The files named below are in that folder.\n")
    click.echo(lab_text.situation(*chosen.situation(FOLDER)))
    click.echo("\nThis is how it starts: red.")
    lab_text.echo_verdicts(started.first)
    if chosen.tries:
        click.echo(lab_text.filled(f"Try: {chosen.tries}"))
    click.echo("Next: scaffold lab check     Stuck: scaffold lab hint")


@command.command("check")
@click.argument("word", metavar="[ID]", required=False)
@_format
@options.no_color
@options.debug
def check(word: str | None, form: str) -> int:
    """Judge the lab or exercise ID (default: the open one): green, red, or cannot tell."""
    chosen = lab_place.chosen(word)
    if form == "text":
        lab_text.echo_waits(chosen)
    with options.working(f"judging {chosen.kind} {chosen.short}"):
        verdicts = chosen.check(FOLDER)
    code = lab_text.exit_code(verdicts)
    if form == "json":
        click.echo(json.dumps(lab_text.judged(chosen, verdicts, code), indent=2))
    else:
        lab_text.echo_report(chosen, verdicts)
    return code


@command.command("watch")
@click.argument("word", metavar="[ID]", required=False)
@options.no_color
@options.debug
def watch(word: str | None) -> None:
    """Judge it after each save, until Ctrl-C. It never goes on to the next by itself."""
    chosen = lab_place.chosen(word)
    for _ in saving.saves(FOLDER / chosen.id):
        click.echo(f"\n{chosen.title}   {datetime.datetime.now().astimezone():%H:%M:%S}")
        with options.working(f"judging {chosen.kind} {chosen.short}"):
            verdicts = chosen.check(FOLDER)
        lab_text.echo_report(chosen, verdicts)


@command.command("hint")
@click.argument("word", metavar="[ID]", required=False)
@options.no_color
@options.debug
def hint(word: str | None) -> None:
    """Print the next hint, never two at once; the third is what to write."""
    chosen = lab_place.chosen(word)
    given = chosen.hint(FOLDER)
    click.echo(lab_text.filled(f"Hint {given.number} of {lab_text.HINTS}: {given.text}"))
    if given.again:
        click.echo(f"There is no further hint: scaffold lab show solution {chosen.short}")


@command.command("show")
@click.argument("part", type=click.Choice(_PARTS))
@click.argument("word", metavar="[ID]", required=False)
@options.no_color
@options.debug
def show(part: str, word: str | None) -> None:
    """Print the situation, the solution, or what was learnt, again."""
    chosen = lab_place.chosen(word)
    if part == "situation":
        click.echo(lab_text.situation(*chosen.situation(FOLDER)))
    elif part == "learnt":
        click.echo(lab_text.learnt(*chosen.learnt(FOLDER)))
    else:
        click.echo(lab_text.paragraphs(chosen.solution(FOLDER)))


@command.command("reset")
@click.argument("word", metavar="[ID]", required=False)
@options.no_color
@options.debug
def reset(word: str | None) -> None:
    """Put the repository back as it was at the start, and end what still runs of it.

    Files that you wrote or changed are copied to lab-work/before-reset first.
    """
    chosen = lab_place.chosen(word)
    running.end(FOLDER)
    with options.working("writing the repository"):
        kept = chosen.reset(FOLDER)
    click.echo(f"{FOLDER / chosen.id} is as it was at the start")
    lab_text.echo_kept(kept)


@command.command("prove")
@click.argument("words", metavar="[ID]...", nargs=-1)
@click.option("--track", default="", metavar="NAME", help="Only this track of labs with tracks.")
@_format
@options.no_color
@options.debug
def prove(words: tuple[str, ...], track: str, form: str) -> int:
    """Prove labs and exercises (default: all): red at the start, green when solved."""
    from scaffolder.lab import lab_proof
    from scaffolder.lab import prove as exercise_proof

    labs = [one for one in lab.every() if not words or {one.id, str(one.number)} & set(words)]
    others = [word for word in words if lab.named(word) is None]
    chosen = [exercise.named(word) for word in others] if words else list(exercise.every())
    lines = []
    for proven in lab_proof.prove(labs, track):
        lines.append(lab_text.Proven(proven.name, proven.problems, proven.not_here, proven.seconds))
        lab_text.echo_proof(lines[-1], form)
    for proof in exercise_proof.prove(chosen):
        lines.append(lab_text.Proven(proof.exercise.id, proof.problems, seconds=proof.seconds))
        lab_text.echo_proof(lines[-1], form)
    failed = [one for one in lines if one.problems]
    skipped = [one for one in lines if one.not_here]
    if form == "json":
        click.echo(json.dumps(lab_text.proof_document(lines), indent=2))
    else:
        proven_count = len(lines) - len(failed) - len(skipped)
        click.echo(f"{proven_count} of {len(lines)} proven")
    return ExitCode.FOUND if failed else ExitCode.CLEAN


for other in lab_room.COMMANDS:
    command.add_command(other)

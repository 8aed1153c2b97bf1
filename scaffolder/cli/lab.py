"""`scaffold lab`: exercises in a generated repository, each with one thing that is wrong."""

from __future__ import annotations

import datetime
import json
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from scaffolder.cli import options
from scaffolder.errors import ExitCode, ProjectError
from scaffolder.lab import exercise, saving, work
from scaffolder.lab.exercise import Exercise
from scaffolder.lab.judge import Light, Verdict, judge, solved
from scaffolder.lab.work import FOLDER, Work
from scaffolder.model import counted, visible

if TYPE_CHECKING:
    from scaffolder.lab.prove import Proof

_COLOURS = {Light.GREEN: "passed", Light.RED: "failed", Light.CANNOT_TELL: "skipped"}
_PARTS = ("situation", "learnt", "solution")
_format = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.group("lab", invoke_without_command=True, short_help="Exercises: find what is wrong.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@options.directory
@options.no_color
@options.debug
@click.pass_context
def command(context: click.Context, form: str) -> None:
    """Find and fix one disagreement in a generated repository; needs nothing but Python.

    Without a command it lists the exercises. Everything is in lab-work/ of the current folder.
    """
    if context.invoked_subcommand is None:
        state = work.load(FOLDER)
        click.echo(json.dumps(_document(state), indent=2) if form == "json" else _list(state))


@command.command("list")
@_format
def list_(form: str) -> None:
    """List the exercises and how far each is."""
    state = work.load(FOLDER)
    click.echo(json.dumps(_document(state), indent=2) if form == "json" else _list(state))


@command.command("start")
@click.argument("word", metavar="ID", required=False)
@click.option("--force", is_flag=True, help="Start again; what is there is lost.")
@options.no_color
@options.debug
def start(word: str | None, force: bool) -> None:
    """Write the repository of the exercise ID (a name or a number; default: the next one)."""
    chosen = exercise.named(word) if word else _next(work.load(FOLDER))
    files = work.start(FOLDER, chosen, force=force)
    click.echo(f"Exercise {chosen.number} of {len(exercise.every())}: {chosen.title}")
    click.echo(f"wrote {FOLDER / chosen.id} ({files} files)\n")
    click.echo(_situation(chosen))
    click.echo("\nThis is how it starts: red.")
    _print(judge(chosen, FOLDER / chosen.id, work.load(FOLDER).exercises[chosen.id].digests))
    click.echo("Next: scaffold lab check     Stuck: scaffold lab hint")


@command.command("check")
@click.argument("word", metavar="ID", required=False)
@_format
@options.no_color
@options.debug
def check(word: str | None, form: str) -> int:
    """Judge the exercise ID (default: the one that is open): green, red, or cannot tell."""
    chosen = _open(word)
    verdicts = work.check(FOLDER, chosen)
    code = _code(verdicts)
    if form == "json":
        click.echo(json.dumps(_judged(chosen, verdicts, code), indent=2))
        return code
    _report(chosen, verdicts)
    return code


@command.command("watch")
@click.argument("word", metavar="ID", required=False)
@options.no_color
@options.debug
def watch(word: str | None) -> None:
    """Judge the exercise after each save, until Ctrl-C. It never goes on to the next by itself."""
    chosen = _open(word)
    for _ in saving.saves(FOLDER / chosen.id):
        click.echo(f"\n{chosen.title}   {datetime.datetime.now().astimezone():%H:%M:%S}")
        _report(chosen, work.check(FOLDER, chosen))


def _report(chosen: Exercise, verdicts: tuple[Verdict, ...]) -> None:
    _print(verdicts)
    if solved(verdicts):
        progress = work.load(FOLDER).exercises[chosen.id]
        click.echo(f"Done, with {counted(progress.hints, 'hint')}.\n")
        click.echo(_learnt(chosen))
        click.echo("\nNext: scaffold lab start")
    else:
        green = sum(1 for one in verdicts if one.light is Light.GREEN)
        click.echo(f"{green} of {len(verdicts)} green. Next hint: scaffold lab hint")


@command.command("hint")
@click.argument("word", metavar="ID", required=False)
@options.no_color
@options.debug
def hint(word: str | None) -> None:
    """Print the next hint, never two at once; the third is the line to write."""
    chosen = _open(word)
    number, text = work.hint(FOLDER, chosen)
    click.echo(_filled(f"Hint {number} of {len(chosen.hints) + 1}: {text}"))


@command.command("show")
@click.argument("part", type=click.Choice(_PARTS))
@click.argument("word", metavar="ID", required=False)
@options.no_color
@options.debug
def show(part: str, word: str | None) -> None:
    """Print the situation, the solution, or what was learnt, again."""
    chosen = _open(word)
    if part == "situation":
        click.echo(_situation(chosen))
    elif part == "learnt":
        click.echo(_learnt(chosen))
    else:
        click.echo(_filled(work.show_solution(FOLDER, chosen)))


@command.command("reset")
@click.argument("word", metavar="ID", required=False)
@options.no_color
@options.debug
def reset(word: str | None) -> None:
    """Put the repository back as it was at the start."""
    chosen = _open(word)
    work.reset(FOLDER, chosen)
    click.echo(f"{FOLDER / chosen.id} is as it was at the start")


@command.command("prove")
@click.argument("words", metavar="[ID]...", nargs=-1)
@_format
@options.no_color
@options.debug
def prove(words: tuple[str, ...], form: str) -> int:
    """Prove exercises: red at the start, red after a wrong fix, green when solved, and reset."""
    from scaffolder.lab import prove as proving

    chosen = [exercise.named(word) for word in words] or list(exercise.every())
    proofs = []
    for proof in proving.prove(chosen):
        proofs.append(proof)
        if form == "text":
            click.echo("\n".join(_proof(proof)))
    failed = [proof for proof in proofs if proof.problems]
    if form == "json":
        document = {proof.exercise.id: list(proof.problems) for proof in proofs}
        click.echo(json.dumps({"version": 1, "exercises": document}, indent=2))
    else:
        click.echo(f"{len(proofs) - len(failed)} of {len(proofs)} proven")
    return ExitCode.FOUND if failed else ExitCode.CLEAN


def _open(word: str | None) -> Exercise:
    if word:
        return exercise.named(word)
    current = work.load(FOLDER).current
    if not current:
        raise ProjectError("no exercise is started", hint="scaffold lab start")
    return exercise.named(current)


def _next(state: Work) -> Exercise:
    """Return the first exercise that is not started."""
    for one in exercise.every():
        if one.id not in state.exercises:
            return one
    raise ProjectError("every exercise is started", hint="scaffold lab start ID --force")


def _code(verdicts: tuple[Verdict, ...]) -> ExitCode:
    lights = {one.light for one in verdicts}
    if Light.RED in lights:
        return ExitCode.FOUND
    return ExitCode.NO_VERDICT if Light.CANNOT_TELL in lights else ExitCode.CLEAN


def _list(state: Work) -> str:
    lines = []
    family = ""
    for one in exercise.every():
        if one.family != family:
            family = one.family
            lines += ["", f"  {family}"]
        progress = state.exercises.get(one.id)
        word = progress.word if progress else "not started"
        lines.append(f"  {one.number:>3}  {one.id:<26} {word:<22} {one.title}")
    return "\n".join([*lines[1:], "", "Start one: scaffold lab start ID"])


def _document(state: Work) -> dict[str, object]:
    return {
        "version": 1,
        "current": state.current,
        "exercises": [
            {
                "id": one.id,
                "number": one.number,
                "family": one.family,
                "title": one.title,
                "state": state.exercises[one.id].word
                if one.id in state.exercises
                else "not started",
            }
            for one in exercise.every()
        ],
    }


def _judged(chosen: Exercise, verdicts: tuple[Verdict, ...], code: ExitCode) -> dict[str, object]:
    return {
        "version": 1,
        "exercise": chosen.id,
        "criteria": [
            {"title": one.criterion.title, "light": str(one.light), "reason": one.reason}
            for one in verdicts
        ],
        "exit_code": int(code),
    }


def _print(verdicts: tuple[Verdict, ...]) -> None:
    for one in verdicts:
        word = options.paint(f"{one.light:<11}", _COLOURS[one.light])
        click.echo(f"  {word}  {visible(one.criterion.title)}")
        if one.reason:
            for line in textwrap.wrap(one.reason, options.width() - 15, break_on_hyphens=False):
                click.echo(visible(f"{'':15}{line}"))


def _situation(chosen: Exercise) -> str:
    return f"{_indented(chosen.situation)}\n\n{_indented(f'Your task: {chosen.task}')}"


def _learnt(chosen: Exercise) -> str:
    question = f"One question for the team: {chosen.question}"
    return f"{_indented(f'What you have seen: {chosen.learnt}')}\n{_indented(question)}"


def _proof(proof: Proof) -> Iterator[str]:
    word = options.paint("red  ", "failed") if proof.problems else options.paint("green", "passed")
    yield f"  {word}  {proof.exercise.id}"
    yield from (f"         {visible(problem)}" for problem in proof.problems)


def _indented(text: str) -> str:
    return textwrap.indent(_filled(text, options.width() - 2), "  ")


def _filled(text: str, width: int = 0) -> str:
    return textwrap.fill(text, width or options.width(), break_on_hyphens=False)

"""How labs and exercises are printed: one verdict a line, the word before everything else."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import click

from scaffolder.cli import lab_place, options
from scaffolder.errors import ExitCode, ProjectError
from scaffolder.formats.regex import regex
from scaffolder.lab import exercise, lab, lab_file, work
from scaffolder.lab.exercise import Exercise
from scaffolder.lab.judge import Light, Verdict, solved
from scaffolder.lab.unit import Unit
from scaffolder.lab.work import FOLDER, Backup, Work
from scaffolder.model import counted, visible

HINTS = lab_file.HINTS
"""How many hints there are; the last one is what to write."""

_WIDE = 100
"""Characters of a line that has room for a title beside name and state."""

_NAMED = 5
"""Files that a reset names."""

_TYPED = regex("`[^`]+`")
_KEPT = "\0"
"""In the place of a space at which no line may end."""

_COLOURS = {Light.GREEN: "passed", Light.RED: "failed", Light.CANNOT_TELL: "skipped"}


@dataclass(frozen=True)
class Proven:
    """The proof of a lab or an exercise; without problems it holds, or it was not possible here."""

    name: str
    problems: tuple[str, ...]
    not_here: str = ""
    seconds: float = 0.0


def exit_code(verdicts: tuple[Verdict, ...]) -> ExitCode:
    """Return 1 if a criterion is red, else 3 if one cannot be told, else 0."""
    lights = {one.light for one in verdicts}
    if Light.RED in lights:
        return ExitCode.FOUND
    return ExitCode.NO_VERDICT if Light.CANNOT_TELL in lights else ExitCode.CLEAN


def list_text(state: Work, *, whole: bool) -> str:
    """Return the labs, a line each, and the exercises: a line each if `whole`, else by family."""
    lines = ["  labs"]
    for file in lab.every():
        lines.append(_line(str(file.number), file.id, file.title, state))
    if not whole:
        lines += ["", "  exercises"]
    for family in exercise.FAMILIES:
        members = [one for one in exercise.every() if one.family == family]
        if whole:
            lines += ["", f"  exercises: {family}"]
            lines += [_line(f"e{one.number}", one.id, one.title, state) for one in members]
        else:
            lines.append(_family_line(members, state))
    more = "" if whole else "     Each exercise: scaffold lab list --all"
    return "\n".join([*lines, "", f"Start one: scaffold lab start ID{more}"])


def list_document(state: Work) -> dict[str, object]:
    """Return the labs and the exercises for programs."""
    return {
        "version": 1,
        "current": state.current,
        "labs": [
            {
                "id": file.id,
                "number": file.number,
                "title": file.title,
                "minutes": file.document["minutes"],
                "pillar": file.document["pillar"],
                "tracks": list(file.tracks),
                "state": _word(file.id, state),
            }
            for file in lab.every()
        ],
        "exercises": [
            {
                "id": one.id,
                "number": one.number,
                "family": one.family,
                "title": one.title,
                "state": _word(one.id, state),
            }
            for one in exercise.every()
        ],
    }


def judged(chosen: Unit, verdicts: tuple[Verdict, ...], code: ExitCode) -> dict[str, object]:
    """Return the result of a check for programs."""
    return {
        "version": 1,
        chosen.kind: chosen.id,
        "criteria": [
            {
                "title": one.criterion.title,
                "light": str(one.light),
                "reason": one.reason,
                "form": one.form or "live",
            }
            for one in verdicts
        ],
        "exit_code": int(code),
    }


def echo_waits(chosen: Unit) -> None:
    """Announce that the verdict takes its time, before it does."""
    if chosen.waits:
        click.echo(chosen.waits)


def echo_report(chosen: Unit, verdicts: tuple[Verdict, ...]) -> None:
    """Print the verdicts and what comes next."""
    echo_verdicts(verdicts)
    if solved(verdicts):
        progress = work.load(FOLDER).exercises[chosen.id]
        click.echo(f"Done, with {counted(progress.hints, 'hint')}.\n")
        click.echo(learnt(*chosen.learnt(FOLDER)))
        if chosen.kind == "lab":
            click.echo(f"\nCompare: scaffold lab show solution {chosen.short}")
        else:
            click.echo()
        click.echo(f"Next: {_next(chosen)}")
        return
    green = sum(1 for one in verdicts if one.light is Light.GREEN)
    unknown = sum(1 for one in verdicts if one.light is Light.CANNOT_TELL)
    words = f"{green} of {len(verdicts)} green"
    if unknown:
        words += f", {unknown} cannot be told here"
    click.echo(f"{words}. Next hint: scaffold lab hint")


def echo_kept(kept: Backup) -> None:
    """Name the copies of what a reset has changed, and that the unit is open again."""
    if kept.files:
        names = ", ".join(file.as_posix() for file in kept.files[:_NAMED])
        more = len(kept.files) - _NAMED
        words = f"{names} and {more} more" if more > 0 else names
        count = counted(len(kept.files), "file")
        click.echo(visible(filled(f"{count} of yours in {kept.folder}: {words}")))
    if kept.was_done:
        click.echo("It was done, and is open again.")


def _next(chosen: Unit) -> str:
    """Return the command that goes on after a unit that is done."""
    try:
        return f"scaffold lab start {lab_place.following(chosen.id).short}"
    except ProjectError:
        return "scaffold lab list"


def echo_verdicts(verdicts: tuple[Verdict, ...]) -> None:
    """Print a line for each criterion, and the reason below it."""
    for one in verdicts:
        word = options.paint(f"{one.light:<11}", _COLOURS[one.light])
        marked = f" ({one.form})" if one.form else ""
        click.echo(f"  {word}  {visible(one.criterion.title)}{marked}")
        if one.reason:
            for line in filled(one.reason, options.width() - 15).splitlines():
                click.echo(visible(f"{'':15}{line}"))


def situation(seen: str, task: str) -> str:
    """Return the situation and the task."""
    return f"{_indented(seen)}\n\n{_indented(f'Your task: {task}')}"


def learnt(text: str, question: str) -> str:
    """Return what was learnt, and the question."""
    asked = f"One question for the team: {question}"
    return f"{_indented(f'What you have seen: {text}')}\n{_indented(asked)}"


def paragraphs(text: str) -> str:
    """Return the lines of the first paragraph as they are, and the sentences of others filled."""
    commands, *others = text.split("\n\n")
    parts = ["\n".join(filled(line) for line in commands.splitlines())]
    return "\n\n".join([*parts, *(filled(" ".join(one.split())) for one in others)])


def echo_proof(one: Proven, form: str) -> None:
    """Print the proof of one, unless a program reads the output."""
    if form == "json":
        return
    if one.not_here:
        click.echo(f"  {options.paint('--   ', 'skipped')}  {one.name}: {visible(one.not_here)}")
        return
    word = options.paint("red  ", "failed") if one.problems else options.paint("green", "passed")
    click.echo(f"  {word}  {one.name}  {one.seconds:.1f} s")
    for problem in one.problems:
        click.echo(f"         {visible(problem)}")


def proof_document(lines: Sequence[Proven]) -> dict[str, object]:
    """Return all proofs for programs."""
    return {
        "version": 1,
        "exercises": {one.name: list(one.problems) for one in lines if not one.not_here},
        "not_proven_here": {one.name: one.not_here for one in lines if one.not_here},
    }


def filled(text: str, width: int = 0) -> str:
    """Return a text in lines that fit; what is to be typed stays in one line if it can."""
    whole = _TYPED.sub(lambda typed: typed[0].replace(" ", _KEPT), text)
    lines = textwrap.fill(whole, width or options.width(), break_on_hyphens=False)
    return lines.replace(_KEPT, " ")


def _line(short: str, name: str, title: str, state: Work) -> str:
    line = f"  {short:>3}  {name:<30} {_word(name, state)}"
    if options.width() < _WIDE:
        return f"{line}\n{'':7}{title}"
    return f"{line:<59} {title}"


def _family_line(members: Sequence[Exercise], state: Work) -> str:
    """Return the numbers of a family, how many of it are done, and which ones are begun."""
    known = [(one, state.exercises[one.id]) for one in members if one.id in state.exercises]
    done = sum(1 for _, progress in known if progress.done)
    begun = [f"e{one.number}" for one, progress in known if not progress.done]
    numbers = f"e{members[0].number} to e{members[-1].number}"
    words = f"{done} of {len(members)} done"
    if begun:
        words += f", working: {', '.join(begun)}"
    return f"       {members[0].family:<30} {numbers:<12} {words}"


def _word(name: str, state: Work) -> str:
    progress = state.exercises.get(name)
    return progress.word if progress else "not started"


def _indented(text: str) -> str:
    return textwrap.indent(filled(text, options.width() - 2), "  ")

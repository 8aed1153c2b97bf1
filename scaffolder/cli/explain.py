"""`scaffold explain`: a check's rule and reason; the origin of a generated file or line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from scaffolder import checks, explain
from scaffolder.checks import page
from scaffolder.cli import options
from scaffolder.errors import AnswersError
from scaffolder.lab import glossary
from scaffolder.lab.glossary import Term
from scaffolder.model import Check, visible
from scaffolder.repository.project import Project
from scaffolder.template import manifest
from scaffolder.tools.toolchain import SystemToolchain


@click.command(
    "explain", short_help="Show a check's rule and its reason, or the origin of a generated file."
)
@click.argument("words", nargs=-1, required=True, metavar="ID|FILE[:LINE]|WORD")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@options.directory
@options.debug
def command(words: tuple[str, ...], form: str) -> None:
    """Explain the check ID (TF002), or all whose ids start like that (TF).

    Or show the origin of FILE, or of its LINE, in the generated repository here: the template, the
    conditions, the answers. Or the meaning of a WORD of the course: digest, drift, runbook.
    """
    word = " ".join(words)
    name, _, number = word.partition(":")
    if Path(name).is_file():
        click.echo(_of_file(Project(Path()), Path(name), number, form))
        return
    try:
        found = page.named(word, checks.every())
    except AnswersError as no_check:
        term = glossary.named(word)
        if term is None:
            raise _unknown(word, no_check) from None
        click.echo(json.dumps(asdict(term), indent=2) if form == "json" else _term(term))
        return
    if form == "json":
        click.echo(
            json.dumps([_facts(check) | asdict(page.of(check.id)) for check in found], indent=2)
        )
    else:
        click.echo("\n\n".join(_text(check, page.of(check.id)) for check in found))


def _unknown(word: str, no_check: AnswersError) -> AnswersError:
    """Return the error for a word that is neither: it names the list in which the word may be."""
    if any(letter.isdigit() for letter in word):
        return no_check
    nearest = glossary.nearest(word)
    hint = f"scaffold explain {nearest}" if nearest else "scaffold list words"
    return AnswersError(f"no check and no word of the course is called {word!r}", hint=hint)


def _term(term: Term) -> str:
    lines = [term.term, f"  What   {term.what}", f"  Why    {term.why}"]
    lines.append(f"  Where  {term.where.replace('my-service', 'SERVICE')}")
    if term.exercise:
        lines.append(f"  Try    scaffold lab start {term.exercise}")
    return "\n".join(lines)


def _of_file(project: Project, file: Path, number: str, form: str) -> str:
    if number and not number.isdigit():
        raise click.UsageError(f"a line is a number, not {number!r}")
    with SystemToolchain() as toolchain:
        folder = manifest.templates_of(project.root, toolchain) if project.answers else None
    origin = explain.of(project, file, folder)
    line = explain.line_of(project, origin, int(number)) if number else None
    said: dict[str, object] = {
        "file": file.as_posix(),
        "templates": [one.as_posix() for one in origin.templates],
        "conditions": list(origin.conditions),
        "answers": origin.uses,
    }
    if number:
        said["line"] = line and {
            "template": f"{line.template.as_posix()}:{line.number}",
            "text": line.text,
            "conditions": list(line.conditions),
            "answers": line.uses,
        }
    return (
        json.dumps(said, indent=2)
        if form == "json"
        else visible("\n".join(_sentences(origin, number, line)))
    )


def _sentences(origin: explain.Origin, number: str, line: explain.Line | None) -> Iterator[str]:
    yield (
        f"{origin.file.as_posix()} comes from"
        f" {', which includes '.join(map(str, origin.templates))}"
    )
    yield f"  there because  {' and '.join(origin.conditions) or 'every repository has it'}"
    yield f"  answers in it  {_named(origin.uses)}"
    if not number:
        return
    if line is None:
        yield (
            f"line {number} matches no line of a template: it was written by hand, or put together"
            " from several lines"
        )
        return
    yield f"line {number} comes from {line.template.as_posix()}:{line.number}"
    yield f"  there because  {' and '.join(line.conditions) or 'the file is'}"
    yield f"  answers in it  {_named(line.uses)}"


def _named(uses: dict[str, object]) -> str:
    words = (
        f"{name}={','.join(one) if isinstance(one, tuple) else one}" for name, one in uses.items()
    )
    return " ".join(words) or "none"


def _facts(check: Check) -> dict[str, str]:
    return {
        "family": check.family,
        "severity": str(check.severity),
        "tool": check.tool.name if check.tool else "",
        "install": check.tool.how_to_get if check.tool else "",
    }


def _text(check: Check, one: page.Page) -> str:
    sections = {"What": one.what, "Why": one.why, "Fix": one.fix, "Example": _unfenced(one.example)}
    if check.tool:
        sections["Needs"] = f"{check.tool.name}: {check.tool.how_to_get}"
    return "\n\n".join(
        [f"{one.id}  {one.title}", *(f"{name}\n{body}" for name, body in sections.items())]
    )


def _unfenced(markdown: str) -> str:
    """Blocks of code as a terminal shows them: indented, without their fences."""
    return re.sub(
        r"^```\w*\n(.*?)^```$",
        lambda found: re.sub(r"^(?=.)", "    ", found[1].rstrip("\n"), flags=re.MULTILINE),
        markdown,
        flags=re.MULTILINE | re.DOTALL,
    )

"""`scaffold list`: what can be asked, checked and pinned, read from where it is defined."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from scaffolder import checks
from scaffolder.cli import options
from scaffolder.lab import glossary
from scaffolder.repository import inline_waivers, waivers
from scaffolder.repository.project import Project
from scaffolder.template import answers, presets
from scaffolder.tools import package_data

_Row = dict[str, Any]


def _questions() -> list[_Row]:
    rows = []
    known: dict[str, answers.Answer] = {"service_name": "my-service"}
    for question in answers.questions():
        choices = question.choices_given(known)
        default = question.default_given(known)
        known[question.name] = default if default is not None else known.get(question.name, "")
        rows.append(
            {
                "name": question.name,
                "flag": question.flag,
                "variable": question.variable,
                "default": list(default) if isinstance(default, tuple) else default,
                "choices": [choice.value for choice in choices],
                "help": question.help,
            }
        )
    return rows


def _checks() -> list[_Row]:
    return [
        {
            "id": check.id,
            "title": check.title,
            "severity": str(check.severity),
            "tool": check.tool.name if check.tool else "",
            "family": check.family,
        }
        for check in checks.every()
    ]


def _versions() -> list[_Row]:
    return list(_flattened("", package_data.versions()))


def _flattened(prefix: str, table: dict[str, Any]) -> list[_Row]:
    rows: list[_Row] = []
    for name, entry in table.items():
        full = f"{prefix}{name}"
        if "version" in entry:
            rows.append(
                {
                    "name": full,
                    "version": entry["version"],
                    "ends": entry.get("eol", ""),
                    "source": entry.get("source", ""),
                }
            )
        else:
            rows += _flattened(f"{full} ", entry)
    return rows


def _presets() -> list[_Row]:
    return [
        {
            "name": preset.name,
            "about": preset.about,
            "answers": preset.answers,
            "source": preset.source,
        }
        for preset in presets.every()
    ]


def _words() -> list[_Row]:
    return [
        {
            "word": term.term,
            "also": list(term.also),
            "what": term.what,
            "why": term.why,
            "where": term.where,
            "exercise": term.exercise,
        }
        for term in glossary.every()
    ]


def _waivers(path: Path) -> list[_Row]:
    """Return the entries of the ledger, then the comments beside the code, which have no owner."""
    project = Project(path)
    entries: list[_Row] = [
        {
            "id": waiver.id,
            "rules": list(waiver.rules),
            "paths": list(waiver.paths),
            "reason": waiver.reason,
            "owner": waiver.owner,
            "expires": waiver.expires.isoformat(),
        }
        for waiver in waivers.ledger(project)
    ]
    return entries + [
        {
            "id": waiver.id,
            "rules": [f"{waivers.OWN}{check}" for check in waiver.checks],
            "paths": [waiver.path.as_posix()],
            "reason": waiver.reason,
            "owner": "",
            "expires": waiver.expires.isoformat() if waiver.expires else "",
        }
        for waiver in inline_waivers.inline_waivers(project)
        if not waiver.problem
    ]


_LISTS: dict[str, tuple[Callable[[], list[_Row]], tuple[str, ...]]] = {
    "questions": (_questions, ("name", "default", "choices", "help")),
    "checks": (_checks, ("id", "title", "tool")),
    "presets": (_presets, ("name", "about", "source")),
    "words": (_words, ("word", "what")),
    "versions": (_versions, ("name", "version", "ends", "source")),
}
_LISTS_OF_A_REPOSITORY: dict[str, tuple[Callable[[Path], list[_Row]], tuple[str, ...]]] = {
    "waivers": (_waivers, ("id", "expires", "owner", "rules", "reason")),
}


@click.command("list", short_help="List questions, presets, checks, files and pinned versions.")
@click.argument("what", type=click.Choice([*_LISTS, *_LISTS_OF_A_REPOSITORY]))
@click.argument("path", type=click.Path(path_type=Path), default=None, required=False)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@options.debug
def command(what: str, path: Path | None, form: str) -> None:
    """List WHAT: questions, checks, presets, words of the course, or every version that is pinned.

    "waivers" are those of the repository at PATH (default: here).
    """
    if what in _LISTS_OF_A_REPOSITORY:
        make_for, columns = _LISTS_OF_A_REPOSITORY[what]
        rows = make_for(path or Path())
    elif path is not None:
        raise click.UsageError(
            f"`scaffold list {what}` takes no PATH: it is the same for every repository"
        )
    else:
        make, columns = _LISTS[what]
        rows = make()
    click.echo(json.dumps(rows, indent=2) if form == "json" else _table(rows, columns))


def _table(rows: list[_Row], columns: tuple[str, ...]) -> str:
    cells = [[_cell(row[column]) for column in columns] for row in rows]
    widths = [
        max(len(line[index]) for line in [list(columns), *cells]) for index in range(len(columns))
    ]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in [list(columns), *cells]
    ]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")

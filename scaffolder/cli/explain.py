"""`scaffold explain`: what a check asks, why, and how to mend what it finds."""

from __future__ import annotations

import json
import re
from dataclasses import asdict

import click

from scaffolder import checks
from scaffolder.checks import page
from scaffolder.cli import options
from scaffolder.model import Check


@click.command("explain", short_help="What a check asks, why, and how to mend what it finds.")
@click.argument("word", metavar="ID")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@options.debug
def command(word: str, form: str) -> None:
    """Explain the check ID (TF002), or all whose ids start like that (TF)."""
    found = page.named(word, checks.every())
    if form == "json":
        click.echo(json.dumps([_facts(check) | asdict(page.of(check.id)) for check in found], indent=2))
    else:
        click.echo("\n\n".join(_text(check, page.of(check.id)) for check in found))


def _facts(check: Check) -> dict[str, str]:
    return {
        "family": check.family,
        "tool": check.tool.name if check.tool else "",
        "install": check.tool.install_hint if check.tool else "",
    }


def _text(check: Check, one: page.Page) -> str:
    sections = {"What": one.what, "Why": one.why, "Fix": one.fix, "Example": _unfenced(one.example)}
    if check.tool:
        sections["Needs"] = f"{check.tool.name}: {check.tool.install_hint}"
    return "\n\n".join([f"{one.id}  {one.title}", *(f"{name}\n{body}" for name, body in sections.items())])


def _unfenced(markdown: str) -> str:
    """Blocks of code as a terminal shows them: indented, without their fences."""
    return re.sub(
        r"^```\w*\n(.*?)^```$",
        lambda found: re.sub(r"^(?=.)", "    ", found[1].rstrip("\n"), flags=re.MULTILINE),
        markdown,
        flags=re.MULTILINE | re.DOTALL,
    )

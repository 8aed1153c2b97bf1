"""Options that mean the same in every command, and how a run looks on this terminal."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

_COLOURS = {
    "passed": "green",
    "failed": "red",
    "error": "red",
    "broken": "magenta",
    "skipped": "yellow",
    "warning": "yellow",
    "note": "cyan",
}


def directory(function: Command) -> Command:
    """`-C DIR`, as git and make have it: work as if started there."""

    def change(ctx: click.Context, parameter: click.Parameter, value: str | None) -> None:
        if value:
            os.chdir(value)

    return click.option(
        "-C",
        metavar="DIR",
        type=click.Path(exists=True, file_okay=False),
        expose_value=False,
        is_eager=True,
        callback=change,
        help="Work as if started in DIR.",
    )(function)


def debug(function: Command) -> Command:
    """`--debug`; the error boundary reads it."""
    return click.option(
        "--debug", is_flag=True, expose_value=False, help="Show the traceback of an error."
    )(function)


def verbose(function: Command) -> Command:
    """`-v`: every finding, and a line for each check."""
    return click.option(
        "-v", "--verbose", is_flag=True, help="Every finding, and a line for each check."
    )(function)


def no_color(function: Command) -> Command:
    """Add `--no-color`; NO_COLOR and FORCE_COLOR are as on https://no-color.org."""

    def decide(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
        if value or os.environ.get("NO_COLOR") or os.environ.get("ACCESSIBLE"):
            ctx.color = False
        elif os.environ.get("FORCE_COLOR"):
            ctx.color = True

    return click.option(
        "--no-color",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=decide,
        help="No colours.",
    )(function)


def paint(word: str, meaning: str) -> str:
    """Return `word` in the colour of its meaning; Click removes it outside a terminal."""
    return click.style(word, fg=_COLOURS.get(meaning))


def width(*, whole: bool = False) -> int:
    """Return how many characters a line may have: those of the terminal, at least 40; else 80.

    0 means any number, for `whole` lines that go to a program, which may look for one.
    """
    if whole and not sys.stdout.isatty():
        return 0
    return max(40, shutil.get_terminal_size().columns)


def interactive() -> bool:
    """Whether a person is there to be asked: a terminal on both sides, and not a CI system."""
    return sys.stdin.isatty() and sys.stderr.isatty() and not os.environ.get("CI")


@contextlib.contextmanager
def working(words: str) -> Iterator[None]:
    """Show on a terminal that a command works until the block ends; one line, gone at the end."""
    if not live():
        yield
        return
    room = width() - 1  # a full line would be wrapped, and stay
    shown = f"  {words} ..."[:room]
    click.echo(f"\r{shown:<{room}}", nl=False, err=True)
    try:
        yield
    finally:
        click.echo(f"\r{'':<{room}}\r", nl=False, err=True)


def live() -> bool:
    """Return whether progress may be drawn: on a terminal, without ACCESSIBLE=1."""
    return sys.stderr.isatty() and not os.environ.get("CI") and not os.environ.get("ACCESSIBLE")

"""Which lab or exercise a command means: that of a word, of the current folder, or the open one."""

from __future__ import annotations

import os
from pathlib import Path

import click

from scaffolder.lab import unit, work
from scaffolder.lab.unit import Unit
from scaffolder.lab.work import FOLDER


def step_out(context: click.Context) -> None:
    """Go to the folder that holds lab-work if this is a folder in it, and keep which one it was.

    Relative names mean the same inside of lab-work as beside it.
    """
    context.obj = ""
    here = Path.cwd()
    for place in (here, *here.parents):
        if place.name == FOLDER.name and (place / work.STATE).is_file():
            parts = here.relative_to(place).parts
            context.obj = parts[0].removeprefix(".") if parts else ""
            os.chdir(place.parent)
            return


def chosen(word: str | None) -> Unit:
    """Return what a word names, else the unit in whose folder the user is, else the open one."""
    return unit.opened(FOLDER, word, click.get_current_context().obj or "")


def following(after: str = "") -> Unit:
    """Return the unit to start after another one (default: the one that a command means)."""
    return unit.following(FOLDER, after or click.get_current_context().obj or "")

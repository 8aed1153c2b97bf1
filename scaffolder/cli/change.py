"""`scaffold add`, `remove` and `set`: other answers for a repository that people have worked in."""

from __future__ import annotations

from pathlib import Path

import click

from scaffolder.cli import added_service, options, prompts, updated
from scaffolder.update.engine import Request

_ROOT = click.option(
    "--path", type=click.Path(path_type=Path), default=".", help="The repository (default: here)."
)


@click.command("add", short_help="Add a pipeline, monitoring, a cloud.")
@click.argument("words", metavar="WORD...", nargs=-1, required=True)
@_ROOT
@updated.options
@options.directory
@options.no_color
@options.debug
def add(words: tuple[str, ...], path: Path, **settings: bool | str) -> int:
    """Add to the repository what each WORD says, such as jenkins or monitoring; your edits stay.

    The repository stays at its release of the template. Nothing is committed.

    `add service FILE`, in the repository of a platform, takes a service into its list, services/:
    FILE is the platform-request.yaml of the service, in a clone of its repository.
    """
    if words[0] == added_service.WORD:
        return added_service.carried_out(words, path, settings)
    return updated.carried_out(Request(root=path, add=words, answers_only=True), settings)


@click.command("remove", short_help="Remove a pipeline, monitoring, Terraform.")
@click.argument("words", metavar="WORD...", nargs=-1, required=True)
@_ROOT
@updated.options
@options.directory
@options.no_color
@options.debug
def remove(words: tuple[str, ...], path: Path, **settings: bool | str) -> int:
    """Remove from the repository what each WORD says, such as jenkins or terraform.

    A file that you changed is kept, and named. Nothing is committed.
    """
    return updated.carried_out(Request(root=path, remove=words, answers_only=True), settings)


@click.command("set", short_help="Give other answers: set cloud=azure.")
@click.argument("pairs", metavar="NAME=VALUE...", nargs=-1, required=True)
@_ROOT
@updated.options
@options.directory
@options.no_color
@options.debug
def set_(pairs: tuple[str, ...], path: Path, **settings: bool | str) -> int:
    """Give other answers, such as runtime_version=21 or cloud=azure; your edits stay.

    An answer that no longer fits another one takes its default, and is named. Nothing is committed.
    """
    request = Request(root=path, given=prompts.pairs(pairs), answers_only=True)
    return updated.carried_out(request, settings)

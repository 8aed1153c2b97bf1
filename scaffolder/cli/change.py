"""`scaffold add`, `remove` and `set`: other answers for a repository that people have worked in."""

from __future__ import annotations

from pathlib import Path

import click

from scaffolder.cli import added_service, options, prompts, updated
from scaffolder.errors import AnswersError
from scaffolder.update import environment_changes
from scaffolder.update.engine import Request

_ENVIRONMENT = "environment"
"""The word before the names of environments, which are not answers of their own."""

_ROOT = click.option(
    "--path", type=click.Path(path_type=Path), default=".", help="The repository (default: here)."
)


@click.command("add", short_help="Add a pipeline, monitoring, a cloud, an environment.")
@click.argument("words", metavar="WORD...", nargs=-1, required=True)
@_ROOT
@click.option("--after", default="", metavar="NAME", help="The environment before the new one.")
@updated.options
@options.directory
@options.no_color
@options.debug
def add(words: tuple[str, ...], path: Path, after: str, **settings: bool | str) -> int:
    """Add each WORD, such as jenkins or monitoring, to the repository; your edits stay.

    The repository stays at its release of the template. Nothing is committed.

    `add environment NAME` puts an environment before production, or behind the one that --after
    names.

    `add service FILE`, in the repository of a platform, takes a service into its list, services/:
    FILE is the platform-request.yaml of the service, in a clone of its repository.
    """
    if after and words[0] != _ENVIRONMENT:
        raise AnswersError("--after goes with an environment", hint="scaffold add environment NAME")
    if words[0] == added_service.WORD:
        return added_service.carried_out(words, path, settings)
    if words[0] == _ENVIRONMENT:
        here = environment_changes.current(path)
        wanted = environment_changes.added(_names(words, "add"), here, after=after)
        return _with_environments(wanted, path, settings)
    return updated.carried_out(Request(root=path, add=words, answers_only=True), settings)


@click.command("remove", short_help="Remove a pipeline, monitoring, Terraform, an environment.")
@click.argument("words", metavar="WORD...", nargs=-1, required=True)
@_ROOT
@updated.options
@options.directory
@options.no_color
@options.debug
def remove(words: tuple[str, ...], path: Path, **settings: bool | str) -> int:
    """Remove each WORD, such as jenkins or terraform, from the repository.

    A file that you changed is kept, and named. Nothing is committed.

    `remove environment NAME` destroys nothing in a cloud: it names what is left there.
    """
    if words[0] == _ENVIRONMENT:
        here = environment_changes.current(path)
        wanted = environment_changes.removed(_names(words, "remove"), here)
        return _with_environments(wanted, path, settings)
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


def _names(words: tuple[str, ...], command: str) -> tuple[str, ...]:
    """Return the environments that are named after the word `environment`, each once."""
    names = tuple(dict.fromkeys(words[1:]))
    if not names:
        raise AnswersError(
            f"{command} environment takes a name", hint=f"scaffold {command} environment staging"
        )
    return names


def _with_environments(wanted: tuple[str, ...], path: Path, settings: dict[str, bool | str]) -> int:
    given = {environment_changes.QUESTION: wanted}
    return updated.carried_out(Request(root=path, given=given, answers_only=True), settings)

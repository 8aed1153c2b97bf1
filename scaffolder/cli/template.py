"""`scaffold template`: the template's releases on a Git host of your own."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from scaffolder.cli import options, updated
from scaffolder.errors import ExitCode
from scaffolder.model import plain
from scaffolder.template import git_mirror, publishing, releases
from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.update.engine import Request


@click.group("template", short_help="The template's releases on a Git host of your own.")
def command() -> None:
    """Put the template's releases on a Git host of your own, and have a repository take them from there."""


@command.command("publish", short_help="Put all releases on a Git host.")
@click.argument("url")
@options.no_color
@options.debug
def publish(url: str) -> int:
    """Push every release that scaffolder carries to the Git repository at URL, an empty one or one that has older ones.

    Branch main and the tags vX.Y.Z; a release that is there already is not moved. Run it again
    after an upgrade.
    """
    with SystemToolchain() as toolchain:
        published = publishing.publish(git_mirror.located(url), toolchain)
    shown = git_mirror.without_secret(url, url)
    command = f"scaffold template use {shlex.quote(shown)}"
    tags = ", ".join(published.tags)
    click.echo(f"  {tags} pushed to {shown}" if tags else f"  {shown} has every release already")
    if published.reason:
        click.echo(
            f"  main there could not be moved: {plain(published.reason)}; repositories need the tags only"
        )
    elif not published.main:
        click.echo(
            f"  main there has other commits and stays as it is; `git merge {releases.newest().tag}` takes this release"
        )
    click.echo(f"\nNext    {command}   in each repository that is to take its releases from there")
    return ExitCode.CLEAN


@command.command("use", short_help="Have a repository take its releases from a Git host.")
@click.argument("url")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@updated.options
@options.directory
@options.no_color
@options.debug
def use(url: str, path: Path, **settings: bool | str) -> int:
    """Record URL as the address of the template in the repository at PATH (default: here).

    The release stays the same, and URL must have it. Plain `copier update` and Renovate then need
    no scaffolder. Nothing is committed.
    """
    return updated.carried_out(
        Request(root=path, address=git_mirror.recordable(url), answers_only=True), settings
    )

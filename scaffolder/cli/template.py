"""`scaffold template`: the releases on a Git host of your own, and a test of a changed template."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from scaffolder import try_template
from scaffolder.cli import options, prompts, tried, updated
from scaffolder.errors import ExitCode
from scaffolder.model import plain
from scaffolder.template import git_mirror, publishing, releases
from scaffolder.tools.toolchain import SystemToolchain
from scaffolder.try_template import Request
from scaffolder.update import engine


@click.group("template", short_help="A template of your own: publish, use, test.")
def command() -> None:
    """Publish the template's releases on your own Git host, use them, and test changes."""


@command.command("publish", short_help="Put all releases on a Git host.")
@click.argument("url")
@options.no_color
@options.debug
def publish(url: str) -> int:
    """Push every release that scaffolder carries to the Git repository at URL.

    It is empty, or has older releases of them.

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
            f"  main there could not be moved: {plain(published.reason)}; repositories need the"
            " tags only"
        )
    elif not published.main:
        click.echo(
            "  main there has other commits and stays as it is; `git merge"
            f" {releases.newest().tag}` takes this release"
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

    Every place with its address changes: the record, Renovate's settings, and the list that the
    weekly update compares it with. The release stays the same, and URL must have it. Plain `copier
    update` and Renovate then need no scaffolder. Nothing is committed.
    """
    return updated.carried_out(
        engine.Request(root=path, address=git_mirror.recordable(url), answers_only=True), settings
    )


def _say_number(number: int) -> None:
    if options.live():
        click.echo(f"\r  {number} combinations tried", nl=False, err=True)


@command.command("test", short_help="Render a changed template over its choices, and check.")
@click.argument("path", type=click.Path(path_type=Path, file_okay=False, exists=True), default=".")
@click.option(
    "-d", "--data", multiple=True, metavar="KEY=VALUE", help="An answer that each combination has."
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=600.0,
    show_default=True,
    help="When no further combination is begun.",
)
@click.option("--require-tools", is_flag=True, help="A missing tool is inconclusive (exit 3).")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@options.directory
@options.no_color
@options.debug
def test(path: Path, data: tuple[str, ...], seconds: float, require_tools: bool, form: str) -> int:
    """Render the template in PATH (default: here), and run the checks on each result.

    Its files may be committed or not.

    Every two choices of different questions that go together are in one of the combinations. Exit
    code 1: a problem; 3: the time was up before all were tried, or a check was inconclusive.
    """
    request = Request(
        folder=path, given=prompts.pairs(data), seconds=seconds, require_tools=require_tools
    )
    outcome = try_template.tried(request, on_combination=_say_number)
    if options.live():
        click.echo(f"\r{'':<40}\r", nl=False, err=True)
    click.echo(tried.written(outcome, form))
    return outcome.exit_code

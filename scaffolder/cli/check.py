"""`scaffold check`: every question about a repository, and one answer."""

from __future__ import annotations

from pathlib import Path

import click

from scaffolder import checks, report
from scaffolder.cli import options, summary
from scaffolder.project import Project
from scaffolder.toolchain import SystemToolchain


@click.command("check", short_help="Check a repository.")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--select", multiple=True, metavar="ID", help="Only these checks: TF002, or TF for all of Terraform.")
@click.option("--ignore", multiple=True, metavar="ID", help="Not these checks.")
@click.option("--strict", is_flag=True, help="A warning is a failure too.")
@click.option("--require-tools", is_flag=True, help="A missing tool is no verdict (exit 3), not a skip.")
@click.option("--online", is_flag=True, help="Let terraform fetch real providers.")
@click.option(
    "--context", default="", metavar="NAME", help="Ask this kubeconfig context's API server too; it changes nothing."
)
@click.option("--format", "form", type=click.Choice(report.FORMATS), default="text", show_default=True)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the report there, and print it as text.",
)
@click.option("-q", "--quiet", is_flag=True, help="Only what is not in order.")
@options.verbose
@options.directory
@options.no_color
@options.debug
def command(
    path: Path,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    strict: bool,
    require_tools: bool,
    online: bool,
    context: str,
    form: str,
    output: Path | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Ask every question about the repository at PATH (default: here); nothing in it is changed."""
    chosen = checks.choose(select=select, ignore=ignore, online=online, context=context)
    with SystemToolchain() as toolchain, summary.progress(quiet=quiet) as on_result:
        found = checks.run(
            Project(path),
            chosen,
            toolchain,
            strict=strict,
            require_tools=require_tools,
            on_result=on_result,
        )
    if output:
        report.save(found, form, output)
    summary.say_check(found, form="text" if output else form, quiet=quiet, verbose=verbose)
    return found.exit_code

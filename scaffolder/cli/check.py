"""`scaffold check`: every question about a repository, and one answer."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from scaffolder import report
from scaffolder.check import Request, examine
from scaffolder.cli import options, summary
from scaffolder.errors import Interrupted
from scaffolder.model import Result
from scaffolder.repository import settings


@click.command("check", short_help="Check a repository.")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option(
    "--select",
    multiple=True,
    metavar="ID",
    help="Only these checks: TF002, or TF for all of Terraform; several with commas between.",
)
@click.option("--ignore", multiple=True, metavar="ID", help="Not these checks.")
@click.option("--strict", is_flag=True, help="A warning is a failure too; a note never is.")
@click.option(
    "--require-tools", is_flag=True, help="A missing tool is inconclusive (exit 3), not a skip."
)
@click.option("--online", is_flag=True, help="Let terraform fetch real providers.")
@click.option(
    "--rehearse",
    is_flag=True,
    help="Also apply, plan again and destroy the Terraform in a cloud that is a file.",
)
@click.option(
    "--context",
    default="",
    metavar="NAME",
    help="Ask this kubeconfig context's API server too; it changes nothing.",
)
@click.option(
    "--format", "form", type=click.Choice(report.FORMATS), default="text", show_default=True
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the report there, and print it as text.",
)
@click.option(
    "--parity",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write there, as JSON, a hash of what each environment renders, to compare them.",
)
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@click.option(
    "--only-changed",
    is_flag=True,
    help="Only findings in files that differ from the default branch.",
)
@click.option(
    "--since",
    metavar="REF",
    default="",
    help="Only findings in files that differ from where REF was left.",
)
@click.option(
    "--baseline",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Only findings that are not in FILE.",
)
@click.option(
    "--write-baseline",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the findings there, for --baseline in later runs.",
)
@click.option("--fix", is_flag=True, help="Apply safe fixes, then re-run the checks.")
@click.option("-n", "--dry-run", is_flag=True, help="With --fix: only show what would be changed.")
@click.option("--diff", is_flag=True, help="With --fix: show the lines that are changed.")
@click.option(
    "--cache/--no-cache",
    default=True,
    help="Reuse stored tool output for unchanged files.",
)
@options.verbose
@options.directory
@options.no_color
@options.debug
def command(
    path: Path | None,
    form: str,
    output: Path | None,
    quiet: bool,
    verbose: bool,
    diff: bool,
    **given: Any,
) -> int:
    """Run all checks on the repository at PATH; only --fix changes anything in it.

    Without PATH it is the repository around this folder. A file scaffold.toml, or the table
    tool.scaffold of pyproject.toml, has its settings: select, ignore, severities, exclude,
    environments, baseline. The command line overrides them.
    """
    root = path or settings.root_of(Path())
    if path is None and root != Path() and not quiet:
        click.echo(f"checking {root}", err=True)
    with summary.progress(quiet=quiet) as show, _interruptible(show) as on_result:
        examined = examine(Request(path=root, **given), on_result=on_result)
    if output:
        report.save(examined.report, form, output)
    summary.say_fixes(examined, diff=diff, dry_run=given["dry_run"])
    summary.say_check(examined.report, form="text" if output else form, verbose=verbose)
    return examined.report.exit_code


@contextlib.contextmanager
def _interruptible(show: Callable[[Result], None]) -> Iterator[Callable[[Result], None]]:
    """Yield what to call with each result.

    Raises:
        Interrupted: the run was interrupted before the first result; later there is a report.

    """
    ended = False

    def on_result(result: Result) -> None:
        nonlocal ended
        ended = True
        show(result)

    try:
        yield on_result
    except KeyboardInterrupt as interrupt:
        if ended:
            raise
        raise Interrupted(
            "interrupted before the first check ended, without a report",
            hint="scaffold check --select AG,EOL, or `exclude` in scaffold.toml for large folders",
        ) from interrupt

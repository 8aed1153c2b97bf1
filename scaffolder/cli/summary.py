"""The last lines of a run: files made, checks run or not, and commands to type next."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scaffolder import report
from scaffolder.cli import options
from scaffolder.model import FAMILIES, Report, Result, visible
from scaffolder.report import text as text_report

if TYPE_CHECKING:
    # Each costs time that the other command does not need: the checks, and the templates.
    from scaffolder.check import Examined
    from scaffolder.new import Made
    from scaffolder.template.answers import Answer

_PIPELINE = "3 pipeline"
_STAGES = (
    ("1 infrastructure", ("terraform", "platform")),
    ("2 packaging", ("app", "Dockerfile", "compose.yaml", ".dockerignore")),
    (_PIPELINE, ("ci", "helm", "Makefile", "mise.toml")),
    ("4 monitoring", ("monitoring",)),
)
"""The files of each stage at the top of a repository; before it, the CI systems' pipelines."""
_CULTURE = "  culture"

_HEADLINE = (
    *("kind", "workload", "runtime", "cloud", "runs_on", "cluster", "ci", "deploy", "rollout"),
    *("monitoring", "chat", "level"),
)
"""The questions whose choices are understood without their question; `Again` has all answers."""
_USUAL = {
    "kind": "service",
    "workload": "service",
    "cluster": "dedicated",
    "rollout": "rolling",
    "cloud": "none",
    "monitoring": "none",
    "chat": "none",
}
"""Choices that need no mention: most repositories have them."""
_WRITTEN_BESIDE = {"runtime_version": "runtime", "region": "cloud"}


def of_new(made: Made, *, form: str, quiet: bool, verbose: bool) -> str:
    """Return the end of `scaffold new`, as text or as one JSON document."""
    if form == "json":
        return json.dumps(_document(made), indent=2)
    if made.request.dry_run:
        return "\n".join(_planned(made))
    return "\n".join(_said(made, quiet=quiet, verbose=verbose))


def say_check(found: Report, *, form: str, verbose: bool) -> None:
    """Print the report of `scaffold check`.

    The format `github` also fills the summary of the job it runs in.
    """
    if form == "text":
        click.echo(_as_text(found, checks=verbose, verbose=verbose))
        return
    click.echo(report.write(found, form))
    if form == "github":
        _fill_summary(found)


def _fill_summary(found: Report) -> None:
    from scaffolder.report import github  # a format of many

    if file := os.environ.get(github.SUMMARY_VARIABLE):
        with Path(file).open("a", encoding="utf-8") as stream:
            stream.write(github.summary(found))


def say_fixes(examined: Examined, *, diff: bool, dry_run: bool) -> None:
    """Print the changes of `--fix`, done or proposed, and the refused ones, on stderr."""
    if diff and examined.mended:
        from scaffolder.repository import fixes  # for --fix alone

        click.echo(fixes.diff(fixes.Plan(changes=examined.mended)), err=True, nl=False)
    for change in examined.mended:
        made = "made" if change.before is None else "mended"
        click.echo(
            f"  {'would be ' if dry_run else ''}{made}: {visible(change.path.as_posix())}", err=True
        )
    for refusal in examined.refused:
        click.echo(f"  left alone: {refusal.place}: {refusal.reason}", err=True)


@contextlib.contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[Result], None]]:
    """Count the checks done on stderr if it is a terminal; one line, gone at the end."""
    if quiet or not options.live():
        yield lambda result: None
        return
    done = 0
    room = options.width() - 1  # a full line would be wrapped, and stay

    def show(words: str) -> None:
        click.echo(f"\r{words[:room]:<{room}}", nl=False, err=True)

    def on_result(result: Result) -> None:
        nonlocal done
        done += 1
        show(f"  {done} checked: {result.check.title}")

    show("  reading the repository")
    try:
        yield on_result
    finally:
        click.echo(f"\r{'':<{room}}\r", nl=False, err=True)


def _as_text(found: Report, *, checks: bool, verbose: bool) -> str:
    families = {} if verbose else FAMILIES
    return text_report.write(
        found,
        paint=options.paint,
        checks=checks,
        verbose=verbose,
        families=families,
        width=options.width(whole=checks),
    )


def _said(made: Made, *, quiet: bool, verbose: bool) -> Iterator[str]:
    request = made.request
    if not quiet:
        yield _heading(made)
        yield ""
        if not request.template:
            yield from _stages(made.files)
        yield f"  {len(made.files)} files in {request.destination}   {made.seconds:.1f} s"
        if made.plan.replaced:
            yield f"  {len(made.plan.replaced)} of them replaced: {_listed(made.plan.replaced)}"
        if made.commit and not made.commit.made:
            yield f"  no first commit: {made.commit.reason}"
        yield ""
    yield from _warnings(made)
    if made.report:
        yield _as_text(made.report, checks=not quiet, verbose=verbose)
    elif not quiet:
        yield "  not checked: --no-check was given; scaffold check does it"
    if not quiet:
        yield ""
        yield from _next(made)


def _warnings(made: Made) -> Iterator[str]:
    """Yield what is allowed and probably a mistake, also with --quiet."""
    for warning in made.warnings:
        yield f"  {options.paint('warning', 'warning')}   {visible(warning)}"


def _heading(made: Made) -> str:
    """Name the repository, and what was chosen for it."""
    name, template = made.request.destination.name, made.request.template
    if template:
        return f"{name}: {template.origin.commit} of {template.origin.address}"
    return f"{name}: {in_words(made.request.answers)}"


def _next(made: Made) -> Iterator[str]:
    from scaffolder.template import answers  # see above

    request = made.request
    destination = shlex.quote(str(request.destination))
    template = request.template
    if not template:
        yield f"Next    cd {destination} && make test"
        yield "        make help"
    else:
        yield f"Next    cd {destination}"
    yield "        scaffold check"
    if template:
        yield f"        scaffold update, when {template.origin.address} has a newer release"
    again = answers.command_line(
        request.answers, name=request.destination.name, template=template.spec if template else ""
    )
    yield f"Again   {again}"


def in_words(given: Mapping[str, Answer]) -> str:
    """Return the choices that tell repositories apart, in the words of their questions."""
    from scaffolder.template import answers  # see above

    questions = {question.name: question for question in answers.questions()}
    words = {}
    on_servers = given.get("runs_on") == "server"
    for name in _HEADLINE:
        if on_servers and name in ("cluster", "deploy"):
            continue
        if name in given and given[name] != _USUAL.get(name):
            words[name] = ", ".join(
                choice.label
                for choice in questions[name].choices_given(given)
                if choice.value in given[name]
            )
    for name in ("workload", "rollout"):  # their labels are sentences
        if name in words:
            words[name] = f"{name} {given[name]}"
    if on_servers:
        number = int(str(given["servers"]))
        words["runs_on"] = "1 server" if number == 1 else f"{number} servers"
    for name, beside in _WRITTEN_BESIDE.items():
        if name in given and beside in words:
            words[beside] = f"{words[beside]} {given[name]}"
    return ", ".join(word for word in words.values() if word)


def _stages(files: tuple[Path, ...]) -> Iterator[str]:
    # Here, because all systems and runtimes come with it: 0.1 s that `--help` does not need.
    from scaffolder.repository.ci import CI_SYSTEMS

    left = list(files)
    pipelines = tuple(Path(system.FIRST[0]).parts[0] for system in CI_SYSTEMS.values())
    for title, own in _STAGES:
        tops = (*pipelines, *own) if title == _PIPELINE else own
        here = [file for file in left if file.parts[0] in tops]
        if here:
            left = [file for file in left if file not in here]
            yield _stage(title, here, tops)
    if left:
        yield f"  {_CULTURE:<18} {'docs/, CODEOWNERS, ...':<48} {len(left):>3} files"


def _stage(title: str, files: list[Path], tops: tuple[str, ...]) -> str:
    folders = {file.parts[0] for file in files if len(file.parts) > 1}
    names = sorted({file.parts[0] for file in files}, key=tops.index)
    where = ", ".join(f"{name}/" if name in folders else name for name in names)
    return f"  {title:<18} {where:<48} {len(files):>3} files"


def _planned(made: Made) -> Iterator[str]:
    for file in made.files:
        mark = (
            "replaced" if file in made.plan.replaced else "new" if file in made.plan.new else "same"
        )
        yield f"  {mark:<9} {file.as_posix()}"
    yield from _warnings(made)
    yield f"  {len(made.files)} files would be in {made.request.destination}; nothing was written"


def _document(made: Made) -> dict[str, object]:
    from scaffolder.report import json as json_report  # a format of many

    return {
        "destination": str(made.request.destination),
        "template": _template(made),
        "answers": {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in made.request.answers.items()
        },
        "files": [file.as_posix() for file in made.files],
        "replaced": [file.as_posix() for file in made.plan.replaced],
        "written": not made.request.dry_run,
        "warnings": list(made.warnings),
        "seconds": round(made.seconds, 3),
        "check": json_report.document(made.report) if made.report else None,
    }


def _template(made: Made) -> dict[str, str]:
    """Return which release of which template it was made from."""
    from scaffolder.template import render  # see above

    origin = made.request.template.origin if made.request.template else render.current()
    return {"address": origin.address, "release": origin.commit}


def _listed(files: tuple[Path, ...]) -> str:
    shown = ", ".join(file.as_posix() for file in files[:10])
    return shown if len(files) <= 10 else f"{shown} and {len(files) - 10} more"

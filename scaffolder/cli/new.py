"""`scaffold new`: from answers to a checked repository."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from scaffolder import new
from scaffolder.cli import options, prompts, summary
from scaffolder.errors import AnswersError, ExitCode
from scaffolder.template import answers, named_template, presets
from scaffolder.template.answers import Answer
from scaffolder.template.named_template import Named
from scaffolder.tools.toolchain import SystemToolchain


def question_options() -> list[click.Option]:
    """Return a flag and a variable for every question; the service's name is the argument."""
    return [
        click.Option(
            [question.flag, question.name],
            multiple=True,
            envvar=question.variable,
            show_envvar=True,
            metavar="VALUE",
            help=_help(question),
            shell_complete=partial(_completions, question),
        )
        for question in answers.questions()
        if question.name != "service_name"
    ]


def _completions(
    question: answers.Question, ctx: click.Context, parameter: click.Parameter, typed: str
) -> list[str]:
    """Return the shell's completions: the choices, given the flags that are already typed."""
    known: dict[str, answers.Answer] = {"service_name": "x"}
    for before in answers.questions():
        if before is question:
            break
        texts = ctx.params.get(before.name) or ()
        typed_before = tuple(texts) if before.several else "".join(texts[-1:])
        known[before.name] = typed_before or before.default_given(known) or ""
    done, comma, last = typed.rpartition(",") if question.several else ("", "", typed)
    choices = [
        choice.value for choice in question.choices_given(known) if choice.value.startswith(last)
    ]
    return [f"{done}{comma}{choice}" for choice in choices]


def _help(question: answers.Question) -> str:
    choices = (
        []
        if isinstance(question.choices, str)
        else [choice.value for choice in question.choices_given({})]
    )
    several = " Several: with commas, or the flag again." if question.several else ""
    return (
        f"{question.help}: {', '.join(choices)}.{several}"
        if choices
        else f"{question.help}.{several}"
    )


@click.command("new", short_help="Write a service's whole repository and check it.")
@click.argument("name", required=False, envvar="SCAFFOLD_SERVICE_NAME")
@click.option(
    "-d", "--data", multiple=True, metavar="KEY=VALUE", help="An answer; may be given again."
)
@click.option(
    "--data-file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Answers as YAML.",
)
@click.option("--preset", metavar="NAME", help="Answers of a typical team: scaffold list presets.")
@click.option(
    "--template",
    metavar="URL|PATH[@vX.Y.Z]",
    envvar="SCAFFOLD_TEMPLATE",
    show_envvar=True,
    help="A template of your own, and its release; else the one inside scaffolder.",
)
@click.option(
    "--defaults",
    "--no-input",
    is_flag=True,
    help="Ask nothing: what is not given takes its default.",
)
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default=".",
    help="Where to put the repository's folder.",
)
@click.option("-n", "--dry-run", is_flag=True, help="Only list the files that would be written.")
@click.option(
    "-f", "--force", is_flag=True, help="Replace generated files that exist; keep all others."
)
@click.option("--no-check", is_flag=True, help="Do not check what was written.")
@click.option("--no-git", is_flag=True, help="Do not make it a Git repository with a first commit.")
@click.option(
    "--require-tools", is_flag=True, help="A missing tool is inconclusive (exit 3), not a skip."
)
@click.option("--online", is_flag=True, help="Let terraform fetch real providers for the check.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.option("-q", "--quiet", is_flag=True, help="Print only problems.")
@options.verbose
@options.directory
@options.no_color
@options.debug
def command(
    name: str | None,
    data: tuple[str, ...],
    data_file: Path | None,
    preset: str | None,
    template: str | None,
    defaults: bool,
    output: Path,
    form: str,
    quiet: bool,
    verbose: bool,
    **settings: Any,
) -> int:
    """Write the repository of service NAME, from application and pipeline to monitoring.

    A missing answer is asked, or takes its default without a terminal. NAME, a flag and --data go
    before all else, and may not contradict each other. Then come a variable, --data-file, --preset
    and your own defaults in config.toml. With --template the questions are those of that template:
    -d NAME=VALUE answers them. Only a template on another host is fetched from a network.
    """
    questions = {question.name for question in answers.questions()}
    flags = {key: value for key, value in settings.items() if key in questions}
    given = prompts.collect(name, flags, data, data_file, preset)
    ask = None if defaults or not options.interactive() else prompts.ask
    other = _named(template) if template else None
    completed = _of_other(other, given, ask) if other else _of_ours(given, ask)
    request = new.Request(
        answers=completed,
        destination=output / str(completed.get("service_name", name)),
        template=other,
        **{key: value for key, value in settings.items() if key not in questions},
    )
    with summary.progress(quiet=quiet) as on_result:
        made = new.generate(request, on_result=on_result)
    if text := summary.of_new(made, form=form, quiet=quiet, verbose=verbose):
        click.echo(text)
    if (quiet or form == "json") and made.commit and made.commit.failed:
        click.echo(f"scaffold: no first commit: {made.commit.reason}", err=True)
    return made.report.exit_code if made.report else ExitCode.CLEAN


def _of_ours(given: Mapping[str, object], ask: answers.Ask | None) -> dict[str, Answer]:
    own = presets.user_settings()
    return answers.complete(
        given, usual=own.defaults, places=own.places, proposed=answers.proposals(), ask=ask
    )


def _named(spec: str) -> Named:
    with SystemToolchain() as toolchain:
        return named_template.named(spec, toolchain)


def _of_other(
    other: Named, given: Mapping[str, object], ask: answers.Ask | None
) -> dict[str, Answer]:
    """Return the answers to another template's questions; NAME is one if it asks for a service."""
    asks, context = other.asks, click.get_current_context()
    ambient = {
        key
        for key in given
        if context.get_parameter_source(key) is ParameterSource.ENVIRONMENT and key not in asks
    }  # variables of this machine are for every template
    if "service_name" not in asks and not given.get("service_name"):
        raise AnswersError("the repository has no name", hint=f"{named_template.OPTION} …")
    unasked = {"service_name"} - asks  # then NAME is the folder's alone
    usual = presets.user_settings().defaults
    return answers.complete(
        {key: value for key, value in given.items() if key not in {*ambient, *unasked}},
        usual={key: value for key, value in usual.items() if key in asks},
        ask=ask,
        folder=other.origin.folder,
    )


command.params[1:1] = question_options()

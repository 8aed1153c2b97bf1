"""What a person gives to `scaffold new`: flags, variables, files, and answers typed at a prompt."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from scaffolder import answers, presets
from scaffolder.answers import Accept, Answer, Choice, Question
from scaffolder.errors import AnswersError


def collect(
    name: str | None, flags: Mapping[str, Any], data: tuple[str, ...], data_file: Path | None, preset: str | None
) -> dict[str, object]:
    """All answers given, the nearest one winning: flag, --data, variable, file, preset, the user's defaults."""
    given: dict[str, object] = {**presets.user_settings().defaults}
    given |= presets.named(preset).answers if preset else {}
    given |= answers.load(data_file) if data_file else {}
    return given | typed_in({**flags, "name": name}, data)


def typed_in(values: Mapping[str, Any], data: tuple[str, ...]) -> dict[str, object]:
    """The answers of one command line: a flag before --data before a variable."""
    context = click.get_current_context()
    typed: dict[str, object] = {}
    variables: dict[str, object] = {}
    for key, value in values.items():
        if value is not None:
            question = "service_name" if key == "name" else key
            by_variable = context.get_parameter_source(key) is ParameterSource.ENVIRONMENT
            (variables if by_variable else typed)[question] = value
    return {**variables, **pairs(data), **typed}


def ask(question: Question, choices: tuple[Choice, ...], default: Answer | None, accept: Accept) -> Answer:
    """Ask a person until `accept` takes the answer; Enter takes the default."""
    click.echo(f"\n{question.help}", err=True)
    for choice in choices:
        click.echo(f"  {choice.value:<12} {choice.label if choice.label != choice.value else ''}".rstrip(), err=True)
    shown = ",".join(default) if isinstance(default, tuple) else default
    several = " (several: with commas)" if question.several and len(choices) > 1 else ""

    def parse(typed: str) -> Answer:
        try:
            return accept(typed)
        except AnswersError as error:
            raise click.UsageError(error.message) from error

    answer: Answer = click.prompt(f"{question.name}{several}", default=shown, value_proc=parse, err=True)
    return answer


def pairs(items: tuple[str, ...]) -> dict[str, object]:
    """Answers typed as KEY=VALUE.

    Raises:
        AnswersError: one has no equals sign, or two answer the same question differently.
    """
    given: dict[str, object] = {}
    for key, value in map(_pair, items):
        if given.setdefault(key, value) != value:
            raise AnswersError(f"{key} is given twice: {given[key]} and {value}", hint=f"{key}={value}")
    return given


def _pair(item: str) -> tuple[str, str]:
    key, equals, value = item.partition("=")
    if not equals:
        raise AnswersError(f"an answer is KEY=VALUE, not {item!r}", hint="runtime_version=21, for example")
    return key.strip(), value

"""The user's input to `scaffold new`: flags, variables, files, and answers at a prompt."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from scaffolder.errors import AnswersError
from scaffolder.template import answers, presets
from scaffolder.template.answers import Accept, Answer, Choice, Question, Repeated


def collect(
    name: str | None,
    flags: Mapping[str, Any],
    data: tuple[str, ...],
    data_file: Path | None,
    preset: str | None,
) -> dict[str, object]:
    """All answers given, the nearest one winning: the command line, variable, file, preset."""
    given: dict[str, object] = {**(presets.named(preset).answers if preset else {})}
    given |= answers.load(data_file) if data_file else {}
    return given | typed_in({**flags, "name": name}, data)


def named(
    flags: Mapping[str, Any], data: tuple[str, ...], data_file: Path | None
) -> dict[str, object]:
    """Return the answers given for this run: in a file, or on the command line."""
    return {**(answers.load(data_file) if data_file else {}), **typed_in(flags, data)}


def usual(preset: str | None) -> dict[str, object]:
    """Return the default answers: of a preset, else the user's own."""
    of_preset = presets.named(preset).answers if preset else {}
    return {**presets.user_settings().defaults, **of_preset}


def typed_in(values: Mapping[str, Any], data: tuple[str, ...]) -> dict[str, object]:
    """Return the answers of one command line.

    Those of flags and of --data, joined; then those of variables.

    Raises:
        AnswersError: two different values answer a question that takes one.

    """
    context = click.get_current_context()
    typed: list[tuple[str, str]] = []
    variables: dict[str, object] = {}
    for key, value in values.items():
        name = "service_name" if key == "name" else key
        if context.get_parameter_source(key) is ParameterSource.ENVIRONMENT:
            variables[name] = os.environ[f"SCAFFOLD_{name.upper()}"]  # Click cuts it at its spaces
        elif value:
            typed += [(name, text) for text in ((value,) if isinstance(value, str) else value)]
    given = _gathered([*typed, *map(_pair, data)])
    for question in answers.questions():
        if isinstance(texts := given.get(question.name), Repeated):
            given[question.name] = answers.joined(question, texts)
    return variables | given


def ask(
    question: Question, choices: tuple[Choice, ...], default: Answer | None, accept: Accept
) -> Answer:
    """Ask a person until `accept` takes the answer; Enter takes the default."""
    click.echo(f"\n{question.help}", err=True)
    for choice in choices:
        click.echo(
            f"  {choice.value:<12} {choice.label if choice.label != choice.value else ''}".rstrip(),
            err=True,
        )
    shown = ",".join(default) if isinstance(default, tuple) else default
    several = " (several: with commas)" if question.several and len(choices) > 1 else ""

    def parse(typed: str) -> Answer:
        try:
            return accept(typed)
        except AnswersError as error:
            raise click.UsageError(error.message) from error

    answer: Answer = click.prompt(
        f"{question.name}{several}", default=shown, value_proc=parse, err=True
    )
    return answer


def pairs(items: tuple[str, ...]) -> dict[str, object]:
    """Answers typed as KEY=VALUE.

    Several to one question are `Repeated`: only the question knows if it takes them.

    Raises:
        AnswersError: one has no equals sign.

    """
    return _gathered(map(_pair, items))


def _gathered(typed: Iterable[tuple[str, str]]) -> dict[str, object]:
    texts: dict[str, list[str]] = {}
    for name, text in typed:
        texts.setdefault(name, []).append(text)
    different = {name: Repeated(dict.fromkeys(given)) for name, given in texts.items()}
    return {name: given if len(given) > 1 else given[0] for name, given in different.items()}


def _pair(item: str) -> tuple[str, str]:
    key, equals, value = item.partition("=")
    if not equals:
        raise AnswersError(
            f"an answer is KEY=VALUE, not {item!r}", hint="runtime_version=21, for example"
        )
    return key.strip(), value

"""Render marked texts of a copier.yml with the answers so far, and evaluate conditions."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from scaffolder.template import bundled, question_types
from scaffolder.tools import limits

if TYPE_CHECKING:
    from jinja2 import Environment, Template


def understood(
    text: str, answers: Mapping[str, str | tuple[str, ...]], folder: Path | None
) -> str | None:
    """Return `text` rendered; None if it reads a value that only Copier knows.

    Such as `_copier_conf`, or a computed value.

    The marks are those of the template in `folder`; None is the embedded one.

    Raises:
        RenderError: it does not render, or does what no template may.

    """
    import jinja2

    from scaffolder.template import (
        sandbox,
    )  # with Jinja, 40 ms that `scaffold --help` does not need

    if not _holds_marks(text, folder):
        return text
    with sandbox.rendering(text):
        try:
            return _template(text, folder).render(_natives(answers, folder))
        except jinja2.UndefinedError:
            return None


def names(condition: str) -> frozenset[str]:
    """Return the names that the Jinja expression `condition` reads: answers or computed values.

    Raises:
        ValueError: it is not an expression.

    """
    import jinja2
    from jinja2 import meta

    try:
        return frozenset(
            meta.find_undeclared_variables(_conditions().parse(f"{{{{ {condition} }}}}"))
        )
    except jinja2.TemplateSyntaxError as error:
        raise ValueError(str(error)) from error


def holds(condition: str, values: Mapping[str, object]) -> bool:
    """Return whether the Jinja expression `condition`, such as `cloud != 'azure'`, is true.

    Raises:
        ValueError: it is not an expression, reads a name that has no value, or fails for these
        values.

    """
    from scaffolder.template import sandbox

    try:
        with limits.bounded(sandbox.SECONDS):
            return bool(
                _conditions().compile_expression(condition, undefined_to_none=False)(**values)
            )
    except Exception as error:  # a filter raises what it likes
        raise ValueError(str(error)) from error


def completed(recorded: Mapping[str, object], folder: Path) -> dict[str, object]:
    """Return the values that templates see: recorded answers, then defaults and computed values.

    A value that only Copier can compute is left out.

    Raises:
        RenderError: an entry takes too much time or memory.

    """
    values = dict(recorded)
    for name, entry in bundled.configuration(folder).items():
        if not name.startswith("_") and name not in values:
            question = entry if isinstance(entry, dict) else {"default": entry}
            with contextlib.suppress(ValueError):
                values[name] = _default(question, values, folder)
    return values


def _default(question: Mapping[str, object], values: Mapping[str, object], folder: Path) -> object:
    """Return the default of one entry of copier.yml as Copier has it.

    Raises:
        ValueError: it has none, or only Copier can compute it.

    """
    default = question.get("default")
    if default is None:
        raise ValueError("no default")
    if not isinstance(default, str):
        return default
    from scaffolder.template import sandbox

    try:
        with limits.bounded(sandbox.SECONDS):
            rendered = _template(default, folder).render(values)
    except limits.LimitReachedError:  # each of many entries could reach it
        raise
    except Exception as error:  # a filter raises what it likes
        raise ValueError(str(error)) from error
    return (
        question_types.items(rendered)
        if question.get("multiselect")
        else question_types.native(question_types.of(question), rendered)
    )


@cache
def _holds_marks(text: str, folder: Path | None) -> bool:
    """Return whether Jinja might change `text`; most choices and defaults have no marks."""
    environment = _environment(folder)
    starts = ("block_start_string", "variable_start_string", "comment_start_string")
    named = (*starts, "line_statement_prefix", "line_comment_prefix")
    return any(
        mark in text
        for mark in ("\n", "\r", *filter(None, (getattr(environment, name) for name in named)))
    )


def _natives(
    answers: Mapping[str, str | tuple[str, ...]], folder: Path | None
) -> dict[str, object]:
    """Return the values of expressions: typed answers, and the template's own values."""
    given = {
        name: copy.deepcopy(value) if isinstance(value, list | dict) else value
        for name, value in _typed(tuple(answers.items()), folder).items()
    }
    return {**_constants(folder), **given}


@lru_cache(maxsize=64)
def _typed(
    given: tuple[tuple[str, str | tuple[str, ...]], ...], folder: Path | None
) -> Mapping[str, object]:
    """Return the answers as values; condition, choices and default of a question read the same."""
    known = _kinds(folder)
    found: dict[str, object] = {}
    for name, answer in given:
        with contextlib.suppress(ValueError):  # no answer yet
            kind = known.get(name, "str")
            items = [
                question_types.native(kind, item)
                for item in (answer if isinstance(answer, tuple) else (answer,))
            ]
            found[name] = items if isinstance(answer, tuple) else items[0]
    return found


@cache
def _constants(folder: Path | None) -> Mapping[str, object]:
    """Return the values that are never asked and need no rendering, such as a table of versions."""
    return {
        name: entry["default"]
        for name, entry in bundled.configuration(folder).items()
        if isinstance(entry, dict)
        and entry.get("when") is False
        and isinstance(entry.get("default"), dict | list)
    }


@cache
def _kinds(folder: Path | None) -> Mapping[str, str]:
    entries = bundled.configuration(folder).items()
    return {
        name: question_types.of(entry if isinstance(entry, dict) else {"default": entry})
        for name, entry in entries
    }


@cache  # the same few texts, for every combination that a test or a preset goes through
def _template(text: str, folder: Path | None) -> Template:
    return _environment(folder).from_string(text)


@cache
def _conditions() -> Environment:
    """The environment of conditions, which have no marks; so no copier.yml is read for them."""
    from scaffolder.template import sandbox

    return sandbox.of_conditions()


@cache
def _environment(folder: Path | None) -> Environment:
    import jinja2

    from scaffolder.template import sandbox

    return sandbox.environment(folder, undefined=jinja2.StrictUndefined)

"""The texts of a copier.yml that hold marks, rendered with the answers that are given so far."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from scaffolder import kinds, template

if TYPE_CHECKING:
    from jinja2 import Environment, Template


def understood(text: str, answers: Mapping[str, str | tuple[str, ...]], folder: Path | None) -> str | None:
    """`text` rendered; None where it reads what only Copier knows (`_copier_conf`, a value that is computed).

    The marks are those of the template in `folder`; None is the embedded one.
    """
    import jinja2

    if not _holds_marks(text, folder):
        return text
    try:
        return _template(text, folder).render(_natives(answers, folder))
    except jinja2.UndefinedError:
        return None


@cache
def _holds_marks(text: str, folder: Path | None) -> bool:
    """Whether Jinja might make anything of `text` but what it says; of most choices and defaults it does not."""
    environment = _environment(folder)
    starts = ("block_start_string", "variable_start_string", "comment_start_string")
    named = (*starts, "line_statement_prefix", "line_comment_prefix")
    return any(mark in text for mark in ("\n", "\r", *filter(None, (getattr(environment, name) for name in named))))


def _natives(answers: Mapping[str, str | tuple[str, ...]], folder: Path | None) -> dict[str, object]:
    """The answers as expressions have them: numbers, booleans and lists are no texts."""
    known = _kinds(folder)
    found: dict[str, object] = {}
    for name, answer in answers.items():
        with contextlib.suppress(ValueError):  # no answer yet
            kind = known.get(name, "str")
            items = [kinds.native(kind, item) for item in (answer if isinstance(answer, tuple) else (answer,))]
            found[name] = items if isinstance(answer, tuple) else items[0]
    return found


@cache
def _kinds(folder: Path | None) -> Mapping[str, str]:
    entries = template.configuration(folder).items()
    return {name: kinds.of(entry if isinstance(entry, dict) else {"default": entry}) for name, entry in entries}


@cache  # the same few texts, for every combination that a test or a preset goes through
def _template(text: str, folder: Path | None) -> Template:
    return _environment(folder).from_string(text)


@cache
def _environment(folder: Path | None) -> Environment:
    import jinja2
    from jinja2.sandbox import SandboxedEnvironment

    settings = {**template.configuration(folder).get("_envops", {})}
    settings.pop("undefined", None)
    return SandboxedEnvironment(
        **settings,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],  # the filters that Copier itself offers
    )

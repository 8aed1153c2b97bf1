"""Sets of answers with a name, ours and the user's, and the user's own defaults."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffolder.errors import AnswersError
from scaffolder.formats import toml_lines
from scaffolder.template import answers, bundled

_TABLES = ("defaults", "presets")


@dataclass(frozen=True, kw_only=True)
class Preset:
    """Answers under a name; `source` is where they are written down."""

    name: str
    about: str
    answers: Mapping[str, object]
    source: str


@dataclass(frozen=True, kw_only=True)
class UserSettings:
    """The config.toml of a user: answers that replace the defaults, and presets.

    `places` has the line of each default, as "FILE:LINE".
    """

    defaults: Mapping[str, object] = field(default_factory=dict)
    presets: tuple[Preset, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)


def settings_file() -> Path:
    """Return the user's settings file.

    SCAFFOLD_CONFIG, else config.toml in the platform's configuration folder.
    """
    import platformdirs

    named = os.environ.get("SCAFFOLD_CONFIG")
    return Path(named) if named else platformdirs.user_config_path("scaffolder") / "config.toml"


def user_settings() -> UserSettings:
    """Return the user's settings; empty if the file does not exist.

    Raises:
        AnswersError: the file does not parse, has a table of another form, names no question, or
        gives an answer that is never allowed. The message begins with the file and the line.

    """
    file = settings_file()
    if not file.is_file():
        return UserSettings()
    text, content = _parsed(file)
    _refuse_other_tables(file, text, content)
    defaults = content.get("defaults", {})
    _refuse_answers(file, text, ("defaults",), defaults)
    return UserSettings(
        defaults=defaults,
        presets=tuple(
            _of_user(name, table, file, text) for name, table in content.get("presets", {}).items()
        ),
        places={name: _place(file, text, ("defaults", name)) for name in defaults},
    )


def every() -> tuple[Preset, ...]:
    """All presets; a user's one hides ours of the same name."""
    ours = {
        name: Preset(name=name, about=entry["about"], answers=entry["answers"], source="scaffolder")
        for name, entry in bundled.presets().items()
    }
    theirs = {preset.name: preset for preset in user_settings().presets}
    return tuple({**ours, **theirs}.values())


def named(name: str) -> Preset:
    """The preset of this name.

    Raises:
        AnswersError: there is none.

    """
    known = {preset.name: preset for preset in every()}
    if name not in known:
        nearest = difflib.get_close_matches(name, known, n=1)
        raise AnswersError(
            f"unknown preset {name!r}",
            hint=f"did you mean {nearest[0]}?"
            if nearest
            else f"the presets are {', '.join(known)}",
        )
    return known[name]


def _parsed(file: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = file.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = toml_lines.line_of_error(str(error))
        place = f"{file}:{line}" if line else str(file)
        raise AnswersError(
            f"{place}: not valid TOML: {error}", hint='a line is `question = "answer"`'
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise AnswersError(
            f"{file} cannot be read: {error}", hint="correct it, or move it away"
        ) from error


def _refuse_other_tables(file: Path, text: str, content: Mapping[str, object]) -> None:
    for name, table in content.items():
        if name in _TABLES and isinstance(table, dict):
            continue
        nearest = difflib.get_close_matches(name, _TABLES, n=1)
        meant = f"did you mean [{nearest[0]}]? " if nearest and name not in _TABLES else ""
        raise AnswersError(
            f"{_place(file, text, (name,))}: {name} is none of [defaults] and [presets.NAME]",
            hint=f'{meant}both hold lines `question = "answer"`',
        )


def _refuse_answers(
    file: Path, text: str, table: tuple[str, ...], given: Mapping[str, object]
) -> None:
    """Stop at the first entry that names no question, or is an answer that is never allowed."""
    for name, value in given.items():
        try:
            answers.refuse_unknown({name: value})
            answers.refuse_never_allowed(name, value, given)
        except AnswersError as error:
            place = _place(file, text, (*table, name))
            hint = _as_line(name, value, error.hint)
            raise AnswersError(f"{place}: {error.message}", hint=hint) from error


def _as_line(name: str, value: object, hint: str) -> str:
    """Return a hint that names a flag of `scaffold new` as a line of the settings file."""
    flag, _, answer = hint.partition(" ")
    if not flag.startswith("--"):
        return hint
    return f'{name} = ["{answer}"]' if isinstance(value, list) else f'{name} = "{answer}"'


def _place(file: Path, text: str, path: tuple[str, ...]) -> str:
    line = toml_lines.line_of(text, path)
    return f"{file}:{line}" if line else str(file)


def _of_user(name: str, table: Any, file: Path, text: str) -> Preset:
    path = ("presets", name)
    if not isinstance(table, dict):
        raise AnswersError(
            f"{_place(file, text, path)}: [presets.{name}] is not a table",
            hint=f'[presets.{name}]\nruntime = "java"',
        )
    given = {key: value for key, value in table.items() if key != "about"}
    _refuse_answers(file, text, path, given)
    return Preset(name=name, about=str(table.get("about", "")), answers=given, source=str(file))

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
from scaffolder.template import bundled


@dataclass(frozen=True, kw_only=True)
class Preset:
    """Answers under a name; `source` is where they are written down."""

    name: str
    about: str
    answers: Mapping[str, object]
    source: str


@dataclass(frozen=True, kw_only=True)
class UserSettings:
    """What a user wrote into config.toml: answers that replace the defaults, and presets."""

    defaults: Mapping[str, object] = field(default_factory=dict)
    presets: tuple[Preset, ...] = ()


def settings_file() -> Path:
    """Where a user's settings stand: SCAFFOLD_CONFIG, else config.toml in the platform's configuration folder."""
    import platformdirs

    named = os.environ.get("SCAFFOLD_CONFIG")
    return Path(named) if named else platformdirs.user_config_path("scaffolder") / "config.toml"


def user_settings() -> UserSettings:
    """The user's settings; empty where there is no such file.

    Raises:
        AnswersError: the file does not parse, or has a table of another form.

    """
    file = settings_file()
    if not file.is_file():
        return UserSettings()
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AnswersError(
            f"{file} cannot be read: {error}", hint="mend it, or move it away"
        ) from error
    unknown = set(content) - {"defaults", "presets"}
    if unknown or not all(isinstance(table, dict) for table in content.values()):
        found = ", ".join(sorted(unknown)) or "a value"
        raise AnswersError(
            f"{file} holds something else than [defaults] and [presets.NAME]: {found}",
            hint='[defaults] and [presets.NAME] hold `question = "answer"`',
        )
    return UserSettings(
        defaults=content.get("defaults", {}),
        presets=tuple(
            _of_user(name, table, file) for name, table in content.get("presets", {}).items()
        ),
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
            f"there is no preset {name!r}",
            hint=f"did you mean {nearest[0]}?"
            if nearest
            else f"the presets are {', '.join(known)}",
        )
    return known[name]


def _of_user(name: str, table: Any, file: Path) -> Preset:
    if not isinstance(table, dict):
        raise AnswersError(
            f"[presets.{name}] in {file} is no table", hint=f'[presets.{name}]\nruntime = "java"'
        )
    about = str(table.get("about", ""))
    return Preset(
        name=name,
        about=about,
        answers={key: value for key, value in table.items() if key != "about"},
        source=str(file),
    )

"""Every check there is, and which of them a run asks."""

from __future__ import annotations

import datetime
import difflib
import importlib
from collections.abc import Iterable, Sequence
from typing import Any

from scaffolder.checks import day
from scaffolder.checks.runner import run
from scaffolder.errors import AnswersError
from scaffolder.model import FAMILIES, Check, selected

__all__ = ["DAY_VARIABLE", "FAMILIES", "choose", "every", "run", "words"]

DAY_VARIABLE = day.VARIABLE


def every(
    *,
    online: bool = False,
    rehearse: bool = False,
    context: str = "",
    today: datetime.date | None = None,
) -> tuple[Check, ...]:
    """All checks, in the order they are shown.

    `online` lets Terraform fetch its providers; `rehearse` lets it apply the code in a cloud that
    is a file; `context` names the cluster whose API server is
    asked; `today` is the day on which versions have to get fixes still, and waivers to hold (None:
    the day that `DAY_VARIABLE` has, else that of the run).

    Raises:
        AnswersError: the variable is not a date.

    """
    return _of(_MODULES, online=online, rehearse=rehearse, context=context, today=today)


_MODULES = {
    "TF": "terraform",
    "HL": "helm",
    "K8": "kubernetes",
    "DK": "docker",
    "CI": "pipeline",
    "MO": "monitoring",
    "AG": "agreement",
    "EN": "environments",
    "EOL": "end_of_life",
    "SEC": "security",
    "WV": "waivers",
    "SY": "syntax",
}
"""The module of each family, in the order they are shown; imported if the family is asked for."""


def _of(
    families: Iterable[str],
    *,
    online: bool,
    rehearse: bool,
    context: str,
    today: datetime.date | None,
) -> tuple[Check, ...]:
    judged_on = today or day.of_the_run()
    settings: dict[str, dict[str, Any]] = {
        "TF": {"online": online, "rehearse": rehearse},
        "K8": {"context": context},
        "EOL": {"today": judged_on},
        "WV": {"today": judged_on},
    }
    found: list[Check] = []
    for family in families:
        module = importlib.import_module(f"{__name__}.{_MODULES[family]}")
        found += module.checks(**settings[family]) if family in settings else module.CHECKS
    return tuple(found)


def _families(asked: Sequence[str]) -> Iterable[str]:
    """Return the families that words such as "AG" or "SEC001" are of; all if one is of none."""
    chosen = [
        family
        for family in _MODULES
        if any(word.startswith(family) or family.startswith(word) for word in asked)
    ]
    known = all(any(word.startswith(f) or f.startswith(word) for f in chosen) for word in asked)
    return chosen if known else _MODULES


def choose(
    *,
    select: Sequence[str],
    ignore: Sequence[str],
    online: bool = False,
    rehearse: bool = False,
    context: str = "",
    today: datetime.date | None = None,
) -> tuple[Check, ...]:
    """Return the checks that `select` chooses (all, when empty) and `ignore` leaves.

    Both hold the beginnings of ids.

    A word may be several, with commas between, in letters of any case. `online`, `rehearse`,
    `context` and `today` are those of `every`.

    Raises:
        AnswersError: a word matches no check's id, or `DAY_VARIABLE` is not a date.

    """
    asked = [word.upper() for word in (*words(select), *words(ignore))]
    families = _families(asked) if words(select) else _MODULES
    all_checks = _of(families, online=online, rehearse=rehearse, context=context, today=today)
    ids = [check.id for check in all_checks]
    for word in (*words(select), *words(ignore)):
        if not any(one.startswith(word.upper()) for one in ids):
            nearest = difflib.get_close_matches(word.upper(), [*ids, *FAMILIES], n=1)
            raise AnswersError(
                f"no check is called {word!r}",
                hint=f"did you mean {nearest[0]}?" if nearest else "scaffold list checks",
            )
    return selected(
        all_checks,
        select=[word.upper() for word in words(select)],
        ignore=[word.upper() for word in words(ignore)],
    )


def words(given: Iterable[str]) -> tuple[str, ...]:
    """Return the words of options such as "AG,HL", as they are written.

    Raises:
        AnswersError: an option names nothing.

    """
    split = []
    for option in given:
        listed = [word.strip() for word in option.split(",") if word.strip()]
        if not listed:
            raise AnswersError(f"no check is called {option!r}", hint="scaffold list checks")
        split += listed
    return tuple(split)

"""Every check there is, and which of them a run asks."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Iterable, Sequence

from scaffolder.checks import (
    agreement,
    docker,
    end_of_life,
    environments,
    helm,
    kubernetes,
    monitoring,
    pipeline,
    security,
    syntax,
    terraform,
    waivers,
)
from scaffolder.checks.runner import run
from scaffolder.errors import AnswersError
from scaffolder.model import FAMILIES, Check, selected

__all__ = ["FAMILIES", "choose", "every", "run", "words"]


def every(
    *, online: bool = False, context: str = "", today: datetime.date | None = None
) -> tuple[Check, ...]:
    """All checks, in the order they are shown.

    `online` lets Terraform fetch its providers; `context` names the cluster whose API server is
    asked; `today` is the day on which versions have to get fixes still, and waivers to hold (None:
    the day of the run).
    """
    day = today or datetime.date.today()
    return (
        *terraform.checks(online=online),
        *helm.CHECKS,
        *kubernetes.checks(context=context),
        *docker.CHECKS,
        *pipeline.CHECKS,
        *monitoring.CHECKS,
        *agreement.CHECKS,
        *environments.CHECKS,
        *end_of_life.checks(today=day),
        *security.CHECKS,
        *waivers.checks(today=day),
        *syntax.CHECKS,
    )


def choose(
    *,
    select: Sequence[str],
    ignore: Sequence[str],
    online: bool = False,
    context: str = "",
    today: datetime.date | None = None,
) -> tuple[Check, ...]:
    """The checks whose id starts with a word of `select` (all, when empty) and with none of `ignore`.

    A word may be several, with commas between, in letters of any case. `online`, `context` and
    `today` are those of `every`.

    Raises:
        AnswersError: a word is the start of no check's id.

    """
    all_checks = every(online=online, context=context, today=today)
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

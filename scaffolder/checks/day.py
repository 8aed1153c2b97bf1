"""The day on which versions and waivers are judged: that of the run, or the one that is named."""

from __future__ import annotations

import datetime
import os

from scaffolder.errors import AnswersError

VARIABLE = "SCAFFOLD_TODAY"
"""The environment variable with the day: 2026-11-22."""


def of_the_run() -> datetime.date:
    """Return the day of the run, or the one that stands for it: a commit has one verdict then.

    Raises:
        AnswersError: the variable has no date.

    """
    named = os.environ.get(VARIABLE, "")
    try:
        return datetime.date.fromisoformat(named) if named else datetime.date.today()
    except ValueError as error:
        raise AnswersError(
            f"{VARIABLE} is {named!r}, which is not a date", hint=f"{VARIABLE}=2026-11-22"
        ) from error

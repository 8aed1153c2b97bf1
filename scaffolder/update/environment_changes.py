"""Compute the answer `environments` after one environment was added or removed, or refuse it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scaffolder.errors import AnswersError
from scaffolder.template import answers

QUESTION = "environments"

USUAL = ("dev", "qa", "prod")
"""The environments of a repository whose record is older than the question."""

MOST, FEWEST = 5, 2


def current(root: Path) -> tuple[str, ...]:
    """Return the environments of the repository at `root`, in promotion order.

    Raises:
        ProjectError: it was not made from a template.

    """
    named = answers.recorded(root).answers.get(QUESTION)
    return tuple(map(str, named)) if isinstance(named, list) and named else USUAL


def added(names: Sequence[str], here: Sequence[str], *, after: str = "") -> tuple[str, ...]:
    """Return the environments `here` with `names` behind `after`, or before production without it.

    Raises:
        AnswersError: one is there already, they are too many, or `after` is production or unknown.

    """
    there = next((name for name in names if name in here), "")
    if there:
        raise AnswersError(
            f"the environment {there} is there already",
            hint=f"the environments are {_listed(here)}",
        )
    if len(here) + len(names) > MOST:
        raise AnswersError(
            f"{_listed((*here, *names))} are more than {MOST} environments",
            hint="scaffold set environments=… replaces them",
        )
    place = _place(here, after or here[-2])
    return (*here[:place], *names, *here[place:])


def removed(names: Sequence[str], here: Sequence[str]) -> tuple[str, ...]:
    """Return the environments `here` without `names`.

    Raises:
        AnswersError: one is not there or is production, or fewer than two are left.

    """
    absent = next((name for name in names if name not in here), "")
    if absent:
        raise AnswersError(
            f"unknown environment {absent}", hint=f"the environments are {_listed(here)}"
        )
    if here[-1] in names:
        raise AnswersError(
            f"{here[-1]} is production, and is not removed",
            hint="scaffold set environments=… names another last one",
        )
    left = tuple(name for name in here if name not in names)
    if len(left) < FEWEST:
        raise AnswersError(
            f"{_listed(left)} would be the only environment",
            hint=f"a release is tried in one of {FEWEST} before users get it",
        )
    return left


def _place(here: Sequence[str], after: str) -> int:
    """Return the index behind the environment `after`."""
    if after not in here:
        raise AnswersError(
            f"unknown environment {after}", hint=f"the environments are {_listed(here)}"
        )
    if after == here[-1]:
        raise AnswersError(
            f"{after} is production, and nothing comes after it", hint=f"--after {here[-2]}"
        )
    return here.index(after) + 1


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)

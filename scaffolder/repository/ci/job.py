"""Shared by all systems: a stage as its file has it."""

from __future__ import annotations

import re
from dataclasses import dataclass

EVERY_CHANGE, PULL_REQUEST, MAIN, BY_HAND = "every change", "pull request", "main", "by hand"
NIGHTLY, WEEKLY = "nightly", "weekly"


@dataclass(frozen=True, kw_only=True)
class Job:
    """A stage as its file has it: `after` holds the names that the file uses."""

    id: str
    targets: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    when: str = ""
    environment: str = ""
    approval: bool = False
    gives_digest: bool = False
    takes_digest: bool = False


def by_schedule(cron: str) -> str:
    """How often a schedule runs: on one day of the week, or on several."""
    return WEEKLY if re.fullmatch(r"[0-7]", cron.split()[-1]) else NIGHTLY


def targets_in(script: str) -> list[str]:
    """The targets that a shell script gives to make, in order."""
    found = []
    for words in re.findall(r"\bmake((?: +[^\s;&|)'\"]+(?:=\"[^\"]*\")?)+)", script):
        found += [word for word in words.split() if re.fullmatch(r"[a-z][a-z-]*", word)]
    return found

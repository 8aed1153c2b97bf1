"""Limit the work of one run: the rest is not checked, and the report names it.

Every bound of the checks is here, so that a repository of any size ends in bounded time. The
numbers leave room over the largest repositories that `make scale` measures; tests give small ones.
"""

from __future__ import annotations

import time
from collections.abc import Sized
from dataclasses import dataclass, field

from scaffolder.model import Blocked


@dataclass(frozen=True, kw_only=True)
class Clock:
    """When the runs of a program have taken `seconds` in all: no other is started."""

    seconds: float
    started: float = field(default_factory=time.monotonic)

    def is_over(self) -> bool:
        """Return whether the time is over."""
        return time.monotonic() - self.started >= self.seconds

    @property
    def reason(self) -> str:
        """Return why the runs that are left were not started."""
        return f"the others took {self.seconds:.0f} s"


@dataclass(frozen=True, kw_only=True)
class Budget:
    """The limits of what one run reads.

    `files` are those of the repository, in the order of their folders. `text` is what one reader
    takes in that goes through all sources or documents, in characters. `services` are compared with
    each other; `pairs` are those of the Kubernetes objects that are deployed together. `seconds`
    are for the runs of one program that a check starts for file after file.
    """

    files: int = 50_000
    text: int = 64 * 2**20
    services: int = 2_000
    pairs: int = 9_000_000
    seconds: float = 120.0

    def clock(self) -> Clock:
        """Start the clock of a check that starts one program for file after file."""
        return Clock(seconds=self.seconds)

    def refuse_services(self, services: Sized) -> None:
        """Stop a check that compares services if there are too many.

        Raises:
            Blocked: there are more than `services`.

        """
        if len(services) > self.services:
            raise Blocked(
                f"there are {len(services):,} services, and at most {self.services:,} are compared"
            )

    def refuse_pairs(self, together: Sized) -> None:
        """Stop a check that compares objects with each other if there are too many together.

        Raises:
            Blocked: they make more than `pairs`.

        """
        if len(together) ** 2 > self.pairs:
            raise Blocked(
                f"{len(together):,} objects are deployed together, and at most "
                f"{int(self.pairs**0.5):,} are compared"
            )

    def refuse_text(self, size: int, what: str) -> None:
        """Stop a check that has read `size` characters of `what` ("sources") if it is too much.

        Raises:
            Blocked: it is more than `text`.

        """
        if size > self.text:
            raise Blocked(f"the {what} are more than {self.text // 2**20:,} MiB of text")

"""The runtimes of services: everything that one means to a repository, in one module for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import TypeVar

from scaffolder.repository.runtimes import go, java, node, python
from scaffolder.repository.runtimes.runtime import Runtime

RUNTIMES: Mapping[str, Runtime] = {"java": java, "python": python, "node": node, "go": go}
"""Each runtime by the value of the question `runtime`, in the order of its choices."""

BY_WEIGHT = tuple(sorted(RUNTIMES, key=lambda name: RUNTIMES[name].TOOLING))
"""Their names; first those whose builds are least often tools of a service in another runtime."""

_Item = TypeVar("_Item")


def of_each(part: Callable[[Runtime], Iterable[_Item]]) -> tuple[_Item, ...]:
    """Return what all runtimes have of something, those of one runtime after those of another."""
    return tuple(chain.from_iterable(map(part, RUNTIMES.values())))


def owners(part: Callable[[Runtime], Iterable[_Item]]) -> dict[_Item, str]:
    """Return the name of the runtime that has an item, for each item that one has."""
    owned: dict[_Item, str] = {}
    for name, runtime in RUNTIMES.items():
        owned |= dict.fromkeys(part(runtime), name)
    return owned

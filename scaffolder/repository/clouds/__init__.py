"""The clouds of clusters: everything that one means to a repository, in one module for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import TypeVar

from scaffolder.repository.clouds import aws, azure
from scaffolder.repository.clouds.cloud import Cloud

CLOUDS: Mapping[str, Cloud] = {"aws": aws, "azure": azure}
"""Each cloud by the value of the question `cloud`, in the order of its choices; "none" has none."""

_Item = TypeVar("_Item")


def of_each(part: Callable[[Cloud], Iterable[_Item]]) -> tuple[_Item, ...]:
    """Return what all clouds have of something, those of one cloud after those of another."""
    return tuple(chain.from_iterable(map(part, CLOUDS.values())))

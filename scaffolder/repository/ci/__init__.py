"""The CI systems: everything that one means to a repository, in one module for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import TypeVar

from scaffolder.repository.ci import azure_devops, github, gitlab, jenkins
from scaffolder.repository.ci.system import CiSystem

CI_SYSTEMS: Mapping[str, CiSystem] = {
    "github": github,
    "gitlab": gitlab,
    "jenkins": jenkins,
    "azure-devops": azure_devops,
}
"""Each system by the value of the question `ci`, in the order of its choices."""

_Item = TypeVar("_Item")


def of_each(part: Callable[[CiSystem], Iterable[_Item]]) -> tuple[_Item, ...]:
    """Return what all systems have of something, those of one system after those of another."""
    return tuple(chain.from_iterable(map(part, CI_SYSTEMS.values())))

"""The clouds of clusters: everything that one means to a repository, in one module for each."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import TypeVar

from scaffolder.repository.clouds import aws, azure
from scaffolder.repository.clouds.cloud import Cloud

CLOUDS: Mapping[str, Cloud] = {"aws": aws, "azure": azure}
"""Each cloud by the value of the question `cloud`, in the order of its choices; "none" has none."""


def doubt_about(cloud: object, region: object) -> str:
    """Return a warning if `region` is none of the known ones of `cloud`; "" if it is, or has none.

    Never an error: a cloud opens regions, and scaffolder learns of them later.
    """
    if not isinstance(cloud, str) or not isinstance(region, str) or cloud not in CLOUDS:
        return ""
    known = CLOUDS[cloud]
    if not region or region in known.REGIONS:
        return ""
    nearest = difflib.get_close_matches(region, sorted(known.REGIONS), n=1)
    meant = f"; did you mean {nearest[0]}?" if nearest else ""
    return f"{region} is not a region of {known.TITLE} that scaffolder knows{meant}"


_Item = TypeVar("_Item")


def of_each(part: Callable[[Cloud], Iterable[_Item]]) -> tuple[_Item, ...]:
    """Return what all clouds have of something, those of one cloud after those of another."""
    return tuple(chain.from_iterable(map(part, CLOUDS.values())))

"""Find the end of support of a version: versions.yml for our pins, cycles.yml for others."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from scaffolder.repository.clouds import CLOUDS
from scaffolder.repository.runtimes import RUNTIMES
from scaffolder.tools import package_data

SOON = datetime.timedelta(days=90)
"""How long before its end a version is spoken of: long enough to plan an upgrade of a cluster."""

_PINNED = {
    **{name: (name,) for name in ("kubernetes", "ubuntu", "terraform", "helm")},
    **{cloud.CLUSTER: (cloud.CLUSTER,) for cloud in CLOUDS.values()},
    **{name: (name,) for name in RUNTIMES},
    "debian": ("debian", "distroless"),
}
"""The entries of versions.yml for a product of cycles.yml."""


@dataclass(frozen=True, kw_only=True)
class End:
    """The last day on which a cycle gets fixes (None: not announced yet), and its source."""

    product: str
    cycle: str
    day: datetime.date | None
    source: str


def knows(product: str) -> bool:
    """Return whether the table has the product."""
    return product in _table()


def end_of(product: str, version: str) -> End | None:
    """Return the end of the cycle of `version` ("3.8" for "3.8.10-slim"), or None if unpublished.

    A version newer than every cycle with an end has no announced end. One that is older than the
    oldest cycle ended with it at the latest, unless a later cycle ended before.
    """
    table = _table().get(product)
    if table is None:
        return None
    name, source = table["name"], table["source"]
    for cycle, (day, read_at) in table["cycles"].items():
        if re.fullmatch(rf"v?{re.escape(cycle)}(?![0-9]).*", version):
            return End(product=name, cycle=cycle, day=day, source=read_at)
    word, numbers = _parts(version)
    cycles = table["cycles"]
    dated = [known for known, cycle in _cycles(table, word) if known and cycles[cycle][0]]
    if numbers and dated and numbers > max(dated):
        return End(product=name, cycle=version, day=None, source=source)
    return _newest_of(table, name, version) or _before_all(table, name, version)


def _newest_of(table: dict[str, Any], name: str, version: str) -> End | None:
    """The end of a version without its minor number, such as Alpine "3"; None if it has one."""
    word, numbers = _parts(version)
    cycles = {
        known: cycle
        for known, cycle in _cycles(table, word)
        if numbers and known[: len(numbers)] == numbers
    }
    if not cycles:
        return None
    cycle = cycles[max(cycles)]
    day, source = table["cycles"][cycle]
    return End(product=name, cycle=cycle, day=day, source=source)


def _before_all(table: dict[str, Any], name: str, version: str) -> End | None:
    """Return the end of a version older than every cycle.

    None if it is not older, or if the oldest cycle outlived another of its major.
    """
    word, numbers = _parts(version)
    days = {known: table["cycles"][cycle] for known, cycle in _cycles(table, word)}
    if not numbers or not days or () in days or numbers >= min(days):
        return None
    day, source = days[min(days)]
    major = min(days)[0]
    ends = [one for known, (one, _) in days.items() if one is not None and known[0] == major]
    return (
        End(product=name, cycle=version, day=day, source=source)
        if day is not None and day == min(ends)
        else None
    )


def _cycles(table: dict[str, Any], word: str) -> Iterator[tuple[tuple[int, ...], str]]:
    """Yield the numbers and the name of each cycle that begins with a word, which may be empty."""
    for cycle in table["cycles"]:
        other, numbers = _parts(cycle)
        if other == word:
            yield numbers, cycle


def _parts(version: str) -> tuple[str, tuple[int, ...]]:
    """Return the leading word and numbers: "ubuntu-" and (24, 4) of "ubuntu-24.04"."""
    found = re.match(r"(?:v(?=\d))?([a-z-]*)((?:\d+\.?)*)", version)
    word, numbers = (found[1], found[2]) if found else (version, "")
    return word, tuple(int(number) for number in re.findall(r"\d+", numbers))


@cache
def _table() -> dict[str, dict[str, Any]]:
    """By product: its name, and by cycle the day and the source.

    Longer cycles come first: "3.10" before "3.1".
    """
    from scaffolder.formats.yaml import data

    raw = data((files(__package__) / "cycles.yml").read_text(encoding="utf-8"))
    raw |= {name: _only_pinned(name) for name in RUNTIMES if name not in raw}
    table: dict[str, dict[str, Any]] = {}
    for product, entry in raw.items():
        cycles: dict[str, tuple[Any, str]] = {}
        for part in filter(None, (entry, entry.get("before"))):
            cycles |= {cycle: (day, part["source"]) for cycle, day in part["cycles"].items()}
        cycles |= _pinned(product)
        table[product] = {
            "name": entry["name"],
            "source": entry["source"],
            "cycles": dict(sorted(cycles.items(), key=lambda one: -len(one[0]))),
        }
    return table


def _only_pinned(runtime: str) -> dict[str, Any]:
    """Return the entry of a runtime that cycles.yml lacks, from the versions of versions.yml."""
    sources = [one["source"] for one in package_data.versions().get(runtime, {}).values()]
    title = RUNTIMES[runtime].TITLE
    return {"name": title, "source": sources[0] if sources else "", "cycles": {}}


def _pinned(product: str) -> dict[str, tuple[datetime.date | None, str]]:
    found: dict[str, tuple[datetime.date | None, str]] = {}
    for name in _PINNED.get(product, ()):
        entry = package_data.versions().get(name, {})
        for cycle, one in ({entry["version"]: entry} if "version" in entry else entry).items():
            found[cycle] = (
                datetime.date.fromisoformat(one["eol"]) if one["eol"] else None,
                one["source"],
            )
    return found

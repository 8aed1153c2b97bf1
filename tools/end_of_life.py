"""Renews scaffolder/repository/cycles.yml from a checkout of endoflife-date/endoflife.date (MIT).

    git clone --depth 1 https://github.com/endoflife-date/endoflife.date /tmp/endoflife
    python -m tools.end_of_life /tmp/endoflife

A product of that project is a page in `products/` with its releases in the front matter:
https://github.com/endoflife-date/endoflife.date/blob/master/product-schema.json.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scaffolder.tools import package_data

TABLE = Path(__file__).parent.parent / "scaffolder" / "repository" / "cycles.yml"
ADDRESS = "https://endoflife.date"


@dataclass(frozen=True, kw_only=True)
class Source:
    """The page with the cycles of a product.

    `pages` are names in `products/`; of a cycle that several list, the first page counts. `field`
    is the end that counts, `names` whether images are also tagged by the code name of a release.
    """

    pages: tuple[str, ...]
    field: str = "eol"
    names: bool = False


SOURCES = {
    "eks": Source(pages=("amazon-eks",)),
    "aks": Source(pages=("azure-kubernetes-service",)),
    "kubernetes": Source(pages=("kubernetes",)),
    "terraform": Source(pages=("terraform",)),
    "java": Source(pages=("eclipse-temurin", "openjdk-builds-from-oracle")),
    "python": Source(pages=("python",)),
    "node": Source(pages=("nodejs",)),
    "go": Source(pages=("go",)),
    "dotnet": Source(pages=("dotnet",)),
    "debian": Source(pages=("debian",), field="eoes", names=True),
    "ubuntu": Source(pages=("ubuntu",), names=True),
    "alpine": Source(pages=("alpine-linux",)),
    "centos": Source(pages=("centos",)),
    "postgresql": Source(pages=("postgresql",)),
    "mysql": Source(pages=("mysql",)),
}
"""By product of the table. Those that are not here, such as hosted runners, are edited by hand."""


def main(checkout: str) -> None:
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    new = renewed(table, Path(checkout) / "products", package_data.versions())
    for line in differences(table, new):
        print(line)
    TABLE.write_text(text(TABLE.read_text(encoding="utf-8"), new), encoding="utf-8")


def renewed(
    table: Mapping[str, Any], products: Path, versions: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the table with new ends for its cycles, and with the cycles that came after them.

    Older ones stay out, because `end_of` takes what is older than the whole table for ended, and so
    do those of `versions`, which is versions.yml. A cycle that `products` do not list is kept.
    """
    new = {}
    for product, entry in table.items():
        source = SOURCES.get(product)
        if source is None:
            new[product] = entry
            continue
        known = entry["cycles"]
        newest = max(map(_numbers, known))
        pinned = versions.get(product, {})
        pinned = {pinned["version"]} if "version" in pinned else set(pinned)
        listed: dict[str, Any] = {}
        for cycle, names, end in _cycles(source, products):
            if cycle in known or _numbers(cycle) > newest:
                listed |= {name: end for name in names if name not in pinned}
        kept = {cycle: day for cycle, day in known.items() if cycle not in {*listed, *pinned}}
        dated = {name: end for name, end in listed.items() if isinstance(end, datetime.date)}
        address = f"{ADDRESS}/{source.pages[0]}"
        new[product] = {**entry, "source": address, "cycles": kept | dated}
    return new


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a person has to understand before the table is committed."""
    for product, entry in new.items():
        before = old[product]["cycles"]
        for cycle in {**before, **entry["cycles"]}:
            was, now = before.get(cycle), entry["cycles"].get(cycle)
            if was != now:
                yield f"{product} {cycle}: {was or 'not listed'} -> {now or 'not listed'}"


def text(former: str, table: Mapping[str, Any]) -> str:
    """Return the file: the comment at the head of the former one, then the products."""
    head = [line for line in former.splitlines() if line.startswith("#")]
    lines = []
    for product, entry in table.items():
        lines += [f"{product}:", f"  name: {entry['name']}", *_part(entry, "  ")]
        if "before" in entry:  # not in the source: edited by hand
            lines += ["  before:", *_part(entry["before"], "    ")]
    return "\n".join([*head, *lines]) + "\n"


def _part(part: Mapping[str, Any], indent: str) -> list[str]:
    cycles = ", ".join(f'"{cycle}": {day}' for cycle, day in part["cycles"].items())
    return [f"{indent}source: {part['source']}", f"{indent}cycles: {{{cycles}}}"]


def _cycles(source: Source, products: Path) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    """Yield each cycle, what it is called, and its end, oldest first.

    An end may also be true or false, if no date is published.
    """
    listed: dict[str, tuple[tuple[str, ...], Any]] = {}
    for page in source.pages:
        for release in _releases(products / f"{page}.md"):
            cycle = str(release["releaseCycle"])
            name = str(release.get("codename") or "").partition(" ")[0].lower()
            names = (name, cycle) if source.names and name else (cycle,)
            listed.setdefault(cycle, (names, release.get(source.field, release.get("eol"))))
    for cycle in sorted(listed, key=_numbers):
        yield cycle, *listed[cycle]


def _releases(page: Path) -> list[dict[str, Any]]:
    """Return the releases in the front matter of a page."""
    _, front, _ = page.read_text(encoding="utf-8").split("---\n", 2)
    releases: list[dict[str, Any]] = yaml.safe_load(front)["releases"]
    return releases


def _numbers(cycle: str) -> tuple[int, ...]:
    return tuple(int(part) for part in cycle.split(".") if part.isdigit())


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The table of ends is renewed from pages of the form that endoflife.date publishes."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import end_of_life

PAGES = {
    "amazon-eks": """---
title: Amazon EKS
releases:
  - releaseCycle: "1.35"
    releaseDate: 2026-01-28
    eol: 2027-03-27
    eoes: 2028-03-27

  - releaseCycle: "1.34"
    eol: 2026-12-02

  - releaseCycle: "1.20"
    eol: 2022-11-01
---

> [Amazon EKS](https://aws.amazon.com/eks/) runs Kubernetes.
""",
    "debian": """---
releases:
  - releaseCycle: "13"
    codename: "Trixie"
    eol: 2028-08-09
    eoes: 2030-06-30
  - releaseCycle: "12"
    codename: "Bookworm"
    eol: 2026-07-11
    eoes: 2028-06-30
---
""",
    "terraform": """---
releases:
  - releaseCycle: "1.14"
    eol: false # releaseDate(1.16)
  - releaseCycle: "1.13"
    eol: 2026-04-29
  - releaseCycle: "1.9"
    eol: true
---
""",
    "eclipse-temurin": """---
releases:
  - releaseCycle: "26"
    eol: 2026-09-15
  - releaseCycle: "25"
    eol: 2031-09-30
---
""",
    "openjdk-builds-from-oracle": """---
releases:
  - releaseCycle: "26"
    eol: 2026-09-16
  - releaseCycle: "25"
    eol: 2026-03-17
  - releaseCycle: "24"
    eol: 2025-09-16
---
""",
}


PINNED = {"java": {"25": {"version": "25"}}, "terraform": {"version": "1.14.9", "eol": ""}}
"""The content of versions.yml."""


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def renewed(folder: Path, product: str, cycles: dict[str, str]) -> dict[str, Any]:
    for name, text in PAGES.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    known = {cycle: day(end) for cycle, end in cycles.items()}
    table = {product: {"name": "X", "source": "https://example.com", "cycles": known}}
    entry: dict[str, Any] = end_of_life.renewed(table, folder, PINNED)[product]
    return {cycle: str(end) for cycle, end in entry["cycles"].items()}


@pytest.mark.parametrize(
    ("product", "known", "expected"),
    [
        ("eks", {"1.34": "2026-11-01"}, {"1.34": "2026-12-02", "1.35": "2027-03-27"}),
        ("eks", {"1.35": "2027-03-27"}, {"1.35": "2027-03-27"}),
        (
            "debian",
            {"bookworm": "2028-01-01", "12": "2028-01-01"},
            {"bookworm": "2028-06-30", "12": "2028-06-30", "trixie": "2030-06-30", "13": "2030-06-30"},
        ),
        ("terraform", {"1.12": "2025-11-19"}, {"1.12": "2025-11-19", "1.13": "2026-04-29"}),
        ("java", {"23": "2025-03-18"}, {"23": "2025-03-18", "24": "2025-09-16", "26": "2026-09-15"}),
        ("runner", {"ubuntu-20.04": "2025-04-15"}, {"ubuntu-20.04": "2025-04-15"}),
    ],
    ids=[
        "a new end and a newer cycle",
        "older cycles stay out",
        "code names, and the end of long-term support",
        "an end without a date is left out, and what the source does not list is kept",
        "the first page counts, and what versions.yml pins is left out",
        "what the source does not have stays as it is",
    ],
)  # fmt: skip
def test_a_product_is_renewed(
    product: str, known: dict[str, str], expected: dict[str, str], tmp_path: Path
) -> None:
    assert renewed(tmp_path, product, known) == expected


def test_each_difference_is_printed() -> None:
    old = {"go": {"cycles": {"1.24": day("2026-02-11"), "1.25": day("2026-08-19")}}}
    new = {"go": {"cycles": {"1.24": day("2026-02-10"), "1.26": day("2027-02-10")}}}
    assert list(end_of_life.differences(old, new)) == [
        "go 1.24: 2026-02-11 -> 2026-02-10",
        "go 1.25: 2026-08-19 -> not listed",
        "go 1.26: not listed -> 2027-02-10",
    ]


def test_the_table_is_what_the_tool_writes() -> None:
    text = end_of_life.TABLE.read_text(encoding="utf-8")
    assert end_of_life.text(text, yaml.safe_load(text)) == text


def test_each_source_is_a_product_of_the_table() -> None:
    table = yaml.safe_load(end_of_life.TABLE.read_text(encoding="utf-8"))
    assert end_of_life.SOURCES.keys() - table.keys() == set()
    for product, source in end_of_life.SOURCES.items():
        assert table[product]["source"] == f"{end_of_life.ADDRESS}/{source.pages[0]}"

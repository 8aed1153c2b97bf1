"""The last day of a version: cycles of products, and the versions that belong to them."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
import yaml
from support import ROOT, TODAY, ScriptedToolchain

from scaffolder import checks
from scaffolder.model import Report
from scaffolder.repository import end_of_life
from scaffolder.repository.project import Project
from scaffolder.tools import package_data


def checked(
    root: Path, check: str, files: dict[str, str], *, today: datetime.date = TODAY
) -> Report:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    chosen = [one for one in checks.every(today=today) if one.id.startswith(check)]
    return checks.run(Project(root), chosen, ScriptedToolchain({}))


@pytest.mark.parametrize(
    ("product", "version"), [("node", "3"), ("ubuntu", "mantic"), ("terraform", "x")]
)
def test_a_version_before_all_cycles_is_not_guessed_where_the_oldest_outlived_another(
    product: str, version: str
) -> None:
    assert end_of_life.end_of(product, version) is None


OLDER = {
    "FROM node:6-slim\n": ("EOL001", "Node.js 6 has had no fixes since 2019-04-30"),
    "FROM node:0.12\n": ("EOL001", "Node.js 0.12 has had no fixes since 2016-12-31"),
    "FROM openjdk:6-jdk\n": ("EOL001", "Java 6 has had no fixes since 2018-12-31"),
    "FROM java:7\n": ("EOL001", "Java 7 has had no fixes since 2022-07-31"),
    "FROM python:2.6\n": ("EOL001", "Python 2.6 has had no fixes since 2013-10-29"),
    "FROM python:3.4-alpine\n": ("EOL001", "Python 3.4 has had no fixes since 2019-03-18"),
    "FROM golang:1.10\n": ("EOL001", "Go 1.10 has had no fixes since 2022-03-15"),
    "FROM debian:wheezy\n": ("EOL003", "Debian wheezy has had no fixes since 2018-05-31"),
    "FROM ubuntu:trusty\n": ("EOL003", "Ubuntu trusty has had no fixes since 2019-04-02"),
    "FROM postgres:8.4\n": ("EOL003", "PostgreSQL 8.4 has had no fixes since 2021-11-11"),
}


@pytest.mark.parametrize(
    ("text", "check", "message"), [(text, *said) for text, said in OLDER.items()]
)
def test_what_is_older_than_the_table_has_ended(
    text: str, check: str, message: str, tmp_path: Path
) -> None:
    (finding,) = checked(tmp_path, check, {"Dockerfile": text}).results[0].findings
    assert finding.message.partition(" (")[0] == message


@pytest.mark.parametrize(
    ("product", "version", "cycle"),
    [
        ("alpine", "3", "3.24"),
        ("python", "2", "2.7"),
        ("postgresql", "9", "9.6"),
        ("node", "0", "0.12"),
        ("python", "2.5", "2.5"),
    ],
)
def test_a_version_without_its_minor_number_is_the_newest_of_them(
    product: str, version: str, cycle: str
) -> None:
    end = end_of_life.end_of(product, version)
    assert end is not None
    assert end.cycle == cycle


@pytest.mark.parametrize(
    ("product", "version", "cycle", "day"),
    [
        ("python", "3.1", "3.1", datetime.date(2012, 4, 9)),
        ("python", "3.10.4", "3.10", datetime.date(2026, 10, 31)),
        ("java", "8u502-b08", "8", datetime.date(2030, 12, 31)),
        ("kubernetes", "v1.29.4", "1.29", datetime.date(2025, 2, 28)),
        ("runner", "ubuntu-26.04", "ubuntu-26.04", None),
        ("runner", "self-hosted", None, None),
        ("actions/cache", "v4.2.0", "v4.2.0", None),
        ("nothing", "1", None, None),
    ],
)
def test_a_version_belongs_to_the_longest_cycle_that_starts_it(
    product: str, version: str, cycle: str | None, day: datetime.date | None
) -> None:
    end = end_of_life.end_of(product, version)
    assert (end.cycle if end else None, end.day if end else None) == (cycle, day)


CYCLES = yaml.safe_load(
    (ROOT / "scaffolder" / "repository" / "cycles.yml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("product", CYCLES)
def test_each_product_has_a_name_a_source_and_dates(product: str) -> None:
    entry = CYCLES[product]
    assert entry["name"]
    assert entry["source"].startswith("https://")
    before = entry.get("before", entry)
    assert before["source"].startswith("https://")
    for cycle, day in (*entry["cycles"].items(), *before["cycles"].items()):
        assert isinstance(cycle, str), "quote it: 1.20 is 1.2 in YAML"
        assert isinstance(day, datetime.date)


def test_what_versions_yml_pins_is_not_said_twice() -> None:
    for product in set(CYCLES) & set(package_data.versions()):
        entry = package_data.versions()[product]
        pinned = {entry["version"]} if "version" in entry else set(entry)
        assert pinned.isdisjoint(CYCLES[product]["cycles"]), product


@pytest.mark.parametrize(
    ("product", "version", "cycle"),
    [
        ("terraform", "1.14.0", "1.14.0"),
        ("terraform", "1.15.0", "1.15.0"),
        ("helm", "4.1.0", "4.1.0"),
    ],
)
def test_a_version_after_all_that_have_an_end_has_none(
    product: str, version: str, cycle: str
) -> None:
    end = end_of_life.end_of(product, version)
    assert end is not None
    assert (end.cycle, end.day) == (cycle, None)

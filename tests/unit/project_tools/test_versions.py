"""versions.yml: every pinned version has a source, and no default has reached its end of life."""

from __future__ import annotations

import datetime
import re
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from support import ROOT, TODAY

from scaffolder.template import answers
from scaffolder.tools import package_data

WARN_BEFORE = datetime.timedelta(days=90)


def entries(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, entry in table.items():
        if "version" in entry:
            yield prefix + name, entry
        else:
            yield from entries(entry, f"{prefix}{name} ")


ENTRIES = dict(entries(package_data.versions()))
DEFAULTS = answers.complete({"service_name": "x"})


def _question(name: str) -> answers.Question:
    return next(question for question in answers.questions() if question.name == name)


def by_default(name: str) -> bool:
    """Whether a repository with default answers of each runtime pins this entry."""
    runtime, _, version = name.partition(" ")
    if runtime not in {choice.value for choice in _question("runtime").choices_given({})}:
        return True
    return version == _question("runtime_version").default_given({**DEFAULTS, "runtime": runtime})


def days_left(entry: dict[str, Any], today: datetime.date) -> datetime.timedelta | None:
    return datetime.date.fromisoformat(entry["eol"]) - today if entry["eol"] else None


@pytest.mark.parametrize("name", ENTRIES)
def test_version_says_where_it_was_read_and_when_it_ends(name: str) -> None:
    entry = ENTRIES[name]
    assert entry["version"]
    assert re.fullmatch(r"https://\S+", entry["source"])
    assert entry["eol"] == "" or datetime.date.fromisoformat(entry["eol"])
    assert re.fullmatch(r"[0-9a-f]{40}", entry.get("sha", "0" * 40))
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", entry.get("digest", "sha256:" + "0" * 64))


@pytest.mark.parametrize("name", [name for name in ENTRIES if by_default(name)])
def test_default_gets_fixes_on_the_day_of_the_tests(name: str) -> None:
    left = days_left(ENTRIES[name], TODAY)
    assert left is None or left > datetime.timedelta(0), f"{name} ended on {ENTRIES[name]['eol']}"


@pytest.mark.dates
@pytest.mark.filterwarnings("default:.* ends on .*:UserWarning")
@pytest.mark.parametrize("name", [name for name in ENTRIES if by_default(name)])
def test_default_has_not_reached_its_end_of_life(name: str) -> None:
    left = days_left(ENTRIES[name], datetime.date.today())
    if left is None:
        return
    assert left > datetime.timedelta(0), (
        f"{name} {ENTRIES[name]['version']} ended on {ENTRIES[name]['eol']}"
    )
    if left < WARN_BEFORE:
        warnings.warn(
            f"{name} {ENTRIES[name]['version']} ends on {ENTRIES[name]['eol']}", stacklevel=1
        )


def test_every_offered_runtime_version_is_pinned() -> None:
    for runtime in _question("runtime").choices_given({}):
        for version in _question("runtime_version").choices_given({"runtime": runtime.value}):
            assert f"{runtime.value} {version.value}" in ENTRIES


def test_every_version_is_used() -> None:
    folders = (ROOT / "templates", ROOT / "scaffolder")
    files = [
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix not in {".bundle", ".class", ".gz", ".pyc"}
    ]
    everything = "\n".join(path.read_text(encoding="utf-8") for path in files if path.is_file())
    runtimes = {choice.value for choice in _question("runtime").choices_given({})}
    for name in ENTRIES:
        group, _, item = name.partition(" ")
        if group in runtimes:
            continue  # the choices of a question, see above
        used = re.search(rf"versions\.{group}\b|versions\(\)\[.{group}", everything)
        assert used, f"nothing uses {name}"
        assert item in everything, f"nothing uses {name}"


def test_the_file_has_no_key_twice() -> None:
    class Loader(yaml.SafeLoader):
        pass

    def mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
        keys = [loader.construct_object(key) for key, _ in node.value]
        assert len(keys) == len(set(keys)), keys
        return {
            loader.construct_object(key): loader.construct_object(value, deep=True)
            for key, value in node.value
        }

    Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    yaml.load((ROOT / "versions.yml").read_text(encoding="utf-8"), Loader=Loader)  # noqa: S506, a SafeLoader

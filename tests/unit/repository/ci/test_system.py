"""Parts that the modules of CI systems share: tables, folders, images, inputs, programs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from scaffolder.repository.ci import system

VARIABLE = re.compile(r"\$\{\{ matrix\.(\w+) \}\}")


@pytest.mark.parametrize(
    ("value", "table"), [({"a": 1}, {"a": 1}), ([1], {}), ("x", {}), (None, {})]
)
def test_only_a_table_is_a_table(value: Any, table: dict[Any, Any]) -> None:
    assert system.table_in(value) == table


def test_tables_are_those_of_a_list() -> None:
    assert system.tables_in([{"a": 1}, "x", {}]) == [{"a": 1}, {}]
    assert system.tables_in({"a": {}}) == []


@pytest.mark.parametrize(
    ("name", "folder"), [("app", Path("app")), (None, Path()), ("", Path()), ("$DIR", None)]
)
def test_a_folder_may_be_unknown(name: Any, folder: Path | None) -> None:
    assert system.folder_of(name) == folder


@pytest.mark.parametrize(
    ("holder", "names"),
    [
        ({"image": "a"}, ["a"]),
        ({"image": {"name": "a"}}, ["a"]),
        ({"services": ["a", {"image": "b"}, {"alias": "c"}]}, ["a", "b"]),
        ({"other": "a"}, []),
        ("image", []),
    ],
)
def test_images_are_names_or_tables(holder: Any, names: list[str]) -> None:
    assert [one.name for one in system.images_under(holder, "image", "services")] == names


@pytest.mark.parametrize(
    ("value", "values"),
    [
        ("21", ("21",)),
        ([17, 21], ("17", "21")),
        ("17\n21", ("17", "21")),
        ("${{ matrix.java }}", ("17", "21")),
        ("${{ matrix.one }}", ("1",)),
        ("${{ matrix.other }}", ()),
        ("$JAVA", ()),
        (None, ()),
        ({"a": 1}, ()),
    ],
)
def test_inputs_are_filled_in(value: Any, values: tuple[str, ...]) -> None:
    known = {"java": [17, 21], "one": 1}
    assert system.inputs_of({"version": value}, VARIABLE, known)["version"].values == values


def test_a_setting_has_the_lines_of_its_matrix() -> None:
    alone = system.Setting(values=("1", "2"), line=3)
    assert alone.places == (("1", 3), ("2", 3))
    assert system.Setting(values=("1",), line=3, lines=(7,)).places == (("1", 7),)


@pytest.mark.parametrize(
    ("name", "given", "program"),
    [
        ("setup-helm", {"version": "v3.17.0"}, ("helm", "3.17.0")),
        ("other", {"helm-version": "3.17"}, ("helm", "3.17")),
        ("setup-helm", {"version": "latest"}, None),
        ("other", {"version": "3.17.0"}, None),
        ("setup-helm", None, None),
    ],
)
def test_a_step_brings_a_program(name: str, given: Any, program: tuple[str, str] | None) -> None:
    known, settings = {"setup-helm": ("helm", "version")}, {"helm-version": "helm"}
    found = [(one.name, one.version) for one in system.program_of(name, given, known, settings)]
    assert found == ([] if program is None else [program])

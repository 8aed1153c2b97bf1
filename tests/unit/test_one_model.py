"""One model of a repository: checks and adopt ask it, and neither match names of files nor read files themselves."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import scaffolder
from scaffolder.repository.runtimes import RUNTIMES

PACKAGE = Path(scaffolder.__file__).parent

ASKING = ("checks", "adopt")
"""Folders whose modules ask `repository/`."""

PARSING = frozenset({"checks/syntax/parsing.py", "checks/faults.py"})
"""SY: its subject is whether files parse, so it may know formats. The faults are files of the package itself."""

MATCHING = frozenset(
    {"repository/files.py", *(f"repository/runtimes/{name}.py" for name in ("runtime", *RUNTIMES))}
)
"""Modules that match names of files: the model, and those that know the files of one runtime. This list only shrinks."""

READERS = frozenset(
    {
        "yaml",
        "json",
        "tomllib",
        "xml",
        "configparser",
        "csv",
        "hcl2",
        "glob",
        "fnmatch",
        "scaffolder.formats",
    }
)
NO_FILE = frozenset({"scaffolder.formats.versions", "scaffolder.formats.regex.regex"})
"""Versions are words in a file, and a pattern is for any text: neither is a format."""

CALLS = frozenset({"glob", "rglob", "iglob", "fnmatch", "fnmatchcase", "matching"})


def second_readers(name: str, source: str) -> Iterator[str]:
    """Yield the places at which a module reads or matches by itself instead of asking the model."""
    for node in ast.walk(ast.parse(source)):
        for module in imported(node):
            if name not in PARSING and is_reader(module):
                yield f"{name}:{node.lineno} imports {module}"  # type: ignore[attr-defined]
        if isinstance(node, ast.Call):
            called = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
            )
            if called in CALLS or is_reading_of_project(node):
                yield f"{name}:{node.lineno} calls {called}"


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [f"{node.module}.{one.name}" for one in node.names]
    return []


def is_reader(module: str) -> bool:
    return module not in NO_FILE and any(
        module == one or module.startswith(f"{one}.") for one in READERS
    )


def is_reading_of_project(call: ast.Call) -> bool:
    """Whether it is `project.documents(file)`, which `reading.py` alone calls."""
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr == "documents"
        and isinstance(function.value, ast.Name)
        and function.value.id == "project"
    )


def modules(*folders: str) -> list[str]:
    files = [file for folder in folders for file in (PACKAGE / folder).rglob("*.py")]
    return sorted(file.relative_to(PACKAGE).as_posix() for file in files)


@pytest.mark.parametrize("name", modules(*ASKING))
def test_a_check_and_an_adoption_ask_the_model(name: str) -> None:
    assert list(second_readers(name, (PACKAGE / name).read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "seeded",
    [
        "import yaml",
        "import json",
        "import tomllib",
        "def f():\n    from yaml import safe_load",
        "from scaffolder.formats import Unreadable",
        "from scaffolder.formats.hcl import Block",
        "from scaffolder.formats import dockerfile",
        "import scaffolder.formats.yaml",
        "from scaffolder import formats",
        "from fnmatch import fnmatch",
        "files = project.matching('Dockerfile', 'Containerfile')",
        "files = list(project.root.rglob('*.tf'))",
        "files = project.root.glob('*.tf')",
        "found = fnmatch.fnmatch(name, '*.tf')",
        "found = project.documents(file)",
    ],
)
def test_a_second_reader_is_found(seeded: str) -> None:
    assert list(second_readers("checks/seeded.py", seeded)) != []


@pytest.mark.parametrize(
    "harmless",
    [
        "from scaffolder.repository.reading import table, line_of",
        "from scaffolder.formats import versions",
        "from scaffolder.tools import output",
        "for link in documents.links(project): pass",
        "from scaffolder.repository.facts import documents",
    ],
)
def test_who_asks_the_model_is_no_second_reader(harmless: str) -> None:
    assert list(second_readers("checks/seeded.py", harmless)) == []


def test_only_the_model_of_files_matches_their_names() -> None:
    calling = {
        name
        for name in modules("")
        for node in ast.walk(ast.parse((PACKAGE / name).read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "matching"
        if getattr(node.func.value, "id", "") == "project"
    }
    assert calling - MATCHING == set()


def test_only_the_reader_opens_yaml() -> None:
    calling = {
        name
        for name in modules("repository")
        for node in ast.walk(ast.parse((PACKAGE / name).read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and is_reading_of_project(node)
    }
    assert calling == {"repository/reading.py"}


def test_a_value_that_is_kept_has_a_key_of_its_own() -> None:
    """Two values under one key are one, or wait for each other for ever."""
    keys = [
        (node.args[0].value, name)
        for name in modules("")
        for node in ast.walk(ast.parse((PACKAGE / name).read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "once"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]
    assert len(keys) > 50
    assert [one for one, times in Counter(key for key, _ in keys).items() if times > 1] == []

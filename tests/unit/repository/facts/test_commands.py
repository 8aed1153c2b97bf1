"""Commands of pipelines, Makefiles and scripts, with their places and folders."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.model import Location
from scaffolder.repository.facts.commands import (
    Command,
    calls,
    commands,
    filled,
    variables,
    words_of,
)

WORKFLOW = """\
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: make test
        working-directory: app
"""


@pytest.mark.parametrize(
    ("file", "text", "system", "line", "folder", "in_pipeline"),
    [
        ("Makefile", "test:\n\tgo test ./...\n", "make", 2, ".", False),
        ("ci/build.sh", "#!/bin/sh\ngo test ./...\n", "script", 2, None, False),
        (".github/workflows/build.yml", WORKFLOW, "github", 6, "app", True),
        (".gitlab-ci.yml", "build:\n  script:\n    - go test ./...\n", "gitlab", 3, ".", True),
    ],
)
def test_a_command_has_its_place_and_folder(
    file: str,
    text: str,
    system: str,
    line: int,
    folder: str | None,
    in_pipeline: bool,
    tmp_path: Path,
) -> None:
    found = [one for one in commands(written(tmp_path, {file: text})) if " test" in one.text]
    (one,) = found
    assert (one.system, one.place.path, one.place.line) == (system, Path(file), line)
    assert one.in_pipeline is in_pipeline
    assert one.folder == (None if folder is None else Path(folder))


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ('cd "$(dirname "$0")"\nmake test\n', "ci"),
        ('cd "$(dirname "$0")/.."\nmake test\n', "."),
    ],
)
def test_a_script_may_go_to_its_own_folder(text: str, folder: str, tmp_path: Path) -> None:
    *_, last = commands(written(tmp_path, {"ci/build.sh": text}))
    assert last.folder == Path(folder)


def test_variables_are_those_that_are_set_once(tmp_path: Path) -> None:
    project = written(
        tmp_path,
        {"a.sh": 'export NAME=shop\nTAG="1.2"\nTWICE=a\nTWICE=b\nMADE=$(date)\n'},
    )
    known = variables(project)
    assert known["NAME"][0] == "shop"
    assert known["NAME"][1].line == 1
    assert {"TWICE", "MADE"} & known.keys() == set()
    assert filled(project, "docker build -t $NAME:${TAG} $MADE") == "docker build -t shop:1.2 $MADE"


def command(text: str, folder: Path | None = Path(), *, is_text: bool = False) -> Command:
    place = Location(path=Path("a.sh"), line=1, text=text)
    return Command(system="script", place=place, text=text, folder=folder, is_text=is_text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("make test", [(("make", "test"), Path())]),
        ("cd app && make test", [(("make", "test"), Path("app"))]),
        ("cd app/web; npm ci", [(("npm", "ci"), Path("app/web"))]),
        ('cd "$DIR" && make', [(("make",), None)]),
        ("cd / && make", [(("make",), None)]),
        ("cd && make", [(("make",), None)]),
    ],
)
def test_calls_are_the_programs_of_a_line(
    text: str, expected: list[tuple[tuple[str, ...], Path | None]]
) -> None:
    assert list(calls(command(text))) == expected


def test_a_text_calls_nothing() -> None:
    assert list(calls(command("make test", is_text=True))) == []


def test_an_unknown_folder_stays_unknown() -> None:
    assert list(calls(command("cd app && make", None))) == [(("make",), None)]


def test_words_are_those_of_each_program() -> None:
    assert list(words_of("make a && echo 'b c' | cat")) == [
        ("make", "a"),
        ("echo", "b c"),
        ("cat",),
    ]

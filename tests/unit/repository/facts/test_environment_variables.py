"""Variables that services need, and those that something sets."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts.environment_variables import is_set, needed, setting

IMAGE = {"Dockerfile": "FROM scratch\n"}


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("app.py", 'url = os.environ["DATABASE_URL"]\n'),
        ("src/main/resources/application.properties", "db.url=${DATABASE_URL}\n"),
    ],
)
def test_a_source_needs_a_variable(file: str, text: str, tmp_path: Path) -> None:
    (one,) = needed(written(tmp_path, {**IMAGE, "app.py": "x = 1\n", file: text}))
    assert (one.name, one.service, one.place.path) == ("DATABASE_URL", Path(), Path(file))


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("app.py", 'url = os.environ.get("DATABASE_URL")\n'),
        ("app.py", '# url = os.environ["DATABASE_URL"]\n'),
        ("app.py", 'home = os.environ["HOME"]\n'),
        ("app.py", 'if "DATABASE_URL" in os.environ:\n    url = os.environ["DATABASE_URL"]\n'),
        ("app.py", 'try:\n    url = os.environ["DATABASE_URL"]\nexcept KeyError:\n    url = ""\n'),
        ("tests/test_app.py", 'url = os.environ["DATABASE_URL"]\n'),
    ],
    ids=["a default", "a comment", "of the shell", "asked for", "tried", "a test"],
)
def test_a_variable_may_be_absent(file: str, text: str, tmp_path: Path) -> None:
    assert needed(written(tmp_path, {**IMAGE, file: text})) == ()


def test_a_variable_is_set_by_a_file_that_is_no_source(tmp_path: Path) -> None:
    project = written(
        tmp_path,
        {**IMAGE, "app.py": 'x = os.environ["A_KEY"]\n', "deploy.yaml": "env: {DATABASE_URL: x}\n"},
    )
    assert is_set(project, "DATABASE_URL")
    assert not is_set(project, "A_KEY")
    assert not is_set(project, "DATABASE")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("services:\n  web:\n    build: .\n    environment: {A: b}\n", 4),
        ("services:\n  web:\n    build: .\n    environment: {A: b}\n    env_file: .env\n", None),
        ("services:\n  web:\n    image: other\n    environment: {A: b}\n", None),
        ("services:\n  web:\n    build: .\n", None),
    ],
    ids=["one by one", "also a file", "an image of others", "nowhere"],
)
def test_the_place_of_variables(text: str, line: int | None, tmp_path: Path) -> None:
    place = setting(written(tmp_path, {**IMAGE, "compose.yml": text}), Path())
    assert (place.line if place else None) == line

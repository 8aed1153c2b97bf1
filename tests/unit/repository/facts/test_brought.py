"""Folders and files that a pipeline or a script brings from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.facts import commands
from scaffolder.repository.facts.brought import is_brought

CHECKOUT = """\
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
        with: {{{given}}}
      - run: make test
"""


def brings(root: Path, file: str, text: str, path: str) -> bool:
    project = written(root, {file: text})
    (*_, command) = [one for one in commands.commands(project) if one.place.path == Path(file)]
    return is_brought(project, command, Path(path))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("git clone https://git.example.com/team/charts.git\n", "charts/shop"),
        ("git clone --depth 1 -b main https://git.example.com/team/charts lib\n", "lib/a"),
        ("unzip -q tools.zip -d tools\n", "tools/run.sh"),
        ("tar xzf tools.tgz -C tools\n", "tools/run.sh"),
        ("curl -sSLo install.sh https://example.com/i\n", "install.sh"),
        ("wget https://example.com/get/install.sh\n", "install.sh"),
        ("TARGET=lib\ngit clone https://git.example.com/x.git $TARGET\n", "lib/a"),
    ],
)
def test_a_command_brings_a_folder_or_a_file(text: str, path: str, tmp_path: Path) -> None:
    assert brings(tmp_path, "build.sh", text, path)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("git clone https://git.example.com/team/charts.git\n", "chart/shop"),
        ("git fetch https://git.example.com/team/charts.git\n", "charts/shop"),
        ("unzip -q tools.zip -d tools\n", "toolset/run.sh"),
        ("curl -s https://example.com/health\n", "install.sh"),
    ],
)
def test_other_paths_are_not_brought(text: str, path: str, tmp_path: Path) -> None:
    assert not brings(tmp_path, "build.sh", text, path)


@pytest.mark.parametrize(
    ("given", "path", "is_elsewhere"),
    [
        ("repository: team/charts, path: charts", "charts/shop", True),
        ("repository: team/charts, path: charts", "app/x", False),
        ("repository: team/charts", "anything", True),
        ("fetch-depth: 0", "app/x", False),
    ],
)
def test_a_step_checks_out_another_repository(
    given: str, path: str, *, is_elsewhere: bool, tmp_path: Path
) -> None:
    file = ".github/workflows/build.yml"
    assert brings(tmp_path, file, CHECKOUT.format(given=given), path) is is_elsewhere

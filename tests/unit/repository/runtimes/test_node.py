"""Node.js's meaning for a repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import node
from scaffolder.repository.runtimes.runtime import Service


@pytest.mark.parametrize(
    ("name", "tag", "version"),
    [
        ("node", "22.4-alpine", "22.4"),
        ("gcr.io/distroless/nodejs22-debian12", "nonroot", "22"),
        ("mcr.microsoft.com/devcontainers/typescript-node", "1.2.3-22", "22"),
        ("node", "lts", ""),
        ("kindest/node-exporter", "1.8", ""),
    ],
)
def test_the_version_that_an_image_brings(name: str, tag: str, version: str) -> None:
    assert node.version_in_image(name, tag) == version


def test_a_package_allows_a_range_and_volta_installs_a_version(tmp_path: Path) -> None:
    project = written(
        tmp_path,
        {"package.json": '{\n"engines": {"node": ">=22"},\n"volta": {"node": "22.4.0"}\n}\n'},
    )
    found = [
        (one.version, one.line, one.role)
        for one in node.BUILDS[0].read(project, Path("package.json"))
    ]
    assert found == [(">=22", 2, "range"), ("22.4.0", 3, "version file")]


@pytest.mark.parametrize(
    ("lock", "place", "build"),
    [
        ("a/package-lock.json", "package-lock.json", "npm ci\n"),
        ("pnpm-lock.yaml", "../pnpm-lock.yaml", "pnpm install --frozen-lockfile\n"),
        ("b/yarn.lock", "package.json", "npm install\n"),
    ],
)
def test_a_workspace_has_one_lock_file_for_all(
    tmp_path: Path, lock: str, place: str, build: str
) -> None:
    written(tmp_path, {lock: "", "a/package.json": "{}"})
    service = Service(project=Project(tmp_path / "a"), top=tmp_path, images=(), listens=lambda: ())
    (tool,) = node.build_tools(service)
    assert (str(tool.place), tool.build) == (place, build)


def test_a_script_that_is_missing_is_not_called(tmp_path: Path) -> None:
    project = written(
        tmp_path, {"package.json": '{"scripts": {"start": "node a.js"}}', "package-lock.json": ""}
    )
    (tool,) = node.build_tools(
        Service(project=project, top=tmp_path, images=(), listens=lambda: ())
    )
    assert (tool.build, tool.test, tool.run) == ("npm ci\n", "", "exec npm start\n")


@pytest.mark.parametrize(
    ("files", "packages"),
    [
        ({"package.json": '{"workspaces": ["a"]}', "a/package.json": "{}"}, (Path("a"),)),
        ({"pnpm-workspace.yaml": "", "a/package.json": "{}"}, (Path("a"),)),
        ({"package.json": "{}", "a/package.json": "{}"}, ()),
    ],
)
def test_the_packages_of_a_workspace(
    tmp_path: Path, files: dict[str, str], packages: tuple[Path, ...]
) -> None:
    assert node.packages(written(tmp_path, files)) == packages

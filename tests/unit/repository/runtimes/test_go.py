"""What Go means to a repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.runtimes import go
from scaffolder.repository.runtimes.runtime import Service

MAIN = "package main\n\nfunc main() {}\n"
TWO = {"cmd/cli/main.go": MAIN, "cmd/server/main.go": MAIN}


@pytest.mark.parametrize(
    ("name", "tag", "version"),
    [
        ("golang", "1.27-alpine", "1.27"),
        ("mcr.microsoft.com/devcontainers/go", "dev-1.26-bookworm", "1.26"),
        ("golang", "alpine", ""),
        ("golangci/golangci-lint", "v2.1", ""),
    ],
)
def test_the_version_that_an_image_brings(name: str, tag: str, version: str) -> None:
    assert go.version_in_image(name, tag) == version


def test_a_module_requires_a_version_at_least(tmp_path: Path) -> None:
    project = written(tmp_path, {"go.mod": "module x\n\ngo 1.26\ntoolchain go1.27.1\n"})
    found = [
        (one.version, one.line, one.role) for one in go.BUILDS[0].read(project, Path("go.mod"))
    ]
    assert found == [(">=1.26", 3, "range"), (">=1.27", 4, "range")]


@pytest.mark.parametrize(
    ("files", "listens", "package"),
    [
        ({"main.go": MAIN}, "", "."),
        (
            {**TWO, "Dockerfile": "FROM x\nRUN go build -o /a ./cmd/server\n"},
            "cmd/cli/main.go",
            "./cmd/server",
        ),
        (TWO, "cmd/server/main.go", "./cmd/server"),
        (TWO, "", "./cmd/cli"),
        ({}, "", "."),
    ],
)
def test_the_package_of_a_service(
    tmp_path: Path, files: dict[str, str], listens: str, package: str
) -> None:
    project = written(tmp_path, {"go.mod": "module x\n", **files})
    service = Service(
        project=project,
        top=tmp_path,
        images=project.matching("Dockerfile"),
        listens=lambda: (Path(listens),) if listens else (),
    )
    (tool,) = go.build_tools(service)
    assert (tool.build, tool.run) == (
        f"go build -o build/app/service {package}\n",
        f"exec go run {package}\n",
    )

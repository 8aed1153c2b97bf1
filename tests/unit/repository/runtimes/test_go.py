"""Go's meaning for a repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.repository.runtimes import go
from scaffolder.repository.runtimes.runtime import Service

MAIN = "package main\n\nfunc main() {}\n"
TWO = {"cmd/cli/main.go": MAIN, "cmd/server/main.go": MAIN}


BOTH = """\
FROM golang:1.27 AS build
RUN CGO_ENABLED=0 go build -ldflags "-s -w -X a/b.V=$V" -a -o bin/server {0}
RUN go build -o bin/cli {1}
FROM alpine:3.22
COPY --from=build /src/bin/{2} /usr/local/bin/
ENTRYPOINT ["/sbin/tini", "--", "{2}", "serve"]
"""
RENAMED = """\
FROM golang:1.27 AS build
RUN go build -o /out/a ./cmd/server && go build -o /out/b ./cmd/cli
FROM scratch
COPY --from=build /out/a /service
CMD ["/service"]
"""
INSTALLED = """\
FROM golang:1.27 AS build
RUN go install ./cmd/cli && go install ./cmd/server
FROM scratch
COPY --from=build /go/bin/server /server
ENTRYPOINT ["/server"]
"""


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
        # The image tells, however the build is written.
        (
            {**TWO, "Dockerfile": BOTH.format("./cmd/server ", "cmd/cli/*", "server")},
            "",
            "./cmd/server",
        ),
        ({**TWO, "Dockerfile": BOTH.format("cmd/server/*", "./cmd/cli", "cli")}, "", "./cmd/cli"),
        (
            {**TWO, "Dockerfile": BOTH.format("cmd/server/main.go", "./cmd/cli/...", "server")},
            "cmd/cli/main.go",
            "./cmd/server",
        ),
        ({**TWO, "Dockerfile": RENAMED}, "", "./cmd/server"),
        ({**TWO, "Dockerfile": INSTALLED}, "", "./cmd/server"),
        ({**TWO, "main.go": MAIN, "Dockerfile": "FROM x\nRUN go build -o /app\n"}, "", "."),
        # One has the module's name; tools and examples are not services.
        ({**TWO, "go.mod": "module example.org/server\n"}, "", "./cmd/server"),
        ({"main.go": MAIN, "tools/gen/main.go": MAIN, "examples/a/main.go": MAIN}, "", "."),
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


def test_of_several_programs_none_is_taken_by_chance(tmp_path: Path) -> None:
    project = written(tmp_path, {"go.mod": "module x\n", **TWO})
    service = Service(project=project, top=tmp_path, images=(), listens=lambda: ())
    (tool,) = go.build_tools(service)
    assert (tool.build, tool.run) == ("go build ./...\n", "")

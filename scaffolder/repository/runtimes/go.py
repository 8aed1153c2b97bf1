"""Go."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from scaffolder.model import Location
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes.runtime import (
    RANGE,
    Build,
    BuildTool,
    Clue,
    Name,
    Service,
    Version,
    always_service,
    first_numbers,
    last_part,
    leading_version,
    names_in,
    never_multi_module,
    no_packages,
    version_of_distroless,
)

TITLE = "Go"
PRECISION = 2
TOOLING = 0

VERSION_FILES = (".go-version",)
TOOL_NAMES = ("golang", "go")
GITHUB_ACTIONS = {"setup-go": "go-version"}
AZURE_TASKS = {"GoTool": ("version",)}
JENKINS_TOOL = "go"
FEATURE = "go"

MANIFESTS = ("go.mod",)
HINTS: tuple[str, ...] = ()
DEPENDENCIES = MANIFESTS
LOCK_FILES = ("go.sum", "go.work.sum")

SOURCES = (".go",)
TEXTS = (".go", ".mod")
SETTINGS: tuple[str, ...] = ()
SETTINGS_PORTS: Mapping[str, tuple[tuple[str, ...], ...]] = {}
SETTINGS_PREFIXES: tuple[str, ...] = ()
LISTENS = (re.compile(r"""ListenAndServe(?:TLS)?\(\s*["'][^"':]*:(\d{2,5})["']"""),)
LISTENS_PERHAPS = (
    Clue(
        files=("*.go",),
        pattern=r"\bAddr:\s*\":(\d{2,5})\"|\.(?:Run|Start)\(\":(\d{2,5})\"\)",
        rank=4,
    ),
)
FRAMEWORKS = {"client_golang": ("/metrics",)}
SERIES = ("go", "promhttp")


def version_in_image(name: str, tag: str) -> str:
    """Return the version that an image brings; "" if it is another image or does not say."""
    if version := version_of_distroless(name, "go"):
        return version
    return leading_version(name, tag) if re.match(r"^(?:golang|go)$", last_part(name)) else ""


def shared_form(version: str) -> str:
    """Return the major and the minor version: "1.27" for "1.27.3"."""
    return first_numbers(version, PRECISION)


def _module(project: Project, file: Path) -> Iterator[Version]:
    """Yield what a go.mod requires at least: https://go.dev/ref/mod#go-mod-file-go."""
    for number, line in enumerate(project.lines(file), 1):
        if found := re.match(r"(go|toolchain)\s+(?:go)?(\d+\.\d+)", line):
            yield Version(version=f">={found[2]}", file=file, line=number, role=RANGE)


BUILDS = (Build(files=("go.mod",), read=_module),)


def names(project: Project) -> Iterator[Name]:
    """Yield the path of the module."""
    return names_in(project, "go.mod", r"^module\s+(\S+)", rank=4)


def build_tools(service: Service) -> Iterator[BuildTool]:
    """Yield the go command."""
    if service.project.has("go.mod"):
        package = _main(service)
        yield BuildTool(
            name="Go",
            place=Location(path=Path("go.mod")),
            build=f"go build -o build/app/service {package}\n",
            test="go test ./...\n",
            run=f"exec go run {package}\n",
        )


def _main(service: Service) -> str:
    """Return the package that the image builds, else one that listens, else the first."""
    project = service.project
    folders = [file.parent for file in project.matching("main.go")]
    packages = {folder: "." if folder == Path() else f"./{folder.as_posix()}" for folder in folders}
    images = "\n".join(project.text(file) for file in service.images)
    for name in packages.values():
        if re.search(rf"\sgo build\b.*\s{re.escape(name)}/?(?:\s|$)", images):
            return name
    listening = {file.parent for file in service.listens()}
    for folder, name in packages.items():
        if folder in listening:
            return name
    return next(iter(packages.values()), ".")


is_multi_module = never_multi_module
started_modules = no_packages
is_service = always_service
packages = no_packages

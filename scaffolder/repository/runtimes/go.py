"""Go."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain, pairwise
from pathlib import Path

from scaffolder.formats.dockerfile import Stage
from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import reading
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
    no_paths_of_settings,
    started_words,
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
REQUIRES = (
    regex(r"""\b[mM]ust\w*\((?:[^,()"]*,\s*)?"([A-Z][A-Z0-9_]+)"\s*\)"""),
    regex(r"""`[^`]*\benv:"([A-Z][A-Z0-9_]+),(?:required|notEmpty)"""),
)
LISTENS = (regex(r"""ListenAndServe(?:TLS)?\(\s*["'][^"':]*:(\d{2,5})["']"""),)
LISTENS_PERHAPS = (
    Clue(
        files=("*.go",),
        pattern=r"\bAddr:\s*\":(\d{2,5})\"|\.(?:Run|Start)\(\":(\d{2,5})\"\)",
        rank=4,
    ),
)
FRAMEWORKS = {
    "client_golang": ("/metrics",),
    "k8s.io/apiserver": ("/healthz", "/livez", "/readyz", "/metrics", "/version"),
    "controller-runtime": ("/healthz", "/readyz", "/metrics"),
}
ROUTERS_OF_FILES: tuple[str, ...] = ()
SERIES = ("go", "promhttp")

_TOOLS = frozenset({"tools", "hack", "examples", "example", "test", "tests", "e2e", "scripts"})
_STARTERS = frozenset({"tini", "dumb-init", "sh", "bash", "-c", "-g", "--", "exec", "env", ""})


def version_in_image(name: str, tag: str) -> str:
    """Return the version that an image brings; "" for another image or an unknown version."""
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
    """Yield the go command; without a main package that is known, it only builds all of them."""
    if service.project.has("go.mod"):
        package = _main(service)
        yield BuildTool(
            name="Go",
            place=Location(path=Path("go.mod")),
            build=f"go build -o build/app/service {package}\n" if package else "go build ./...\n",
            test="go test ./...\n",
            run=f"exec go run {package}\n" if package else "",
        )


def _main(service: Service) -> str:
    """Return the main package of the service, "" if nothing tells which of several it is.

    The program that the image starts tells, then the only package that is built for the image, the
    only one that there is, one called like the service, and the only one that listens.
    """
    project = service.project
    folders = [file.parent for file in project.matching("main.go") if not _TOOLS & set(file.parts)]
    packages = {_package(folder.as_posix()): folder for folder in folders}
    built = _built(service)
    if built:
        return built
    if len(packages) < 2:
        return next(iter(packages), ".")
    known = {project.root.name, *(Path(one.value).name for one in names(project))}
    called = [package for package, folder in packages.items() if folder.name in known]
    listening = {file.parent for file in service.listens()}
    listens = [package for package, folder in packages.items() if folder in listening]
    for found in (called, listens):
        if len(found) == 1:
            return found[0]
    return ""


def _built(service: Service) -> str:
    """Return the package whose program the image starts, else the only one that is built for it."""
    for file in service.images[:1]:
        image = reading.stages(service.project, file)
        if not image:
            continue
        runs = list(chain.from_iterable(stage.each("RUN") for stage in image.stages))
        builds = dict(chain.from_iterable(_go_builds(one.text) for one in runs))
        started = _started(started_words(service), image.stages[-1])
        if started in builds:
            return builds[started]
        if len(set(builds.values())) == 1:
            return next(iter(builds.values()))
    return ""


def _go_builds(text: str) -> Iterator[tuple[str, str]]:
    """Yield each program that a shell line builds, with its package."""
    for command in re.findall(r"\bgo (?:build|install)\b([^;&|]*)", text):
        words = [word.strip("\"'") for word in command.split()]
        output = next((after for word, after in pairwise(words) if word == "-o"), "")
        last = words[-1] if words else ""
        named = re.fullmatch(r"(?:\./|\.$|(?=[\w-]+/))[\w./-]*(?:\*|\*\.go)?|[\w/-]*main\.go", last)
        package = _package(last) if named and last != output else "."
        program = Path(output).name or (Path(package).name if package != "." else "")
        yield program, package


def _package(path: str) -> str:
    """Return a package as the go command takes it: "./cmd/x" of "cmd/x/*" and "cmd/x/main.go"."""
    folder = re.sub(r"(?:^|/)(?:\*|\*\.go|\.\.\.|main\.go)?/?$", "", path.removeprefix("./"))
    return f"./{folder}" if folder not in {"", "."} else "."


def _started(words: list[str], stage: Stage) -> str:
    """Return the program that an image starts, by the name that it was built with."""
    program = next((Path(word).name for word in words if Path(word).name not in _STARTERS), "")
    for copy in stage.each("COPY"):
        if len(copy.words) > 1 and "from" in copy.flags:
            *sources, target = copy.words
            name = Path(sources[-1]).name if target.endswith(("/", ".")) else Path(target).name
            if name == program:
                return Path(sources[-1]).name
    return program


is_multi_module = never_multi_module
started_modules = no_packages
is_service = always_service
paths_of_settings = no_paths_of_settings
packages = no_packages

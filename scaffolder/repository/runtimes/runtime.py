"""A runtime's meaning for a repository: the Protocol of the modules in this folder."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import reading
from scaffolder.repository.project import Project

VERSION_FILE, BUILD, RANGE = "version file", "build", "range"
"""Why a file declares a version: for tools, to compile for it, or as one of those allowed."""

NUMBER = regex(r"v?(\d+(?:[._]\d+)*)")
"""A version as files write it, "v22.1" or "1_8"; its first group has no "v"."""

_OF_DEV_CONTAINER = regex(r"^(?:dev|\d+(?:\.\d+)*)-(?=\d)")
_LEADING = regex(r"^v?(\d+(?:[._u]\d+)*)")


@dataclass(frozen=True, kw_only=True)
class Version:
    """A version that a line declares, as it is written there; line 0 if the line is unknown."""

    version: str
    file: Path
    line: int
    role: str


@dataclass(frozen=True, kw_only=True)
class Build:
    """One kind of build: its files, as shell patterns, and the function that reads their versions.

    `read` raises Unreadable if the file does not parse.
    """

    files: tuple[str, ...]
    read: Callable[[Project, Path], Iterable[Version]]


@dataclass(frozen=True, kw_only=True)
class Name:
    """A build's name of the service. The lowest rank counts if several builds name it."""

    value: str
    file: Path
    line: int
    rank: int


@dataclass(frozen=True, kw_only=True)
class Clue:
    """A line that may name the port: in which files (shell patterns), and what it matches.

    The port is the expression's first group that matched. The lowest rank counts where several
    clues match: 0 is for what starts the service, 2 and more for its code.
    """

    files: tuple[str, ...]
    pattern: str
    rank: int


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service whose build tool is looked for.

    `project` is its folder, `top` the root of the whole repository, `images` its Dockerfiles, and
    `listens` returns the files that name its port.
    """

    project: Project
    top: Path
    images: tuple[Path, ...]
    listens: Callable[[], tuple[Path, ...]]


@dataclass(frozen=True, kw_only=True)
class BuildTool:
    """A build tool, the file that names it, and commands to build, test and run ("" if unknown)."""

    name: str
    place: Location
    build: str
    test: str
    run: str


class Runtime(Protocol):
    """One value of the question `runtime`: a module, with these constants and functions.

    File names are those of a file, without its folder, and may be shell patterns.
    """

    @property
    def TITLE(self) -> str:
        """Return the name in the words of its users: "Node.js"."""

    @property
    def PRECISION(self) -> int:
        """Return how many numbers of a version tell releases apart: 1 for "21", 2 for "3.13"."""

    @property
    def TOOLING(self) -> int:
        """Return how often its builds are tools of a service in another runtime: 0 never, 2 often.

        Of several builds without an image, the one with the lowest number is the service.
        """

    # ---- where its version is declared

    @property
    def VERSION_FILES(self) -> tuple[str, ...]:
        """Return the files that hold nothing but its version."""

    @property
    def TOOL_NAMES(self) -> tuple[str, ...]:
        """Return its names in `.tool-versions`, `mise.toml` and `.sdkmanrc`."""

    @property
    def BUILDS(self) -> tuple[Build, ...]:
        """Return the builds that declare its version."""

    @property
    def GITHUB_ACTIONS(self) -> Mapping[str, str]:
        """Return the inputs of its version, by the actions that set it up, without owners."""

    @property
    def AZURE_TASKS(self) -> Mapping[str, tuple[str, ...]]:
        """Return the inputs of its version, by the names of the tasks that set it up."""

    @property
    def JENKINS_TOOL(self) -> str:
        """Return its name in the `tools` of a Jenkinsfile."""

    @property
    def FEATURE(self) -> str:
        """Return its name among the features of https://containers.dev/features."""

    def version_in_image(self, name: str, tag: str) -> str:
        """Return the version that an image brings, as it is written; "" if it is unknown.

        `name` has the registry and the folders in it, `tag` is empty if there is none; both are in
        lower case.
        """

    def shared_form(self, version: str) -> str:
        """Return a version in the form that all places share: "21" for "21.0.4-tem", or ""."""

    # ---- how a service in it is built

    @property
    def MANIFESTS(self) -> tuple[str, ...]:
        """Return the builds that make a folder a service."""

    @property
    def HINTS(self) -> tuple[str, ...]:
        """Return further files whose presence at the root means a service in this runtime."""

    @property
    def DEPENDENCIES(self) -> tuple[str, ...]:
        """Return the files that list the libraries of a service."""

    @property
    def LOCK_FILES(self) -> tuple[str, ...]:
        """Return the files that tools write, full of hashes that are not secrets."""

    def names(self, project: Project) -> Iterator[Name]:
        """Yield what the builds at the root call the service."""

    def is_service(self, project: Project) -> bool:
        """Return whether the builds at the root are of a service.

        In a service in another language they may be there for its assets, tests or tools.
        """

    def build_tools(self, service: Service) -> Iterator[BuildTool]:
        """Yield the tools that build the service, the surest first."""

    def is_multi_module(self, project: Project) -> bool:
        """Return whether the build has modules, which are libraries but for those with an image."""

    def started_modules(self, project: Project) -> tuple[Path, ...]:
        """Return the folders of the modules below the root that each start a server."""

    def packages(self, project: Project) -> tuple[Path, ...]:
        """Return the folders of the packages of a workspace, each a service; none without one."""

    # ---- what its sources state

    @property
    def SOURCES(self) -> tuple[str, ...]:
        """Return the suffixes of its source files."""

    @property
    def TEXTS(self) -> tuple[str, ...]:
        """Return the suffixes of files that have to be readable texts."""

    @property
    def SETTINGS(self) -> tuple[str, ...]:
        """Return the files of settings that its frameworks read beside the source."""

    @property
    def SETTINGS_PORTS(self) -> Mapping[str, tuple[tuple[str, ...], ...]]:
        """Return the keys on the way to the port in settings in YAML, by the name of their file."""

    @property
    def SETTINGS_PREFIXES(self) -> tuple[str, ...]:
        """Return the expressions for settings that mount the service below a path, their group."""

    @property
    def REQUIRES(self) -> tuple[re.Pattern[str], ...]:
        """Return the expressions for lines that need a variable of the environment, their group.

        Such a line fails if the variable is not set, or hands an empty value on.
        """

    @property
    def LISTENS(self) -> tuple[re.Pattern[str], ...]:
        """Return the expressions for lines of source or settings with the port, their group."""

    @property
    def LISTENS_PERHAPS(self) -> tuple[Clue, ...]:
        """Return weaker clues to the port, for a proposal that a person reads."""

    @property
    def FRAMEWORKS(self) -> Mapping[str, tuple[str, ...]]:
        """Return the paths that libraries answer by themselves, by a word of DEPENDENCIES."""

    @property
    def ROUTERS_OF_FILES(self) -> tuple[str, ...]:
        """Return the libraries whose routes no source states, as DEPENDENCIES name them."""

    def paths_of_settings(self, text: str) -> tuple[str, ...]:
        """Return the paths that a library answers because of its settings."""

    @property
    def SERIES(self) -> tuple[str, ...]:
        """Return the prefixes of metrics that its libraries expose, without the underscore."""


def started_words(service: Service) -> list[str]:
    """Return the command that the service's image starts: the words of its ENTRYPOINT and CMD."""
    words: list[str] = []
    for file in service.images[:1]:
        image = reading.stages(service.project, file)
        for kind in ("ENTRYPOINT", "CMD") if image else ():
            for instruction in [*image.stages[-1].each(kind)][-1:] if image else ():
                words += instruction.words
    return words


def is_plain(words: Iterable[str]) -> bool:
    """Return whether words mean the same to a shell as without one."""
    return all(re.fullmatch(r"[\w./:=@%+-]+", word) for word in words)


def first_numbers(version: str, count: int) -> str:
    """Return the first `count` numbers of a version with dots between them; "" if it has none."""
    return ".".join(_numbers(version)[:count])


def _numbers(version: str) -> list[str]:
    parts = re.split(r"[._u]", version.strip().lower().removeprefix("v"))
    return [part for part in parts if part[:1].isdigit()]


def leading_version(name: str, tag: str) -> str:
    """Return the version at the start of an image's tag: "17.0.2_8" of "17.0.2_8-jdk"; "" for none.

    Images for development containers have their own version, or `dev`, before that ("1-3.12"):
    https://github.com/devcontainers/images/blob/main/src/python/README.md.
    """
    if "devcontainers/" in name:
        tag = _OF_DEV_CONTAINER.sub("", tag)
    found = _LEADING.match(tag)
    return found[1] if found else ""


def version_of_distroless(name: str, runtime: str) -> str:
    """Return the version in the name of a distroless image: "21" of "distroless/java21", or "".

    https://github.com/GoogleContainerTools/distroless
    """
    found = re.match(rf"^{runtime}(\d+)(?:-debian\d+)?$", last_part(name))
    return found[1] if found and "distroless" in name else ""


def last_part(name: str) -> str:
    """Return the name of an image without its registry and folders."""
    return name.rpartition("/")[2]


def line_with(project: Project, file: Path, pattern: str) -> int:
    """Return the first line, counted from 1, in which an expression matches; 0 if none does."""
    expression = re.compile(pattern)
    lines = enumerate(project.lines(file), 1)
    return next((number for number, line in lines if expression.search(line)), 0)


def names_in(project: Project, files: str, pattern: str, *, rank: int) -> Iterator[Name]:
    """Yield the names that lines of files at the root hold: the group of `pattern`."""
    expression = re.compile(pattern)
    for file in project.matching(files):
        if len(file.parts) == 1:
            for number, line in enumerate(project.lines(file), 1):
                if found := expression.search(line[:500]):
                    yield Name(value=found[1], file=file, line=number, rank=rank)


def relative_path(start: Path, end: Path) -> str:
    """Return the way from one folder to a file or folder, with slashes: "../..", "svc/app"."""
    return Path(os.path.relpath(end, start)).as_posix()


def value_at(table: Any, *keys: str) -> Any:
    """Return the value of nested tables at the end of `keys`, or None."""
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table


def no_paths_of_settings(text: str) -> tuple[str, ...]:
    """Return no path: settings of this runtime name none that a library answers."""
    return ()


def always_service(project: Project) -> bool:
    """Return True: builds of this runtime are always those of a service."""
    return True


def never_multi_module(project: Project) -> bool:
    """Return False: builds of this runtime have no modules."""
    return False


def no_packages(project: Project) -> tuple[Path, ...]:
    """Return no folder: this runtime has no workspaces that are looked for."""
    return ()

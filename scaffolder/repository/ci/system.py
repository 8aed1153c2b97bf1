"""A CI system's meaning for a repository: the Protocol of the modules in this folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from scaffolder.repository.ci.job import Job
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of
from scaffolder.repository.runtimes.runtime import Runtime

if TYPE_CHECKING:
    from scaffolder.repository.ci.trap import Trap

CI, AGENT = "ci", "agent"
"""How a system gets a runtime: pipelines set it up, or the agents that they ask for have it."""

YAML = ("yml", "yaml")


@dataclass(frozen=True, kw_only=True)
class Script:
    """A text for the shell, the line where it begins, and its folder; None if unknown."""

    line: int
    text: str
    folder: Path | None = field(default_factory=Path)


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image that a job runs in or beside, as it is written."""

    name: str
    line: int


@dataclass(frozen=True, kw_only=True)
class BuiltImage:
    """A name under which a step publishes an image; `variables` fill in what it leaves open."""

    name: str
    line: int
    variables: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """The values that an input of a step may have: several in a matrix, none if nothing tells."""

    values: tuple[str, ...]
    line: int
    lines: tuple[int, ...] = ()

    @property
    def places(self) -> tuple[tuple[str, int], ...]:
        """Return each value with its line: that of a matrix, if the values are in one."""
        lines = self.lines or (self.line,) * len(self.values)
        return tuple(zip(self.values, lines, strict=True))


@dataclass(frozen=True, kw_only=True)
class SetUp:
    """A step that may set up a runtime: its name and inputs, and the folder that its job is for."""

    step: str
    inputs: Mapping[str, Setting]
    folder: Path = field(default_factory=Path)


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A tool that an agent has, with its version."""

    name: str
    version: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program that a step brings, in the version that is written there."""

    name: str
    version: str
    line: int


@dataclass(frozen=True, kw_only=True)
class NamedFile:
    """A file of the repository that a pipeline takes in.

    `may_be_made`: the pipeline brings or makes files, and this may be one of them.
    """

    path: Path
    line: int
    may_be_made: bool = False


@dataclass(frozen=True, kw_only=True)
class Silenced:
    """A rule that a linter leaves out, "zizmor/unpinned-uses", and the files it is for."""

    rule: str
    line: int
    hides: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Exceptions:
    """Settings of a linter at the root that leave out rules: their names, and how they are read."""

    files: tuple[str, ...]
    read: Callable[[Project, Path], Iterator[Silenced]]


@dataclass(frozen=True, kw_only=True)
class WrittenPipeline:
    """A pipeline to read as jobs: its file, all files of its system, the environments in order."""

    project: Project
    path: Path
    files: tuple[Path, ...]
    environments: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CheckJob:
    """The place of a job that checks the repository, outside any existing pipeline.

    `file` is from the top of the repository, with {job} for its name; `wiring` is the step that is
    left for a person, with {file}, "" if the system finds the file by itself.
    """

    file: str
    wiring: str = ""


class CiSystem(Protocol):
    """One value of the question `ci`: a module, with these constants and functions.

    Functions that get a file get one of `PIPELINES` or `PARTS`; they yield nothing if it does not
    parse, unless their docstring lists Unreadable.
    """

    @property
    def TITLE(self) -> str:
        """Return the name in the words of its users: "GitHub Actions"."""

    @property
    def HOST(self) -> str:
        """Return the expression for addresses of repositories that it builds, or ""."""

    # ---- its files

    @property
    def PIPELINES(self) -> tuple[str, ...]:
        """Return the files of its pipelines, and what these usually include, as shell patterns."""

    @property
    def PARTS(self) -> tuple[str, ...]:
        """Return further files that pipelines call, as shell patterns: actions."""

    def is_pipeline(self, file: Path) -> bool:
        """Return whether a file that `PIPELINES` matches is a pipeline indeed."""

    @property
    def CANDIDATES(self) -> tuple[str, ...]:
        """Return the files that may be pipelines under any other name, as shell patterns."""

    def holds_pipeline(self, project: Project, file: Path) -> bool:
        """Return whether a file that `CANDIDATES` matches is a pipeline by what is in it."""

    @property
    def FIRST(self) -> tuple[str, ...]:
        """Return the file that is read as stages, under each name that it may have."""

    @property
    def OTHER_NAMES(self) -> Mapping[str, tuple[str, ...]]:
        """Return other names of files of the template that would win over these, or be dead."""

    @property
    def CHECK_JOB(self) -> CheckJob:
        """Return where a job that checks the repository goes beside the owner's pipelines."""

    @property
    def TEXTS(self) -> tuple[str, ...]:
        """Return how names begin of files that have to be readable texts and have no ending."""

    # ---- what its pipelines run, build and name

    def scripts(self, project: Project, file: Path) -> Iterator[Script]:
        """Yield the texts for the shell."""

    def images(self, project: Project, file: Path) -> Iterator[Image]:
        """Yield the images of jobs, of their services and of steps."""

    def built_images(self, project: Project, file: Path) -> Iterator[BuiltImage]:
        """Yield the names of images that steps other than scripts build."""

    def named_files(self, project: Project, file: Path) -> Iterator[NamedFile]:
        """Yield the files of the repository that the pipeline includes or calls."""

    # ---- versions

    @property
    def ROLE(self) -> str:
        """Return how it gets a runtime: CI or AGENT."""

    def set_up_by(self, runtime: Runtime) -> Mapping[str, tuple[str, ...]]:
        """Return the inputs of a runtime's version, by the names of the steps that set it up."""

    def set_ups(self, project: Project, file: Path) -> Iterator[Image | SetUp | Tool]:
        """Yield what may bring a runtime. Raises Unreadable."""

    def programs(self, project: Project, file: Path) -> Iterator[Program]:
        """Yield the programs that steps install to build and to deploy. Raises Unreadable."""

    @property
    def RUNNERS(self) -> re.Pattern[str] | None:
        """Return the expression for lines that name a machine of the host, its group, or None."""

    @property
    def ACTIONS(self) -> re.Pattern[str] | None:
        """Return the expression for lines that call a step of its vendor, or None.

        Its groups are the name, the version, and the version in a comment if there is one.
        """

    # ---- as stages of make targets

    @property
    def OWN_TARGETS(self) -> frozenset[str]:
        """Return the targets of make that only this system has a use for."""

    @property
    def STAGE_LINES(self) -> tuple[str, ...]:
        """Return the expressions for the line where a stage begins, its name as "{}"."""

    @property
    def STAGE_WORDS(self) -> tuple[str, ...]:
        """Return the words in a line that name a stage, its name as "{}", the surest first."""

    def jobs(self, pipeline: WrittenPipeline) -> Iterator[Job]:
        """Yield the jobs of a pipeline written as stages of make targets.

        Raises Unreadable, and any LookupError, TypeError, AttributeError or ValueError if it is
        written in another way.
        """

    def traps(self, project: Project, file: Path) -> Iterator[Trap]:
        """Yield what the system accepts in a pipeline, and what fails or does harm when it runs."""

    # ---- its linters

    @property
    def OWN_CHECKS(self) -> frozenset[str]:
        """Return the ids of the checks that have its pipelines alone as their subject."""

    @property
    def EXCEPTIONS(self) -> tuple[Exceptions, ...]:
        """Return the settings of its own linters that leave out rules."""


def table_in(value: Any) -> dict[Any, Any]:
    """Return `value` if it is a table, else an empty one."""
    return value if isinstance(value, dict) else {}


def tables_in(value: Any) -> list[dict[Any, Any]]:
    """Return the tables of a list; none if it is not a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def folder_of(name: Any) -> Path | None:
    """Return the folder that a setting names, the root without one; None if variables name it."""
    text = str(name or ".")
    return None if "$" in text else Path(text)


def images_under(holder: Any, *keys: str) -> Iterator[Image]:
    """Yield the images under keys, each a name, a table with the name, or a list of such."""
    for key in keys if isinstance(holder, dict) else ():
        value = holder.get(key)
        for one in value if isinstance(value, list) else [value]:
            name = (one.get("image") or one.get("name")) if isinstance(one, dict) else one
            if isinstance(name, str):
                yield Image(name=name, line=line_of(holder, key))


def inputs_of(
    given: dict[Any, Any],
    expression: re.Pattern[str],
    known: Mapping[str, Any],
) -> dict[str, Setting]:
    """Return the inputs of a step, filled in with what `known` has of the expression's group."""
    return {
        str(key): _setting(value, line_of(given, key), expression, known)
        for key, value in given.items()
    }


def _setting(
    value: Any, line: int, expression: re.Pattern[str], known: Mapping[str, Any]
) -> Setting:
    if isinstance(value, list):
        return Setting(values=tuple(map(str, value)), line=line)
    if value is None or isinstance(value, dict):
        return Setting(values=(), line=line)
    text = str(value)
    found = expression.fullmatch(text.strip())
    if not found:
        return Setting(values=() if "$" in text else tuple(text.split("\n")), line=line)
    filled = known.get(next(one for one in found.groups() if one))
    if isinstance(filled, list):
        lines = tuple(getattr(filled, "lines", ()))
        return Setting(values=tuple(map(str, filled)), line=line, lines=lines)
    return Setting(values=() if filled is None else (str(filled),), line=line)


def program_of(
    name: str, given: Any, known: Mapping[str, tuple[str, str]], settings: Mapping[str, str]
) -> Iterator[Program]:
    """Yield the program that a step brings: one of `known` by its name, else by what it sets.

    `known` has programs with their inputs by the names of steps, `settings` programs by inputs that
    other steps have for them.
    """
    if isinstance(given, dict) and (name in known or settings.keys() & given.keys()):
        others = ((settings[key], key) for key in settings if key in given)
        program, key = known.get(name) or next(others)
        if found := re.fullmatch(r"v?(\d+\.\d+[\w.]*)", str(given.get(key, "")).strip()):
            yield Program(name=program, version=found[1], line=line_of(given, key))


def nothing_in(project: Project, file: Path) -> Iterator[Any]:
    """Yield nothing: pipelines of this system have no such thing that is looked for."""
    yield from ()


def every_file(file: Path) -> bool:
    """Return True: all files that the patterns match are pipelines."""
    return True


def no_other(project: Project, file: Path) -> bool:
    """Return False: pipelines of this system have the names of its patterns, and no others."""
    return False


def no_steps(runtime: Runtime) -> Mapping[str, tuple[str, ...]]:
    """Return no step: this system sets up runtimes by images alone."""
    return {}

"""AG: what the repository states in several places, it states the same in all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scaffolder.model import Check, Finding, NotApplicable, Place, Verdict
from scaffolder.project import Project
from scaffolder.toolchain import Toolchain


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a runtime's version is stated: files that match a pattern, in lines that match `line` (group 1 says it)."""

    runtime: str
    files: tuple[str, ...]
    line: re.Pattern[str]


def _source(runtime: str, files: str, line: str) -> Source:
    return Source(runtime=runtime, files=tuple(files.split()), line=re.compile(line))


_DOCKERFILES = "Dockerfile *.Dockerfile Dockerfile.*"
_WORKFLOWS = ".github/workflows/*.yml .github/workflows/*.yaml"
_DEVCONTAINER = ".devcontainer/devcontainer.json .devcontainer/Dockerfile .devcontainer.json"

SOURCES = (
    _source("java", ".java-version", r"^\s*(?:temurin-)?(\d[\w.]*)"),
    _source("java", _DOCKERFILES, r"^ARG\s+JAVA_VERSION=[\"']?(\d[\w.]*)"),
    _source("java", _DOCKERFILES, r"^FROM\s+(?:--\S+\s+)?\S*(?:temurin|openjdk|corretto|zulu|java)\S*:(\d[\d.u]*)"),
    _source("java", "pom.xml", r"<(?:maven\.compiler\.(?:release|source|target)|java\.version|release)>(\d[\d.]*)<"),
    _source(
        "java", "build.gradle build.gradle.kts", r"JavaLanguageVersion\.of\((\d+)\)|JavaVersion\.VERSION_(\d+(?:_\d+)?)"
    ),
    _source("java", ".tool-versions", r"^java\s+\D*(\d[\w.]*)"),
    _source("java", "mise.toml .mise.toml", r"^java\s*=\s*[\"'][a-z-]*(\d[\w.]*)"),
    _source("java", _WORKFLOWS, r"^\s*java-version:\s*[\"']?(\d[\w.]*)"),
    _source("java", _DEVCONTAINER, r"(?:java|temurin|jdk)[:\"\s]+(?:[a-z-]*-)?(\d[\d.]*)"),
    _source("python", ".python-version", r"^\s*(\d[\d.]*)"),
    _source("python", _DOCKERFILES, r"^ARG\s+PYTHON_VERSION=[\"']?(\d[\d.]*)"),
    _source("python", _DOCKERFILES, r"^FROM\s+(?:--\S+\s+)?\S*python:(\d[\d.]*)"),
    _source("python", _WORKFLOWS, r"^\s*python-version:\s*[\"']?(\d[\d.]*)"),
    _source("node", ".node-version .nvmrc", r"^\s*v?(\d[\d.]*)"),
    _source("node", _DOCKERFILES, r"^ARG\s+NODE_VERSION=[\"']?(\d[\d.]*)"),
    _source("node", _DOCKERFILES, r"^FROM\s+(?:--\S+\s+)?\S*node:(\d[\d.]*)"),
    _source("node", _WORKFLOWS, r"^\s*node-version:\s*[\"']?(\d[\d.]*)"),
    _source("go", ".go-version", r"^\s*(\d[\d.]*)"),
    _source("go", "go.mod", r"^go\s+(\d[\d.]*)"),
    _source("go", _DOCKERFILES, r"^ARG\s+GO_VERSION=[\"']?(\d[\d.]*)"),
    _source("go", _DOCKERFILES, r"^FROM\s+(?:--\S+\s+)?\S*golang:(\d[\d.]*)"),
    _source("go", _WORKFLOWS, r"^\s*go-version:\s*[\"']?(\d[\d.]*)"),
)


@dataclass(frozen=True, kw_only=True, order=True)
class Statement:
    """One place that says which version of `runtime` it wants; `version` is in the form that all places share."""

    runtime: str
    version: str
    place: Place


def runtime_is_the_same_everywhere(project: Project, toolchain: Toolchain) -> Verdict:
    """Every file that names a version of the service's runtime names the same one.

    The version file (`.java-version` …) is held to be right, where there is one; else what most places say.
    """
    said = tuple(statements(project))
    if not said:
        raise NotApplicable("no file states the version of a runtime")
    findings, details = [], []
    for runtime in sorted({statement.runtime for statement in said}):
        ours = [statement for statement in said if statement.runtime == runtime]
        right = _right(ours)
        wrong = [statement for statement in ours if statement.version != right.version]
        findings += [_disagreement(statement, right) for statement in wrong]
        details.append(f"{runtime} {right.version}, stated in {len(ours)} places")
    return Verdict(findings=tuple(findings), detail="; ".join(details))


def statements(project: Project) -> Iterator[Statement]:
    """Every statement of a runtime's version, in the order of `SOURCES`."""
    for source in SOURCES:
        for file in project.matching(*source.files):
            for number, line in enumerate(project.lines(file), 1):
                found = source.line.search(line)
                if found:
                    version = next(group for group in found.groups() if group)
                    yield Statement(
                        runtime=source.runtime,
                        version=_shared_form(source.runtime, version),
                        place=Place(path=file, line=number, text=line.strip()),
                    )


def _shared_form(runtime: str, version: str) -> str:
    """Java and Node are told apart by their major version ("1.8" and "8u502" are 8), Python and Go by the minor."""
    parts = re.split(r"[._u]", version)
    if runtime == "java" and parts[0] == "1" and len(parts) > 1:
        return parts[1]
    return parts[0] if runtime in {"java", "node"} else ".".join(parts[:2])


def _right(said: list[Statement]) -> Statement:
    version_file = [statement for statement in said if statement.place.path.name.endswith("-version")]
    versions = [statement.version for statement in said]
    return version_file[0] if version_file else max(said, key=lambda statement: versions.count(statement.version))


def _disagreement(wrong: Statement, right: Statement) -> Finding:
    return Finding(
        path=wrong.place.path,
        line=wrong.place.line,
        message=f"says {wrong.runtime} {wrong.version}, but the service is for {right.runtime} {right.version}",
        related=(right.place,),
        fix=f"write {right.version} here, or change {right.place.path.as_posix()} and all other places",
    )


CHECKS = (Check(id="AG001", title="The runtime is the same everywhere", run=runtime_is_the_same_everywhere),)

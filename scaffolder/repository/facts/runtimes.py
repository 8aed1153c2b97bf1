"""Versions of runtimes in images, builds and version files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.formats import Unreadable
from scaffolder.formats.dockerfile import Dockerfile, Instruction, Stage
from scaffolder.formats.regex import regex
from scaffolder.repository import files, reading
from scaffolder.repository.facts import services
from scaffolder.repository.facts.statements import Declaration, Unread, place
from scaffolder.repository.facts.versions_of_images import runtime_of, shared_form
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import BY_WEIGHT, RUNTIMES, owners
from scaffolder.repository.runtimes.runtime import NUMBER, RANGE, VERSION_FILE, line_with

IMAGE, IMAGE_BUILD = "image", "image build"

_VERSION_FILES = owners(lambda runtime: runtime.VERSION_FILES)
_TOOL_NAMES = owners(lambda runtime: runtime.TOOL_NAMES)


def read(project: Project) -> Iterator[Declaration | Unread]:
    """Yield the runtimes of version files, builds and Dockerfiles."""
    yield from version_files(project)
    yield from builds(project)
    for file in files.dockerfiles(project):
        try:
            yield from image(project, file, reading.dockerfile_of(project, file))
        except Unreadable as error:
            yield reading.unread(file, error)


def stated(
    project: Project,
    runtime: str,
    version: str,
    file: Path,
    line: int,
    role: str,
    *,
    subject: Path | None = None,
) -> Iterator[Declaration]:
    """Yield a line's declaration of a runtime's version; nothing if it has no version."""
    value = version if role == RANGE else shared_form(runtime, version)
    if value:
        of = services.subject_of(project, file) if subject is None else subject
        yield Declaration(
            fact=f"runtime {runtime}",
            subject=of,
            value=value,
            role=role,
            place=place(project, file, line),
        )


def version_files(project: Project) -> Iterator[Declaration | Unread]:
    """.java-version and its like, .sdkmanrc, .tool-versions, mise.toml."""
    for file in files.named(project, *_VERSION_FILES):
        for number, line in enumerate(project.lines(file), 1):
            found = NUMBER.search(line.split("#")[0])
            if found:
                yield from stated(
                    project, _VERSION_FILES[file.name], found[1], file, number, VERSION_FILE
                )
                break
    for file in files.named(project, ".tool-versions", ".sdkmanrc"):
        for number, line in enumerate(project.lines(file), 1):
            words = re.match(r"\s*(\w+)[\s=]+\D*?(\d[\w.]*)", line)
            if words and words[1] in _TOOL_NAMES:
                yield from stated(
                    project, _TOOL_NAMES[words[1]], words[2], file, number, VERSION_FILE
                )
    for file in files.mise_settings(project):
        try:
            tools = reading.toml_of(project, file).get("tools", {})
        except Unreadable as error:
            yield reading.unread(file, error)
            continue
        for name, version in tools.items() if isinstance(tools, dict) else ():
            found = NUMBER.search(_version(version))
            if name in _TOOL_NAMES and found:
                at = line_with(project, file, rf"^\s*\"?{name}\"?\s*=")
                yield from stated(project, _TOOL_NAMES[name], found[1], file, at, VERSION_FILE)


def builds(project: Project) -> Iterator[Declaration | Unread]:
    """Yield the declarations of each runtime's builds; a range has the role of a range."""
    for runtime in BY_WEIGHT:
        for build in RUNTIMES[runtime].BUILDS:
            for file in files.named(project, *build.files):
                try:
                    versions = tuple(build.read(project, file))
                except Unreadable as error:
                    yield reading.unread(file, error)
                    continue
                # A plugin of conventions, or a catalog, declares it for the build that applies it.
                subject = services.subject_of(project, file)
                for one in versions:
                    yield from stated(
                        project,
                        runtime,
                        one.version,
                        one.file,
                        one.line,
                        one.role,
                        subject=subject,
                    )


def image(project: Project, file: Path, read: Dockerfile) -> Iterator[Declaration]:
    """Yield the runtime of each image stage: of the last, or of one that only builds."""
    subject = services.subject_of(project, file)
    if _builds_a_clone(read):
        return
    last = read.base(read.stages[-1])
    bases = list(dict.fromkeys(stage.line for stage in map(read.base, read.stages)))
    runs = runtime_of(last.image)
    for stage in (one for one in read.stages if one.line in bases):
        found = runtime_of(stage.image)
        if not found:
            continue
        stands_for_it = stage.line == last.line or not runs or runs[0] != found[0]
        role = IMAGE if stands_for_it else IMAGE_BUILD
        line = _origin(read, stage) if role == IMAGE else stage.line
        yield from stated(project, found[0], found[1], file, line, role, subject=subject)


_CLONES = regex(r"\bgit\s+clone\s+(?:-\S+\s+(?:[\w./-]+\s+)?)*[\"']?(?:https?|git|ssh)")


def _builds_a_clone(read: Dockerfile) -> bool:
    """Return whether an image is built from a clone of another repository, without own source."""
    instructions = list(chain.from_iterable(stage.instructions for stage in read.stages))
    copies = (
        one
        for one in instructions
        if one.word in {"COPY", "ADD"} and "from" not in one.flags and "." in one.words[:1]
    )
    clones = [one for one in instructions if one.word == "RUN" and _CLONES.search(one.text)]
    if not clones:
        return False
    return not any(copies) or _goes_into_clone(instructions, clones)


_CLONED = regex(r"\bgit\s+clone\b[^&|;]*?/([\w.-]+?)(?:\.git)?[\"']?(?=\s|$|[&|;])")


def _goes_into_clone(instructions: list[Instruction], clones: list[Instruction]) -> bool:
    """Return whether the image is made in the folder of a clone, whatever else is copied."""
    names = set(chain.from_iterable(_CLONED.findall(one.text) for one in clones))
    return any(
        one.word == "WORKDIR" and Path(one.text.strip()).name in names
        for one in instructions
        if one.line > clones[0].line
    )


def _origin(read: Dockerfile, stage: Stage) -> int:
    """Return the line of the argument with the version of a stage's image, or the stage's own."""
    tag = stage.written.partition("@")[0].rpartition(":")[2]
    for name in re.findall(r"\$\{?(\w+)", tag):
        for argument in read.arguments:
            if any(word.partition("=")[0] == name for word in argument.words):
                return argument.line
    return stage.line


def _version(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value.get("version", "")) if isinstance(value, dict) else str(value)

"""Versions of runtimes in pipelines: set-up steps, tools and images of every CI system."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from scaffolder.formats import Unreadable
from scaffolder.repository import files, reading
from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.repository.ci.system import CiSystem, Image, Setting, SetUp, Tool
from scaffolder.repository.facts import services
from scaffolder.repository.facts.runtimes import stated
from scaffolder.repository.facts.statements import Declaration, Unread
from scaffolder.repository.facts.versions_of_images import runtime_of, shared_form
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import RUNTIMES, owners
from scaffolder.repository.runtimes.runtime import RANGE

MATRIX = "matrix"
"""One version of several that a job is run with."""


def read(project: Project) -> Iterator[Declaration | Unread]:
    """Yield the declarations of every pipeline."""
    for name, system in CI_SYSTEMS.items():
        for file in files.ci_files(project, name):
            try:
                yield from _versions(project, system, file)
            except Unreadable as error:
                yield reading.unread(file, error)


def _versions(project: Project, system: CiSystem, file: Path) -> Iterator[Declaration]:
    steps = owners(system.set_up_by)
    for one in system.set_ups(project, file):
        if isinstance(one, Image):
            if found := runtime_of(one.name):
                yield from stated(project, found[0], found[1], file, one.line, system.ROLE)
        elif isinstance(one, Tool):
            if one.name in steps:
                yield from stated(
                    project, steps[one.name], one.version, file, one.line, system.ROLE
                )
        elif one.step in steps:
            yield from _set_up(project, system, file, one, steps[one.step])


def _set_up(
    project: Project, system: CiSystem, file: Path, step: SetUp, runtime: str
) -> Iterator[Declaration]:
    for key in system.set_up_by(RUNTIMES[runtime])[step.step]:
        if given := step.inputs.get(key):
            subject = _subject(project, file, step.folder)
            yield from _several(project, file, runtime, given, system.ROLE, subject)


def _subject(project: Project, file: Path, folder: Path) -> Path:
    """Return the service of a job: that of its folder, or a project that is not a service."""
    if folder == Path():
        return services.subject_of(project, file)
    subject = services.subject_of(project, folder)
    return folder if services.shared(project, subject) else subject


def _several(
    project: Project, file: Path, runtime: str, given: Setting, role: str, subject: Path
) -> Iterator[Declaration]:
    """Yield one declaration of all versions that a step runs with.

    A test over several versions names the right one among them.

    Each of several versions is also stated by itself, at its own place.
    """
    forms: dict[str, int] = {}
    for version, line in given.places:
        if found := _number(version):
            forms.setdefault(shared_form(runtime, found[0]), line)
    if len(forms) == 1:
        ((version, line),) = forms.items()
        yield from stated(project, runtime, version, file, line, role, subject=subject)
    elif forms:
        line = next(iter(forms.values()))
        for one in stated(project, runtime, " || ".join(forms), file, line, RANGE, subject=subject):
            yield replace(one, role=role)
        for version, line in forms.items():
            yield from stated(project, runtime, version, file, line, MATRIX, subject=subject)


def _number(text: str) -> re.Match[str] | None:
    return re.match(r"v?\d+(?:\.\d+)*", text.strip())

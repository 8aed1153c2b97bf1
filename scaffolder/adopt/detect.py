"""Detect the properties of a service in a repository, each with its places."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

from scaffolder.adopt.found import Found, by_weight, matches, there
from scaffolder.model import Location
from scaffolder.repository import facts, files, kubernetes_objects, reading
from scaffolder.repository.facts import Declaration, ownership
from scaffolder.repository.files import MANIFESTS
from scaffolder.repository.kubernetes_objects import LONG_RUNNING
from scaffolder.repository.project import Project

_ROLES = ("version file", "image", "build", "image build")


def runtime(project: Project) -> Found | None:
    """Return the service's runtime: that of its image, else that of its build."""
    manifests = {
        name: found
        for name, names in MANIFESTS.items()
        if (found := [file for file in names if project.has(file)])
    }
    known = [f"runtime {name}" for name in MANIFESTS]
    images = [one for one in facts.read(project).of(*known) if one.role == "image"]
    if images:
        # In one file the last stage counts, which the service runs in, and what it is made from.
        lines = {one.place.path: _line_that_runs(project, one.place.path) for one in images}
        right = min(
            images,
            key=lambda one: (
                by_weight(one.place.path),
                one.place.line != lines[one.place.path],
                -one.place.line,
            ),
        )
        value = right.fact.removeprefix("runtime ")
        places = [*(Location(path=Path(file)) for file in manifests.get(value, [])), right.place]
        others = [
            f"{one.place} has {one.fact.removeprefix('runtime ')}"
            for one in images
            if one.fact != right.fact
        ]
        return Found(
            name="runtime", value=value, places=tuple(places), note="; ".join(dict.fromkeys(others))
        )
    for value, names in manifests.items():
        return Found(
            name="runtime", value=value, places=tuple(Location(path=Path(file)) for file in names)
        )
    return None


def _line_that_runs(project: Project, dockerfile: Path) -> int:
    """Return the line of the stage that the last one of a Dockerfile is made from; 0 if unknown."""
    read = reading.stages(project, dockerfile)
    return read.base(read.stages[-1]).line if read and read.stages else 0


def version(project: Project, runtime: str) -> Found | None:
    """Return the runtime's version, from the place closest to production; others are noted."""
    said = facts.read(project).of(f"runtime {runtime}")
    exact = [one for one in said if one.role != "range"]
    if not exact:
        ranges = [
            (one, found[1]) for one in said if (found := re.search(r"(\d+(?:\.\d+)?)", one.value))
        ]
        return next((_version(one, value) for one, value in ranges), None)
    weights = {role: number for number, role in enumerate(_ROLES)}
    right = min(
        exact,
        key=lambda one: (
            weights.get(one.role, len(weights)),
            by_weight(one.place.path),
            one.place.line,
        ),
    )
    agreeing = tuple(dict.fromkeys(one.place for one in exact if one.value == right.value))
    others = "; ".join(
        dict.fromkeys(f"{one.place} has {one.value}" for one in exact if one.value != right.value)
    )
    return Found(name="runtime_version", value=right.value, places=agreeing, note=others)


def image(project: Project) -> Found | None:
    """The Dockerfiles that are there."""
    return there("image", "there", sorted(files.dockerfiles(project), key=by_weight))


def infrastructure(project: Project) -> Found | None:
    """The Terraform that is there."""
    return there("terraform", "there", files.terraform(project)[:1])


def manifests(project: Project) -> Found | None:
    """Return the manifests that deploy the service without a chart, as a kustomization or plain."""
    bases = sorted(files.kustomizations(project), key=lambda file: len(file.parts))
    if bases:
        return there("manifests", "kustomize", bases[:1])
    plain = [one for one in kubernetes_objects.plain(project) if one.kind in LONG_RUNNING]
    ours = [one for one in plain if not ownership.is_foreign(one)]
    places = tuple(one.place(project, "kind") for one in ours[:1])
    return Found(name="manifests", value="there", places=places) if places else None


def pipelines(project: Project) -> Found | None:
    """The pipelines that are there."""
    found = {name: paths for name, paths in files.pipelines_by_system(project).items() if paths}
    return (
        there("ci", ",".join(found), tuple(chain.from_iterable(found.values()))) if found else None
    )


def team(project: Project, folder: str = "") -> Found | None:
    """Return the team in CODEOWNERS that owns all files, or those of `folder`: the last match."""
    own = rf"|/?{re.escape(folder.strip('/'))}(?:/\*{{0,2}})?" if folder else ""
    owners = rf"^(?:\*{own})\s+@[\w-]+/([a-z][\w-]*)"
    for at, value in [*matches(project, files.owners(project), owners)][-1:]:
        return Found(name="team", value=value.lower(), places=(at,))
    return None


def _version(said: Declaration, value: str) -> Found:
    return Found(
        name="runtime_version", value=value, places=(said.place,), note=f"{said.value} is a range"
    )

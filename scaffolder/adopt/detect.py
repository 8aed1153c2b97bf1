"""What a repository that was not generated says about its service: each thing with the places that say it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scaffolder.adopt.found import Found, by_weight, matches, there
from scaffolder.model import Location
from scaffolder.repository import facts, files
from scaffolder.repository.clouds import CLOUDS
from scaffolder.repository.facts import Declaration
from scaffolder.repository.files import MANIFESTS
from scaffolder.repository.project import Project
from scaffolder.repository.reading import place
from scaffolder.repository.runtimes import of_each

_ROLES = ("version file", "image", "build", "image build")
_CHATS = {"slack": r"(?i:slack)", "teams": r"(?i:msteams|webhook\.office\.com|teams[-_]webhook)"}


def runtime(project: Project) -> Found | None:
    """What the service is written in: what its image runs, else what its build is."""
    manifests = {
        name: found
        for name, names in MANIFESTS.items()
        if (found := [file for file in names if project.has(file)])
    }
    known = [f"runtime {name}" for name in MANIFESTS]
    images = [one for one in facts.read(project).of(*known) if one.role == "image"]
    if images:
        # In one file the last stage counts, which the service runs in.
        right = min(images, key=lambda one: (by_weight(one.place.path), -one.place.line))
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


def version(project: Project, runtime: str) -> Found | None:
    """The version of the runtime, from the place that is closest to what runs; other versions are noted."""
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
        dict.fromkeys(f"{one.place} says {one.value}" for one in exact if one.value != right.value)
    )
    return Found(name="runtime_version", value=right.value, places=agreeing, note=others)


def image(project: Project) -> Found | None:
    """The Dockerfiles that are there."""
    return there("image", "there", sorted(files.dockerfiles(project), key=by_weight))


def chart(project: Project) -> Found | None:
    """The Helm chart that is there; its value is its folder."""
    charts = sorted(files.charts(project), key=lambda folder: len(folder.parts))
    return there("chart", charts[0].as_posix(), [charts[0] / "Chart.yaml"]) if charts else None


def infrastructure(project: Project) -> Found | None:
    """The Terraform that is there."""
    return there("terraform", "there", files.terraform(project)[:1])


def manifests(project: Project) -> Found | None:
    """What deploys the service to a cluster without a chart: a kustomization, or plain manifests."""
    bases = sorted(files.kustomizations(project), key=lambda file: len(file.parts))
    if bases:
        return there("manifests", "kustomize", bases[:1])
    plain = files.plain_manifests(project)
    at = next(
        (at for at, _ in matches(project, plain, r"^kind:\s*[\"']?(?:Deployment|StatefulSet)\b")),
        None,
    )
    return Found(name="manifests", value="there", places=(at,)) if at else None


def pipelines(project: Project) -> Found | None:
    """The pipelines that are there."""
    found = {name: paths for name, paths in files.pipelines_by_system(project).items() if paths}
    return (
        there("ci", ",".join(found), tuple(file for paths in found.values() for file in paths))
        if found
        else None
    )


def cloud(project: Project) -> Found | None:
    """The cloud that most lines of pipelines, infrastructure and chart speak of."""
    found = {
        name: list(matches(project, _operations(project), cloud.SPEAKS))
        for name, cloud in CLOUDS.items()
    }
    name = max(found, key=lambda one: len(found[one]))
    return Found(name="cloud", value=name, places=(found[name][0][0],)) if found[name] else None


def region(project: Project, cloud: str) -> Found | None:
    """The first region of the cloud that pipelines or infrastructure name."""
    if cloud not in CLOUDS:
        return None
    for at, value in matches(project, _operations(project), CLOUDS[cloud].REGION):
        return Found(name="region", value=value, places=(at,))
    return None


def chat(project: Project) -> Found | None:
    """The chat that pipelines or alerts write to."""
    for name, pattern in _CHATS.items():
        for at, _ in matches(project, _operations(project), pattern):
            return Found(name="chat", value=name, places=(at,))
    return None


def name(project: Project, remote: str = "") -> Found:
    """What the service calls itself: in its build, its chart, at its host, or by the name of its folder."""
    for at, value in _names(project, remote):
        sound = re.sub(
            r"-+", "-", re.sub(r"[^a-z0-9-]", "-", value.rpartition("/")[2].lower())
        ).strip("-")
        sound = re.sub(r"^[^a-z]+", "", sound)[:20].rstrip("-")
        if sound:
            note = "" if at else "git remote origin" if remote else "name of the folder"
            note = (
                f"{value} is no name that a cluster takes"
                if sound != value.rpartition("/")[2]
                else note
            )
            return Found(name="service_name", value=sound, places=(at,) if at else (), note=note)
    return Found(name="service_name", value="service", note="nothing says a name")


def team(project: Project, folder: str = "") -> Found | None:
    """The team that owns all files, or those of `folder`, as CODEOWNERS says: the last line that fits."""
    own = rf"|/?{re.escape(folder.strip('/'))}(?:/\*{{0,2}})?" if folder else ""
    owners = rf"^(?:\*{own})\s+@[\w-]+/([a-z][\w-]*)"
    for at, value in [*matches(project, files.owners(project), owners)][-1:]:
        return Found(name="team", value=value.lower(), places=(at,))
    return None


def _names(project: Project, remote: str) -> Iterator[tuple[Location | None, str]]:
    names = of_each(lambda runtime: runtime.names(project))
    for name in sorted(names, key=lambda name: name.rank):
        yield place(project, name.file, name.line), name.value
    charts = tuple(folder / "Chart.yaml" for folder in files.charts(project))
    yield from matches(project, charts, r"^name:\s*(\S+)")
    yield None, re.sub(r"\.git/?$", "", remote) or project.root.name


def _version(said: Declaration, value: str) -> Found:
    return Found(
        name="runtime_version", value=value, places=(said.place,), note=f"{said.value} is a range"
    )


def _operations(project: Project) -> tuple[Path, ...]:
    """Files that say how the service is built, deployed and watched."""
    deploying = (
        *files.values_files(project),
        *files.alertmanager_files(project),
        *files.deploy_scripts(project),
    )
    return tuple(sorted({*files.pipelines(project), *files.terraform_inputs(project), *deploying}))

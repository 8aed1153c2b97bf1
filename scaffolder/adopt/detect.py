"""What a repository that was not generated says about its service: each thing with the places that say it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scaffolder.adopt.found import Found, by_weight, matches, there
from scaffolder.adopt.single import MANIFESTS
from scaffolder.formats import Unreadable
from scaffolder.model import Location
from scaffolder.repository import facts
from scaffolder.repository.facts import reading, services
from scaffolder.repository.facts.statements import Declaration, place
from scaffolder.repository.project import Project

PIPELINES = {
    "github": (".github/workflows/*.yml", ".github/workflows/*.yaml"),
    "gitlab": (".gitlab-ci.yml",),
    "jenkins": ("Jenkinsfile",),
    "azure-devops": ("azure-pipelines.yml", "azure-pipelines.yaml"),
}
_ROLES = ("version file", "image", "build", "image build")
_CLOUDS = {
    "aws": r"amazonaws\.com|aws-actions/|provider \"aws\"|hashicorp/aws|\baws (?:eks|ecr|sts)\b|AWS_(?:REGION|ROLE)",
    "azure": r"azurecr\.io|azure/(?:login|aks)|provider \"azurerm\"|hashicorp/azurerm|\baz (?:aks|acr|login)|AzureCLI@",
}
_CHATS = {"slack": r"(?i:slack)", "teams": r"(?i:msteams|webhook\.office\.com|teams[-_]webhook)"}
_REGIONS = {
    "aws": r"\b((?:af|ap|ca|eu|il|me|mx|sa|us)-(?:gov-)?(?:north|south|east|west|central)[a-z]*-\d)\b",
    "azure": r"(?i:location|region)['\"]?(?:\s*[:=]\s*|\s+)['\"]?([a-z]{4,30}\d?)['\"]?(?:\s|$)",
}


def runtime(project: Project) -> Found | None:
    """What the service is written in: what its image runs, else what its build is."""
    manifests = {
        name: found for name, files in MANIFESTS.items() if (found := [file for file in files if project.has(file)])
    }
    known = [f"runtime {name}" for name in MANIFESTS]
    images = [one for one in facts.read(project).of(*known) if one.role == "image"]
    if images:
        # In one file the last stage counts, which the service runs in.
        right = min(images, key=lambda one: (by_weight(one.place.path), -one.place.line))
        value = right.fact.removeprefix("runtime ")
        places = [*(Location(path=Path(file)) for file in manifests.get(value, [])), right.place]
        others = [f"{one.place} has {one.fact.removeprefix('runtime ')}" for one in images if one.fact != right.fact]
        return Found(name="runtime", value=value, places=tuple(places), note="; ".join(dict.fromkeys(others)))
    for value, files in manifests.items():
        return Found(name="runtime", value=value, places=tuple(Location(path=Path(file)) for file in files))
    return None


def version(project: Project, runtime: str) -> Found | None:
    """The version of the runtime, from the place that is closest to what runs; other versions are noted."""
    said = facts.read(project).of(f"runtime {runtime}")
    exact = [one for one in said if one.role != "range"]
    if not exact:
        ranges = [(one, found[1]) for one in said if (found := re.search(r"(\d+(?:\.\d+)?)", one.value))]
        return next((_version(one, value) for one, value in ranges), None)
    weights = {role: number for number, role in enumerate(_ROLES)}
    right = min(exact, key=lambda one: (weights.get(one.role, len(weights)), by_weight(one.place.path), one.place.line))
    agreeing = tuple(dict.fromkeys(one.place for one in exact if one.value == right.value))
    others = "; ".join(dict.fromkeys(f"{one.place} says {one.value}" for one in exact if one.value != right.value))
    return Found(name="runtime_version", value=right.value, places=agreeing, note=others)


def image(project: Project) -> Found | None:
    """The Dockerfiles that are there."""
    return there("image", "there", sorted(services.dockerfiles(project), key=by_weight))


def chart(project: Project) -> Found | None:
    """The Helm chart that is there; its value is its folder."""
    charts = sorted(project.matching("Chart.yaml"), key=lambda file: len(file.parts))
    return there("chart", charts[0].parent.as_posix(), charts[:1]) if charts else None


def infrastructure(project: Project) -> Found | None:
    """The Terraform that is there."""
    return there("terraform", "there", project.matching("*.tf")[:1])


def manifests(project: Project) -> Found | None:
    """What deploys the service to a cluster without a chart: a kustomization, or plain manifests."""
    bases = sorted(project.matching("kustomization.yaml", "kustomization.yml"), key=lambda file: len(file.parts))
    if bases:
        return there("manifests", "kustomize", bases[:1])
    charts = [file.parent for file in project.matching("Chart.yaml")]
    files = tuple(
        file for file in project.matching("*.yaml", "*.yml") if not any(file.is_relative_to(one) for one in charts)
    )
    at = next((at for at, _ in matches(project, files, r"^kind:\s*[\"']?(?:Deployment|StatefulSet)\b")), None)
    return Found(name="manifests", value="there", places=(at,)) if at else None


def pipelines(project: Project) -> Found | None:
    """The pipelines that are there."""
    found = {name: project.matching(*patterns) for name, patterns in PIPELINES.items()}
    names = [name for name, files in found.items() if files]
    return there("ci", ",".join(names), tuple(file for files in found.values() for file in files)) if names else None


def cloud(project: Project) -> Found | None:
    """The cloud that most lines of pipelines, infrastructure and chart speak of."""
    found = {name: list(matches(project, _operations(project), pattern)) for name, pattern in _CLOUDS.items()}
    name = max(found, key=lambda one: len(found[one]))
    return Found(name="cloud", value=name, places=(found[name][0][0],)) if found[name] else None


def region(project: Project, cloud: str) -> Found | None:
    """The first region of the cloud that pipelines or infrastructure name."""
    for at, value in matches(project, _operations(project), _REGIONS[cloud]) if cloud in _REGIONS else ():
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
        sound = re.sub(r"-+", "-", re.sub(r"[^a-z0-9-]", "-", value.rpartition("/")[2].lower())).strip("-")
        sound = re.sub(r"^[^a-z]+", "", sound)[:20].rstrip("-")
        if sound:
            note = "" if at else "git remote origin" if remote else "name of the folder"
            note = f"{value} is no name that a cluster takes" if sound != value.rpartition("/")[2] else note
            return Found(name="service_name", value=sound, places=(at,) if at else (), note=note)
    return Found(name="service_name", value="service", note="nothing says a name")


def team(project: Project, folder: str = "") -> Found | None:
    """The team that owns all files, or those of `folder`, as CODEOWNERS says: the last line that fits."""
    own = rf"|/?{re.escape(folder.strip('/'))}(?:/\*{{0,2}})?" if folder else ""
    owners = rf"^(?:\*{own})\s+@[\w-]+/([a-z][\w-]*)"
    for at, value in [*matches(project, project.matching("CODEOWNERS"), owners)][-1:]:
        return Found(name="team", value=value.lower(), places=(at,))
    return None


def _names(project: Project, remote: str) -> Iterator[tuple[Location | None, str]]:
    if project.has("pom.xml"):
        try:
            root = reading.xml_of(project, Path("pom.xml"))
        except Unreadable:
            root = None
        artifact = root.child("artifactId") if root else None
        if artifact:
            yield place(project, Path("pom.xml"), artifact.line), artifact.text.strip()
    patterns = (
        ("package.json", r"^[\s{]*\"name\"\s*:\s*\"([^\"]+)\""),
        ("settings.gradle*", r"rootProject\.name\s*=\s*['\"]([^'\"]+)"),
        ("pyproject.toml", r"^name\s*=\s*[\"']([^\"']+)"),
        ("go.mod", r"^module\s+(\S+)"),
        ("Chart.yaml", r"^name:\s*(\S+)"),
    )
    for pattern, line in patterns:
        files = [file for file in project.matching(pattern) if len(file.parts) == 1 or pattern == "Chart.yaml"]
        yield from matches(project, tuple(files), line)
    yield None, re.sub(r"\.git/?$", "", remote) or project.root.name


def _version(said: Declaration, value: str) -> Found:
    return Found(name="runtime_version", value=value, places=(said.place,), note=f"{said.value} is a range")


def _operations(project: Project) -> tuple[Path, ...]:
    """Files that say how the service is built, deployed and watched."""
    pipelines = [pattern for patterns in PIPELINES.values() for pattern in patterns]
    return project.matching(*pipelines, "*.tf", "*.tfvars", "values*.yaml", "alertmanager*.y*ml", "deploy*.sh")

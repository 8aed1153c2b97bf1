"""What a repository that was not generated says about its service: each thing with the places that say it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffolder import facts
from scaffolder.errors import ProjectError
from scaffolder.facts import reading, services
from scaffolder.facts.statements import Statement, place
from scaffolder.formats import Unreadable
from scaffolder.model import Place
from scaffolder.project import Project

MANIFESTS = {
    "java": ("pom.xml", "build.gradle", "build.gradle.kts"),
    "go": ("go.mod",),
    "node": ("package.json",),
    "python": ("pyproject.toml", "setup.py", "requirements.txt", "Pipfile"),
}
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
    "azure": r"(?i:location|region)['\"]?\s*[:=]\s*['\"]?([a-z]{4,30}\d?)['\"]?\s*$",
}
_PORTS = (
    (("application*.properties",), r"^\s*server\.port\s*[=:]\s*(?:\$\{\w+:)?(\d{2,5})"),
    (("application*.yml", "application*.yaml"), r"^\s+port:\s*(?:\$\{\w+:)?(\d{2,5})"),
    (("values.yaml", "deployment.yaml"), r"(?:containerPort|targetPort):\s*(\d{2,5})"),
    (
        ("*.js", "*.ts", "*.mjs"),
        r"\.listen\(\s*(?:[\w.]+\s*(?:\|\||\?\?)\s*)?(\d{2,5})|PORT\s*(?:\|\||\?\?)\s*(\d{2,5})",
    ),
    (("*.py",), r"\.run\([^)]*port\s*=\s*(?:int\([^,]*,\s*)?[\"']?(\d{2,5})|[\"']PORT[\"'],\s*[\"']?(\d{2,5})"),
    (("*.go",), r"ListenAndServe\(\s*\":(\d{2,5})\""),
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """One thing that was found: its value, where it stands, and what a person should know about it."""

    name: str
    value: str
    places: tuple[Place, ...] = ()
    note: str = ""


def one_service(project: Project) -> None:
    """Stop where the folder holds several services, each of which is adopted by itself.

    Raises:
        ProjectError: naming them.
    """
    folders = services.folders(project)
    if len(folders) > 1 and services.HERE not in folders:
        names = sorted(folder.as_posix() for folder in folders)
        raise ProjectError(
            f"{project.root} holds several services: {', '.join(names[:6])}", hint=f"scaffold adopt {names[0]}"
        )


def runtime(project: Project) -> Found | None:
    """What the service is written in: what its image runs, else what its build is."""
    manifests = {
        name: found for name, files in MANIFESTS.items() if (found := [file for file in files if project.has(file)])
    }
    known = {f"runtime {name}" for name in MANIFESTS}
    images = [one for one in facts.read(project).of(*known) if one.role == "image"]
    if images:
        value = images[-1].fact.removeprefix("runtime ")
        places = [*(Place(path=Path(file)) for file in manifests.get(value, [])), images[-1].place]
        return Found(name="runtime", value=value, places=tuple(places))
    for value, files in manifests.items():
        return Found(name="runtime", value=value, places=tuple(Place(path=Path(file)) for file in files))
    return None


def version(project: Project, runtime: str) -> Found | None:
    """The version of the runtime, from the place that is closest to what runs; other versions are noted."""
    said = facts.read(project).of(f"runtime {runtime}")
    exact = [one for one in said if one.role != "range"]
    if not exact:
        ranges = [(one, found[1]) for one in said if (found := re.search(r"(\d+(?:\.\d+)?)", one.value))]
        return next((_version(one, value) for one, value in ranges), None)
    right = min(exact, key=lambda one: _ROLES.index(one.role) if one.role in _ROLES else len(_ROLES))
    agreeing = tuple(dict.fromkeys(one.place for one in exact if one.value == right.value))
    others = "; ".join(dict.fromkeys(f"{one.place} says {one.value}" for one in exact if one.value != right.value))
    return Found(name="runtime_version", value=right.value, places=agreeing, note=others)


def port(project: Project) -> Found | None:
    """Where the service listens, as the image or the code says."""
    for file in services.dockerfiles(project):
        try:
            last = reading.dockerfile_of(project, file).stages[-1]
        except Unreadable:
            continue
        for instruction in last.each("EXPOSE"):
            found = re.match(r"\d{2,5}", last.filled(instruction.text))
            if found:
                return Found(name="port", value=found[0], places=(place(project, file, instruction.line),))
    for files, pattern in _PORTS:
        for at, value in _matches(project, project.matching(*files), pattern):
            return Found(name="port", value=value, places=(at,))
    return None


def image(project: Project) -> Found | None:
    """The Dockerfiles that are there."""
    return _there("image", "there", services.dockerfiles(project))


def chart(project: Project) -> Found | None:
    """The Helm chart that is there; its value is its folder."""
    charts = sorted(project.matching("Chart.yaml"), key=lambda file: len(file.parts))
    return _there("chart", charts[0].parent.as_posix(), charts[:1]) if charts else None


def infrastructure(project: Project) -> Found | None:
    """The Terraform that is there."""
    return _there("terraform", "there", project.matching("*.tf")[:1])


def pipelines(project: Project) -> Found | None:
    """The pipelines that are there."""
    found = {name: project.matching(*patterns) for name, patterns in PIPELINES.items()}
    names = [name for name, files in found.items() if files]
    return _there("ci", ",".join(names), tuple(file for files in found.values() for file in files)) if names else None


def cloud(project: Project) -> Found | None:
    """The cloud that most lines of pipelines, infrastructure and chart speak of."""
    found = {name: list(_matches(project, _operations(project), pattern)) for name, pattern in _CLOUDS.items()}
    name = max(found, key=lambda one: len(found[one]))
    return Found(name="cloud", value=name, places=(found[name][0][0],)) if found[name] else None


def region(project: Project, cloud: str) -> Found | None:
    """The first region of the cloud that pipelines or infrastructure name."""
    for at, value in _matches(project, _operations(project), _REGIONS[cloud]) if cloud in _REGIONS else ():
        return Found(name="region", value=value, places=(at,))
    return None


def chat(project: Project) -> Found | None:
    """The chat that pipelines or alerts write to."""
    for name, pattern in _CHATS.items():
        for at, _ in _matches(project, _operations(project), pattern):
            return Found(name="chat", value=name, places=(at,))
    return None


def name(project: Project) -> Found:
    """What the service calls itself: in its build, its chart, or by the name of its folder."""
    for at, value in _names(project):
        sound = re.sub(r"-+", "-", re.sub(r"[^a-z0-9-]", "-", value.rpartition("/")[2].lower())).strip("-")
        sound = re.sub(r"^[^a-z]+", "", sound)[:20].rstrip("-")
        if sound:
            note = f"{value} is no name that a cluster takes" if sound != value.rpartition("/")[2] else ""
            return Found(name="service_name", value=sound, places=(at,) if at else (), note=note)
    return Found(name="service_name", value="service", note="nothing says a name")


def team(project: Project) -> Found | None:
    """The team that owns all files, as CODEOWNERS says."""
    for at, value in _matches(project, project.matching("CODEOWNERS"), r"^\*\s+@[\w-]+/([a-z][\w-]*)"):
        return Found(name="team", value=value.lower(), places=(at,))
    return None


def _names(project: Project) -> Iterator[tuple[Place | None, str]]:
    if project.has("pom.xml"):
        try:
            root = reading.xml_of(project, Path("pom.xml"))
        except Unreadable:
            root = None
        artifact = root.child("artifactId") if root else None
        if artifact:
            yield place(project, Path("pom.xml"), artifact.line), artifact.text.strip()
    patterns = (
        ("package.json", r"^\s*\"name\"\s*:\s*\"([^\"]+)\""),
        ("settings.gradle*", r"rootProject\.name\s*=\s*['\"]([^'\"]+)"),
        ("pyproject.toml", r"^name\s*=\s*[\"']([^\"']+)"),
        ("go.mod", r"^module\s+(\S+)"),
        ("Chart.yaml", r"^name:\s*(\S+)"),
    )
    for pattern, line in patterns:
        files = [file for file in project.matching(pattern) if len(file.parts) == 1 or pattern == "Chart.yaml"]
        yield from _matches(project, tuple(files), line)
    yield None, project.root.name


def _version(said: Statement, value: str) -> Found:
    return Found(name="runtime_version", value=value, places=(said.place,), note=f"{said.value} is a range")


def _operations(project: Project) -> tuple[Path, ...]:
    """Files that say how the service is built, deployed and watched."""
    pipelines = [pattern for patterns in PIPELINES.values() for pattern in patterns]
    return project.matching(*pipelines, "*.tf", "*.tfvars", "values*.yaml", "alertmanager*.y*ml", "deploy*.sh")


def _matches(project: Project, files: tuple[Path, ...], pattern: str) -> Iterator[tuple[Place, str]]:
    expression = re.compile(pattern)
    for file in files:
        for number, line in enumerate(project.lines(file), 1):
            if found := expression.search(line[:500]):
                yield place(project, file, number), next((one for one in found.groups() if one), found[0])


def _there(name: str, value: str, files: tuple[Path, ...] | list[Path]) -> Found | None:
    places = tuple(Place(path=file) for file in files)
    return Found(name=name, value=value, places=places) if places else None

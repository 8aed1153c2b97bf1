"""Variables of the environment that a service needs, and those that something sets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import files, reading
from scaffolder.repository.facts import application, deployments, services, workloads
from scaffolder.repository.kubernetes_objects import KubernetesObject, dig
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import RUNTIMES

_WORD = regex(r"\b[A-Z][A-Z0-9_]{2,}\b")
_COMMENT = regex(r"^\s*(?:#|//|\*|/\*|--)")
_GIVEN = regex(
    r"(?:HOME|PATH|USER|HOSTNAME|PWD|TMPDIR|TZ|LANG|CI|PORT|NODE_ENV|POD_\w+|KUBERNETES_\w+|AWS_\w+|AZURE_\w+"
    r"|CONTAINER_APP_\w+|ECS_\w+|LAMBDA_\w+|FUNCTIONS_\w+|VERCEL\w*|RAILWAY_\w+|RENDER\w*|FLY_\w+|VCAP_\w+"
    r"|CF_\w+|GAE_\w+|GCP_PROJECT|GCLOUD_PROJECT|APPSETTING_\w+|IDENTITY_\w+|MSI_\w+|HEROKU_\w+"
    r"|GOOGLE_\w+|GITHUB_\w+|GITLAB_\w+|CI_\w+|RUNNER_\w+|K_SERVICE|K_REVISION|WEBSITE_\w+|DYNO)"
)
"""Variables that a shell, a cluster, a cloud or a CI system sets by itself."""

LARGEST = 400_000
"""Characters of a file; of a larger one, no words are read."""


@dataclass(frozen=True, kw_only=True)
class Needed:
    """A variable that a line of source cannot do without."""

    name: str
    service: Path
    place: Location


def needed(project: Project) -> tuple[Needed, ...]:
    """Return the variables that the sources of services need, each where it is read first."""
    return project.once("needed variables", lambda: tuple(_needed(project)))


def is_set(project: Project, name: str) -> bool:
    """Return whether any file beside the sources and the documents has the name."""
    return name in project.once("words of settings", lambda: _words(project))


def setting(project: Project, service: Path) -> Location | None:
    """Return where variables of a service are set one by one; None if nowhere, or also elsewhere.

    A Secret that is made outside, or a file that is not in the repository, may set any variable.
    """
    places = []
    for workload, way, container, owner in workloads.containers(project):
        if owner == service and container.get("env"):
            places.append(workload.place(project, *way, "env"))
        if owner == service and not _is_known(project, workload, container):
            return None
    for file in files.compose_files(project):
        for composed in _composed(project, file, service):
            if composed.get("env_file"):
                return None
            if composed.get("environment"):
                line = reading.line_of(composed, "environment")
                places.append(reading.place(project, file, line))
    return places[0] if places else None


def _is_known(project: Project, workload: KubernetesObject, container: dict[Any, Any]) -> bool:
    """Return whether all tables that a container takes its variables from are rendered here."""
    tables = {
        (one.kind, one.name)
        for one in deployments.deployed_with(project, workload, "ConfigMap", "Secret")
    }
    return all(
        ("ConfigMap", dig(source, "configMapRef", "name")) in tables
        or ("Secret", dig(source, "secretRef", "name")) in tables
        for source in reading.listed(container.get("envFrom"))
    )


def _composed(project: Project, file: Path, service: Path) -> Iterator[dict[Any, Any]]:
    """Yield the services of a Compose file that are built from a service's folder."""
    all_services = reading.table(project, file).get("services")
    for composed in all_services.values() if isinstance(all_services, dict) else ():
        build = composed.get("build") if isinstance(composed, dict) else None
        context = build.get("context") if isinstance(build, dict) else build
        if isinstance(context, str) and "$" not in context:
            folder = project.relative((file.parent / context).as_posix())
            if services.subject_of(project, folder / "Dockerfile") == service:
                yield composed


def _needed(project: Project) -> Iterator[Needed]:
    for one in application.applications(project):
        seen: set[str] = set()
        for file in one.files:
            patterns = _patterns(file)
            for number, line in enumerate(project.lines(file) if patterns else (), 1):
                for name in _names(line, patterns):
                    if (
                        name not in seen
                        and not _GIVEN.fullmatch(name)
                        and not _is_tried(project.lines(file), number)
                        and not _is_asked_for(project.lines(file), number, name)
                    ):
                        seen.add(name)
                        at = Location(path=file, line=number, text=line.strip()[:160])
                        yield Needed(name=name, service=one.folder, place=at)


def _is_asked_for(lines: list[str], number: int, name: str) -> bool:
    """Return whether the lines around ask if the variable is set: `if "X" in os.environ`."""
    asks = re.compile(rf"""\bif\b.*["']{name}["']\s+in\b|\bif\b.*\.get\(\s*["']{name}["']""")
    after = re.compile(rf"""^\s*if\s+["']{name}["']\s+in\b[^:]*$""")
    return any(asks.search(line) for line in lines[max(0, number - 6) : number]) or any(
        after.search(line) for line in lines[number : number + 4]
    )


def _is_tried(lines: list[str], number: int) -> bool:
    """Return whether a line is in a `try` that handles what an absent variable raises."""
    before, after = lines[max(0, number - 4) : number - 1], lines[number : number + 6]
    return any(re.match(r"\s*try\b", line) for line in before) and any(
        re.search(r"\bexcept\s*:|\bexcept\b.*(?:KeyError|LookupError|Exception)\b|\bcatch\b", line)
        for line in after
    )


def _patterns(file: Path) -> tuple[re.Pattern[str], ...]:
    return tuple(
        chain.from_iterable(
            runtime.REQUIRES
            for runtime in RUNTIMES.values()
            if file.suffix in runtime.SOURCES or file.name in runtime.SETTINGS
        )
    )


def _names(line: str, patterns: tuple[re.Pattern[str], ...]) -> Iterator[str]:
    if len(line) > 2000 or _COMMENT.match(line):
        return
    for pattern in patterns:
        yield from pattern.findall(line)


def _words(project: Project) -> frozenset[str]:
    sources = set(chain.from_iterable(one.files for one in application.applications(project)))
    words: set[str] = set()
    size = 0
    for file in files.settings_of_any_kind(project):
        if file not in sources:
            text = project.text(file)
            if len(text) <= LARGEST:
                size += len(text)
                project.budget.refuse_text(size, "settings")
                words.update(_WORD.findall(text))
    return frozenset(words)

"""Names of a service's image: where it is built and pushed, and where it is deployed from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaffolder.formats import Unreadable
from scaffolder.formats.dockerfile import filled
from scaffolder.formats.yaml import line_of
from scaffolder.repository import files, reading
from scaffolder.repository.facts import charts, commands, services
from scaffolder.repository.facts.charts import dig
from scaffolder.repository.facts.statements import Declaration, place
from scaffolder.repository.facts.versions_of_images import split
from scaffolder.repository.project import Project
from scaffolder.repository.reading import listed

BUILT, DEPLOYED, COMPOSE = "built", "deployed", "compose"

_BUILD = re.compile(r"\b(?:docker|podman|buildah|nerdctl)\s+(?:buildx\s+)?(?:build|bud)\b(.*)")
_PUSH = re.compile(r"\b(?:docker|podman|buildah)\s+(?:image\s+)?push\s+(?:-\S+\s+)*[\"']?([^\s\"';&|]+)")
_TAG = re.compile(r"(?:^|\s)(?:-t|--tag)[= ]+[\"']?([^\s\"']+)")


def read(project: Project) -> Iterator[Declaration]:
    """What pipelines and scripts build, what values and compose files name."""
    for command in commands.commands(project):
        built = _BUILD.search(command.text)
        names = _TAG.findall(built[1]) if built else _PUSH.findall(command.text)
        for name in names:
            yield from _stated(project, name, {}, command.place.path, command.place.line, BUILT)
    for file in files.github_files(project):
        try:
            yield from _actions(project, file, reading.table_of(project, file))
        except Unreadable:
            continue  # pipelines.py says so
    for chart in charts.charts(project):
        for file in files.values_files(project, chart.folder):
            try:
                table = reading.table_of(project, file)
            except Unreadable:
                continue
            image = table.get("image")
            if isinstance(image, dict):
                name = "/".join(str(one) for one in (image.get("registry"), image.get("repository")) if one)
                subject = _of_chart(project, chart.folder)
                yield from _stated(project, name, {}, file, line_of(image, "repository"), DEPLOYED, subject)
    for file in files.compose_files(project):
        try:
            composed = reading.table_of(project, file).get("services")
        except Unreadable:
            continue
        for service in composed.values() if isinstance(composed, dict) else ():
            if isinstance(service, dict) and service.get("build") and isinstance(service.get("image"), str):
                yield from _stated(
                    project,
                    service["image"],
                    {},
                    file,
                    line_of(service, "image"),
                    COMPOSE,
                    _context(project, file, service),
                )


def _actions(project: Project, file: Path, table: dict[Any, Any]) -> Iterator[Declaration]:
    outer = table.get("env")
    jobs = table.get("jobs")
    for job in jobs.values() if isinstance(jobs, dict) else ():
        inner = dig(job, "env")
        known = {**(outer if isinstance(outer, dict) else {}), **(inner if isinstance(inner, dict) else {})}
        for step in listed(dig(job, "steps")):
            action = str(dig(step, "uses") or "").partition("@")[0]
            for use, key in (("docker/build-push-action", "tags"), ("docker/metadata-action", "images")):
                names = dig(step, "with", key)
                if action == use and isinstance(names, str):
                    line = line_of(step["with"], key)
                    for name in re.split(r"[\s,]+", names.replace("${{ ", "${{").replace(" }}", "}}")):
                        yield from _stated(project, name, known, file, line, BUILT)


def _stated(
    project: Project,
    name: str,
    known: dict[Any, Any],
    file: Path,
    line: int,
    role: str,
    subject: Path | None = None,
) -> Iterator[Declaration]:
    text = re.sub(r"\$\{\{\s*env\.(\w+)\s*\}\}", r"${\1}", name)
    text = filled(text, {str(key): str(value) for key, value in known.items()})
    repository = split(text.strip("\"'"))[0]
    last = repository.rpartition("/")[2]
    if last and "$" not in last and "{" not in last and re.fullmatch(r"[\w.-]+", last):
        of = services.HERE if subject is None else subject
        yield Declaration(fact="image", subject=of, value=last, role=role, place=place(project, file, line))


def _of_chart(project: Project, folder: Path) -> Path:
    """The service that a chart is for: the one that holds it, or is called like it; "." where nobody can tell."""
    holder = services.subject_of(project, folder / "Chart.yaml")
    named = [one for one in services.folders(project) if one.name == folder.name]
    return named[0] if named else holder


def _context(project: Project, file: Path, service: dict[Any, Any]) -> Path:
    build = service["build"]
    folder = build.get("context", ".") if isinstance(build, dict) else build
    return services.subject_of(project, project.relative((file.parent / str(folder)).as_posix()) / "Dockerfile")

"""Which images are used, and as whom they run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaffolder.checks.security.objects import containers, described, pod
from scaffolder.formats.dockerfile import Dockerfile
from scaffolder.formats.yaml import line_of
from scaffolder.model import Finding, NotApplicable, Verdict
from scaffolder.project import Project
from scaffolder.reading import stages, table
from scaffolder.toolchain import Toolchain

_MOVING = {"", "latest", "stable", "edge", "nightly", "main", "master", "dev", "develop", "snapshot", "canary", "lts"}
"""Tags that name another image tomorrow; "" is no tag, which means latest."""

_TRIALS = {".devcontainer", "test", "tests", "testdata", "fixtures", "examples", "e2e"}
_NOT_ROOT = re.compile(r"nonroot|non-root|unprivileged|rootless")
_DEFAULT = re.compile(r"\$\{\w+:?-([^}]*)\}")
_IN_JENKINSFILE = re.compile(r"\bimage\s*[(=:]?\s*['\"]([^'\"\s]+)['\"]")

_Use = tuple[Path, int, str, str]
"""Where an image is named, in which file and line, and for what."""


def images_have_a_tag_that_stays(project: Project, toolchain: Toolchain) -> Verdict:
    """Each image is named with a tag or a digest, and not with a tag that means another image tomorrow."""
    items, limit = described(project, toolchain)
    uses = [*_in_dockerfiles(project), *_in_compose(project), *_in_pipelines(project)]
    for item in items:
        uses += [
            (item.path, line_of(one, "image"), str(one["image"]), f"{item}: ")
            for one in containers(pod(item) or {})
            if one.get("image")
        ]
    if not uses:
        raise NotApplicable(limit or "no file names an image")
    findings = dict.fromkeys(
        Finding(
            path=path,
            line=line,
            message=f"{who}image {image} {f'has the tag {tag}' if tag else 'has no tag'}: it may be another tomorrow",
            fix="name a version, best with its digest: image:1.2.3@sha256:…",
        )
        for path, line, image, who in uses
        if (tag := moving_tag(image)) is not None
    )
    return Verdict(findings=tuple(findings), detail=f"{len(uses)} places", limit=limit)


def images_do_not_run_as_root(project: Project, _: Toolchain) -> Verdict:
    """The last stage of each Dockerfile ends with a user that is not root."""
    read = [(file, found) for file in _dockerfiles(project) if (found := stages(project, file)) is not None]
    if not read:
        raise NotApplicable("there is no Dockerfile of a service")
    findings = tuple(finding for file, found in read for finding in _root(file, found))
    return Verdict(findings=findings, detail=", ".join(file.as_posix() for file, _ in read))


def moving_tag(image: str) -> str | None:
    """The tag by which an image may be another one tomorrow; None where it is pinned, or cannot be told."""
    image = _DEFAULT.sub(lambda found: found[1], image.strip())
    if "@sha256:" in image or re.search(r"[${}<>\[\]]", image) or not image or image == "scratch":
        return None
    _, colon, tag = image.rpartition("/")[2].partition(":")
    return tag if not colon or tag in _MOVING else None


def _dockerfiles(project: Project) -> list[Path]:
    files = project.matching("Dockerfile", "*.Dockerfile", "Dockerfile.*", "Containerfile")
    return [file for file in files if not _TRIALS & set(file.parts) and file.suffix not in {".dockerignore", ".jinja"}]


def _in_dockerfiles(project: Project) -> Iterator[_Use]:
    for file in _dockerfiles(project):
        found = stages(project, file)
        names = {stage.name for stage in found.stages if stage.name} if found else set()
        for stage in found.stages if found else ():
            if stage.image.lower() not in names:
                yield file, stage.line, stage.image, ""
            for copy in stage.each("COPY"):
                source = copy.flags.get("from", "")
                if source and source.lower() not in names and not source.isdigit() and re.search(r"[/:.]", source):
                    yield file, copy.line, source, ""


def _in_compose(project: Project) -> Iterator[_Use]:
    for file in project.matching("compose*.y*ml", "docker-compose*.y*ml"):
        services = table(project, file).get("services")
        for name, service in services.items() if isinstance(services, dict) else ():
            if isinstance(service, dict) and isinstance(service.get("image"), str) and "build" not in service:
                yield file, line_of(service, "image"), service["image"], f"{name}: "


def _in_pipelines(project: Project) -> Iterator[_Use]:
    for file in project.matching(".github/workflows/*.y*ml"):
        jobs = table(project, file).get("jobs")
        for job in jobs.values() if isinstance(jobs, dict) else ():
            if isinstance(job, dict):
                services = job.get("services")
                for holder in (job, *(services.values() if isinstance(services, dict) else ())):
                    yield from _named(file, holder, "container", "image")
                for step in job.get("steps") or ():
                    if isinstance(step, dict) and str(step.get("uses", "")).startswith("docker://"):
                        yield file, line_of(step, "uses"), step["uses"].removeprefix("docker://"), ""
    for file in project.matching(".gitlab-ci.yml"):
        document = table(project, file)
        for holder in (document, *document.values()):
            yield from _named(file, holder, "image", "services")
    for file in project.matching("Jenkinsfile"):
        for number, line in enumerate(project.lines(file), 1):
            if not line.lstrip().startswith(("//", "*")):
                for image in _IN_JENKINSFILE.findall(line):
                    yield file, number, image, ""


def _named(file: Path, holder: Any, *keys: str) -> Iterator[_Use]:
    """The images under these keys, each a name, a table with the name, or a list of such."""
    for key in keys if isinstance(holder, dict) else ():
        value = holder.get(key)
        for one in value if isinstance(value, list) else [value]:
            name = (one.get("image") or one.get("name")) if isinstance(one, dict) else one
            if isinstance(name, str):
                yield file, line_of(holder, key), name, ""


def _root(file: Path, found: Dockerfile) -> Iterator[Finding]:
    last = found.stages[-1]
    lineage, stage = [last], last
    while earlier := [one for one in found.stages if one.name == stage.image.lower() and one.line < stage.line]:
        stage = earlier[-1]
        lineage.append(stage)
    users = [user for one in lineage for user in [*one.each("USER")][-1:]]
    fix = "USER 10001:10001, or another number that is not 0, after the last step that needs root"
    if not users:
        if not _NOT_ROOT.search(lineage[-1].image) and lineage[-1].image != "scratch":
            yield Finding(path=file, line=last.line, message="the image runs as root: no stage names a USER", fix=fix)
        return
    name = last.filled(" ".join(users[0].words)).partition(":")[0]
    if name in {"root", "0"}:
        yield Finding(path=file, line=users[0].line, message=f"the image runs as root: USER {name}", fix=fix)

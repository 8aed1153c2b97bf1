"""GitLab CI."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffolder.formats.dockerfile import filled
from scaffolder.formats.yaml import tables
from scaffolder.repository.ci.gitlab_jobs import WORDS, extended
from scaffolder.repository.ci.job import (
    BY_HAND,
    EVERY_CHANGE,
    MAIN,
    NIGHTLY,
    PULL_REQUEST,
    WEEKLY,
    Job,
    targets_in,
)
from scaffolder.repository.ci.system import (
    CI,
    YAML,
    CheckJob,
    Exceptions,
    Image,
    NamedFile,
    Script,
    WrittenPipeline,
    images_under,
    no_steps,
    nothing_in,
    table_in,
)
from scaffolder.repository.project import Project
from scaffolder.repository.reading import line_of, listed, table, table_of

if TYPE_CHECKING:
    from scaffolder.repository.ci.trap import Trap

TITLE = "GitLab CI"
HOST = r"gitlab\."

_USUAL = (".gitlab-ci", "*.gitlab-ci", ".gitlab/*/*", ".gitlab-ci/*", "ci/gitlab/*")
PIPELINES = tuple(f"{name}.{end}" for name, end in product(_USUAL, YAML))
PARTS: tuple[str, ...] = ()
FIRST = (".gitlab-ci.yml", ".gitlab-ci.yaml")
OTHER_NAMES: Mapping[str, tuple[str, ...]] = {}
CHECK_JOB = CheckJob(
    file=".gitlab/{job}.yml",
    wiring="add to the `include` list of .gitlab-ci.yml: - local: {file}",
)
TEXTS: tuple[str, ...] = ()
CANDIDATES = tuple(f"*.{end}" for end in YAML)

_SETTINGS = frozenset(
    (
        "agents",
        "dashboards",
        "route-map",
        "changelog",
        "changelog_config",
        "insights",
        "duo",
        "security-policies",
    )
)
"""Folders and files of `.gitlab/` that hold settings of GitLab, and no pipelines."""


def is_pipeline(file: Path) -> bool:
    """Return False for settings of GitLab, which are beside the files that pipelines include."""
    second = file.parts[1].partition(".")[0] if len(file.parts) > 1 else ""
    return not (file.parts[0] == ".gitlab" and second in _SETTINGS)


_ROOTS = frozenset(("include", "stages", "spec"))
_OF_A_JOB = frozenset(("script", "extends", "rules", "trigger", "stage", "image", "needs"))


def holds_pipeline(project: Project, file: Path) -> bool:
    """Return whether a pipeline includes the file, or has it beside its parts and it has jobs."""
    if file in project.once("files that GitLab includes", lambda: _all_included(project)):
        return True
    if file.parts[0] != ".gitlab" or not is_pipeline(file):
        return False
    pipeline = table(project, file)
    jobs = [table_in(value) for value in pipeline.values()]
    return bool(_ROOTS & pipeline.keys()) or any(_OF_A_JOB & job.keys() for job in jobs)


def _all_included(project: Project) -> frozenset[Path]:
    found: set[Path] = set()
    open_ones = [Path(name) for name in FIRST if project.has(name)]
    while open_ones:
        for name in _local_names(project, open_ones.pop()):
            pattern = re.escape(name.lstrip("/")).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
            matches = re.compile(pattern).fullmatch
            new = {one for one in project.files if matches(one.as_posix())} - found
            found |= new
            open_ones += sorted(new)
    return frozenset(found)


def _local_names(project: Project, file: Path) -> Iterator[str]:
    """Yield what a pipeline includes of its repository, as it is written: a path may have stars."""
    for holder in tables(table(project, file)):
        included = holder.get("include")
        for one in included if isinstance(included, list) else [included]:
            name = one.get("local") if isinstance(one, dict) else one
            if isinstance(name, str) and not re.search(r"^https?:|[$]", name):
                yield name


# ---- what jobs run, build and name ---------------------------------------------------------------


def scripts(project: Project, file: Path) -> Iterator[Script]:
    """Yield each line of the scripts of jobs, and of the defaults."""
    pipeline = table(project, file)
    for job in (pipeline, *pipeline.values()):
        for key in ("before_script", "script", "after_script"):
            said: Any = table_in(job).get(key)
            if isinstance(said, str):
                yield Script(line=line_of(job, key), text=said)
            for number, line in enumerate(listed(said)):
                if isinstance(line, str):
                    yield Script(line=line_of(job, key, number), text=line)


def images(project: Project, file: Path) -> Iterator[Image]:
    """Yield the images and services of jobs, and of the defaults."""
    document = table(project, file)
    for holder in (document, *document.values()):
        yield from images_under(holder, "image", "services")


built_images = nothing_in


def named_files(project: Project, file: Path) -> Iterator[NamedFile]:
    """Yield the files of the repository that are included."""
    for holder in tables(table(project, file)):
        included = holder.get("include")
        if isinstance(included, list):
            for at, one in enumerate(included):
                yield from _included(project, one, line_of(holder, "include", at))
        elif included:
            yield from _included(project, included, line_of(holder, "include"))


def _included(project: Project, entry: Any, line: int) -> Iterator[NamedFile]:
    name = entry.get("local") if isinstance(entry, dict) else entry
    if isinstance(name, str) and not re.search(r"^https?:|[$*]", name):
        yield NamedFile(path=project.relative(name.lstrip("/")), line=line)


# ---- versions ------------------------------------------------------------------------------------

ROLE = CI
RUNNERS: re.Pattern[str] | None = None
ACTIONS: re.Pattern[str] | None = None
set_up_by = no_steps
programs = nothing_in


def set_ups(project: Project, file: Path) -> Iterator[Image]:
    """Yield the image of each job, its variables filled in."""
    document = table_of(project, file)
    for name, job in (("", document), *document.items()):
        if isinstance(job, dict) and name not in {"variables", "workflow"}:
            image = job.get("image")
            holder, key = (image, "name") if isinstance(image, dict) else (job, "image")
            known = {**table_in(document.get("variables")), **table_in(job.get("variables"))}
            if isinstance(holder.get(key), str):
                texts = {str(key): str(value) for key, value in known.items()}
                yield Image(name=filled(holder[key], texts), line=line_of(holder, key))


# ---- as stages -----------------------------------------------------------------------------------

OWN_TARGETS: frozenset[str] = frozenset()
STAGE_LINES = (r"^ {{0,2}}(?:build-)?{}:", r"^\s*-? ?(?:stage|environment): {}\s*$")
STAGE_WORDS = ("environment: {}", "{}")
OWN_CHECKS = frozenset({"CI006"})
EXCEPTIONS: tuple[Exceptions, ...] = ()


def jobs(pipeline: WrittenPipeline) -> Iterator[Job]:
    """Yield the jobs of .gitlab-ci.yml."""
    document = table_of(pipeline.project, pipeline.path)
    jobs = {
        name: _whole(document, name)
        for name in document
        if name not in WORDS and not str(name).startswith(".")
    }
    hands_on = {
        name for name, job in jobs.items() if _dig(job, "artifacts", "reports").get("dotenv")
    }
    order = {stage: number for number, stage in enumerate(document.get("stages", ()))}
    for name, job in jobs.items():
        rules = job.get("rules", [])
        needs = job.get("needs")
        if needs is None:
            needs = [
                other
                for other, one in jobs.items()
                if order.get(one.get("stage"), 0) < order.get(job.get("stage"), 0)
            ]
        needed = [need if isinstance(need, str) else need["job"] for need in needs]
        environment = job.get("environment", "")
        given = Job(
            id=name,
            targets=tuple(chain.from_iterable(map(targets_in, job.get("script", ())))),
            after=tuple(needed),
            when=_when(rules),
            environment=environment.get("name", "")
            if isinstance(environment, dict)
            else environment,
            approval=any(
                rule.get("when") == "manual" and not rule.get("allow_failure", True)
                for rule in rules
            ),
            gives_digest=name in hands_on,
            takes_digest=bool(hands_on & set(needed)),
        )
        several = _dig(job, "parallel").get("matrix")
        if several:
            for one in several:
                yield replace(
                    given,
                    id=f"{name} {one['ENVIRONMENT']}",
                    environment=one["ENVIRONMENT"],
                    after=(),
                )
        elif given.when == BY_HAND:
            yield from (
                replace(given, id=f"{name} {one}", environment=one, after=(), takes_digest=False)
                for one in pipeline.environments
            )
        else:
            yield given


def _whole(document: dict[str, Any], name: str) -> dict[str, Any]:
    job = extended(document, name)
    if job is None:
        raise LookupError(name)
    return job


def _when(rules: list[dict[str, Any]]) -> str:
    conditions = " or ".join(
        str(rule.get("if", "")) for rule in rules if rule.get("when") != "never"
    )
    if re.search(r"\$TEMPLATE_UPDATE(?! == null)", conditions):
        return WEEKLY
    for sign, when in (
        ('"schedule"', NIGHTLY),
        ("$ROLLBACK", BY_HAND),
        ('"merge_request_event"', PULL_REQUEST),
        ('$CI_COMMIT_BRANCH == "main"', MAIN),
    ):
        if sign in conditions:
            return when
    return EVERY_CHANGE


def _dig(value: dict[str, Any], *keys: str) -> dict[str, Any]:
    for key in keys:
        value = value.get(key) or {}
    return value


def traps(project: Project, file: Path) -> Iterator[Trap]:
    """Yield what GitLab accepts in a pipeline and what fails when it runs."""
    from scaffolder.repository.ci import gitlab_traps  # for one check of a run

    yield from gitlab_traps.traps(project, file)

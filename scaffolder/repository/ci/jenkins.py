"""Jenkins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from scaffolder.formats.regex import regex
from scaffolder.repository.ci.job import (
    BY_HAND,
    MAIN,
    NIGHTLY,
    PULL_REQUEST,
    Job,
    by_schedule,
    targets_in,
)
from scaffolder.repository.ci.system import (
    AGENT,
    CheckJob,
    Exceptions,
    Image,
    NamedFile,
    Script,
    Tool,
    WrittenPipeline,
    nothing_in,
)
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Unreadable, jenkinsfile_of
from scaffolder.repository.runtimes.runtime import Runtime

if TYPE_CHECKING:
    from scaffolder.formats.jenkinsfile import Problem, Statement
    from scaffolder.repository.ci.trap import Trap

TITLE = "Jenkins"
HOST = ""

PIPELINES = (
    *("Jenkinsfile", "Jenkinsfile[._-]*", "jenkinsfile", "jenkinsfile[._-]*"),
    *("*[._-]Jenkinsfile", "*[._-]jenkinsfile", "*.jenkins"),
)
CANDIDATES = ("*.groovy", "[Jj]enkinsfile*", "*[Jj]enkinsfile", "*.pipeline")
PARTS: tuple[str, ...] = ()
FIRST = ("Jenkinsfile",)
OTHER_NAMES: Mapping[str, tuple[str, ...]] = {}
CHECK_JOB = CheckJob(
    file="ci/{job}.jenkinsfile",
    wiring="create a multibranch pipeline in Jenkins whose script path is {file}",
)
TEXTS = ("Jenkinsfile",)

_NO_PIPELINE = regex(
    r"\.(?:md|adoc|rst|txt|jinja2?|j2|tmpl|tpl|erb|template|orig|bak|ya?ml|json|py|java|js|ts|sh|bats|xml)$"
)
_DECLARATIVE = regex(r"^pipeline\s*\{", re.MULTILINE)
_SCRIPTED = regex(r"^(?:\w+\s*\{\s*)*node\s*(?:\([^)\n]*\)\s*)?\{", re.MULTILINE)
_JOB_DSL = regex(
    r"^\s*(?:pipelineJob|multibranchPipelineJob|organizationFolder|freeStyleJob|job|folder|listView)"
    r"\s*\(?\s*[\"'$\w]",
    re.MULTILINE,
)
"""A script of the Job DSL, which makes jobs: https://jenkinsci.github.io/job-dsl-plugin/."""

_STAGE = regex(r"^\s*stage\s*\(?\s*['\"]", re.MULTILINE)


def is_pipeline(file: Path) -> bool:
    """Return False for pages about a Jenkinsfile, templates for one, and folders named after it."""
    named = "jenkinsfile" in file.name.lower() or file.suffix == ".jenkins"
    return named and not _NO_PIPELINE.search(file.name)


def holds_pipeline(project: Project, file: Path) -> bool:
    """Return whether a script of Groovy is a pipeline: it starts one, or stages on a node."""
    if file.suffix not in {".groovy", ".pipeline"} and not is_pipeline(file):
        return False
    text = project.text(file)
    if not is_pipeline(file) and _JOB_DSL.search(text):
        return False  # the pipeline is a text of it, and begins at a line of its own
    return _DECLARATIVE.search(text) is not None or (
        _SCRIPTED.search(text) is not None and _STAGE.search(text) is not None
    )


# ---- what stages run, build and name -------------------------------------------------------------


def scripts(project: Project, file: Path) -> Iterator[Script]:
    """Yield the texts of `sh` and `bat`, in the folder of the blocks `dir` around them."""
    statements = _statements(project, file)
    moved: dict[int, Path | None] = {}
    for block in statements:  # outer blocks come before those inside them
        if block.name == "dir":
            for inner in block.everything():
                outer = moved.get(id(inner), Path())
                plain = outer is not None and re.fullmatch(r"[\w./-]+", block.text)
                moved[id(inner)] = outer / block.text if outer is not None and plain else None
    for one in statements:
        if one.name in {"sh", "bat"}:
            quotes = "'''|\"\"\"|'|\""
            text = re.sub(
                rf"^\w+\s*\(?\s*(?:script:\s*)?({quotes})|({quotes}).*$",
                "",
                one.words,
                flags=re.DOTALL,
            )
            yield Script(line=one.line, text=text, folder=moved.get(id(one), Path()))


def _statements(project: Project, file: Path) -> list[Statement]:
    try:
        return list(chain.from_iterable(top.everything() for top in jenkinsfile_of(project, file)))
    except Unreadable:
        return []


_IMAGE = regex(r"\bimage\s*[(=:]?\s*['\"]([^'\"\s]+)['\"]")


def images(project: Project, file: Path) -> Iterator[Image]:
    """Yield the images of agents and of `docker.image`."""
    for number, line in enumerate(project.lines(file), 1):
        if not line.lstrip().startswith(("//", "*")):
            for image in _IMAGE.findall(line):
                yield Image(name=image, line=number)


built_images = nothing_in


def named_files(project: Project, file: Path) -> Iterator[NamedFile]:
    """Yield the pods that agents are made of."""
    for number, line in enumerate(project.lines(file), 1):
        if named := re.match(r"\s*yamlFile\s+['\"]([\w./-]+)['\"]", line):
            yield NamedFile(path=project.relative(named[1]), line=number)


# ---- versions ------------------------------------------------------------------------------------

ROLE = AGENT
RUNNERS: re.Pattern[str] | None = None
ACTIONS: re.Pattern[str] | None = None
programs = nothing_in


def set_up_by(runtime: Runtime) -> Mapping[str, tuple[str, ...]]:
    """Return the name of a runtime among `tools`."""
    return {runtime.JENKINS_TOOL: ()}


def set_ups(project: Project, file: Path) -> Iterator[Image | Tool]:
    """Yield `tools`, images of agents, and those of a pod that is written inside the pipeline."""
    for block in chain.from_iterable(top.everything() for top in jenkinsfile_of(project, file)):
        if block.name == "tools":
            for tool in block.body or ():
                if found := re.search(r"(\d+(?:[._]\d+)*)", tool.text):
                    yield Tool(name=tool.name, version=found[1], line=tool.line)
        elif block.name in {"docker", "image"} or "docker.image(" in block.words:
            words = re.search(r"docker\.image\(\s*['\"]([^'\"]+)", block.words)
            if name := words[1] if words else block.text:
                yield Image(name=name, line=block.line)
    for number, line in enumerate(project.lines(file), 1):
        if found := re.match(r"\s*-?\s*image:\s*[\"']?([\w./:@-]+)", line):
            yield Image(name=found[1], line=number)


# ---- as stages -----------------------------------------------------------------------------------

OWN_TARGETS: frozenset[str] = frozenset()
STAGE_LINES = (r"^\s*stage\('{}'\)",)
STAGE_WORDS = ("stage('{}')", 'stage("{}")', "{}")
OWN_CHECKS = frozenset({"CI005"})
EXCEPTIONS: tuple[Exceptions, ...] = ()


def is_scripted(project: Project, file: Path) -> bool:
    """Return whether a pipeline is written as a program of Groovy, or by a step of a library."""
    from scaffolder.formats import jenkinsfile  # if present

    return jenkinsfile.is_scripted(project.text(file))


def problems(project: Project, file: Path) -> tuple[Problem, ...]:
    """Return what Jenkins would refuse in a Jenkinsfile, or regret."""
    from scaffolder.formats import jenkinsfile  # if present

    return jenkinsfile.problems(project.text(file))


def jobs(pipeline: WrittenPipeline) -> Iterator[Job]:
    """Yield the stages of the Jenkinsfile, and of jobs that start by themselves: ci/jenkins/."""
    own = [file for file in pipeline.files if file.parent == Path("ci/jenkins")]
    for file in (pipeline.path, *own):
        statements = jenkinsfile_of(pipeline.project, file)
        block = next(one for one in statements if one.name == "pipeline")
        for stages in block.within("stages"):
            yield from _stages(stages, (), "" if file == pipeline.path else _schedule(block))[0]


def _schedule(pipeline: Statement) -> str:
    crons = [one.text for one in _inside(pipeline, "triggers") if one.name == "cron"]
    return by_schedule(crons[0]) if crons else ""


def _inside(block: Statement, *sections: str) -> Iterator[Statement]:
    """Yield all that the sections of these names hold, at any depth."""
    return chain.from_iterable(section.everything() for section in block.within(*sections))


def _stages(
    stages: Statement, after: tuple[str, ...], when: str
) -> tuple[list[Job], tuple[str, ...]]:
    """The jobs of a block of stages, and those that the next stage comes after."""
    jobs: list[Job] = []
    side_by_side, last = stages.name == "parallel", after
    for stage in stages.within("stage"):
        own = _when(stage) or when
        begins = after if side_by_side else () if _when(stage) in {BY_HAND, NIGHTLY} else last
        inner = next(stage.within("stages", "parallel"), None)
        if inner is not None:
            made, ends = _stages(inner, begins, own)
        else:
            made, ends = [_job(stage, begins, own)], (stage.text,)
        jobs += made
        last = (*last, *ends) if side_by_side else ends
    return jobs, last


def _job(stage: Statement, after: tuple[str, ...], when: str) -> Job:
    shells = [one.words for one in _inside(stage, "steps", "post") if one.name == "sh"]
    variables = chain.from_iterable(one.body or () for one in stage.within("environment"))
    named = (one.words for one in variables if re.match(r"ENVIRONMENT\s*=\s*'", one.words))
    environment = next((words.split("'")[1] for words in named), "")
    handed = [
        (one.name, one.text) for one in stage.everything() if one.name in {"stash", "unstash"}
    ]
    return Job(
        id=stage.text,
        targets=tuple(chain.from_iterable(map(targets_in, shells))),
        after=after,
        when=when,
        environment=environment,
        approval=stage.child("input") is not None,
        gives_digest=("stash", "digest") in handed,
        takes_digest=("unstash", "digest") in handed,
    )


def _when(stage: Statement) -> str:
    for section in stage.within("when"):
        conditions = [one for one in section.body or () if one.name != "not"]
        inner = chain.from_iterable(condition.everything() for condition in conditions)
        text = " and ".join(one.words for one in inner)
        for sign, when in (("TimerTrigger", NIGHTLY), ("changeRequest", PULL_REQUEST)):
            if sign in text:
                return when
        if re.search(r"params\.ROLLBACK == '(?!none)", text):
            return BY_HAND
        if re.search(r"branch 'main'", text):
            return MAIN
    return ""


def traps(project: Project, file: Path) -> Iterator[Trap]:
    """Yield what Jenkins accepts in a pipeline and what fails when it runs."""
    from scaffolder.repository.ci import jenkins_traps  # for one check of a run

    yield from jenkins_traps.traps(project, file)

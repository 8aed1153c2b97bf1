"""Jenkins: the stages of a Jenkinsfile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from scaffolder.formats.jenkinsfile import Statement
from scaffolder.repository import files, reading
from scaffolder.repository.pipelines.job import BY_HAND, MAIN, NIGHTLY, PULL_REQUEST, Job, by_schedule, targets_in
from scaffolder.repository.project import Project


def jobs(project: Project, path: Path) -> Iterator[Job]:
    """The Jenkinsfile, and the jobs that start by themselves: ci/jenkins/*.Jenkinsfile."""
    own = [file for file in files.jenkinsfiles(project) if file.parent == Path("ci/jenkins")]
    for file in (path, *own):
        pipeline = next(one for one in reading.jenkinsfile_of(project, file) if one.name == "pipeline")
        for stages in pipeline.within("stages"):
            yield from _stages(stages, (), "" if file == path else _schedule(pipeline))[0]


def _schedule(pipeline: Statement) -> str:
    crons = [one.text for part in pipeline.within("triggers") for one in part.everything() if one.name == "cron"]
    return by_schedule(crons[0]) if crons else ""


def _stages(stages: Statement, after: tuple[str, ...], when: str) -> tuple[list[Job], tuple[str, ...]]:
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
    shells = [one.words for part in stage.within("steps", "post") for one in part.everything() if one.name == "sh"]
    names = [one.words for part in stage.within("environment") for one in part.body or ()]
    environment = next((words.split("'")[1] for words in names if re.match(r"ENVIRONMENT\s*=\s*'", words)), "")
    handed = [(one.name, one.text) for one in stage.everything() if one.name in {"stash", "unstash"}]
    return Job(
        id=stage.text,
        targets=tuple(target for shell in shells for target in targets_in(shell)),
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
        text = " and ".join(inner.words for one in conditions for inner in one.everything())
        for sign, when in (("TimerTrigger", NIGHTLY), ("changeRequest", PULL_REQUEST)):
            if sign in text:
                return when
        if re.search(r"params\.ROLLBACK == '(?!none)", text):
            return BY_HAND
        if re.search(r"branch 'main'", text):
            return MAIN
    return ""

"""How an image gets from one environment to the next."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain

from scaffolder.model import Finding, NotApplicable, Verdict
from scaffolder.repository import files, pipelines
from scaffolder.repository.ci import CI_SYSTEMS
from scaffolder.repository.environments import promoted
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain

_BUILDS = {"build", "push"}


def the_digest_of_qa_reaches_prod(project: Project, _: Toolchain) -> Verdict:
    """Each pipeline builds the image once and passes its digest from environment to environment."""
    found = [one for one in pipelines.stages(project) if _deploys(one, promoted(project))]
    if not found:
        raise NotApplicable("no pipeline deploys to one environment after the other with make")
    # A platform's pipeline brings objects to each environment, and has no image to hand over.
    image = bool(files.dockerfiles(project)) or any(map(_has_image, found))
    findings = list(
        chain.from_iterable(_handed_over(project, pipeline, image=image) for pipeline in found)
    )
    return Verdict(findings=tuple(findings), detail=", ".join(one.path.as_posix() for one in found))


def _deploys(pipeline: pipelines.Pipeline, environments: Collection[str]) -> bool:
    return len(_deployments(pipeline).keys() & set(environments)) > 1


def _deployments(pipeline: pipelines.Pipeline) -> dict[str, pipelines.Stage]:
    """Return the deploying stage of each environment; a stage of `make test` may share its name."""
    return {
        stage.name: stage
        for stage in pipeline.stages
        if stage.environment and stage.environment == stage.name
    }


def _has_image(pipeline: pipelines.Pipeline) -> bool:
    return any(
        stage.gives_digest or stage.takes_digest or _BUILDS & set(stage.targets)
        for stage in pipeline.stages
    )


def _handed_over(
    project: Project, pipeline: pipelines.Pipeline, *, image: bool
) -> Iterator[Finding]:
    stages = _deployments(pipeline)
    order = [name for name in promoted(project) if name in stages]

    def at(name: str, message: str, fix: str) -> Finding:
        written = [words.format(name) for words in CI_SYSTEMS[pipeline.system].STAGE_WORDS]
        line = next(
            (line for words in written if (line := project.line_of(pipeline.path, words))), 0
        )
        return Finding(path=pipeline.path, line=line, message=message, fix=fix)

    for earlier, name in zip(["", *order], order, strict=False):
        stage = stages[name]
        if built := sorted(_BUILDS & set(stage.targets)):
            message = f"{name} builds an image of its own (make {' and '.join(built)})"
            yield at(name, message, "build once, and hand the digest over")
        if image and not stage.takes_digest:
            yield at(
                name,
                f"{name} does not take the digest that was built",
                "hand the digest of the image over",
            )
        if earlier and earlier not in stage.after:
            message = (
                f"{name} does not wait for {earlier}, so it may get what {earlier} never tested"
            )
            yield at(name, message, f"let {name} need {earlier}")
    givers = [stage.name for stage in pipeline.stages if stage.gives_digest]
    if image and len(givers) != 1:
        message = (
            f"{', '.join(givers) or 'no stage'} hands a digest on; it has to be one stage, which"
            " builds the image"
        )
        yield at("image", message, "build once, and hand the digest over")

"""CI: what a pipeline publishes was looked at before, and can be recognised after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from scaffolder.formats import jenkinsfile
from scaffolder.model import Blocked, Check, Finding, Location, NotApplicable, Verdict
from scaffolder.repository import pipelines
from scaffolder.repository.pipelines import Pipeline, Stage
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import Toolchain

_AROUND = {"scan": "before", "sbom": "before", "sign": "after"}
"""What has to be run beside `make push`, where the Makefile has such a target."""


def pushed_images_are_scanned_and_signed(project: Project, _: Toolchain) -> Verdict:
    """A stage that runs `make push` runs the Makefile's scan and sbom before it, and sign after it."""
    lines = project.lines("Makefile") if project.has("Makefile") else []
    known = {name: n for n, line in enumerate(lines, 1) for name in _AROUND if line.startswith(f"{name}:")}
    pushing = [(one, stage) for one in _pipelines(project) for stage in one.stages if "push" in stage.targets]
    if not known or not pushing:
        raise NotApplicable("no pipeline runs make push, or the Makefile can neither scan nor sign")
    findings = [finding for one, stage in pushing for finding in _published(project, one, stage, known)]
    return Verdict(findings=tuple(findings), detail=", ".join(one.system for one, _ in pushing))


def _published(project: Project, one: Pipeline, stage: Stage, known: dict[str, int]) -> Iterator[Finding]:
    push = stage.targets.index("push")
    lines = project.lines(one.path)
    line = next((number for number, text in enumerate(lines, 1) if re.search(r"\bmake\b.*\bpush\b", text)), 0)
    for name, makefile_line in known.items():
        side = _AROUND[name]
        targets = stage.targets[:push] if side == "before" else stage.targets[push + 1 :]
        if name not in targets:
            yield Finding(
                path=one.path,
                line=line,
                message=f"{one.system} pushes an image and does not run make {name} {side} it",
                fix=f"run make {name} {side} make push, in the same stage",
                related=(Location(path=Path("Makefile"), line=makefile_line),),
            )


def _pipelines(project: Project) -> tuple[Pipeline, ...]:
    """The pipelines that can be read as stages of make targets."""
    try:
        return pipelines.read(project)
    except (yaml.YAMLError, jenkinsfile.Unreadable) as error:
        raise Blocked("a pipeline does not parse: see SY002 and CI005") from error
    except (LookupError, TypeError, AttributeError, ValueError, StopIteration, RuntimeError):
        return ()  # written in another way


CHECKS = (Check(id="CI008", title="What is pushed is scanned and signed", run=pushed_images_are_scanned_and_signed),)

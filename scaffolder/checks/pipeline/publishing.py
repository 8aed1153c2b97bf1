"""CI: what a pipeline publishes was looked at before, and can be recognised after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from scaffolder.model import Check, Finding, Location, NotApplicable, Severity, Verdict
from scaffolder.repository import files, pipelines
from scaffolder.repository.pipelines import Pipeline, Stage
from scaffolder.repository.project import Project
from scaffolder.repository.reading import makefile_of
from scaffolder.tools.toolchain import Toolchain

_AROUND = {"scan": "before", "sbom": "before", "sign": "after"}
"""Targets to run beside `make push`, if the Makefile has them."""


def pushed_images_are_scanned_and_signed(project: Project, _: Toolchain) -> Verdict:
    """A stage that runs `make push` runs scan and sbom before it, and sign after it."""
    makefiles = [file for file in files.makefiles(project) if file.parent == Path()]
    known: dict[str, Location] = {}
    for file in makefiles:
        targets = makefile_of(project, file).targets
        known |= {one.name: Location(path=file, line=one.line) for one in targets}
    known = {name: place for name, place in known.items() if name in _AROUND}
    pushing: list[tuple[Pipeline, Stage]] = []
    for pipeline in pipelines.stages(project):
        pushing += [(pipeline, stage) for stage in pipeline.stages if "push" in stage.targets]
    if not known or not pushing:
        raise NotApplicable("no pipeline runs make push, or the Makefile can neither scan nor sign")
    findings = list(
        chain.from_iterable(_published(project, one, stage, known) for one, stage in pushing)
    )
    return Verdict(findings=tuple(findings), detail=", ".join(one.system for one, _ in pushing))


def _published(
    project: Project, one: Pipeline, stage: Stage, known: dict[str, Location]
) -> Iterator[Finding]:
    push = stage.targets.index("push")
    lines = project.lines(one.path)
    line = next(
        (number for number, text in enumerate(lines, 1) if re.search(r"\bmake\b.*\bpush\b", text)),
        0,
    )
    for name, place in known.items():
        side = _AROUND[name]
        targets = stage.targets[:push] if side == "before" else stage.targets[push + 1 :]
        if name not in targets:
            yield Finding(
                path=one.path,
                line=line,
                message=f"{one.system} pushes an image and does not run make {name} {side} it",
                fix=f"run make {name} {side} make push, in the same stage",
                related=(place,),
            )


CHECKS = (
    Check(
        id="CI008",
        severity=Severity.WARNING,
        title="Pushed images are scanned and signed",
        run=pushed_images_are_scanned_and_signed,
    ),
)

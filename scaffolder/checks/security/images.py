"""Which images are used, and as whom they run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.model import Finding, NotApplicable, Severity, Verdict, counted
from scaffolder.repository import files, helm_calls, image_references, manifests
from scaffolder.repository.image_references import Use
from scaffolder.repository.image_tags import is_official, moving_tag, name_of, steps_down
from scaffolder.repository.kubernetes_objects import REPOSITORY
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Dockerfile, Stage, stages
from scaffolder.tools.toolchain import Toolchain

_NOT_ROOT = regex(r"nonroot|non-root|unprivileged|rootless")


def images_have_a_tag_that_stays(project: Project, toolchain: Toolchain) -> Verdict:
    """Each image has a tag or a digest, and the tag is not a mutable one."""
    items, limit = manifests.everything(project, toolchain)
    uses = (*image_references.named(project), *image_references.deployed(project, items))
    if not uses:
        raise NotApplicable(limit or "no file names an image")
    replaced = image_references.replaced(project)
    moved: dict[tuple[Path, int, str], list[Use]] = {}
    for use in dict.fromkeys(uses):
        if name_of(use.image) not in replaced and _moving(project, use.image) is not None:
            # Several workloads may take one value; what has no line is told for each of them.
            workload = use.what if not use.line else ""
            moved.setdefault((use.path, use.line, f"{workload}{use.image}"), []).append(use)
    findings = tuple(_moved(project, used) for used in moved.values())
    return Verdict(findings=findings, detail=counted(len(uses), "place"), limit=limit)


def _moved(project: Project, used: Sequence[Use]) -> Finding:
    """Return what is wrong with an image at one place, which several workloads may take."""
    first = used[0]
    tag = _moving(project, first.image) or ""
    more = f" (and of {counted(len(used) - 1, 'other workload')})" if len(used) > 1 else ""
    return Finding(
        path=first.path,
        line=first.line,
        message=f"{first.what}{_called(first.image)}{more} {_said(tag)}",
        fix="name a version, best with its digest: image:1.2.3@sha256:…",
    )


def images_do_not_run_as_root(project: Project, _: Toolchain) -> Verdict:
    """The last stage of each Dockerfile ends with a user that is not root."""
    read = [
        (file, found)
        for file in files.image_builds(project)
        if (found := stages(project, file)) is not None
    ]
    if not read:
        raise NotApplicable("no Dockerfile of a service")
    findings = tuple(chain.from_iterable(_root(file, found) for file, found in read))
    return Verdict(findings=findings, detail=", ".join(file.as_posix() for file, _ in read))


def _moving(project: Project, image: str) -> str | None:
    """Return the tag that moves, unless a pipeline hands over image and tag."""
    if name_of(image) != REPOSITORY:
        return moving_tag(image)
    given = any(helm_calls.sets(project, one, "image.tag") for one in files.charts(project))
    return None if given else moving_tag(image.replace(REPOSITORY, "registry.example.com/service"))


def _called(image: str) -> str:
    """Return an image by its name, without the stand-in for one that a pipeline hands over."""
    return "the image" if name_of(image) == REPOSITORY else f"image {image}"


def _said(tag: str) -> str:
    return (
        f"has the tag {tag}: tomorrow it is another one"
        if tag
        else "has no tag: tomorrow it is another one"
    )


_FOR_TESTS = regex(r"tests?|dev(?:elopment)?|debug|lint|ci", re.IGNORECASE)
_FOR_USERS = regex(r"prod(?:uction)?|final|runtime|release|runner|app|server", re.IGNORECASE)


def _shipped(found: Dockerfile) -> Stage:
    """Return the stage that users get: the last one, or that of production before tests."""
    last = found.stages[-1]
    if not _says(_FOR_TESTS, last.name):
        return last
    return next((one for one in reversed(found.stages) if _says(_FOR_USERS, one.name)), last)


def _says(words: re.Pattern[str], name: str) -> bool:
    return any(words.fullmatch(part) for part in re.split(r"[-_.]", name))


def _root(file: Path, found: Dockerfile) -> Iterator[Finding]:
    last = _shipped(found)
    lineage, stage = [last], last
    while earlier := [
        one for one in found.stages if one.name == stage.image.lower() and one.line < stage.line
    ]:
        stage = earlier[-1]
        lineage.append(stage)
    users = list(chain.from_iterable([*one.each("USER")][-1:] for one in lineage))
    fix = "USER 10001:10001, or another number that is not 0, after the last step that needs root"
    if not users:
        base = lineage[-1].image
        if not _NOT_ROOT.search(base) and base != "scratch" and not steps_down(base):
            known = is_official(base)
            yield Finding(
                path=file,
                line=last.line,
                message="the image runs as root: no stage names a USER"
                if known
                else f"no stage names a USER, and whether {base} names one is not in this file",
                fix=fix,
                severity=Severity.WARNING if known else Severity.NOTE,
            )
        return
    name = last.filled(" ".join(users[0].words)).partition(":")[0]
    if name in {"root", "0"}:
        yield Finding(
            path=file, line=users[0].line, message=f"the image runs as root: USER {name}", fix=fix
        )

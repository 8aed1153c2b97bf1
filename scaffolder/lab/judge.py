"""Whether an exercise is solved: one verdict for each criterion, with the reason."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from scaffolder import checks, model
from scaffolder.errors import ScaffolderError, ToolMissing
from scaffolder.lab.exercise import Criterion, Exercise
from scaffolder.model import Blocked, Check, Finding, NotApplicable, Severity
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import NoPrograms, Toolchain

_WITHOUT_HELM = "the chart was not rendered: helm is not installed"


class Light(enum.StrEnum):
    """The result of a criterion. One that could not be judged is never green."""

    GREEN = "green"
    RED = "red"
    CANNOT_TELL = "cannot tell"


class Named(Protocol):
    """A criterion of an exercise or of a lab."""

    @property
    def kind(self) -> str:
        """Return one of the kinds of criteria."""
        ...

    @property
    def title(self) -> str:
        """Return what has to be true."""
        ...


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The verdict on a criterion, and why it is not green.

    `form` is "reduced" or "recorded" if something else was looked at in place of what is meant.
    """

    criterion: Named
    light: Light
    reason: str = ""
    form: str = ""


def judge(exercise: Exercise, root: Path, started: Mapping[str, str]) -> tuple[Verdict, ...]:
    """Return a verdict for each criterion; `started` are the digests of the files that must stay.

    The checks are asked without the settings and waivers of the repository, so that no fault is
    waived away, and without the programs of the machine, so that each machine gives one answer.
    """
    return tuple(verdicts(exercise, root, started))


def verdicts(exercise: Exercise, root: Path, started: Mapping[str, str]) -> Iterator[Verdict]:
    """Yield the verdicts of `judge` one by one; the one about everything else is the last."""
    project = Project(root)
    for one in exercise.criteria:
        yield _verdict(one, exercise, project, started)


def solved(verdicts: tuple[Verdict, ...]) -> bool:
    """Return whether every criterion is green."""
    return all(one.light is Light.GREEN for one in verdicts)


def digests(exercise: Exercise, root: Path) -> dict[str, str]:
    """Return a digest of each file that must stay as it is."""
    return {
        one.file: digest(root / one.file) for one in exercise.criteria if one.kind == "unchanged"
    }


def digest(file: Path) -> str:
    """Return a digest of a file, "" if it is not there."""
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def _verdict(
    criterion: Criterion,
    exercise: Exercise,
    project: Project,
    started: Mapping[str, str],
) -> Verdict:
    match criterion.kind:
        case "check":
            asked = [check for check in checks.every() if check.id == criterion.select]
            return of_checks(criterion, asked, project, NoPrograms())
        case "others":
            return of_checks(criterion, others(exercise.checks), project, NoPrograms())
        case "unchanged":
            found = digest(project.root / criterion.file)
            same = found == started.get(criterion.file)
            change = "was changed" if found else "is missing"
            reason = "" if same else f"{criterion.file} {change}: it defines the goal"
        case _:
            same = project.has(criterion.file) and criterion.text in project.text(criterion.file)
            reason = "" if same else f"{criterion.file} no longer has {criterion.text!r}"
    return Verdict(criterion=criterion, light=Light.GREEN if same else Light.RED, reason=reason)


def others(named: frozenset[str]) -> list[Check]:
    """Return the checks that need no program, but those that criteria name, and those of style.

    `of_checks` leaves out those whose Python package is missing: an extra brings it.
    """
    return [
        check
        for check in checks.every()
        if check.tool is None and check.severity is not Severity.NOTE and check.id not in named
    ]


def of_checks(
    criterion: Named, asked: list[Check], project: Project, toolchain: Toolchain
) -> Verdict:
    """Return red with the first finding; a check that was not whole is not green."""
    unknown = ""
    for check in asked:
        try:
            found = check.run(project, toolchain)
            for finding in _findings(check, found):
                return Verdict(criterion=criterion, light=Light.RED, reason=_words(finding))
            if found.limit not in {"", _allowed(toolchain)} and criterion.kind != "others":
                unknown = f"{check.id}: {found.limit}"
        except NotApplicable:
            continue  # what it would look at is gone; whether that may be is another criterion
        except ToolMissing as error:
            if criterion.kind == "others":
                continue  # the course asks for no extra that brings its package
            unknown = f"{check.id}: {error}: {error.hint}"
        except (Blocked, ScaffolderError) as error:
            unknown = f"{check.id}: {error}"
    light = Light.CANNOT_TELL if unknown or not asked else Light.GREEN
    return Verdict(criterion=criterion, light=light, reason=unknown)


def _allowed(toolchain: Toolchain) -> str:
    """Return the limit that every answer has which depends on no program: an exercise says so."""
    return _WITHOUT_HELM if isinstance(toolchain, NoPrograms) else ""


def _findings(check: Check, found: model.Verdict) -> Iterator[Finding]:
    """Yield what a check finds, but notes, which are about style."""
    for finding in found.findings:
        if finding.severity.at_most(check.severity) is not Severity.NOTE:
            yield finding


def _words(finding: Finding) -> str:
    others = ", ".join(str(place) for place in finding.related[:2])
    return f"{finding.place}: {finding.message}" + (f" (see {others})" if others else "")

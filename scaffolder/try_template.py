"""Run `scaffold template test`: render a template over its choices, and check each."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scaffolder.errors import AnswersError, ExitCode, RenderError, StoreError
from scaffolder.model import Finding, Outcome, Report, Severity
from scaffolder.repository.project import Project
from scaffolder.template import bundled, pairwise, render
from scaffolder.template.answers import Answer
from scaffolder.template.pairwise import Pairs
from scaffolder.template.render import Origin
from scaffolder.tools.cache import Cache
from scaffolder.tools.toolchain import SystemToolchain, Toolchain

RELEASE = "v0.0.0"
"""The recorded release in a repository of a template without one."""

RENDERS = "render"
"""The id under which a combination is reported that does not render."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """Which template, the answers that each combination has, and how many seconds it may take."""

    folder: Path
    given: Mapping[str, object] = field(default_factory=dict)
    seconds: float = 600.0
    require_tools: bool = False


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One problem: the check's id, its first finding, and the combinations that have it."""

    id: str
    finding: Finding
    combinations: tuple[Mapping[str, Answer], ...]


@dataclass(frozen=True, kw_only=True)
class Tried:
    """The result of all combinations: how many pairs of choices they `covered`.

    `left` is how many at most were not tried when the time was up. `unjudged` are checks without a
    verdict: id → reason.
    """

    request: Request
    combinations: tuple[Mapping[str, Answer], ...]
    causes: tuple[Cause, ...]
    unjudged: Mapping[str, str]
    covered: int
    left: int
    passed: int
    seconds: float
    broken: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """FOUND for an error, NO_VERDICT if not every pair was tried or a check gave none."""
        if any(cause.finding.severity is Severity.ERROR for cause in self.causes):
            return ExitCode.FOUND
        missing = self.request.require_tools and self.unjudged
        if self.left or self.broken or missing or not self.passed:
            return ExitCode.NO_VERDICT
        return ExitCode.CLEAN


def tried(
    request: Request, *, on_combination: Callable[[int], None] = lambda number: None
) -> Tried:
    """Render and check combinations until each pair of choices was in one, or the time is up.

    The template is the folder as it is, committed or not. `on_combination` hears how many are done.

    Raises:
        StoreError: the folder holds no template.
        AnswersError: a given answer is refused, or a question has no default.
        RenderError: the template wants to run code.

    """
    refuse_no_template(request.folder)
    bundled.refuse_code(request.folder, f"the template in {request.folder}")
    with SystemToolchain(Cache()) as toolchain:
        return _Trial(request, toolchain).run(on_combination)


def refuse_no_template(folder: Path) -> None:
    """Stop where `folder` holds no template.

    Raises:
        StoreError: naming what is missing.

    """
    if not any((folder / name).is_file() for name in ("copier.yml", "copier.yaml")):
        raise StoreError(
            f"{folder} is not a Copier template: it has no copier.yml",
            hint="give the folder of the template: scaffold template test PATH",
        )


class _Trial:
    """One run: what was found so far, by its cause."""

    def __init__(self, request: Request, toolchain: Toolchain) -> None:
        self.request, self.toolchain = request, toolchain
        self.folder = request.folder.resolve()
        self.origin = Origin(folder=self.folder, commit=RELEASE, address=str(self.folder))
        self.found: dict[tuple[str, str, str], tuple[Finding, list[Mapping[str, Answer]]]] = {}
        self.unjudged: dict[str, str] = {}
        self.passed, self.broken = 0, False

    def run(self, on_combination: Callable[[int], None]) -> Tried:
        started = time.monotonic()
        pairs, done = Pairs(), list[Mapping[str, Answer]]()
        for row in pairwise.combined(self.folder, self._fixed(), pairs):
            self._one(row)
            done.append(row)
            on_combination(len(done))
            if time.monotonic() - started >= self.request.seconds:
                break
        return Tried(
            request=self.request,
            combinations=tuple(done),
            causes=tuple(
                Cause(id=key[0], finding=finding, combinations=tuple(rows))
                for key, (finding, rows) in self.found.items()
            ),
            unjudged=self.unjudged,
            covered=pairs.covered,
            left=len(pairs.left),
            passed=self.passed,
            seconds=time.monotonic() - started,
            broken=self.broken,
        )

    def _fixed(self) -> dict[str, object]:
        """The given answers, and a name for the service if the template asks for one."""
        asks = bundled.configuration(self.folder)
        named = {"service_name": "my-service"} if "service_name" in asks else {}
        return {**named, **self.request.given}

    def _one(self, row: Mapping[str, Answer]) -> None:
        name = str(row.get("service_name", "my-service"))
        with tempfile.TemporaryDirectory(prefix="scaffold-try-") as temporary:
            folder = Path(temporary) / name
            try:
                render.write(self.origin, row, folder)
            except (RenderError, AnswersError) as error:
                self._note(RENDERS, Finding(path=Path("copier.yml"), message=error.message), row)
                return
            self._judge(self._checked(folder), row)

    def _checked(self, folder: Path) -> Report:
        from scaffolder import checks  # 0.1 s, and a template that does not render needs none

        return checks.run(Project(folder), checks.every(), self.toolchain)

    def _judge(self, report: Report, row: Mapping[str, Answer]) -> None:
        self.passed += report.count(Outcome.PASSED)
        for result in report.results:
            for finding in result.findings:
                self._note(result.check.id, finding, row)
            if result.outcome in {Outcome.SKIPPED, Outcome.BROKEN}:
                self.unjudged.setdefault(result.check.id, result.reason)
            self.broken = self.broken or result.outcome is Outcome.BROKEN

    def _note(self, check: str, finding: Finding, row: Mapping[str, Answer]) -> None:
        key = (check, finding.path.as_posix(), finding.message)
        _, rows = self.found.setdefault(key, (finding, []))
        if not rows or rows[-1] is not row:
            rows.append(row)

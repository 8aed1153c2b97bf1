"""The runner: it decides the outcome, and no verdict is never a pass."""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from support import ScriptedToolchain

from scaffolder.checks import run
from scaffolder.errors import ExitCode, ToolCrashed, ToolMissing, ToolTimeout
from scaffolder.model import (
    Blocked,
    Check,
    Finding,
    NotApplicable,
    Outcome,
    Report,
    Result,
    Severity,
    Verdict,
)
from scaffolder.repository.project import Project
from scaffolder.tools.programs import HADOLINT, HELM, Tool
from scaffolder.tools.toolchain import Toolchain

NOBODY = ScriptedToolchain({})


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "README.md").write_text("# x\n", encoding="utf-8")
    return Project(tmp_path)


def check(outcome: Verdict | Exception, *, name: str = "XX001") -> Check:
    def answer(project: Project, toolchain: Toolchain) -> Verdict:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return Check(id=name, title="Something is true", run=answer)


def finding(severity: Severity) -> Finding:
    return Finding(path=Path("README.md"), line=1, message="is wrong", severity=severity)


def result_of(project: Project, outcome: Verdict | Exception, *, strict: bool = False) -> Result:
    return run(project, [check(outcome)], NOBODY, strict=strict).results[0]


@pytest.mark.parametrize("ceiling", Severity)
@pytest.mark.parametrize("severity", Severity)
def test_a_finding_is_never_more_severe_than_its_check(
    project: Project, ceiling: Severity, severity: Severity
) -> None:
    asked = replace(check(Verdict(findings=(finding(severity),))), severity=ceiling)
    (found,) = run(project, [asked], NOBODY).results[0].findings
    assert found.severity.rank == max(severity.rank, ceiling.rank)


@pytest.mark.parametrize("strict", [False, True])
def test_a_note_never_fails(project: Project, strict: bool) -> None:
    verdict = Verdict(findings=(finding(Severity.NOTE),))
    assert result_of(project, verdict, strict=strict).outcome is Outcome.PASSED


def test_no_finding_is_a_pass(project: Project) -> None:
    assert result_of(project, Verdict()).outcome is Outcome.PASSED


def test_an_error_fails(project: Project) -> None:
    assert (
        result_of(project, Verdict(findings=(finding(Severity.ERROR),))).outcome is Outcome.FAILED
    )


def test_a_warning_fails_only_under_strict(project: Project) -> None:
    verdict = Verdict(findings=(finding(Severity.WARNING),))
    assert result_of(project, verdict).outcome is Outcome.PASSED
    assert result_of(project, verdict, strict=True).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    "error", [ToolTimeout("hangs"), ToolCrashed("killed by SIGSEGV"), ZeroDivisionError("ours")]
)
def test_a_hung_or_crashed_tool_and_a_defect_of_ours_are_no_verdict(
    project: Project, error: Exception
) -> None:
    report = run(project, [check(error)], NOBODY)
    assert report.results[0].outcome is Outcome.BROKEN
    assert str(error) in report.results[0].reason
    assert report.exit_code is ExitCode.NO_VERDICT


def test_a_missing_tool_is_a_skip_with_its_hint_and_no_verdict_under_require_tools(
    project: Project,
) -> None:
    checks = [check(Verdict()), check(ToolMissing("x is not installed", hint="apt install x"))]
    report = run(project, checks, NOBODY)
    assert report.results[1].outcome is Outcome.SKIPPED
    assert report.results[1].reason == "x is not installed (apt install x)"
    assert report.exit_code is ExitCode.CLEAN
    assert run(project, checks, NOBODY, require_tools=True).exit_code is ExitCode.NO_VERDICT


def test_nothing_to_look_at_is_named_apart_and_require_tools_allows_it(project: Project) -> None:
    checks = [check(Verdict()), check(NotApplicable("no Dockerfile"))]
    report = run(project, checks, NOBODY, require_tools=True)
    assert len(report.results) == 1
    assert [one.reason for one in report.inapplicable] == ["no Dockerfile"]
    assert report.exit_code is ExitCode.CLEAN


def test_a_check_that_waits_for_another_is_a_skip(project: Project) -> None:
    result = result_of(project, Blocked("see HL002"))
    assert (result.outcome, result.reason) == (Outcome.SKIPPED, "see HL002")


def test_nothing_ran_is_no_verdict(project: Project) -> None:
    assert run(project, [], NOBODY).exit_code is ExitCode.NO_VERDICT
    assert run(project, [check(NotApplicable("nothing"))], NOBODY).exit_code is ExitCode.NO_VERDICT


def test_a_failure_counts_more_than_a_missing_verdict(project: Project) -> None:
    checks = [check(ToolCrashed("x")), check(Verdict(findings=(finding(Severity.ERROR),)))]
    assert run(project, checks, NOBODY).exit_code is ExitCode.FOUND


def test_results_come_in_the_order_of_the_checks_and_are_heard_of_as_they_are_done(
    project: Project,
) -> None:
    second_is_done = threading.Event()

    def slow(project: Project, toolchain: Toolchain) -> Verdict:
        assert second_is_done.wait(5)
        return Verdict()

    heard: list[str] = []

    def hear(result: Result) -> None:
        heard.append(result.check.id)
        second_is_done.set()

    checks = [
        Check(id="AA001", title="slow", run=slow, tool=HELM),
        check(Verdict(), name="BB001"),
    ]
    report = run(project, checks, NOBODY, on_result=hear)
    assert [result.check.id for result in report.results] == ["AA001", "BB001"]
    assert heard == ["BB001", "AA001"]


def test_findings_come_sorted_by_place(project: Project) -> None:
    later = Finding(path=Path("b"), line=2, message="x")
    earlier = Finding(path=Path("a"), line=9, message="x")
    assert result_of(project, Verdict(findings=(later, earlier))).findings == (earlier, later)


def test_a_result_names_the_program_that_ran(project: Project) -> None:
    one = Check(id="DK001", title="x", run=lambda project, toolchain: Verdict(), tool=HADOLINT)
    report = run(project, [one], ScriptedToolchain({"hadolint": ToolCrashed("never called")}))
    assert report.results[0].tool == "hadolint 9.9.9"


def test_exit_codes_are_documented() -> None:
    assert all(code.meaning for code in ExitCode)
    assert isinstance(Report(project="x", template="", results=()).exit_code, ExitCode)


def test_an_interrupt_keeps_what_is_known_and_says_what_is_missing(project: Project) -> None:
    waiting = threading.Event()

    def interrupted(project: Project, toolchain: Toolchain) -> Verdict:
        waiting.wait(10)
        time.sleep(0.5)  # the other check has told its result, and its thread ends
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        time.sleep(2)
        return Verdict()

    def done(result: Result) -> None:
        waiting.set()

    asked = (
        check(Verdict(findings=(finding(Severity.ERROR),)), name="XX001"),
        Check(id="XX002", title="Takes long", run=interrupted),
    )
    report = run(project, asked, NOBODY, on_result=done, partial=True)
    assert [result.outcome for result in report.results] == [Outcome.FAILED, Outcome.SKIPPED]
    assert report.results[1].reason == "interrupted"
    assert report.exit_code is ExitCode.INTERRUPTED


def test_an_interrupt_stops_whoever_wants_no_half_report(project: Project) -> None:
    def interrupted(project: Project, toolchain: Toolchain) -> Verdict:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        time.sleep(2)
        return Verdict()

    with pytest.raises(KeyboardInterrupt):
        run(project, [Check(id="XX001", title="Takes long", run=interrupted)], NOBODY)


@pytest.mark.parametrize(
    ("tools", "most"),
    [((None, None, None), 1), ((HELM, None, None), 4), ((None, None, HELM), 4)],
    ids=["only reading", "the first runs a program", "the last runs one"],
)
def test_checks_that_only_read_share_one_thread(
    project: Project, tools: tuple[Tool | None, ...], most: int
) -> None:
    threads: set[int] = set()

    def seen(project: Project, toolchain: Toolchain) -> Verdict:
        threads.add(threading.get_ident())
        time.sleep(0.02)  # another thread takes the next check
        return Verdict()

    asked = [
        Check(id=f"XX00{at}", title="Reads", run=seen, tool=tool) for at, tool in enumerate(tools)
    ]
    run(project, asked, NOBODY)
    assert (len(threads) == 1) is (most == 1)

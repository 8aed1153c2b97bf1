"""GitHub Actions: commands that the runner reads as they were meant, and a summary that shows exactly the words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from reported import CLEAN, HOSTILE, REPORT

from scaffolder.model import Finding, Report
from scaffolder.report import github


def commands(report: Report) -> list[str]:
    """Return the commands that the runner reads: it looks behind leading blanks."""
    return [line for line in github.write(report).splitlines() if line.lstrip().startswith("::")]


def unescaped(value: str) -> str:
    for escape, character in (
        ("%2C", ","),
        ("%3A", ":"),
        ("%0A", "\n"),
        ("%0D", "\r"),
        ("%25", "%"),
    ):
        value = value.replace(escape, character)
    return value


def test_each_finding_is_a_command_at_its_line() -> None:
    assert commands(REPORT) == [
        "::error file=Dockerfile,line=14,title=AG001::uses java 11, but the service is for java 8"
        "%0A  pom.xml:21: <release>8</release>%0A  fix: write 8 here",
        "::warning file=Dockerfile,title=DK001 DL1::note",
    ]


def test_the_log_has_a_line_a_check_and_what_was_not_checked() -> None:
    said = github.write(REPORT)
    assert (
        "  --    MO004  promtool test rules        not checked: promtool is not installed" in said
    )
    assert said.endswith("; 2 passed, 1 failed, 1 not checked, 1 inconclusive   3.9 s")


def test_a_hostile_text_makes_no_command_of_its_own() -> None:
    (command,) = commands(HOSTILE)
    head, _, message = command.removeprefix("::error ").partition("::")
    properties = dict(pair.split("=", 1) for pair in head.split(","))
    assert unescaped(properties["file"]) == "a b/100%, c:d/<é>.yml"
    assert "\n::set-env name=X::" in unescaped(message)


def test_files_are_named_from_the_root_of_the_git_repository() -> None:
    assert commands(replace(REPORT, folder=Path("services/pay")))[0].startswith(
        "::error file=services/pay/Dockerfile,"
    )


def test_the_summary_has_the_findings_and_what_was_not_checked() -> None:
    lines = github.summary(REPORT).splitlines()
    assert lines[0] == "## scaffold check: pay\\-api"
    assert lines[2] == "**2 passed, 1 failed, 1 not checked, 1 inconclusive**"
    assert lines[6] == (
        "| Dockerfile:14<br>pom.xml:21: \\<release\\>8\\</release\\> | error AG001 "
        "| uses java 11, but the service is for java 8 | write 8 here |"
    )
    assert "* HL001 helm lint: inconclusive: helm did not finish within 30 s" in lines


def test_the_summary_shows_a_hostile_text_and_does_not_obey_it() -> None:
    summary = github.summary(HOSTILE)
    assert "<script>" not in summary
    assert "<b>" not in summary
    rows = [line for line in summary.splitlines() if line.startswith("| ")]
    assert len(rows) == 2


def test_a_clean_summary_has_no_table() -> None:
    assert (
        github.summary(CLEAN)
        == "## scaffold check: pay\\-api\n\n**1 passed, 0 failed, 0 not checked**\n\n"
    )


def test_a_summary_is_never_larger_than_github_takes() -> None:
    findings = tuple(Finding(path=Path(f"f{number}"), message="é" * 400) for number in range(5000))
    summary = github.summary(
        replace(REPORT, results=(replace(REPORT.results[1], findings=findings),))
    )
    assert len(summary.encode()) < 1024 * 1024
    assert "more findings do not fit here; the log has them." in summary

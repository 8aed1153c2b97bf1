"""The text of a report: what leads to the fix first, each cause once, and one summary line last."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from reported import REPORT

from scaffolder.model import (
    Check,
    Finding,
    Inapplicable,
    Location,
    Outcome,
    Report,
    Result,
    Severity,
    Verdict,
    outcome_of,
)
from scaffolder.report import text

TEXT = """\
Dockerfile:14: error[AG001] uses java 11, but the service is for java 8
  pom.xml:21: <release>8</release>
  fix: write 8 here
Dockerfile: warning[DK001] note (DL1)

  inconclusive: helm did not finish within 30 s (HL001)
  not checked: promtool is not installed (MO004)
  not looked at: values, which only the provider knows (TF002)
  1 error, 1 warning; 2 passed, 1 failed, 1 not checked, 1 inconclusive   3.9 s"""

TABLE = """\
  ok    TF002  terraform validate passes  3 roots; level schema; not looked at:
               values, which only the provider knows; terraform 1.15.5
               (embedded)
  FAIL  AG001  The runtime is the same    1 finding
  ok    DK001  hadolint passes            1 finding; hadolint 2.15.1
  --    MO004  promtool test rules        not checked: promtool is not installed
  ??    HL001  helm lint                  inconclusive: helm did not finish
               within 30 s
        SY006  XML parses                 not applicable: no XML file"""


def check(name: str, title: str = "Something is true") -> Check:
    return Check(id=name, title=title, run=lambda project, toolchain: Verdict())


def found(name: str, *findings: Finding) -> Result:
    return Result(check=check(name), outcome=outcome_of(findings, strict=False), findings=findings)


def report(*results: Result) -> Report:
    return Report(project="p", template="", results=results)


def at(number: int, message: str = "is wrong", **more: Any) -> Finding:
    return replace(Finding(path=Path(f"a{number}.sh"), line=number, message=message), **more)


def test_the_whole_text() -> None:
    assert text.write(REPORT) == TEXT


def test_passed_and_inapplicable_checks_have_a_line_only_if_it_is_asked_for() -> None:
    assert "XML parses" not in text.write(REPORT)
    assert TABLE in text.write(REPORT, checks=True)


def test_the_most_severe_finding_is_first_whatever_its_check_is_called() -> None:
    style = tuple(
        at(number, f"layout {number}", severity=Severity.NOTE) for number in range(1, 301)
    )
    mismatch = Finding(
        path=Path("Dockerfile"),
        line=1,
        message="uses java 11, but the service is for java 17",
        fix="write 17 here",
        related=(Location(path=Path("pom.xml"), line=9, text="17"),),
    )
    likely = at(1, severity=Severity.WARNING)
    lines = text.write(
        report(found("AA001", *style), found("AB001", likely), found("ZZ001", mismatch))
    ).splitlines()
    assert lines[:3] == [
        "Dockerfile:1: error[ZZ001] uses java 11, but the service is for java 17",
        "  pom.xml:9: 17",
        "  fix: write 17 here",
    ]
    assert lines[3].startswith("a1.sh:1: warning[AB001]")
    assert len(lines) <= 15


def test_one_cause_is_one_entry_with_three_places_and_the_number_of_the_others() -> None:
    many = [at(number, "quote this", rule="SC2086", fix="quote it") for number in range(1, 45)]
    assert text.write(report(found("CI004", *many))).splitlines()[:3] == [
        "a1.sh:1: error[CI004] quote this (SC2086)",
        "  also a2.sh:2, a3.sh:3 and 41 more: -v",
        "  fix: quote it",
    ]


def test_places_of_one_check_that_say_different_things_each_say_it() -> None:
    many = [at(number, f"links to {number}.md") for number in range(1, 6)]
    assert text.write(report(found("AG049", *many))).splitlines()[:4] == [
        "a1.sh:1: error[AG049] links to 1.md",
        "a2.sh:2: error[AG049] links to 2.md",
        "a3.sh:3: error[AG049] links to 3.md",
        "  and 2 more: -v",
    ]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_three_places_are_all_shown(number: int) -> None:
    written = text.write(report(found("CI004", *(at(one) for one in range(1, number + 1)))))
    assert "more" not in written
    assert all(f"a{one}.sh:{one}" in written for one in range(1, number + 1))


def test_two_findings_in_one_line_are_one_place() -> None:
    written = text.write(report(found("CI004", at(1), at(1))))
    assert written.splitlines()[:2] == ["a1.sh:1: error[CI004] is wrong", "  and 1 more: -v"]


def test_every_finding_is_shown_where_each_is_asked_for() -> None:
    many = [at(number) for number in range(1, 45)]
    written = text.write(report(found("CI004", *many)), verbose=True)
    assert written.count("error[CI004]") == 44


def test_another_report_of_the_same_line_is_named_where_each_finding_is_asked_for() -> None:
    one = report(found("SEC003", at(1, also=("CI003 unpinned-uses",))))
    assert "  also CI003 unpinned-uses" in text.write(one, verbose=True)
    assert "unpinned-uses" not in text.write(one)


def test_errors_are_all_named_and_what_has_no_room_is_counted() -> None:
    errors = [found(f"AG{number:03}", at(number, "x " * 90, fix="y")) for number in range(1, 31)]
    likely = found("SEC002", *(at(number, severity=Severity.WARNING) for number in range(1, 13)))
    style = found("SY009", *(at(number, severity=Severity.NOTE) for number in range(1, 4)))
    lines = text.write(report(*errors, likely, style)).splitlines()
    assert sum("error[AG" in line for line in lines) == 30
    assert "  and 12 warnings (SEC002 12), 3 notes (SY009 3): -v" in lines
    assert "  fix: y" in lines[:5]
    assert len(lines) <= 30 + 8


def test_a_report_with_room_shows_notes_too() -> None:
    lines = text.write(report(found("TF001", at(1, severity=Severity.NOTE)))).splitlines()
    assert lines[0] == "a1.sh:1: note[TF001] is wrong"


def test_checks_that_did_not_run_for_one_reason_share_a_line() -> None:
    skipped = [
        Result(check=check(name), outcome=Outcome.SKIPPED, reason=reason)
        for name, reason in (("HL001", "no helm"), ("K8001", "no helm"), ("TF002", "no terraform"))
    ]
    assert text.write(report(*skipped)).splitlines() == [
        "  not checked: no helm (HL001, K8001)",
        "  not checked: no terraform (TF002)",
        "  0 passed, 0 failed, 3 not checked   0.0 s",
    ]


WORDS = "terraform/modules/network/a-very-long-folder-name-that-goes-on/for-a-while/main.tf " * 4


@pytest.mark.parametrize("width", [40, 80, 132])
def test_a_line_fits_and_no_word_is_broken(width: int) -> None:
    finding = Finding(
        path=Path("b.sh"),
        line=3,
        message="this is a message of many short words " * 4 + WORDS,
        fix="https://www.example.com/wiki/" + "x" * 100,
        related=(Location(path=Path("c.sh"), line=4, text="some words of a line " * 5),),
    )
    skipped = Result(check=check("MO004"), outcome=Outcome.SKIPPED, reason="short words " * 20)
    for verbose in (False, True):
        written = text.write(
            report(found("AG001", finding), skipped), width=width, verbose=verbose, checks=verbose
        )
        known = set(f"{finding} {WORDS} {finding.fix} …".split())
        for line in written.splitlines()[:-1]:
            long = [word for word in line.split() if len(word) > width - 4]
            assert len(line) <= width or long
            assert all(word in known or word.startswith("https://") for word in long)
        assert finding.fix in written


def test_without_a_width_no_line_is_broken() -> None:
    finding = at(1, "word " * 100 + "end")
    assert "end" in text.write(report(found("AG001", finding)), width=0).splitlines()[0]


def test_notes_of_the_run_stand_before_the_summary_which_is_one_line() -> None:
    noted = replace(report(found("AG001", at(1))), notes=("only what changed counts",))
    assert text.write(noted).splitlines()[-2:] == [
        "  only what changed counts",
        "  1 error; 0 passed, 1 failed, 0 not checked   0.0 s",
    ]


def test_many_checks_of_one_family_that_passed_share_a_line() -> None:
    passed = tuple(
        Result(check=check(f"AG{number:03}", f"Fact {number} agrees"), outcome=Outcome.PASSED)
        for number in range(1, 10)
    )
    idle = tuple(
        Inapplicable(check=check(f"AG{number:03}"), reason="no chart") for number in range(20, 29)
    )
    failed = replace(found("AG030", at(1)), check=check("AG030", "Fact 30 agrees"))
    many = replace(report(*passed, failed), inapplicable=idle)
    families = {"AG": "agreement between files"}
    table = text.write(many, findings=False, checks=True, families=families)
    assert table.splitlines()[:-1] == [
        "  ok    AG     Agreement between files  9 checks; -v names them",
        "  FAIL  AG030  Fact 30 agrees           1 finding",
        "        AG     Agreement between files  9 checks not applicable; -v names them",
    ]
    every = text.write(many, findings=False, checks=True, width=0).splitlines()
    assert len(every) == len((*passed, *idle, failed)) + 1
    few = replace(many, results=passed[:3], inapplicable=())
    assert len(text.write(few, checks=True, families=families).splitlines()) == 3 + 1


def test_colour_is_never_the_only_sign_and_changes_no_width() -> None:
    for checks in (False, True):
        painted = text.write(
            REPORT, checks=checks, paint=lambda word, meaning: f"<{meaning}:{word}>"
        )
        for meaning in ("failed", "error", "warning"):
            assert f"<{meaning}:" in painted
        plain = text.write(REPORT, checks=checks)
        assert len(painted.splitlines()) == len(plain.splitlines())


def test_a_reason_that_is_too_long_keeps_the_checks_that_it_is_for() -> None:
    reason = "the chart was not rendered because of many things " * 6
    skipped = Result(check=check("K8001"), outcome=Outcome.SKIPPED, reason=reason)
    lines = text.write(report(skipped)).splitlines()
    assert len(lines) == 3
    assert lines[1].endswith(" … (K8001)")


def test_nothing_is_counted_that_has_room() -> None:
    notes = [found(f"TF{n:03}", at(n, severity=Severity.NOTE)) for n in range(1, 14)]
    written = text.write(report(*notes))
    assert "and " not in written
    assert len(written.splitlines()) == 15
    one_more = found("TF014", at(14, severity=Severity.NOTE))
    assert "  and 3 notes (TF012 1, TF013 1, TF014 1): -v" in text.write(report(*notes, one_more))


def test_the_shortest_entry_still_says_how_severe_what_is() -> None:
    deep = Path("microservices/online-boutique/deployments/overlays/production/values.yaml")
    errors = [
        found(
            f"AG{number:03}",
            *(Finding(path=deep, line=line, message="is wrong " * 30) for line in range(1, 7)),
        )
        for number in range(1, 12)
    ]
    lines = text.write(report(*errors)).splitlines()
    for number in range(1, 12):
        assert any(f"error[AG{number:03}] is wrong" in line for line in lines)
    assert all(len(line) <= 80 for line in lines)


def test_the_end_of_a_reason_has_a_line_of_its_own_behind_a_long_word() -> None:
    reason = "cannot fetch https://example.com/" + "x" * 90 + " and many more words " * 9
    skipped = Result(check=check("K8001"), outcome=Outcome.SKIPPED, reason=reason)
    lines = text.write(report(skipped)).splitlines()
    assert lines[-2] == "    (K8001)"

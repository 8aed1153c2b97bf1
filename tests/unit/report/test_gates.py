"""The gate map in a report."""

from __future__ import annotations

from reported import REPORT, check

from scaffolder.model import Inapplicable, Outcome, Report, Result
from scaffolder.report.gates import table


def test_each_fault_has_the_outcome_of_its_gate() -> None:
    made = table(REPORT)
    assert made is not None
    outcomes = {row[1]: row[3] for row in made.rows}
    assert outcomes["AG001"] == "failed"
    assert outcomes["TF002"] == "passed"
    assert outcomes["MO004"] == "not checked"
    assert outcomes["HL001"] == "inconclusive"
    assert set(outcomes) <= {"AG001", "TF002", "MO004", "HL001", "DK001", "SY006"}


def test_a_check_without_a_subject_has_nothing_to_check() -> None:
    one = Inapplicable(check=check("AG001", "The runtime is the same"), reason="x")
    made = table(Report(project="a", template="v1", results=(), inapplicable=(one,), seconds=0.1))
    assert made is not None
    assert {row[3] for row in made.rows} == {"not applicable"}


def test_a_run_without_a_gate_has_no_table() -> None:
    result = Result(check=check("XX001", "Another check"), outcome=Outcome.PASSED)
    assert table(Report(project="a", template="v1", results=(result,), seconds=0.1)) is None

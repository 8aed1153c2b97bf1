"""Each fault of scaffolder/checks/**/*.faults.yml turns its gate red, at the place of the edit, and no other gate.

Here are the faults that a check stops; test_later_gates.py has those that are stopped when the service is built, tested or
deployed, or that Prometheus sees. For both, all of our own checks run, and of the wrapped programs those that read a file
which the fault touches: the others see what they saw before. `make faults` runs every check on every fault.
"""

from __future__ import annotations

import pytest
from gates import expect_only, reacting
from support import TODAY, Repository

from scaffolder import checks
from scaffolder.checks import faults
from scaffolder.checks.faults import BEFORE_DEPLOY, GATES, Fault
from scaffolder.tools.toolchain import SystemToolchain
from tools import gate_map

FAULTS = faults.every()
BY_CHECKS = tuple(fault for fault in FAULTS if fault.gate not in GATES)


@pytest.mark.parametrize("fault", BY_CHECKS, ids=lambda fault: fault.name)
def test_exactly_its_gate_stops_a_fault(
    fault: Fault, repository: Repository, toolchain: SystemToolchain
) -> None:
    expect_only(fault, repository(**fault.answers), reacting(fault), toolchain)


@pytest.mark.faults
@pytest.mark.parametrize("fault", BY_CHECKS, ids=lambda fault: fault.name)
def test_exactly_its_gate_of_all_checks_stops_a_fault(
    fault: Fault, repository: Repository, toolchain: SystemToolchain
) -> None:
    expect_only(fault, repository(**fault.answers), checks.every(today=TODAY), toolchain)


def test_the_gates_of_all_faults_are_there() -> None:
    known = {*GATES, *(check.id for check in checks.every())}
    assert {name for fault in FAULTS for name in (fault.gate, *fault.also)} - known == set()


def test_most_faults_are_stopped_before_they_are_deployed() -> None:
    assert len(FAULTS) >= 40
    assert sum(fault.stage in BEFORE_DEPLOY for fault in FAULTS) >= 0.8 * len(FAULTS)


def test_the_page_and_the_data_of_reports_are_what_the_faults_say() -> None:
    assert gate_map.PAGE.read_text(encoding="utf-8") == gate_map.text(FAULTS), "run `make docs`"
    assert gate_map.DATA.read_text(encoding="utf-8") == gate_map.data(FAULTS), "run `make docs`"

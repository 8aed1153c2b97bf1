"""Each fault of a `*.faults.yml` turns its gate red, at the place of the edit, and no other gate.

Here are the faults that a check stops; test_later_gates.py has those that are stopped when the service is built, tested or
deployed, or that Prometheus sees. At the first fault of each check, all of our own checks run on a bare machine, and of the
wrapped programs the gate; with all programs, those that a bare machine lacks and that read a file which the fault touches.
Its further faults, and variants, run their own gate alone, and in `make long` if that takes seconds. A fault whose gate
a bare machine has is made there alone. `make faults` runs every check, with all programs, on every fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial

import pytest
from _pytest.mark import ParameterSet
from gates import expect_only, reacting
from support import ROOT, TODAY, Repository

from scaffolder import checks
from scaffolder.checks import faults
from scaffolder.checks.faults import BEFORE_DEPLOY, GATES, Fault
from scaffolder.model import Check
from scaffolder.tools.toolchain import SystemToolchain
from tools import gate_map

FAULTS = faults.every()
BY_CHECKS = tuple(fault for fault in FAULTS if fault.gate not in GATES)
STORIES = tuple(fault for fault in BY_CHECKS if not fault.is_variant)
FIRST = tuple({fault.gate: fault for fault in reversed(STORIES)}.values())
FURTHER = tuple(fault for fault in BY_CHECKS if fault not in FIRST)
CHECKS = {check.id: check for check in checks.every(today=TODAY)}

WITHOUT_FAULT = {"K8003": "it asks the API server of a cluster; test_cluster.py has its faults"}
"""The checks that no edit of a file can turn red, each with the reason."""


FROM_NO_PACKAGE = {"promtool", "amtool", "terraform"}
"""Programs that a bare machine lacks, or has in another form."""


def _once(given: Iterable[Fault], asked: Callable[[Fault], Iterable[Check]]) -> list[ParameterSet]:
    """Return the faults as parameters; one is the same on a bare machine if none of these programs is asked."""
    made = []
    for fault in given:
        programs = {one.tool.name for one in asked(fault) if one.tool}
        marks = [] if programs & FROM_NO_PACKAGE else [pytest.mark.packaged]
        if fault in FURTHER and CHECKS[fault.gate].cost:
            marks.append(pytest.mark.long)
        made.append(pytest.param(fault, id=fault.name, marks=marks))
    return made


@pytest.mark.parametrize("fault", _once(FIRST, lambda fault: [CHECKS[fault.gate]]))
def test_exactly_its_gate_stops_a_fault(
    fault: Fault,
    repository: Repository,
    toolchain: SystemToolchain,
    request: pytest.FixtureRequest,
) -> None:
    asks = _is_new if request.config.getoption("--but-only-git") else _is_our_own
    asked = [check for check in reacting(fault) if check.id == fault.gate or asks(check)]
    expect_only(fault, repository(**fault.answers), asked, toolchain)


def _is_our_own(check: Check) -> bool:
    return check.tool is None


def _is_new(check: Check) -> bool:
    """Return whether a check asks for a program that a bare machine lacks, or has in another form."""
    return check.tool is not None and check.tool.name in FROM_NO_PACKAGE


@pytest.mark.parametrize("fault", _once(FURTHER, lambda fault: [CHECKS[fault.gate]]))
def test_its_gate_stops_a_further_fault(
    fault: Fault, repository: Repository, toolchain: SystemToolchain
) -> None:
    # A comment that waives nothing is known once the check that it names has run.
    asked = re.match(r"waives (\w+), which finds nothing", fault.says)
    alone = [CHECKS[fault.gate], *([CHECKS[asked[1]]] if asked else [])]
    expect_only(fault, repository(**fault.answers), alone, toolchain)


@pytest.mark.faults
@pytest.mark.parametrize("fault", BY_CHECKS, ids=lambda fault: fault.name)
def test_exactly_its_gate_of_all_checks_stops_a_fault(
    fault: Fault, repository: Repository, toolchain: SystemToolchain
) -> None:
    expect_only(fault, repository(**fault.answers), CHECKS.values(), toolchain)


def test_every_check_has_a_fault_on_the_gate_map() -> None:
    assert {fault.gate for fault in STORIES} == CHECKS.keys() - WITHOUT_FAULT.keys()


def test_the_gates_of_all_faults_are_there() -> None:
    known = {*GATES, *CHECKS}
    assert {name for fault in FAULTS for name in (fault.gate, *fault.also)} - known == set()


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.id)
def test_the_faults_and_the_page_of_a_check_are_beside_its_module(check: Check) -> None:
    module = _module(check)
    subjects = {fault.subject for fault in FAULTS if fault.gate == check.id}
    assert subjects - {module} == set()
    assert (ROOT / "scaffolder" / "checks" / module).with_name(f"{check.id}.md").is_file()


def test_the_faults_that_no_check_sees_are_in_one_file() -> None:
    assert {fault.subject for fault in FAULTS if fault.gate in GATES} == {"later_gates"}


def test_most_faults_are_stopped_before_they_are_deployed() -> None:
    stories = [fault for fault in FAULTS if not fault.is_variant]
    assert len(stories) >= 40
    assert sum(fault.stage in BEFORE_DEPLOY for fault in stories) >= 0.8 * len(stories)


def test_the_page_and_the_data_of_reports_are_what_the_faults_say() -> None:
    stories = gate_map.stories()
    assert gate_map.PAGE.read_text(encoding="utf-8") == gate_map.text(stories), "run `make docs`"
    assert gate_map.DATA.read_text(encoding="utf-8") == gate_map.data(stories), "run `make docs`"


def _module(check: Check) -> str:
    """The module that defines the check, below `checks/`: "agreement/ports"."""
    run = check.run
    while isinstance(run, partial):
        run = run.func
    return run.__module__.removeprefix(f"{checks.__name__}.").replace(".", "/")

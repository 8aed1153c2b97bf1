"""On a busy machine a missing alert is inconclusive, and a quiet one ends the wait in time."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from scaffolder.lab import pace
from scaffolder.lab.pace import Pace, Waited

SECONDS = 30.0


@dataclass
class Machine:
    """Time that passes by itself: Prometheus evaluates a share of its rules in each round."""

    shares: list[float]
    comes_at: float = 1e9
    now: float = 0.0
    looks: int = 0
    due: float = field(default=0.0)
    missed: float = field(default=0.0)

    def look(self) -> Pace:
        if self.looks % 2:
            share = self.shares[min(self.looks // 2, len(self.shares) - 1)]
            self.due += 100
            self.missed += 100 * (1 - share)
        self.looks += 1
        return Pace(due=self.due, missed=self.missed)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def wait(self) -> Waited:
        return pace.wait(
            *(lambda: self.now >= self.comes_at, SECONDS, self.look),
            clock=lambda: self.now,
            sleep=self.sleep,
        )


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_what_comes_in_time_is_a_verdict_on_each_machine(share: float) -> None:
    machine = Machine([share], comes_at=11.0)
    assert machine.wait() == Waited(came=True)


@pytest.mark.parametrize("share", [pace.KEPT, 1.0])
def test_a_quiet_machine_waits_no_longer_than_the_limit(share: float) -> None:
    machine = Machine([share], comes_at=45.0)
    assert machine.wait() == Waited(came=False)
    assert machine.now == pytest.approx(SECONDS, abs=0.3)


def test_a_busy_machine_gets_more_time() -> None:
    assert Machine([0.3], comes_at=70.0).wait() == Waited(came=True)


def test_what_comes_late_on_a_machine_that_was_busy_for_a_moment_is_no_verdict() -> None:
    waited = Machine([0.7], comes_at=45.0).wait()
    assert waited.came
    assert waited.late.startswith("Prometheus evaluated 70% of its rules in time")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.79])
def test_what_never_comes_on_a_busy_machine_is_no_verdict(share: float) -> None:
    machine = Machine([share])
    waited = machine.wait()
    assert not waited.came
    assert "this machine is too busy" in waited.late
    assert machine.now <= pace.LONGEST + SECONDS + 1


def test_a_round_in_time_after_a_busy_one_is_a_verdict() -> None:
    machine = Machine([0.2, 0.95])
    assert machine.wait() == Waited(came=False)
    assert machine.now == pytest.approx(2 * SECONDS, abs=0.6)


def test_the_counters_of_all_groups_are_added() -> None:
    text = (
        "# TYPE prometheus_rule_group_iterations_missed_total counter\n"
        'prometheus_rule_group_iterations_missed_total{rule_group="a;b{"} 2\n'
        'prometheus_rule_group_iterations_total{rule_group="a;b{"} 1.5e+01\n'
        'prometheus_rule_group_iterations_total{rule_group="c"} 5\n'
        'prometheus_rule_group_last_duration_seconds{rule_group="c"} 9\n'
    )
    assert pace.parsed(text) == Pace(due=20, missed=2)


def test_a_prometheus_that_is_silent_has_evaluated_nothing() -> None:
    silent = pace.read(1)
    assert silent == Pace(due=0, missed=0)
    assert silent.share_since(silent) == 0

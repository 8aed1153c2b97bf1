"""An interrupted `scaffold check` gives its partial report, or a message that it has none."""

from __future__ import annotations

import pytest

from scaffolder.cli.check import _interruptible
from scaffolder.errors import ExitCode, Interrupted
from scaffolder.model import Check, Outcome, Result, Verdict

RESULT = Result(
    check=Check(id="XX001", title="A", run=lambda project, toolchain: Verdict()),
    outcome=Outcome.PASSED,
)


def interrupted(*results: Result) -> None:
    with _interruptible(lambda result: None) as on_result:
        for result in results:
            on_result(result)
        raise KeyboardInterrupt


def test_an_interrupt_before_the_first_result_says_that_there_is_no_report() -> None:
    with pytest.raises(Interrupted, match="before the first check ended") as stopped:
        interrupted()
    assert stopped.value.exit_code is ExitCode.INTERRUPTED
    assert "--select" in stopped.value.hint


@pytest.mark.parametrize("number", [1, 3])
def test_an_interrupt_after_a_result_is_no_such_error(number: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted(*[RESULT] * number)


def test_each_result_is_shown() -> None:
    shown: list[Result] = []
    with _interruptible(shown.append) as on_result:
        on_result(RESULT)
    assert shown == [RESULT]

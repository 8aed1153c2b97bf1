"""The steps of a run without a person."""

from __future__ import annotations

import pytest

from scaffolder.watch import script
from scaffolder.watch.script import Step
from scaffolder.watch.story import Incident


def test_steps_are_actions_at_seconds() -> None:
    assert script.steps("fail:5, fix:20.5") == (
        Step(action="fail", at=5),
        Step(action="fix", at=20.5),
    )


@pytest.mark.parametrize("text", ["", "fail", "burn:5", "fail:x", "fail:-1", "fail:5;fix:6"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not ACTION:SECONDS"):
        script.steps(text)


def test_steps_are_in_their_order() -> None:
    with pytest.raises(ValueError, match="in the order"):
        script.steps("fix:9,fail:5")


@pytest.mark.parametrize(
    ("incident", "reached"),
    [
        (Incident(fault="fail", began=1), False),
        (Incident(fault="fail", began=1, told=2), True),
        (Incident(fault="fail", began=1, told=2, fixed=3), False),
        (Incident(fault="fail", began=1, told=2, fixed=3, over=4), True),
    ],
)
def test_the_chat_has_to_tell_of_a_fault_and_of_the_end_of_its_fix(
    incident: Incident, reached: bool
) -> None:
    assert script.reached_the_chat([incident]) is reached

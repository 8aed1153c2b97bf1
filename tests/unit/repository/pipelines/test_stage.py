"""Jobs under the names of their stages."""

from __future__ import annotations

import pytest

from scaffolder.repository.ci.job import BY_HAND, EVERY_CHANGE, MAIN, Job
from scaffolder.repository.pipelines.stage import Stage, named

ENVIRONMENTS = ("dev", "prod")


def stages(*jobs: Job) -> dict[str, Stage]:
    return {stage.name: stage for stage in named(jobs, ENVIRONMENTS)}


@pytest.mark.parametrize(
    ("targets", "environment", "name"),
    [
        (("lint",), "", "lint"),
        (("test",), "", "test"),
        (("build",), "", "try"),
        (("build", "push"), "", "image"),
        (("deploy",), "dev", "dev"),
        (("rollback",), "prod", "rollback prod"),
        (("drift",), "prod", "drift prod"),
        (("template-update",), "", "template-update"),
        (("docs",), "", "x"),
    ],
)
def test_a_stage_is_called_after_its_targets(
    targets: tuple[str, ...], environment: str, name: str
) -> None:
    assert set(stages(Job(id="x", targets=targets, environment=environment))) == {name}


def test_a_stage_comes_after_all_before_it() -> None:
    found = stages(
        Job(id="a", targets=("test",), when=MAIN),
        Job(id="b", targets=("build", "push"), after=("a",)),
        Job(id="c", targets=("deploy",), environment="dev", after=("b",)),
    )
    assert found["dev"].after == {"image", "test"}
    assert found["image"].after == {"test"}
    assert {stage.when for stage in found.values()} == {MAIN}


def test_a_job_that_only_asks_gives_its_approval() -> None:
    found = stages(
        Job(id="ask", approval=True),
        Job(id="d", targets=("deploy",), environment="prod", after=("ask",), when=BY_HAND),
    )
    assert set(found) == {"prod"}
    assert found["prod"].approval
    assert found["prod"].when == BY_HAND


def test_a_job_without_conditions_is_for_every_change() -> None:
    (stage,) = stages(Job(id="a", targets=("test", "test"))).values()
    assert stage.when == EVERY_CHANGE
    assert stage.targets == ("test",)


def test_an_unknown_environment_is_none() -> None:
    (stage,) = stages(Job(id="a", targets=("deploy",), environment="review")).values()
    assert stage.environment == ""

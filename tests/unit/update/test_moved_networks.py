"""An environment that comes never moves the network of one that is there."""

from __future__ import annotations

import pytest

from scaffolder.errors import AnswersError
from scaffolder.template import answers, expressions
from scaffolder.tools import package_data
from scaffolder.update import moved_networks

NAME = "my-service"
RANGE = "10.87.0.0/16"


def given(*environments: str, network_range: str = RANGE) -> dict[str, object]:
    return dict(
        answers.complete(
            {
                "service_name": NAME,
                "environments": list(environments),
                "network_range": network_range,
            }
        )
    )


def place(name: str) -> str:
    cidrs = expressions.completed(given("dev", name), package_data.root())["environment_cidrs"]
    return str(cidrs[name]["all"])  # type: ignore[index]


@pytest.fixture(scope="module")
def alike() -> tuple[str, str]:
    """Two names with the same place in a range."""
    first, *others = [f"lab{number}" for number in range(9)]
    return first, next(name for name in others if place(name) == place(first))


def refuse(before: dict[str, object], after: dict[str, object]) -> None:
    moved_networks.refuse(before, after, package_data.root())


def test_an_environment_that_would_take_the_place_of_another_is_refused(
    alike: tuple[str, str],
) -> None:
    here, new = alike
    with pytest.raises(AnswersError, match=f"{here} would get the addresses") as error:
        refuse(given("dev", here, "prod"), given("dev", new, here, "prod"))
    assert error.value.hint == f"give {new} another name, or a place after {here}"


def test_behind_it_the_new_one_gives_way(alike: tuple[str, str]) -> None:
    here, new = alike
    after = given("dev", here, new, "prod")
    refuse(given("dev", here, "prod"), after)
    cidrs = expressions.completed(after, package_data.root())["environment_cidrs"]
    assert len({entry["all"] for entry in cidrs.values()}) == 4  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("dev", "qa", "prod"), ("dev", "staging", "qa", "prod")),
        (("dev", "qa", "prod"), ("prod", "qa")),
        (("dev", "prod"), ("test", "dev", "uat", "preprod", "prod")),
    ],
)
def test_usual_names_never_move(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    refuse(given(*before), given(*after))


def test_another_range_is_asked_for_and_all_of_10_has_room(alike: tuple[str, str]) -> None:
    here, new = alike
    refuse(given("dev", here), given("dev", here, network_range="10.88.0.0/16"))
    whole = "10.0.0.0/8"
    refuse(given("dev", here, network_range=whole), given("dev", new, here, network_range=whole))


def test_a_template_without_ranges_is_left_alone() -> None:
    refuse({"environments": ["a"]}, {"environments": ["b", "a"]})

"""The prices on docs/which-rung.md are those that a repository of each rung states on its own pages."""

from __future__ import annotations

import re

import pytest
from support import ROOT, Repository

PAGE = (ROOT / "docs/which-rung.md").read_text(encoding="utf-8")
RUNGS: dict[str, dict[str, object]] = {
    "1. one server": {"runs_on": "server", "monitoring": "none"},
    "2. one server, watched": {"runs_on": "server"},
    "3. two servers, watched": {"runs_on": "server", "servers": 2},
    "4. Kubernetes": {},
}


def of_the_page(rung: str) -> int:
    (price,) = re.findall(rf"^\| {re.escape(rung)} \| .* \| (\d+) \$ \|$", PAGE, re.M)
    return int(price)


def of_the_repository(pristine: Repository, rung: str) -> int:
    root = pristine(cloud="aws", **RUNGS[rung])
    name = "README.md" if "runs_on" in RUNGS[rung] else "terraform/README.md"
    text = (root / name).read_text(encoding="utf-8")
    (price,) = re.findall(r"\*\*about (\d+) \$\*\*|\*\*together\*\* \| \*\*(\d+) \$\*\*", text)
    return int("".join(price))


@pytest.mark.parametrize("rung", RUNGS)
def test_the_price_of_a_rung_is_that_of_its_repository(pristine: Repository, rung: str) -> None:
    assert of_the_page(rung) == of_the_repository(pristine, rung)


@pytest.mark.parametrize("rung", RUNGS)
def test_each_price_has_its_parts(rung: str) -> None:
    """The table of sources has a row for each price, whose parts give its sum."""
    price = of_the_page(rung)
    (parts,) = re.findall(rf"^\| {price} \$ \| (.*) \|$", PAGE, re.M)
    counted = parts.partition("Each more server")[0]
    numbers = [int(one) for one in re.findall(r"(\d+) \$", counted)]
    before = of_the_page("1. one server") if counted.startswith("the same") else 0
    key = 1 if counted.rstrip().endswith("the key.") else 0
    assert before + sum(numbers) + key == price


def test_two_environments_cost_twice_as_much_as_one() -> None:
    (both,) = re.findall(r"That is (\d+) \$ a month on rung 1", PAGE)
    assert int(both) == 2 * of_the_page("1. one server")

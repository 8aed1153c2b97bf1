"""The matrix's order, and the part of it that the gate runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import combinations
import pytest

LONG = ("test_terraform.py", "test_scanners.py")
"""Their tests take up to half a minute; all others some seconds at most."""
LARGE_SCANNERS = "test_scanners.py::test_checkov_and_trivy_find_nothing"
READ_BY_THEM = frozenset({"cloud", "runs_on", "kind", "cluster", "deploy", "workload", "level"})
"""Questions whose answers decide which Terraform, chart and playbooks there are: checkov and trivy read these."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the long files first: no worker ends long after the other. `--each-value` leaves out what holds no new value."""
    if config.getoption("--each-value"):
        left_out = set(_without_a_new_value(items))
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=list(left_out))
    items.sort(key=lambda item: item.path.name not in LONG)


def _without_a_new_value(items: Iterable[pytest.Item]) -> Iterable[pytest.Item]:
    """Yield the items of each test whose combination a few others of it make superfluous, value by value."""
    tests: dict[str, list[tuple[pytest.Item, combinations.Combination]]] = {}
    for item in items:
        if row := _row(item):
            tests.setdefault(item.nodeid.partition("[")[0], []).append((item, row))
    for name, made in tests.items():
        deciding = READ_BY_THEM if name.endswith(LARGE_SCANNERS) else None
        few = combinations.with_each_value((row for _, row in made), deciding)
        yield from (item for item, row in made if row not in few)


def _row(item: pytest.Item) -> combinations.Combination | None:
    given = getattr(item, "callspec", None)
    return cast("combinations.Combination | None", given.params.get("row")) if given else None

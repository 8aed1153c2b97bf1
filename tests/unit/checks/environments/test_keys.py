"""Keys that some environments set and others do not: each is a finding, a whole set of them is one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, written

from scaffolder import checks
from scaffolder.model import Finding

CHART = {"chart/Chart.yaml": "name: a\nversion: 1.0.0\n"}
COMMON = "".join(f"c{number}: 1\n" for number in range(30))


def found(root: Path, values: Mapping[str, str]) -> tuple[Finding, ...]:
    files = {f"chart/values-{name}.yaml": COMMON + text for name, text in values.items()}
    chosen = [check for check in checks.every(today=TODAY) if check.id == "EN001"]
    report = checks.run(written(root, {**CHART, **files}), chosen, ScriptedToolchain({}))
    return tuple(one for result in report.results for one in result.findings)


def keys(number: int) -> str:
    return "".join(f"k{one}: 1\n" for one in range(number))


@pytest.mark.parametrize(
    ("values", "messages"),
    [
        (
            {"dev": keys(2), "qa": "", "prod": ""},
            ["k0 is set for dev only", "k1 is set for dev only"],
        ),
        (
            {"dev": keys(9), "qa": "", "prod": ""},
            ["9 keys are set for dev, not for qa and prod: k0, k1, k2 and 6 more"],
        ),
        (
            {"dev": keys(9), "qa": keys(9), "prod": ""},
            ["9 keys are set for dev and qa, not for prod: k0"],
        ),
        (
            {"dev": keys(1), "qa": keys(1), "prod": ""},
            ["k0 is not set for prod, but for dev and qa"],
        ),
        ({"dev": keys(9), "qa": keys(9), "prod": keys(9)}, []),
    ],
)
def test_a_whole_set_of_keys_is_one_finding(
    values: Mapping[str, str], messages: list[str], tmp_path: Path
) -> None:
    told = [one.message for one in found(tmp_path, values)]
    assert len(told) == len(messages)
    assert all(
        one.startswith(start) for one, start in zip(sorted(told), sorted(messages), strict=True)
    )


def test_two_environments_of_four_are_not_the_only_one(tmp_path: Path) -> None:
    told = found(tmp_path, {"dev": keys(1), "test": keys(1), "stage": "", "prod": ""})
    (finding,) = told
    assert "only" not in finding.message
    assert "dev" in finding.message
    assert "test" in finding.message

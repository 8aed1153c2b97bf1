"""Hundreds of combinations of answers, among them every valid triple: each renders and passes our own checks."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import combinations
import pytest
from support import TODAY, ScriptedToolchain

from scaffolder import checks
from scaffolder.repository.project import Project
from scaffolder.template import render
from scaffolder.template.answers import Answer

pytestmark = pytest.mark.matrix

TRIPLES = combinations.covering(3)
AT_RANDOM = tuple(islice(combinations.at_random(10_000), max(0, 300 - len(TRIPLES)) + 20))
OWN = tuple(check for check in checks.every(today=TODAY) if check.tool is None)


@pytest.mark.parametrize(
    "row",
    [
        *TRIPLES,
        *AT_RANDOM,
        *combinations.other_environments(),
        *combinations.with_the_longest_name(),
        *combinations.behind_a_company(),
        *combinations.other_ways_to_release(),
        *combinations.on_servers(),
        *combinations.under_load(),
    ],
    ids=combinations.named,
)
def test_combination_renders_and_passes_our_own_checks(
    row: dict[str, Answer], tmp_path: Path
) -> None:
    with render.staged(row, tmp_path / "my-service") as rendered:
        report = checks.run(Project(rendered.folder), OWN, ScriptedToolchain({}))
    unsettled = {result.check.id: result.reason for result in report.results if result.reason}
    assert unsettled == {}
    assert [finding for result in report.results for finding in result.findings] == []


def test_every_triple_of_values_that_is_valid_together_is_among_them() -> None:
    pairs = combinations.all_groups(2) - combinations.groups(TRIPLES, 2)
    assert [sorted(pair) for pair in pairs if combinations.can_be(pair)] == []
    triples = combinations.all_groups(3) - combinations.groups(TRIPLES, 3)
    unexplained = [triple for triple in triples if not any(pair < triple for pair in pairs)]
    assert [sorted(triple) for triple in unexplained if combinations.can_be(triple)] == []


def test_every_pair_of_answers_of_a_platform_that_is_valid_together_is_among_them() -> None:
    rows = [row for row in TRIPLES if row["kind"] == "platform"]
    there = combinations.groups(rows, 2)
    asked = {name for pair in there for name, _ in pair}
    absent = [
        pair
        for pair in combinations.all_groups(2) - there
        if {name for name, _ in pair} <= asked and combinations.can_be(pair, "platform")
    ]
    assert [sorted(pair) for pair in absent] == []
    assert {"cloud", "accounts", "nodes", "oidc_provider", "level", "ci:gitlab"} <= asked


def test_a_group_of_values_can_be_or_cannot() -> None:
    together = {"cloud": "aws", "cluster": "shared", "ci:github": "no"}
    assert combinations.can_be(frozenset(together.items()))
    assert not combinations.can_be(frozenset({"cloud": "none", "cluster": "shared"}.items()))
    assert not combinations.can_be(frozenset({"runtime": "go", "runtime_version": "21"}.items()))
    assert not combinations.can_be(frozenset(together.items()), "platform")
    assert combinations.can_be(frozenset({"cloud": "azure", "level": "work"}.items()), "platform")


@pytest.mark.parametrize("strength", [1, 2])
def test_every_value_is_in_the_fewer_combinations_too(strength: int) -> None:
    rows = combinations.covering(strength)
    assert combinations.all_groups(1) - combinations.groups(rows, 1) == set()


def test_there_are_at_least_three_hundred() -> None:
    assert len({repr(row) for row in (*TRIPLES, *AT_RANDOM)}) >= 300

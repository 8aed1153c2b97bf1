"""Hundreds of combinations of answers, among them every valid triple: each renders and passes our own checks."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import combinations
import jinja2.sandbox
import pytest
from support import TODAY, ScriptedToolchain

from scaffolder import checks, render
from scaffolder.answers import Answer
from scaffolder.project import Project

pytestmark = pytest.mark.matrix

TRIPLES = combinations.covering(3)
AT_RANDOM = tuple(islice(combinations.at_random(10_000), max(0, 300 - len(TRIPLES)) + 20))
OWN = tuple(check for check in checks.every(today=TODAY) if check.tool is None)


@pytest.fixture(autouse=True, scope="module")
def compiled_once() -> None:
    """Copier compiles the same thousand little templates in every render; here they are compiled once."""
    patch = pytest.MonkeyPatch()
    compile_template = jinja2.sandbox.SandboxedEnvironment.from_string
    known: dict[tuple[object, ...], jinja2.Template] = {}

    def from_string(self: jinja2.Environment, source: str, *arguments: object, **named: object) -> jinja2.Template:
        key = (source, self.variable_start_string, *arguments)
        if named or not isinstance(source, str):
            return compile_template(self, source, *arguments, **named)  # type: ignore[arg-type]
        if key not in known:
            known[key] = compile_template(self, source, *arguments)  # type: ignore[arg-type]
        return known[key]

    patch.setattr(jinja2.sandbox.SandboxedEnvironment, "from_string", from_string)


@pytest.mark.parametrize("row", [*TRIPLES, *AT_RANDOM], ids=combinations.named)
def test_combination_renders_and_passes_our_own_checks(row: dict[str, Answer], tmp_path: Path) -> None:
    with render.staged(row, tmp_path / "my-service") as rendered:
        report = checks.run(Project(rendered.folder), OWN, ScriptedToolchain({}))
    unsettled = {result.check.id: result.reason for result in report.results if result.reason}
    assert unsettled == {}
    assert [finding for result in report.results for finding in result.findings] == []


def test_every_triple_of_values_that_is_valid_together_is_among_them() -> None:
    assert combinations.groups(combinations.every(), 3) - combinations.groups(TRIPLES, 3) == set()


def test_there_are_at_least_three_hundred() -> None:
    assert len({repr(row) for row in (*TRIPLES, *AT_RANDOM)}) >= 300

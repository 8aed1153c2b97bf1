"""MO003 and MO004: rules and tests that are for another promtool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from support import TODAY, ScriptedToolchain, said, written

from scaffolder import checks
from scaffolder.model import Outcome, Result
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import Tool
from scaffolder.tools.toolchain import Program


def results(
    root: Path, files: Mapping[str, str], *ids: str, **programs: CompletedRun
) -> tuple[Result, ...]:
    chosen = [check for check in checks.every(today=TODAY) if check.id in ids]
    named = {name.replace("_", "-"): done for name, done in programs.items()}
    return checks.run(written(root, files), chosen, ScriptedToolchain(named)).results


TESTS = "rule_files: [a.yml]\ntests:\n  - INTERVALalert_rule_test: []\n"


@pytest.mark.parametrize(
    ("printed", "interval", "outcome"),
    [
        (
            "  FAILED:\nfield start_timestamp not found in type main.testGroup\n",
            "",
            Outcome.SKIPPED,
        ),
        ("WARNING: no file match pattern a.rules.yml\n  FAILED:\n", "", Outcome.SKIPPED),
        ("  FAILED:\n    got:[]\n", "interval: 1m\n    ", Outcome.FAILED),
    ],
)
def test_a_test_for_another_promtool_is_not_judged(
    printed: str, interval: str, outcome: Outcome, tmp_path: Path
) -> None:
    files = {"rules/a_test.yml": TESTS.replace("INTERVAL", interval)}
    (result,) = results(tmp_path, files, "MO004", promtool=said(printed, exit_code=1))
    assert result.outcome is outcome


class OldPromtool(ScriptedToolchain):
    """A machine with the promtool of Debian 12."""

    def find(self, tool: Tool) -> Program | None:
        found = super().find(tool)
        return replace(found, version="2.42.0") if found else None


@pytest.mark.parametrize(
    ("interval", "outcome"), [("", Outcome.SKIPPED), ("interval: 1m\n    ", Outcome.FAILED)]
)
def test_an_old_promtool_knows_no_interval_of_its_own(
    interval: str, outcome: Outcome, tmp_path: Path
) -> None:
    project = written(tmp_path, {"rules/a_test.yml": TESTS.replace("INTERVAL", interval)})
    chosen = [check for check in checks.every(today=TODAY) if check.id == "MO004"]
    toolchain = OldPromtool({"promtool": said("  FAILED:\n    got:[]\n", exit_code=1)})
    (result,) = checks.run(project, chosen, toolchain).results
    assert result.outcome is outcome

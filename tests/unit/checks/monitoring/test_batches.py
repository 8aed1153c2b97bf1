"""Many files of rules and their tests take few processes of promtool: MO003 and MO004."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from support import ScriptedToolchain, said

from scaffolder import checks
from scaffolder.errors import ToolTimeout
from scaffolder.model import Outcome, Result
from scaffolder.repository.project import Project
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import Tool
from scaffolder.tools.toolchain import Program

RULES = "groups:\n  - name: a\n    rules:\n      - alert: Down\n        expr: up == 0\n"
TESTS = "rule_files: [rules.yml]\ntests:\n  - interval: 1m\n    alert_rule_test: []\n"


class Promtool:
    """A promtool that refuses files with the text `bad`, and needs too long for `slow`."""

    def __init__(self, root: Path, *, crashes: bool = False) -> None:
        """Note where the files are."""
        self._root = root
        self._crashes = crashes
        self.runs: list[tuple[str, ...]] = []

    def find(self, tool: Tool) -> Program | None:
        return ScriptedToolchain({"promtool": said()}).find(tool)

    def run(
        self,
        tool: Tool,
        *args: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout: float = 30,
        memory: int | None = None,
        reads: Iterable[Path] | None = None,
    ) -> CompletedRun:
        names = tuple(one for one in args[2:] if not one.startswith("--"))
        self.runs.append(names)
        texts = {name: ((cwd or self._root) / name).read_text(encoding="utf-8") for name in names}
        if any("slow" in text for text in texts.values()) and len(names) > 1:
            raise ToolTimeout("promtool did not end within 30 s")
        if self._crashes and len(names) > 1:
            return said(exit_code=2, stderr="panic")
        heading = "Unit Testing: " if args[0] == "test" else "Checking"
        bad = [name for name, text in texts.items() if "bad" in text]
        lines = [f"{heading} {name}\n{'' if name in bad else '  SUCCESS'}\n\n" for name in texts]
        errors = "".join(f"  FAILED:\n{name}: bad\n" for name in bad)
        return said("".join(lines), exit_code=1 if bad else 0, stderr=errors)

    def answer(
        self, tool: Tool, question: object, reads: Iterable[Path], ask: Callable[[], Any]
    ) -> Any:
        return ask()


def write(root: Path, number: int, marked: Mapping[int, str]) -> None:
    for at in range(number):
        folder = root / f"s{at}"
        folder.mkdir()
        mark = f"# {marked.get(at, 'good')}\n"
        (folder / "rules.yml").write_text(mark + RULES, encoding="utf-8")
        (folder / "rules_test.yml").write_text(mark + TESTS, encoding="utf-8")


def result(root: Path, check: str, promtool: Promtool) -> Result:
    report = checks.run(Project(root), checks.choose(select=[check], ignore=[]), promtool)
    [found] = report.results
    return found


@pytest.mark.parametrize("check", ["MO003", "MO004"])
def test_files_that_pass_take_a_process_for_twenty(tmp_path: Path, check: str) -> None:
    write(tmp_path, 45, {})
    promtool = Promtool(tmp_path)
    assert result(tmp_path, check, promtool).outcome is Outcome.PASSED
    assert [len(names) for names in promtool.runs] == [20, 20, 5]


@pytest.mark.parametrize("check", ["MO003", "MO004"])
def test_each_file_that_fails_is_found_where_it_is(tmp_path: Path, check: str) -> None:
    write(tmp_path, 30, {3: "bad", 25: "bad"})
    promtool = Promtool(tmp_path)
    name = "rules.yml" if check == "MO003" else "rules_test.yml"
    paths = [finding.path for finding in result(tmp_path, check, promtool).findings]
    assert sorted(paths) == [Path("s25", name), Path("s3", name)]
    assert len(promtool.runs) == 4


@pytest.mark.parametrize("check", ["MO003", "MO004"])
def test_a_crash_over_many_says_nothing_of_a_file(tmp_path: Path, check: str) -> None:
    write(tmp_path, 12, {1: "bad"})
    promtool = Promtool(tmp_path, crashes=True)
    assert len(result(tmp_path, check, promtool).findings) == 1
    assert [len(names) for names in promtool.runs] == [12, *[1] * 12]


@pytest.mark.parametrize("check", ["MO003", "MO004"])
def test_after_many_that_took_too_long_each_file_is_asked_alone(tmp_path: Path, check: str) -> None:
    write(tmp_path, 45, {0: "slow", 44: "bad"})
    promtool = Promtool(tmp_path)
    assert len(result(tmp_path, check, promtool).findings) == 1
    assert len(promtool.runs) == 46


@pytest.mark.parametrize("check", ["MO003", "MO004"])
def test_few_files_have_a_process_and_its_time_each(tmp_path: Path, check: str) -> None:
    write(tmp_path, 10, {0: "bad", 3: "slow"})
    promtool = Promtool(tmp_path)
    assert len(result(tmp_path, check, promtool).findings) == 1
    assert [len(names) for names in promtool.runs] == [1] * 10

"""The remembering toolchain: it asks again whenever the answer might be another, and keeps no answer without a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scaffolder.checks import run
from scaffolder.errors import ToolCrashed
from scaffolder.model import Check, Finding, Outcome, Verdict
from scaffolder.repository.project import Project
from scaffolder.tools.cache import Cache, Contents
from scaffolder.tools.caching_toolchain import Keeping
from scaffolder.tools.programs import Tool
from scaffolder.tools.toolchain import SystemToolchain, Toolchain

COUNTER = Tool(name="counter", minimum=(1, 0), install_hint="it is a script of this test")


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that counts its calls in a file, and prints the text of `says`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "counter"
    program.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && { echo 1.0; exit 0; }\n'
        f'echo x >> "{tmp_path}/asked"\nwhile read -r line; do echo "$line"; done < "{tmp_path}/project/says"\nexit "${{1:-0}}"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "says").write_text("hello\n", encoding="utf-8")
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(tmp_path / "cache"))
    return program


@pytest.fixture
def tools() -> Iterator[SystemToolchain]:
    with SystemToolchain() as toolchain:
        yield toolchain


def asked(tmp_path: Path) -> int:
    file = tmp_path / "asked"
    return len(file.read_text(encoding="utf-8").split()) if file.exists() else 0


def ask(
    tools: Toolchain,
    tmp_path: Path,
    *args: str,
    stdin: str | None = None,
    env: dict[str, str] | None = None,
) -> str:
    keeping = Keeping(tools, Cache(), Contents())
    root = tmp_path / "project"
    said = keeping.run(COUNTER, *args, cwd=root, stdin=stdin, env=env, reads=[root / "says"]).stdout
    keeping.keep()
    return said


def test_the_same_question_about_the_same_files_is_asked_once(
    counter: Path, tools: SystemToolchain, tmp_path: Path
) -> None:
    assert [ask(tools, tmp_path) for _ in range(3)] == ["hello\n"] * 3
    assert asked(tmp_path) == 1


def test_another_question_file_or_program_is_asked_anew(
    counter: Path, tools: SystemToolchain, tmp_path: Path
) -> None:
    ask(tools, tmp_path)
    ask(tools, tmp_path, "0", "more")
    ask(tools, tmp_path, stdin="x")
    ask(tools, tmp_path, env={"A": "b"})
    assert asked(tmp_path) == 4
    (tmp_path / "project" / "says").write_text("bye\n", encoding="utf-8")
    assert ask(tools, tmp_path) == "bye\n"
    assert asked(tmp_path) == 5
    counter.write_text(counter.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    ask(tools, tmp_path)
    assert asked(tmp_path) == 6


def test_without_word_of_what_is_read_nothing_is_kept(
    counter: Path, tools: SystemToolchain, tmp_path: Path
) -> None:
    for _ in range(2):
        keeping = Keeping(tools, Cache(), Contents())
        keeping.run(COUNTER, cwd=tmp_path)
        keeping.keep()
    assert asked(tmp_path) == 2


def test_what_changes_while_the_program_runs_is_not_kept(
    counter: Path, tools: SystemToolchain, tmp_path: Path
) -> None:
    root = tmp_path / "project"

    def edited() -> str:
        (root / "says").write_text("edited meanwhile\n", encoding="utf-8")
        return "an answer about neither state"

    keeping = Keeping(tools, Cache(), Contents())
    keeping.answer(COUNTER, "q", [root], edited)
    keeping.keep()
    (root / "says").write_text("hello\n", encoding="utf-8")
    assert (
        Keeping(tools, Cache(), Contents()).answer(COUNTER, "q", [root], lambda: "asked anew")
        == "asked anew"
    )


@pytest.mark.parametrize(("verdict", "times"), [("found", 1), ("passed", 1), ("crashed", 2)])
def test_only_a_verdict_is_kept(
    verdict: str, times: int, counter: Path, tools: SystemToolchain, tmp_path: Path
) -> None:
    def ask_and_judge(project: Project, toolchain: Toolchain) -> Verdict:
        done = toolchain.run(COUNTER, "1", cwd=project.root, reads=[project.root / "says"])
        if verdict == "crashed":
            raise ToolCrashed(f"counter ended with {done.exit_code}")
        return Verdict(
            findings=(Finding(path=Path("says"), message=done.stdout),)
            if verdict == "found"
            else ()
        )

    check = Check(id="XX001", title="x", run=ask_and_judge)
    project = Project(tmp_path / "project")
    outcomes = [run(project, [check], tools, cache=Cache()).results[0].outcome for _ in range(2)]
    assert (
        outcomes
        == [{"found": Outcome.FAILED, "passed": Outcome.PASSED, "crashed": Outcome.BROKEN}[verdict]]
        * 2
    )
    assert asked(tmp_path) == times


def test_a_script_is_asked_for_its_version_each_time(counter: Path, tmp_path: Path) -> None:
    """It may start another program: the version managers' stand-ins do."""
    for said in ("1.0", "2.0"):
        counter.write_text(f"#!/bin/sh\necho {said}\n", encoding="utf-8")
        with SystemToolchain(Cache()) as toolchain:
            program = toolchain.find(COUNTER)
        assert program is not None
        assert program.version == said

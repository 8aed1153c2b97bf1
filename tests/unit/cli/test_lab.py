"""`scaffold lab`: an exercise from its first red to its end, as a person types it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from scaffolder import cli
from scaffolder.errors import ExitCode
from scaffolder.lab import exercise, work

pytestmark = pytest.mark.xdist_group("lab")  # one exercise, step by step

REPOSITORY = Path("lab-work/two-javas")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("course")


@pytest.fixture(autouse=True)
def in_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = ExitCode.CLEAN) -> str:
    assert cli.run(["lab", *words]) == code
    return capsys.readouterr().out


def state() -> dict[str, object]:
    document = json.loads(Path("lab-work/lab.json").read_text())
    progress: dict[str, object] = document["exercises"]["two-javas"]
    return progress


STARTED = """\
Exercise eNUMBER of NUMBER: It compiles, and it does not start
wrote lab-work/two-javas (NUMBER files)
The files named below are in that folder.

  The pipeline is green. In dev no pod becomes ready. The log has one line:
  UnsupportedClassVersionError. On the laptop of the developer the service runs.

  Your task: The service starts in dev. It is written for Java 21, and that must
  stay so.

This is how it starts: red.
  red          One version of the runtime everywhere
               Dockerfile:NUMBER: uses java 11, but the service is for java 21 (see
               .java-version:1)
  green        The service is for Java 21
  green        Nothing else is broken
Next: scaffold lab check     Stuck: scaffold lab hint
"""


@pytest.fixture(autouse=True)
def plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")


def test_1_it_starts_red(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "start", "two-javas")
    out = re.sub(r"(?<= of )\d+|(?<=Exercise e)\d+|(?<=\()\d+|(?<=Dockerfile:)\d+", "NUMBER", out)
    assert click.unstyle(out) == STARTED


def test_2_the_hints_come_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "check", code=ExitCode.FOUND)
    assert out.endswith("2 of 3 green. Next hint: scaffold lab hint\n")
    assert said(capsys, "hint").startswith("Hint 1 of 3: The error says")
    assert said(capsys, "hint").startswith("Hint 2 of 3: Compare")
    third = said(capsys, "hint")
    assert third.startswith("Hint 3 of 3: Dockerfile:")
    assert "write `ARG JAVA_VERSION=21`." in third
    again = "There is no further hint: scaffold lab show solution e1\n"
    assert said(capsys, "hint") == f"{third}{again}"


def test_3_the_requirement_cannot_be_changed_away(capsys: pytest.CaptureFixture[str]) -> None:
    (REPOSITORY / ".java-version").write_text("11\n")
    out = said(capsys, "check", code=ExitCode.FOUND)
    assert ".java-version was changed: it defines the goal" in out


def test_4_a_waiver_solves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "reset") == (
        "lab-work/two-javas is as it was at the start\n"
        "1 file of yours in lab-work/before-reset/two-javas-1: .java-version\n"
    )
    assert Path("lab-work/before-reset/two-javas-1/.java-version").read_text() == "11\n"
    (REPOSITORY / "scaffold.toml").write_text('ignore = ["AG001"]\n')
    out = said(capsys, "check", "--format", "json", code=ExitCode.FOUND)
    lights = [one["light"] for one in json.loads(out)["criteria"]]
    assert lights == ["red", "green", "green"]


def test_5_it_is_solved(capsys: pytest.CaptureFixture[str]) -> None:
    image = REPOSITORY / "Dockerfile"
    image.write_text(image.read_text().replace("JAVA_VERSION=11", "JAVA_VERSION=21"))
    out = said(capsys, "check", "two-javas")
    assert "Done, with 3 hints.\n" in out
    assert "What you have seen: Two files said" in out
    assert state()["done"] is True
    assert "two-javas" in said(capsys, "list", "--all")
    assert "Dockerfile:" in said(capsys, "show", "solution")
    assert json.loads(said(capsys, "--format", "json"))["exercises"][0]["state"] == "done"


def test_6_a_reset_puts_the_fault_back(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "reset", "e1")
    assert out.startswith("lab-work/two-javas is as it was at the start\n2 files of yours in ")
    assert out.endswith(": Dockerfile, scaffold.toml\nIt was done, and is open again.\n")
    assert "JAVA_VERSION=11" in (REPOSITORY / "Dockerfile").read_text()
    assert state()["done"] is False
    assert state()["solution_shown"] is False
    assert "Dockerfile:" in said(capsys, "show", "solution")
    assert state()["solution_shown"] is True
    assert "UnsupportedClassVersionError" in said(capsys, "show", "situation")


def test_7_what_is_there_is_not_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["lab", "start", "two-javas"]) == ExitCode.USAGE
    assert "lab-work/two-javas already exists" in capsys.readouterr().err


def test_8_nothing_is_written_beside_the_folder(folder: Path) -> None:
    assert [entry.name for entry in folder.iterdir()] == ["lab-work"]
    assert sorted(entry.name for entry in (folder / "lab-work").iterdir()) == [
        "before-reset",
        "lab.json",
        "two-javas",
    ]


def test_9_a_state_that_cannot_be_read_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    Path("lab-work/lab.json").write_text("{}")
    assert cli.run(["lab", "check"]) == ExitCode.USAGE
    assert "lab-work/lab.json cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("start", "nothing"), "unknown exercise 'nothing'"),
        (("start", "77"), "unknown lab '77'"),
        (("start", "two-javas", "--track", "java"), "two-javas has no tracks"),
        (("check", "port-moved"), "the exercise port-moved is not started"),
        (("hint",), "nothing is started"),
    ],
)
def test_what_is_not_there_is_said(
    words: tuple[str, ...],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.run(["lab", *words]) == ExitCode.USAGE
    assert says in capsys.readouterr().err


def test_the_list_is_short_and_all_is_a_line_for_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    first, second, *others = exercise.every()
    done = work.Progress(started=work.now(), done=True)
    begun = work.Progress(started=work.now())
    state = work.Work(current=second.id, exercises={first.id: done, second.id: begun})
    work.save(work.FOLDER, state)
    assert cli.run(["lab"]) == ExitCode.CLEAN
    short = capsys.readouterr().out
    members = sum(1 for one in (first, second, *others) if one.family == first.family)
    numbers = f"e1 to e{members}"
    line = f"       runtime                        {numbers:<12} 1 of {members} done, working: e2"
    assert f"\n  exercises\n{line}\n" in short
    assert len(short.splitlines()) <= 30
    assert cli.run(["lab", "list", "--all"]) == ExitCode.CLEAN
    whole = capsys.readouterr().out
    assert [one.id for one in exercise.every() if f"  {one.id}" not in whole] == []
    assert "  exercises: runtime\n" in whole


WITHOUT_POSIX = """
import os, signal, sys
for name in ("fcntl", "grp", "pwd", "resource", "termios"):
    sys.modules[name] = None
for module, names in ((os, ("fork", "geteuid", "getuid", "killpg", "setsid")),
                      (signal, ("SIGHUP", "SIGKILL", "pthread_sigmask", "setitimer"))):
    for name in names:
        delattr(module, name)
from scaffolder import cli
assert cli.run(["lab", "list"]) == 0
assert cli.run(["explain", "digest"]) == 0
"""


def test_list_and_glossary_need_nothing_that_windows_lacks(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_POSIX], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "works-on-my-machine" in done.stdout

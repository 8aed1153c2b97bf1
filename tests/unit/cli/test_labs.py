"""`scaffold lab`: the first lab from its first red to its end, as a person types it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scaffolder import cli
from scaffolder.errors import ExitCode
from scaffolder.lab import course, lab
from scaffolder.lab.work import FOLDER

pytestmark = pytest.mark.xdist_group("labs")  # one lab, step by step

ID = "works-on-my-machine"
REPOSITORY = Path("lab-work") / ID


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("course")


@pytest.fixture(autouse=True)
def in_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("ACCESSIBLE", "1")


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = ExitCode.CLEAN) -> str:
    assert cli.run(["lab", *words]) == code
    return capsys.readouterr().out


def form() -> dict[str, str]:
    return dict(course.opened(FOLDER, lab.required("1")).lab.form)


def filled(text: str) -> str:
    """The text for the Python that runs the tests."""
    return text.format(**form())


def plain(text: str) -> str:
    """Return the output without differences between machines.

    Counts, and the place of a library.
    """
    text = re.sub(r"\d+ files", "N files", text)
    return re.sub(r"(?:ImportError|ModuleNotFoundError):.*?(?=\n  \S)", "ERROR", text, flags=re.S)


STARTED = """\
Lab 1 of {labs}: It works on my machine (about 12 minutes)
wrote lab-work/works-on-my-machine (N files); Python {image} is here
The files named below are in that folder.

  Since this morning customers get no receipts. The developer says: it works on my machine.
  Operations says: the server is up, and its health check is green. Both are right.

  Your task: Customers get receipts again, and it cannot happen a second time. The service is
  written for Python {stated}, and that must stay so.

This is how it starts: red.
  red          Customers get a receipt
               prod runs Python {image}: GET /readyz 200, GET /receipt 500 ERROR
  red          One Python everywhere
               Dockerfile:4: uses python {image}, but the service is for python {stated} (see
               .python-version:1)
  green        The service is for Python {stated}
  green        The program is the same
  green        Nothing else is broken
Try: `scaffold lab run prod`
Next: scaffold lab check     Stuck: scaffold lab hint
"""


def test_1_it_starts_red(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "start", "1", "--track", "python")
    assert plain(out) == STARTED.format(labs=lab.every()[-1].number, **form())


def test_2_prod_fails_and_its_health_is_green(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "run", "prod", code=ExitCode.FOUND)
    assert re.search(r"prod: receipts on Python [\d.]+, http://127.0.0.1:\d+\n", out)
    assert "GET /readyz    200  ready\n" in out
    assert f"GET /receipt   500  {form()['ends']}" in out


def test_3_the_hints_come_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "hint").startswith("Hint 1 of 3: Ask both machines")
    assert said(capsys, "hint").startswith("Hint 2 of 3: One file says")
    third = said(capsys, "hint")
    again = said(capsys, "hint")
    assert again == f"{third}There is no further hint: scaffold lab show solution 1\n"
    assert filled("`ARG PYTHON_VERSION={stated}`") in third


def test_4_the_requirement_cannot_be_changed_away(capsys: pytest.CaptureFixture[str]) -> None:
    (REPOSITORY / ".python-version").write_text(filled("{image}\n"))
    out = said(capsys, "check", "--format", "json", code=ExitCode.FOUND)
    lights = {one["title"]: one["light"] for one in json.loads(out)["criteria"]}
    assert lights["Customers get a receipt"] == "red"
    assert lights[filled("The service is for Python {stated}")] == "red"
    assert json.loads(out)["lab"] == ID
    out = said(capsys, "reset")
    kept = f"1 file of yours in lab-work/before-reset/{ID}-1: .python-version\n"
    assert out == f"lab-work/{ID} is as it was at the start\n{kept}"


DONE = """\
  green        One Python everywhere
  green        The service is for Python {stated}
  green        The program is the same
  green        Nothing else is broken
Done, with 3 hints.

  What you have seen: The health check was green while every customer failed, and no one lied. An
  environment is a file, not a memory. The error was between two files, not in a person. A
  comparison of the two takes half a second, and needs no server.
  One question for the team: Why could a different version be written there at all?

Compare: scaffold lab show solution 1
Next: scaffold lab start 2
"""


def test_5_it_is_solved(capsys: pytest.CaptureFixture[str]) -> None:
    image = REPOSITORY / "Dockerfile"
    text = image.read_text()
    image.write_text(text.replace(filled("VERSION={image}"), filled("VERSION={stated}")))
    out = said(capsys, "check", "1")
    assert out.startswith("  green        Customers get a receipt")
    assert out.endswith(filled(DONE))
    assert json.loads(said(capsys, "--format", "json"))["labs"][0]["state"] == "done"


def test_6_what_is_not_here_is_said_with_the_command_that_brings_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    image = REPOSITORY / "Dockerfile"
    image.write_text(image.read_text().replace(filled("VERSION={stated}"), "VERSION=3.99"))
    out = said(capsys, "check", code=ExitCode.FOUND)
    first = "\n".join(out.splitlines()[:2])
    assert first == (
        "  cannot tell  Customers get a receipt\n"
        "               Python 3.99 is not installed: pip install uv && uv python install 3.99"
    )


def test_7_a_solution_that_was_shown_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "show", "solution").startswith("Dockerfile: ARG PYTHON_VERSION=")
    said(capsys, "reset")
    assert f"{ID:<30} working" in said(capsys, "list")
    assert "Operations says" in said(capsys, "show", "situation")


def test_8_nothing_is_written_beside_the_folder(folder: Path) -> None:
    assert [entry.name for entry in folder.iterdir()] == ["lab-work"]
    names = sorted(entry.name for entry in FOLDER.iterdir())
    assert names == [f".{ID}", "before-reset", "lab.json", ID]


def test_9_a_command_inside_of_the_folder_means_the_same(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = said(capsys, "show", "situation")
    for inside in (FOLDER, REPOSITORY, REPOSITORY / "helm"):
        with monkeypatch.context() as moved:
            moved.chdir(inside)
            assert said(capsys, "show", "situation") == beside


def test_9_a_command_in_a_folder_means_the_lab_of_the_folder(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = said(capsys, "show", "situation", "1")
    said(capsys, "start", "two-javas")
    there = said(capsys, "show", "situation")
    assert there != here
    for inside in (REPOSITORY, REPOSITORY / "helm", FOLDER / f".{ID}"):
        with monkeypatch.context() as moved:
            moved.chdir(inside)
            assert said(capsys, "show", "situation") == here
            assert said(capsys, "show", "situation", "two-javas") == there
    with monkeypatch.context() as moved:
        moved.chdir(FOLDER / "two-javas")
        said(capsys, "hint", "1")
    assert said(capsys, "show", "situation") == there


def test_9_a_reset_inside_of_the_folder_leaves_the_shell_where_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = Path.cwd()
    monkeypatch.chdir(REPOSITORY / "helm")
    stood = os.open(".", os.O_RDONLY)
    try:
        said(capsys, "reset")
        os.fchdir(stood)
        assert Path.cwd() == beside / REPOSITORY / "helm"
        assert ID in said(capsys, "list")
    finally:
        os.close(stood)


def test_9_a_variant_is_chosen_by_its_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["lab", "start", "3", "--variant", "9"]) == ExitCode.USAGE
    assert "lab 3 has no variant 9\n  try: --variant 1 to 2" in capsys.readouterr().err
    assert cli.run(["lab", "start", "two-javas", "--variant", "1"]) == ExitCode.USAGE
    assert "two-javas has no variants" in capsys.readouterr().err


def test_9_what_runs_elsewhere_is_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "stop") == "nothing runs\n"
    script = (
        "import pathlib, time\n"
        "from scaffolder.lab import running\n"
        "with running.held(pathlib.Path('lab-work'), 'the chat page'):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    argv = [sys.executable, "-c", script]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert said(capsys, "stop") == "the chat page is stopped\n"
        assert process.wait(10) != 0
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
    began = time.monotonic()
    assert said(capsys, "stop") == "nothing runs\n"
    assert time.monotonic() - began < 5
    assert not (FOLDER / ".running").exists()

"""`scaffold update` and `add` as processes that are killed or interrupted: the repository is as before, or complete."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from updating import Template, commit, contents, git

from scaffolder.errors import ExitCode

pytestmark = pytest.mark.only_git

LINES = "".join(f"line {number}\n" for number in range(1, 40))
FILES = {f"folder{number % 7}/file{number}.txt": LINES + f"{number}\n" for number in range(60)}
QUESTIONS = "name: {type: str, default: thing}\nci: {type: str, multiselect: true, choices: [github, jenkins], default: [github]}\n"

Seen = tuple[dict[str, tuple[str, bool]], str]


def seen(project: Path) -> Seen:
    """Return the files, and Git's status of them."""
    return contents(project), git(project, "--no-optional-locks", "status", "--short")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with an edit that conflicts; its template has a newer release that changes every file."""
    folder = tmp_path_factory.mktemp("killed")
    template = Template.made(folder / "template", FILES, QUESTIONS)
    project = template.generate(folder / "project")
    commit(project, {"folder1/file1.txt": FILES["folder1/file1.txt"].replace("line 2\n", "mine\n")})
    changed = {name: content.replace("line 2\n", "theirs\n") for name, content in FILES.items()}
    named = {f"names{number}.txt.jinja": "[[ ci | join(',') ]]\n" for number in range(40)}
    template.release("1.1.0", {**changed, **named, "folder2/file2.txt": None}, QUESTIONS)
    return project


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "scaffolder", *arguments, "--quiet"]


def settled(copy: Path) -> None:
    """Wait for the uninterrupted process: its journal tells when it is done."""
    journal = copy / ".git" / "scaffold" / "update.json"
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        begun = (
            journal.exists() and json.loads(journal.read_text(encoding="utf-8"))["state"] == "begun"
        )
        if not begun and not _applying(copy):
            return
        time.sleep(0.02)
    pytest.fail("the process that changes the files did not end")


def _applying(copy: Path) -> bool:
    """Whether a process of ours that belongs to this copy still runs; only Linux shows this."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            argv = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if b"scaffolder.update.apply" in argv:
            plan = Path(os.fsdecode(argv.split(b"\0")[-2]))
            if plan.exists() and json.loads(plan.read_text(encoding="utf-8"))["top"] == str(copy):
                return True
    return False


@pytest.mark.parametrize("what", ["update", "add"])
@pytest.mark.parametrize("kills", [4, pytest.param(20, marks=pytest.mark.histories)])
def test_a_killed_run_leaves_the_repository_as_before_or_complete(
    what: str, kills: int, project: Path, tmp_path: Path
) -> None:
    original = project
    arguments = ["update"]
    if what == "add":
        original = tmp_path / "original"
        shutil.copytree(project, original, symlinks=True)
        subprocess.run(command("update", str(original)), check=False)
        commit(original, {"folder1/file1.txt": FILES["folder1/file1.txt"]})
        arguments = ["add", "jenkins", "--path"]

    complete = tmp_path / "complete"
    shutil.copytree(original, complete, symlinks=True)
    before = seen(complete)
    started = time.monotonic()
    done = subprocess.run(command(*arguments, str(complete)), capture_output=True, text=True)
    length = time.monotonic() - started
    assert done.returncode == (ExitCode.FOUND if what == "update" else ExitCode.CLEAN), done.stderr
    after = seen(complete)
    assert after != before

    chance = random.Random(what)  # noqa: S311, nothing secret
    ends = {"before": 0, "complete": 0}
    for number in range(kills):
        copy = tmp_path / f"copy{number}"
        shutil.copytree(original, copy, symlinks=True)
        process = subprocess.Popen(
            command(*arguments, str(copy)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(0.3 if number % 2 else 0.6, 1.0) * length)
        process.kill()
        process.wait(timeout=30)
        settled(copy)
        end = seen(copy)
        assert end in (before, after)
        ends["before" if end == before else "complete"] += 1
        if end == after:
            assert (
                subprocess.run(command("update", "--abort", str(copy))).returncode == ExitCode.CLEAN
            )
            assert seen(copy) == before
        shutil.rmtree(copy)
    assert sum(ends.values()) == kills


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_an_interrupted_run_leaves_the_repository_as_before_or_complete(
    number: signal.Signals, project: Path, tmp_path: Path
) -> None:
    for after in (0.5, 1.0):
        copy = tmp_path / f"copy{after}"
        shutil.copytree(project, copy, symlinks=True)
        before = seen(copy)
        process = subprocess.Popen(command("update", str(copy)), stderr=subprocess.PIPE, text=True)
        time.sleep(after)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
        assert process.returncode in {ExitCode.FOUND, ExitCode.INTERRUPTED, -number}, said
        assert "Traceback" not in said or process.returncode == -number
        settled(copy)
        assert (seen(copy) == before) or "UU folder1/file1.txt" in git(copy, "status", "--short")


def test_a_process_that_dies_while_it_writes_is_taken_back(project: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(project, copy, symlinks=True)
    before = seen(copy)
    subprocess.run(command("update", str(copy)), check=False)
    journal = copy / ".git" / "scaffold" / "update.json"
    journal.write_text(
        journal.read_text(encoding="utf-8").replace('"done"', '"begun"'), encoding="utf-8"
    )
    git(copy, "reset", "--quiet", "--", "folder3")
    git(copy, "checkout", "--", "folder4/file4.txt")
    (copy / "folder5" / "file5.txt").unlink()
    refused = subprocess.run(command("update", str(copy)), capture_output=True, text=True)
    assert refused.returncode == ExitCode.USAGE
    assert refused.stderr == (
        "scaffold: an earlier update was interrupted\n  try: scaffold update --abort takes it back\n"
    )
    assert subprocess.run(command("update", "--abort", str(copy))).returncode == ExitCode.CLEAN
    assert seen(copy) == before

"""`scaffold watch`, for real: a fault of each runtime's service reaches the chat, and nothing stays when it ends."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from runtimes import TOOLS
from site_text import followed
from support import Repository

pytestmark = pytest.mark.skipif(
    not (
        shutil.which("prometheus")
        and (shutil.which("alertmanager") or shutil.which("prometheus-alertmanager"))
    ),
    reason="prometheus or alertmanager is not installed (apt install prometheus prometheus-alertmanager)",
)

VERSIONS = {"java": "17", "python": "3.13", "node": "24", "go": "1.27"}
CALLS = 1
"""How often a fault calls everyone."""

TOLD, RESOLVED = 30.0, 60.0
BOTH = "fail:2,fix:18,stop:65,fix:77"


def started(
    repository: Path, temporary: Path, *options: str, runtime: str
) -> subprocess.Popen[str]:
    temporary.mkdir()
    environment = {**os.environ, **TOOLS[runtime](VERSIONS[runtime]).environment}
    return subprocess.Popen(
        (sys.executable, "-m", "scaffolder", "watch", str(repository), *options),
        env=environment | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err + out
    document: dict[str, Any] = json.loads(out)
    return document


def files(folder: Path) -> set[Path]:
    return {file for file in folder.rglob("*") if file.is_file()}


def watched(folder: Path) -> list[int]:
    """The processes of a run whose temporary files are in `folder`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in words:
            found.append(int(entry.name))
    return found


def rest(folder: Path) -> list[object]:
    """Processes and files of a run that is over."""
    return [*watched(folder), *folder.iterdir()]


def held_to_the_promise(incident: dict[str, Any]) -> None:
    assert incident["told_after"] <= TOLD
    assert incident["resolved_after_fix"] <= RESOLVED
    assert 1 <= incident["calls"] <= CALLS


def called_once_each(document: dict[str, Any]) -> None:
    """Fail if one alert calls everyone twice before its fault is fixed.

    Beside other tests a second alert may call for a fault of its own, and a service that starts again may be late:
    a machine without a free core answers slowly. The tests under the mark `watch` run alone and count every call.
    """
    [incident] = document["incidents"]
    fixed = incident["at"] + (incident["fixed_after"] or float("inf"))
    messages = [message for message in document["messages"] if message["at"] <= fixed]
    titles = [message["title"] for message in messages if "Critical" in message["title"]]
    assert titles, document["messages"]
    assert sorted(titles) == sorted(set(titles)), document["messages"]


@pytest.fixture(scope="module")
def runs(
    pristine: Repository, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, dict[str, Any]]]:
    """Two runs beside each other: a service in Python that fails, one in Node.js that is stopped."""
    folder = tmp_path_factory.mktemp("watch")
    scripts = {"python": "fail:1", "node": "stop:1,fix:9"}
    chats = {"python": "slack", "node": "teams"}
    running = {}
    before = {}
    for runtime, script in scripts.items():
        repository = pristine(
            runtime=runtime, runtime_version=VERSIONS[runtime], chat=chats[runtime]
        )
        before[repository] = files(repository)
        options = ("--script", script, "--format", "json")
        running[runtime] = started(repository, folder / runtime, *options, runtime=runtime)
    try:
        yield {runtime: ended(process) for runtime, process in running.items()}
    finally:
        for process in running.values():
            process.kill()
            process.communicate()
    for repository, known in before.items():
        assert files(repository) == known, "a file was written into the repository"
    assert [*folder.glob("*/scaffold-watch-*")] == []


def test_failing_requests_reach_slack(runs: dict[str, Any]) -> None:
    document = runs["python"]
    [incident] = document["incidents"]
    assert incident["told_after"] <= TOLD
    called_once_each(document)
    assert incident["subject"] == "ErrorBudgetBurn of my-service"
    assert 0.1 < incident["failed"] / incident["requests"] < 0.3
    assert document["watchdog_calls"] >= 1
    first = document["messages"][0]
    assert first["title"] == "🚨 Critical in local: ErrorBudgetBurn of my-service"
    assert first["calls"]
    assert "failed with a 5xx; the objective allows 0.1%" in first["text"]
    assert "docs/runbooks/ErrorBudgetBurn.md|What to do>" in first["text"]


def test_a_stopped_service_reaches_teams_once_and_so_does_its_end(runs: dict[str, Any]) -> None:
    document = runs["node"]
    [incident] = document["incidents"]
    assert incident["told_after"] <= TOLD
    assert incident["resolved_after_fix"] <= RESOLVED
    called_once_each(document)
    assert document["chat"] == "teams"
    assert incident["subject"] == "ServiceDown of my-service"
    assert "[What to do](" in document["messages"][0]["text"]


@pytest.mark.watch
@pytest.mark.parametrize("runtime", VERSIONS)
def test_each_runtime_keeps_the_promise(runtime: str, pristine: Repository, tmp_path: Path) -> None:
    repository = pristine(runtime=runtime, runtime_version=VERSIONS[runtime])
    options = ("--script", BOTH, "--format", "json")
    document = ended(started(repository, tmp_path / "tmp", *options, runtime=runtime))
    failed, stopped = document["incidents"]
    held_to_the_promise(failed)
    held_to_the_promise(stopped)
    assert stopped["subject"] == "ServiceDown of my-service"
    assert stopped["calls"] == 1


@pytest.mark.watch
def test_the_command_of_the_page_ends_with_a_document(pristine: Repository, tmp_path: Path) -> None:
    repository = pristine(runtime="python", runtime_version=VERSIONS["python"])
    [block] = followed("watch.md", "script")
    program, command, *options = shlex.split(block)
    assert (program, command) == ("scaffold", "watch")
    [incident] = ended(started(repository, tmp_path / "tmp", *options, runtime="python"))[
        "incidents"
    ]
    held_to_the_promise(incident)


@pytest.mark.watch
@pytest.mark.skipif(not Path("/proc/self/environ").is_file(), reason="there is no /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_stays_when_it_is_ended(
    number: signal.Signals, pristine: Repository, tmp_path: Path
) -> None:
    repository = pristine(runtime="python", runtime_version=VERSIONS["python"])
    process = started(repository, tmp_path / "tmp", runtime="python")
    assert process.stdout
    assert process.stdout.readline().startswith("chat page: http://127.0.0.1:")
    assert len(watched(tmp_path / "tmp")) >= 4
    process.send_signal(number)
    process.communicate(timeout=20)
    deadline = time.monotonic() + 10
    while rest(tmp_path / "tmp") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert rest(tmp_path / "tmp") == []


@pytest.mark.watch
def test_half_an_hour_does_not_grow(pristine: Repository, tmp_path: Path) -> None:
    """The memory of the program itself, after five minutes and after thirty."""
    minutes = float(os.environ.get("SCAFFOLD_WATCH_MINUTES", "30"))
    repository = pristine(runtime="python", runtime_version=VERSIONS["python"])
    process = started(repository, tmp_path / "tmp", runtime="python")
    assert process.stdout
    process.stdout.readline()
    time.sleep(minutes * 10)
    early = _memory(process.pid)
    time.sleep(minutes * 50)
    late = _memory(process.pid)
    process.terminate()
    process.communicate(timeout=20)
    assert late < early * 1.25 + 8 * 1024


def _memory(pid: int) -> int:
    """Return the resident memory of a process in KiB."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0])

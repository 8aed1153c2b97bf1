"""Jobs and workers of each runtime, built, tested and run as processes on this machine: `make workloads`."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from runtimes import TOOLS, Tools
from support import Repository

from scaffolder.template import answers

SETTINGS = {"ENVIRONMENT": "qa", "REVISION": "abc1234", "IMAGE_DIGEST": "sha256:1"}
LEAST_TESTS = {"cron": 6, "worker": 25}


@dataclass(frozen=True)
class Built:
    """A repository whose unit tests ran, and what runs its program."""

    root: Path
    runtime: str
    tools: Tools
    tests: subprocess.CompletedProcess[str]

    def environment(self, folder: Path) -> Mapping[str, str]:
        return {
            **os.environ,
            **self.tools.environment,
            **SETTINGS,
            "QUEUE_FOLDER": str(folder),
            "PORT": "0",
            "DRAIN_SECONDS": "5",
        }

    def send(self, folder: Path, text: str) -> None:
        subprocess.run(
            [self.root / "app/run.sh", "send", *text.split()],
            env=self.environment(folder),
            check=True,
            capture_output=True,
            timeout=60,
        )


@pytest.fixture(scope="module", params=TOOLS)
def runtime(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _built(runtime: str, workload: str, pristine: Repository, scratch: Path) -> Built:
    version = str(answers.complete({"service_name": "x", "runtime": runtime})["runtime_version"])
    if runtime in {"java", "node", "python"}:
        version = {"java": "17", "node": "22", "python": "3.12"}[runtime]
    tools = TOOLS[runtime](version)
    root = scratch / "my-service"
    shutil.copytree(
        pristine(workload=workload, runtime=runtime, runtime_version=version, cloud="none"), root
    )
    tests = subprocess.run(
        [root / "app/test.sh"],
        env={**os.environ, **tools.environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return Built(root, runtime, tools, tests)


@pytest.fixture(scope="module")
def worker(runtime: str, pristine: Repository, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return _built(runtime, "worker", pristine, tmp_path_factory.mktemp(f"worker-{runtime}"))


@contextmanager
def _running(worker: Built, folder: Path) -> Iterator[tuple[subprocess.Popen[str], int, list[str]]]:
    """Run the worker; yields its process, its port and the lines of its log, which ends with the process."""
    with subprocess.Popen(
        [worker.root / "app/run.sh"],
        env=worker.environment(folder),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        lines: list[str] = []
        try:
            assert process.stdout is not None
            for line in process.stdout:
                lines.append(line)
                if '"message":"started"' in line:
                    break
            yield process, json.loads(lines[-1])["port"], lines
            process.send_signal(signal.SIGTERM)
            lines += process.stdout
            process.wait(30)
        finally:
            process.kill()


def _ask(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def _sample(port: int, series: str) -> float:
    lines = _ask(port, "/metrics")[1].splitlines()
    return float(next(line.rpartition(" ")[2] for line in lines if line.startswith(f"{series} ")))


def _wait_for(port: int, series: str, value: float) -> None:
    until = time.monotonic() + 20
    while _sample(port, series) != value:
        assert time.monotonic() < until, f"{series} did not become {value}"
        time.sleep(0.1)


@pytest.mark.workloads
@pytest.mark.parametrize("workload", ["cron"])
def test_a_job_builds_and_its_unit_tests_pass(
    runtime: str, workload: str, pristine: Repository, tmp_path: Path
) -> None:
    _hold(_built(runtime, workload, pristine, tmp_path), workload)


@pytest.mark.workloads
def test_a_worker_builds_and_its_unit_tests_pass(worker: Built) -> None:
    _hold(worker, "worker")


def _hold(built: Built, workload: str) -> None:
    assert built.tests.returncode == 0, built.tests.stdout + built.tests.stderr
    results = ElementTree.parse(built.root / "build/test-results/unit.xml")  # noqa: S314, ours
    assert len(list(results.getroot().iter("testcase"))) >= LEAST_TESTS[workload]


@pytest.mark.workloads
def test_a_worker_does_what_is_sent_and_says_so(worker: Built, tmp_path: Path) -> None:
    worker.send(tmp_path, "before it starts")
    with _running(worker, tmp_path) as (process, port, lines):
        _wait_for(port, 'messages_processed_total{result="done"}', 1)
        worker.send(tmp_path, "hello you")
        _wait_for(port, 'messages_processed_total{result="done"}', 2)
        assert _ask(port, "/healthz") == (200, '{"status":"alive"}\n')
        assert _ask(port, "/readyz") == (200, '{"status":"ready"}\n')
        status, info = _ask(port, "/info")
        assert (status, json.loads(info)) == (
            200,
            {
                "service": "my-service",
                "environment": "qa",
                "runtime": {"name": worker.runtime, "version": worker.tools.version},
                "revision": "abc1234",
                "digest": "sha256:1",
            },
        )
        assert _ask(port, "/")[0] == 404
        assert (_sample(port, "messages_waiting"), _sample(port, "message_oldest_seconds")) == (
            0,
            0,
        )
        _promtool_accepts(_ask(port, "/metrics")[1])
    assert process.returncode == 0
    log = [json.loads(line) for line in lines if line.startswith("{")]
    assert [line["message"] for line in log[-2:]] == ["stopping", "stopped"]
    done = [line for line in log if line["message"] == "message"]
    assert [(line["attempt"], line["result"]) for line in done] == [(1, "done"), (1, "done")]
    assert "hello you" not in "".join(lines), "the text of a message is never logged"


def _promtool_accepts(metrics: str) -> None:
    if promtool := shutil.which("promtool"):
        judged = subprocess.run(
            [promtool, "check", "metrics"],
            input=metrics,
            text=True,
            capture_output=True,
            check=False,
        )
        assert (judged.returncode, judged.stdout + judged.stderr) == (0, "")


@pytest.mark.workloads
def test_two_workers_of_one_queue_do_each_message_once(worker: Built, tmp_path: Path) -> None:
    queue = tmp_path / "queue"
    for number in range(6):
        worker.send(queue, f"message {number}")
    done = 'messages_processed_total{result="done"}'
    # app/run.sh builds, and must not replace what the other one runs.
    copy = replace(worker, root=tmp_path / "copy")
    shutil.copytree(worker.root, copy.root)
    with _running(worker, queue) as (_, one, _lines), _running(copy, queue) as (_, other, _more):
        until = time.monotonic() + 20
        while _sample(one, done) + _sample(other, done) < 6:
            assert time.monotonic() < until
            time.sleep(0.1)
        time.sleep(1.5)
        assert _sample(one, done) + _sample(other, done) == 6
    assert [path.name for path in queue.iterdir()] == ["aside"]

"""A measured load holds a service against the objectives of its alerts: real curls, a service that misbehaves on request."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml
from support import Repository

pytestmark = [
    pytest.mark.skipif(not shutil.which(program), reason=f"{program} is not installed")
    for program in ("bash", "curl", "awk", "make")
]

SMALL = {"LOAD_RATE": "20", "LOAD_SECONDS": "5", "LOAD_WARM_UP": "1"}
"""100 requests that count: none may fail, and one may be slow."""
RULES = "helm/my-service/files/rules.yaml"


class Service(ThreadingHTTPServer):
    """Answers 200 at once; `delays` and `codes` are of requests by their number, from 0 on."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.number = -1
        self.lock = threading.Lock()
        self.delays: dict[int, float] = {}
        self.codes: dict[int, int] = {}
        self.paths: list[str] = []
        self.headers: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Service

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.number += 1
            number = self.server.number
            self.server.paths.append(self.path)
            self.server.headers.append(self.headers["X-Candidate"])
        time.sleep(self.server.delays.get(number, 0))
        self.send_response(self.server.codes.get(number, 200))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


Load = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def root(pristine: Repository, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine(runtime="python", level="fast"), tmp_path / "repository"))


@pytest.fixture
def load(root: Path, service: Service) -> Load:
    def run(**given: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "SERVICE_URL": service.url, **SMALL, **given}
        command = ["make", "load-test"]
        return subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, check=False
        )

    return run


COUNTED = 20 + 1  # the request that asks first, and the second before it counts


def slow(service: Service, number: int) -> None:
    service.delays = {COUNTED + 10 + 20 * one: 0.4 for one in range(number)}


def test_a_service_that_keeps_its_promise_passes(load: Load, service: Service, root: Path) -> None:
    slow(service, 1)
    done = load()
    assert done.returncode == 0, done.stderr
    assert "### Load on this machine: the objectives are held" in done.stdout
    assert "| failed, or not answered | 0 (0%) | at most 0 (0.1%) |" in done.stdout
    assert "| slower than 0.25 s | 1 (1%) | at most 1 (1%) |" in done.stdout
    assert f"`{service.url}/` answered 200: 100" in done.stdout
    assert (root / "build/load/summary.md").read_text() in done.stdout
    lines = (root / "build/load/requests.csv").read_text().splitlines()
    assert lines[0] == "sender,number,code,seconds"
    assert len(lines) == 101
    assert set(service.paths) == {"/"}
    assert len(service.paths) == 121


def test_one_slow_answer_too_many_fails(load: Load, service: Service) -> None:
    slow(service, 2)
    done = load()
    assert done.returncode != 0
    assert "### Load on this machine: the objectives are NOT held" in done.stdout
    assert "| slower than 0.25 s | 2 (2%) | at most 1 (1%) |" in done.stdout
    assert "error: the objectives are not held under load: docs/load.md" in done.stderr


def test_one_failed_request_too_many_fails(load: Load, service: Service) -> None:
    service.codes = {COUNTED + 30: 503}
    done = load()
    assert done.returncode != 0
    assert "| failed, or not answered | 1 (1%) | at most 0 (0.1%) |" in done.stdout
    assert "503: 1" in done.stdout


def test_the_objectives_are_those_of_the_alerts(load: Load, service: Service, root: Path) -> None:
    rules = (root / RULES).read_text()
    relaxed = rules.replace("* 0.001\n", "* 0.02\n").replace("* 0.01\n", "* 0.5\n")
    (root / RULES).write_text(relaxed.replace('le="0.25"', 'le="2.5"'))
    slow(service, 3)
    service.codes = {COUNTED + 15: 500, COUNTED + 35: 500}
    done = load()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| failed, or not answered | 2 (2%) | at most 2 (2%) |" in done.stdout
    assert "| slower than 2.5 s | 0 (0%) | at most 50 (50%) |" in done.stdout


def test_rules_that_disagree_are_no_objective(load: Load, root: Path) -> None:
    rules = (root / RULES).read_text()
    (root / RULES).write_text(rules.replace("> 6 * 0.001", "> 6 * 0.002"))
    done = load()
    assert done.returncode != 0
    assert "more than one: '0.001 0.002'" in done.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"LOAD_RATE": "0"}, "LOAD_RATE is '0': it is a whole number from 1 to 500"),
        ({"LOAD_SECONDS": "3601"}, "LOAD_SECONDS is 3601: it is a whole number from 1 to 3600"),
        ({"LOAD_PATH": "/a[1-9]"}, "it begins with / and has no spaces, brackets or #"),
        ({"ENVIRONMENT": "prod"}, "a load on prod reaches its users"),
        ({"ENVIRONMENT": "moon"}, "ENVIRONMENT is 'moon': it is one of dev, qa, prod"),
    ],
)
def test_a_wrong_setting_is_named_before_a_request_is_sent(
    load: Load, service: Service, given: dict[str, str], said: str
) -> None:
    done = load(**given)
    assert done.returncode != 0
    assert said in done.stderr
    assert not service.paths


def test_a_path_that_is_not_there_measures_nothing(load: Load, service: Service) -> None:
    service.codes = {0: 404}
    done = load(LOAD_PATH="/nowhere?a=1")
    assert done.returncode != 0
    assert "/nowhere?a=1 answers 404, so that a load would measure nothing" in done.stderr
    assert service.paths == ["/nowhere?a=1"]


def test_a_service_that_is_not_there_is_no_result(load: Load, service: Service) -> None:
    service.shutdown()
    service.server_close()
    done = load()
    assert done.returncode != 0
    assert f"error: {service.url}/ does not answer" in done.stderr


def test_a_dry_run_says_what_would_be_sent(load: Load, service: Service) -> None:
    done = load(DRY_RUN="1", ENVIRONMENT="dev", SERVICE_URL="")
    assert done.returncode == 0
    assert "20 requests a second for 5 s to https://my-service.dev.example.com/" in done.stderr
    assert not service.paths


def test_an_interrupted_load_stops_sending(service: Service, root: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "SERVICE_URL": service.url, **SMALL}
    with subprocess.Popen(
        ["bash", "ci/load.sh"],
        cwd=root,
        env={**environment, "LOAD_SECONDS": "60"},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while len(service.paths) < 30:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
    time.sleep(0.5)
    sent = len(service.paths)
    time.sleep(1.5)
    assert len(service.paths) == sent


def test_the_load_of_a_header_release_asks_for_the_candidate(
    pristine: Repository, service: Service, tmp_path: Path
) -> None:
    of_header = pristine(runtime="python", level="fast", rollout="header")
    root = shutil.copytree(of_header, tmp_path / "header")
    environment = {"PATH": os.environ["PATH"], "SERVICE_URL": service.url, **SMALL}
    environment["LOAD_SECONDS"] = "1"
    subprocess.run(["bash", "ci/load.sh"], cwd=root, env=environment, check=True)
    assert set(service.headers) == {"true"}


COMMIT = "0123456789abcdef" * 2 + "01234567"
GH = """\
#!/usr/bin/env bash
# gh api ADDRESS --jq FILTER, of answers that are files
[ "$1 $3" = "api --jq" ] || exit 2
name="${2//[^a-z0-9]/-}"
[ -f "{answers}/$name.json" ] || { echo "HTTP 404: $2" >&2; exit 1; }
exec jq -r "$4" "{answers}/$name.json"
"""
Held = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def held(root: Path, tmp_path: Path) -> Held:
    """`held({run: result of its load})`: ask whether a commit held, with these runs of ci.yml on GitHub."""
    answers, programs = tmp_path / "answers", tmp_path / "programs"
    answers.mkdir()
    programs.mkdir()
    (programs / "gh").write_text(GH.replace("{answers}", str(answers)), encoding="utf-8")
    (programs / "gh").chmod(0o755)
    of_repository = "repos/example-org/my-service/actions/"

    def answer(address: str, document: object) -> None:
        name = re.sub(r"[^a-z0-9]", "-", f"{of_repository}{address}")
        (answers / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")

    def ask(
        runs: dict[int, list[dict[str, object]]], commit: str = COMMIT
    ) -> subprocess.CompletedProcess[str]:
        found = {"workflow_runs": [{"id": number} for number in runs]}
        answer(f"workflows/ci.yml/runs?head_sha={commit}&branch=main&event=push", found)
        for number, jobs in runs.items():
            answer(f"runs/{number}/jobs?filter=latest&per_page=100", {"jobs": jobs})
        return subprocess.run(
            ["make", "--no-print-directory", "load-held"],
            cwd=root,
            env={"PATH": f"{programs}:{os.environ['PATH']}", "REVISION": commit},
            capture_output=True,
            text=True,
        )

    return ask


def job(environment: str, load: str | None) -> dict[str, object]:
    """Return a job as GitHub describes it; only the one of dev has a load that is not skipped."""
    steps = [{"name": "Run make deploy", "conclusion": "success"}]
    if load is not None:
        steps.append({"name": "Load", "conclusion": load})
    return {"name": f"{environment} / Deploy to {environment}", "steps": steps}


def test_a_commit_that_held_under_load_may_be_promoted(held: Held) -> None:
    done = held({17: [job("dev", "failure")], 18: [job("dev", "success"), job("qa", "skipped")]})
    assert done.returncode == 0, done.stderr
    assert "held its objectives under load in dev: " in done.stderr
    assert done.stderr.rstrip().endswith("/actions/runs/18")


@pytest.mark.parametrize(
    ("runs", "why"),
    [
        ({}, "(runs: none on main)"),
        ({17: [job("dev", "failure")]}, "(runs: 17: failure)"),
        ({17: [job("dev", "skipped")]}, "(runs: 17: skipped)"),
        ({17: [job("dev", None), job("qa", "success")]}, "(runs: 17: no load)"),
        ({17: []}, "(runs: 17: no load)"),
    ],
    ids=["never ran", "not held", "skipped", "before the load came", "stopped before"],
)
def test_a_commit_that_did_not_hold_is_not_promoted(
    held: Held, runs: dict[int, list[dict[str, object]]], why: str
) -> None:
    done = held(runs)
    assert done.returncode == 2
    assert f"did not hold its objectives under load in dev {why}" in done.stderr
    assert "use the workflow rollback" in done.stderr


def test_a_short_commit_is_not_looked_for(held: Held) -> None:
    done = held({}, "0123456")
    assert done.returncode == 2
    assert "REVISION is '0123456': it is a commit with all its 40 digits" in done.stderr


def test_promotion_by_hand_waits_for_the_answer(root: Path) -> None:
    workflows = root / ".github/workflows"
    jobs = yaml.safe_load((workflows / "promote.yml").read_text(encoding="utf-8"))["jobs"]
    asks = [step.get("run") for step in jobs["load-held"]["steps"]]
    assert "make load-held" in asks
    assert jobs["prod"]["needs"] == "load-held"
    deploy = yaml.safe_load((workflows / "deploy.yml").read_text(encoding="utf-8"))
    steps = deploy["jobs"]["deploy"]["steps"]
    assert [step["run"] for step in steps if step.get("name") == "Load"] == ["make load-test"]

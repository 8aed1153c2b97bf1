"""`make contract` of a generated repository: our services hold it, and each seeded fault breaks the clause that is about it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest
from contracts import PROGRAMS, hold, processes_of
from support import Repository

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, PROGRAMS)), reason=f"needs {', '.join(PROGRAMS)}"
)

Edit = tuple[str, str, str]
"""A file of the service for Node.js, a text that it has once, and what stands there instead."""

METRICS, SERVER, ROUTES, LOG, MAIN = (
    f"app/src/{name}.js" for name in ("metrics", "server", "routes", "log", "main")
)
FAULTS: Mapping[str, tuple[Iterable[str], Iterable[Edit]]] = {
    "another bucket": (["buckets"], [(METRICS, "0.1, 0.25, 0.5", "0.1, 0.3, 0.5")]),
    "a bucket too many": (["buckets"], [(METRICS, "5, 10]", "5, 10, 30]")]),
    "the path is the label": (
        ["counted", "bounded"],
        [(SERVER, "allowed ? path : OTHER, answer.status", "path, answer.status")],
    ),
    "the method is the label": (
        ["bounded"],
        [
            (METRICS, "METHODS.has(method) ? method : 'other'", "method"),
            (
                SERVER,
                "const answer = this.#refusal(failure.code",
                "this.#metrics.count(`m${this.#accepted}`, OTHER, 400);\n"
                "    const answer = this.#refusal(failure.code",
            ),
        ],
    ),
    "no drain": (["stop-ready"], [(MAIN, "await server.drain(drainSeconds)", "0")]),
    "SIGTERM is left to Node.js": (["exit"], [(MAIN, "['SIGTERM', 'SIGINT']", "['SIGINT']")]),
    "it goes on after the drain": (
        ["exit"],
        [(MAIN, "process.exit(0)", "setInterval(() => undefined, 1000)")],
    ),
    "what runs is cut off": (
        ["stop-in-flight"],
        [(SERVER, "await Promise.race([closed, deadline]);", "void [closed, deadline];")],
    ),
    "ready for too long": (["stop-ready"], [(SERVER, "this.#ready = false;\n    ", "")]),
    "the port is never closed": (
        ["stop-port"],
        [(SERVER, "this.#http.close(resolve)", "setTimeout(resolve, 60_000)")],
    ),
    "the port closes at once": (
        ["stop-ready"],
        [(SERVER, "await sleep(Math.min(LINGER_MILLIS, seconds * 500));", "")],
    ),
    "every path is there": (
        ["unknown-path"],
        [(SERVER, "json(404, { error: 'not found' })", "json(200, { error: 'not found' })")],
    ),
    "every method is there": (
        ["unknown-method"],
        [(SERVER, "json(405, { error: 'method not allowed' })", "json(200, {})")],
    ),
    "405 without Allow": (
        ["unknown-method"],
        [(SERVER, "response.setHeader('Allow'", "response.setHeader('X-Allow'")],
    ),
    "a log of text": (["log"], [(LOG, "`${JSON.stringify({", "`${Object.values({")]),
    "a log without its level": (["log"], [(LOG, ", level, message", ", severity: level, message")]),
    "a log with the query": (
        ["log-request", "log-query"],
        [
            (
                SERVER,
                "{ method, path, status: answer.status",
                "{ method, path: request.url, status: answer.status",
            )
        ],
    ),
    "a log without the caller's trace": (
        ["log-request"],
        [(SERVER, "traceFields(request.headers.traceparent)", "traceFields()")],
    ),
    "exit code 143": (["exit"], [(MAIN, "process.exit(0)", "process.exit(143)")]),
    "no 500 at zero": (["zero"], [(METRICS, "[200, 500]", "[200]")]),
    "a probe is counted": (
        ["zero", "not-counted"],
        [
            (
                SERVER,
                "const problem = problemOf(request, path);",
                "const problem = problemOf(request, path);\n"
                "    if (path === '/readyz') this.#metrics.count('GET', path, 200);",
            )
        ],
    ),
    "another content type": (
        ["metrics-type"],
        [(SERVER, "'text/plain; version=0.0.4; charset=utf-8'", "'application/json'")],
    ),
    "a greeting that is text": (["greeting"], [(ROUTES, "'application/json'", "'text/plain'")]),
    "no digest": (["info"], [(ROUTES, "    digest: config.imageDigest,\n", "")]),
    "another revision": (
        ["build-info"],
        [(SERVER, "revision: config.revision }", "revision: 'unknown' }")],
    ),
    "connections are kept while it drains": (
        ["stop-close"],
        [(SERVER, "if (this.#stopping || last)", "if (last)")],
    ),
    "a label too many": (
        ["labels", "counted"],
        [
            (
                METRICS,
                "const counter = labels({ method, route, code });",
                "const counter = labels({ method, route, code, service: 'x' });",
            )
        ],
    ),
    "a metric with another name": (
        ["metric-names"],
        [(METRICS, "['http_requests_queued',", "['http_requests_waiting',")],
    ),
    "counted twice": (
        ["counted"],
        [
            (
                METRICS,
                "(this.#requests.get(counter) ?? 0) + 1",
                "(this.#requests.get(counter) ?? 0) + 2",
            )
        ],
    ),
    "not ready": (["ready"], [(MAIN, "  server.becomeReady();\n", "")]),
    "half a request holds the server": (
        ["half-sent"],
        [(SERVER, "const CONNECTIONS = 4096;", "const CONNECTIONS = 40;")],
    ),
}


def seeded(root: Path, edits: Iterable[Edit]) -> Path:
    """Seed a fault into the service for Node.js."""
    for name, before, after in edits:
        text = (root / name).read_text()
        assert text.count(before) == 1, f"{name} has {before!r} {text.count(before)} times"
        (root / name).write_text(text.replace(before, after))
    return root


@pytest.mark.parametrize("runtime", ["node"])
def test_our_service_holds_its_contract(repository: Repository, runtime: str) -> None:
    root = repository(runtime=runtime)
    verdict = hold(root, runtime)
    assert (verdict.exit_code, verdict.broken) == (0, ()), verdict.text
    assert "0 not checked" in verdict.text
    suite = ElementTree.parse(root / "build/test-results/contract.xml").getroot()  # noqa: S314, ours
    clauses = (root / "ci/contract/clauses.txt").read_text().splitlines()
    named = [line.split(" | ")[0] for line in clauses if not line.startswith("#")]
    assert sorted(case.get("name", "") for case in suite) == sorted(named)


@pytest.mark.contract
@pytest.mark.parametrize("runtime", ["java", "python", "go"])
def test_every_service_holds_its_contract(repository: Repository, runtime: str) -> None:
    test_our_service_holds_its_contract(repository, runtime)


SEVERAL = ("another bucket", "no 500 at zero", "no digest", "a log with the query", "exit code 143")


def test_faults_are_named_with_their_clause_and_what_to_do(repository: Repository) -> None:
    root = seeded(
        repository(runtime="node"), [edit for name in SEVERAL for edit in FAULTS[name][1]]
    )
    verdict = hold(root, "node")
    assert verdict.exit_code == 2, verdict.text  # of make
    assert set(verdict.broken) == {clause for name in SEVERAL for clause in FAULTS[name][0]}
    assert "the buckets are 0.005 0.01 0.025 0.05 0.1 0.3 0.5 1 2.5 5 10 +Inf" in verdict.text
    clauses = (root / "ci/contract/clauses.txt").read_text().splitlines()
    number = next(i for i, line in enumerate(clauses, 1) if line.startswith("buckets |"))
    assert f"(ci/contract/clauses.txt:{number})" in verdict.text
    assert "do: give the histogram exactly these bounds" in verdict.text


@pytest.mark.contract
@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_breaks_its_own_clause(repository: Repository, fault: str) -> None:
    clauses, edits = FAULTS[fault]
    verdict = hold(seeded(repository(runtime="node"), edits), "node")
    assert verdict.exit_code == 2, verdict.text
    assert set(clauses) <= set(verdict.broken), verdict.text
    # How much of a stop goes wrong depends on when the process is gone.
    beside = set(verdict.broken) - set(clauses)
    assert all(clause.startswith("stop-") for clause in beside), verdict.text


BARE = """\
import { createServer } from 'node:http';

createServer((request, response) => {
  const path = request.url.split('?')[0];
  const known = request.method === 'GET' && ['/', '/healthz', '/readyz'].includes(path);
  response.writeHead(known ? 200 : 404, { 'Content-Type': 'application/json' });
  response.end('{}');
}).listen(process.env.PORT);
"""


def test_one_cause_is_one_finding(repository: Repository) -> None:
    root = repository(runtime="node")
    (root / MAIN).write_text(BARE)
    verdict = hold(root, "node")
    assert verdict.broken == ("metrics-type", "info", "unknown-method", "log", "exit"), verdict.text
    hidden = "metric-names, labels, buckets, zero, build-info, counted, not-counted, bounded"
    assert f"--      {hidden}: not checked: GET /metrics is 404 instead of 200" in verdict.text
    assert "exit: SIGTERM ends the service at once: the exit code is 143" in verdict.text


def test_a_report_prints_the_same_and_never_fails(repository: Repository) -> None:
    root = repository(runtime="node", contract="report")
    (root / "app/run.sh").write_text("#!/usr/bin/env bash\necho 'no such module' >&2\nexit 7\n")
    verdict = hold(root, "node", "ci/contract.sh", "report")
    assert (verdict.exit_code, verdict.broken) == (0, ("start",)), verdict.text
    assert "app/run.sh ended with exit code 7 before GET /healthz was 200" in verdict.text
    assert "| no such module" in verdict.text
    suite = ElementTree.parse(root / "build/test-results/contract.xml").getroot()  # noqa: S314, ours
    assert suite.get("failures") == "0", "Jenkins would call the build unstable"
    assert hold(root, "node").exit_code == 2, "the same by hand fails"


def test_a_busy_port_is_one_sentence(repository: Repository) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        verdict = hold(repository(runtime="node"), "node", PORT=str(port))
    assert verdict.exit_code == 2
    assert f"port {port} is in use: stop what listens there, or leave PORT out" in verdict.text


@pytest.mark.parametrize("hangs", ["sleep 600", "trap '' TERM\nsleep 600 & wait"])
def test_a_service_that_never_answers_is_ended(repository: Repository, hangs: str) -> None:
    root = repository(runtime="node")
    (root / "app/run.sh").write_text(f"#!/usr/bin/env bash\n{hangs}\n")
    verdict = hold(root, "node", CONTRACT_START_SECONDS="1")
    assert (verdict.exit_code, verdict.broken) == (2, ("start",))
    assert "was not 200 within 1 seconds" in verdict.text


def test_ctrl_c_leaves_nothing_behind(repository: Repository) -> None:
    root = repository(runtime="node")
    (root / "app/run.sh").write_text("#!/usr/bin/env bash\nsleep 600\n")
    with subprocess.Popen(
        ["ci/contract.sh"], cwd=root, stdout=subprocess.PIPE, start_new_session=True
    ) as running:
        while not any(command.startswith("sleep 600") for command in processes_of(root)):
            time.sleep(0.05)
        os.killpg(running.pid, signal.SIGINT)
        assert running.wait(20) == 130
    assert not processes_of(root)

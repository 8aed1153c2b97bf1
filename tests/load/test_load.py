"""The generated services under load, for real.

Kept connections at SIGTERM, probes, and whether the histogram agrees with the callers.

`make load` runs it and prints the table.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import callers
import pytest
from runtimes import TOOLS, Tools
from support import ROOT, Repository

pytestmark = [
    pytest.mark.load,
    pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed"),
]

RUNTIMES = (("java", "17"), ("python", "3.14"), ("node", "24"), ("go", "1.27"))
SHARE_POINTS = 0.05

WAITS: Mapping[str, tuple[str, str, str]] = {
    "java": (
        "Routes.java",
        "    private static Response greeting(Config config) {\n",
        "        java.util.concurrent.locks.LockSupport.parkNanos(100_000_000L);\n",
    ),
    "python": (
        "routes.py",
        "def _greeting(config: Config) -> Response:\n",
        "    __import__('time').sleep(0.1)\n",
    ),
    "node": (
        "routes.js",
        "function greeting(config) {\n",
        "  return new Promise((done) => setTimeout(() => done(json(200, {})), 100));\n",
    ),
    "go": (
        "routes.go",
        "func greeting(settings config) response {\n",
        "\ttime.Sleep(100 * time.Millisecond)\n",
    ),
}
"""For each runtime a route that waits for a tenth of a second, as for a database: file, place, and what comes after it."""

COMPUTES: Mapping[str, tuple[str, str, str]] = {
    "java": (
        "Routes.java",
        "    private static Response greeting(Config config) {\n",
        "        long seed = 1;\n        for (int i = 0; i < 8_000_000; i++) {\n"
        "            seed = seed * 6364136223846793005L + i;\n        }\n"
        '        if (seed == 0) {\n            return Response.json(200, "seed", seed);\n        }\n',
    ),
    "python": (
        "routes.py",
        "def _greeting(config: Config) -> Response:\n",
        "    sum(range(300_000))\n",
    ),
    "node": (
        "routes.js",
        "function greeting(config) {\n",
        "  let seed = 1;\n  for (let i = 0; i < 4e6; i += 1) {\n    seed = (Math.imul(seed, 1664525) + i) | 0;\n  }\n"
        "  if (seed === 0.5) {\n    return json(200, { seed });\n  }\n",
    ),
    "go": (
        "routes.go",
        "func greeting(settings config) response {\n",
        "\tseed := uint64(1)\n\tfor i := range uint64(8_000_000) {\n\t\tseed = seed*6364136223846793005 + i\n\t}\n"
        '\tif seed == 0 {\n\t\treturn jsonResponse(200, "seed")\n\t}\n',
    ),
}
"""The same for a route that computes for some milliseconds."""


@dataclass(frozen=True)
class Service:
    """A built service that runs."""

    port: int
    process: subprocess.Popen[bytes]


Say = Callable[[str, str], None]
"""Writes a row of the table: the runtime, and what was measured."""


@dataclass(frozen=True)
class Build:
    """Builds the service of a runtime, after an edit if one is named, and starts it."""

    runtime: str
    tools: Tools
    root: Path

    @contextmanager
    def __call__(self, edit: tuple[str, str, str] | None = None) -> Iterator[Service]:
        """Yield the service once it is ready."""
        if edit:
            _edit(self.root, *edit)
        environment = {**os.environ, **self.tools.environment, "PYTHONPATH": "build/app"}
        build = self.root / "app/build.sh"
        subprocess.run([build], env=environment, check=True, capture_output=True)
        port = _free_port()
        environment |= {"PORT": str(port), "DRAIN_SECONDS": "10"}
        argv = _program(self.runtime, environment)
        process = subprocess.Popen(argv, cwd=self.root, env=environment, stdout=subprocess.DEVNULL)
        try:
            _wait_until_ready(port)
            yield Service(port, process)
        finally:
            process.kill()
            process.wait()


@pytest.fixture(scope="session", autouse=True)
def many_files() -> None:
    """Let this process, and the services that it starts, have as many connections as they want."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@pytest.fixture(params=RUNTIMES, ids="-".join)
def build(request: pytest.FixtureRequest, repository: Repository) -> Build:
    runtime, stated = request.param
    return Build(
        runtime, TOOLS[runtime](stated), repository(runtime=runtime, runtime_version=stated)
    )


def test_no_kept_connection_loses_a_request_at_sigterm(build: Build, say: Say) -> None:
    with build() as service:
        kept = callers.KeptConnections(service.port, 16)
        time.sleep(2)
        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        ready = callers.status(service.port, "/readyz")
        kept.join(20)
        exit_code = service.process.wait(20)
    say(
        build.runtime,
        f"{len(kept.lost)} of 16 kept connections lost a request at SIGTERM; "
        f"{len(kept.reset)} new ones came while the port closed",
    )
    assert kept.lost == []
    # A caller that connects at the very moment finds a port that is not closed yet and nothing that listens; the
    # kernel resets it. Such a caller asks again, as after "connection refused".
    assert len(kept.reset) <= 4
    assert kept.answered > 16
    assert ready == 503, "the port closed before anybody could see that the service is not ready"
    assert exit_code == 0


def test_probes_answer_beside_half_sent_and_idle_connections(build: Build, say: Say) -> None:
    with build() as service:
        with callers.half_sent(service.port, 64):
            half_sent = callers.slowest_probe(service.port, 5)
        with callers.idle(service.port, 512):
            idle = callers.slowest_probe(service.port, 5)
        with callers.idle(service.port, 512), callers.half_sent(service.port, 64):
            both = callers.slowest_probe(service.port, 5)
    say(
        build.runtime,
        f"slowest probe {half_sent:.2f} s beside 64 half requests, {idle:.2f} s beside 512 idle connections, "
        f"{both:.2f} s beside both",
    )
    assert max(half_sent, idle, both) < 2


@pytest.mark.skipif(not shutil.which("wrk"), reason="wrk is not installed (apt install wrk)")
@pytest.mark.parametrize(
    ("what", "edits", "connections", "seconds"),
    [
        ("answers", {}, 256, 8),
        ("waits", WAITS, 640, 8),
        # Slow requests that run when the callers end are in the histogram alone: enough others make them a small part.
        ("computes", COMPUTES, 128, 20),
        ("computes", COMPUTES, 24, 8),
    ],
)
def test_latency_is_what_callers_measure_at_saturation(
    build: Build,
    say: Say,
    what: str,
    edits: Mapping[str, tuple[str, str, str]],
    connections: int,
    seconds: int,
) -> None:
    with build(edits.get(build.runtime)) as service:
        shares = callers.shares_at_saturation(
            service.port, connections, seconds, ROOT / "tests/data/share.lua"
        )
    say(
        build.runtime,
        f"a route that {what}, {connections} callers: {shares.callers:.1%} within 0.25 s for callers, "
        f"{shares.service:.1%} in the histogram, {shares.requests:.0f} requests",
    )
    assert abs(shares.callers - shares.service) <= SHARE_POINTS


@pytest.fixture(scope="session")
def lines() -> Iterator[list[tuple[str, str]]]:
    """The rows of the table, printed when all tests have run."""
    rows: list[tuple[str, str]] = []
    yield rows
    table = "".join(f"  {runtime:<7} {text}\n" for runtime, text in sorted(rows))
    sys.stdout.write(f"\n{table}")


@pytest.fixture
def say(lines: list[tuple[str, str]]) -> Say:
    return lambda runtime, text: lines.append((runtime, text))


def _edit(root: Path, name: str, place: str, added: str) -> None:
    (source,) = root.glob(f"app/**/{name}")
    text = source.read_text()
    assert place in text
    text = text.replace(place, place + added)
    if "time.Sleep" in added:
        text = text.replace('\t"strings"\n', '\t"strings"\n\t"time"\n')
    source.write_text(text)


def _program(runtime: str, environment: Mapping[str, str]) -> list[str]:
    if runtime == "java":
        return [f"{environment['JAVA_HOME']}/bin/java", "-jar", "build/app/app.jar"]
    if runtime == "python":
        return [environment["PYTHON"], "-m", "service"]
    return ["node", "build/app/src/main.js"] if runtime == "node" else ["build/app/service"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if callers.status(port, "/readyz") == 200:
            return
        time.sleep(0.05)
    pytest.fail("the service is not ready within a minute")

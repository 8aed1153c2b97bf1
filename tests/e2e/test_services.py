"""The generated services, for real: built, tested, started, asked, scraped and stopped as docs/contract.md has it.

Every runtime goes through the same life and is held to the same answers, so a dashboard, an alert
or a chart never needs to know the language of a service. A runtime whose tools are not on the
machine is skipped with that reason.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from runtimes import TOOLS, Tools
from support import Repository

pytestmark = pytest.mark.skipif(
    not shutil.which("bash"), reason="bash is not installed: the services' scripts need it"
)

ROUTES = ("/", "/info", "other")
BUCKETS = ("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf")
FAMILIES = {
    "http_requests_total": ("counter", "Requests answered, without probes and scrapes."),
    "http_request_duration_seconds": ("histogram", "Time from the request to its answer."),
    "http_requests_in_flight": ("gauge", "Requests that are worked on."),
    "http_requests_queued": ("gauge", "Requests that wait for their turn."),
    "process_cpu_seconds_total": ("counter", "Total user and system CPU time spent in seconds."),
    "process_start_time_seconds": (
        "gauge",
        "Start time of the process since unix epoch in seconds.",
    ),
    "process_resident_memory_bytes": ("gauge", "Resident memory size in bytes."),
    "process_open_fds": ("gauge", "Number of open file descriptors."),
    "app_build_info": ("gauge", "What runs: runtime, its version, and the revision of the source."),
}
SETTINGS = {
    "SERVICE_NAME": "my-service",
    "ENVIRONMENT": "qa",
    "REVISION": "4f1d0c2",
    "IMAGE_DIGEST": "sha256:" + "0f" * 32,
}
PATIENCE = 5.0
"""DRAIN_SECONDS of a service that has something to finish; one that has not is gone long before."""

ASKED = (
    ("GET", "/"),
    ("GET", "/info"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/nothing-here?token=secret"),
    ("POST", "/"),
    ("HEAD", "/"),
    ("PROPFIND", "/"),
)


READ = {
    "absolute form": ("GET http://my-service/info HTTP/1.1\r\nHost: my-service", 200),
    "absolute form without path": ("GET http://my-service HTTP/1.1\r\nHost: my-service", 200),
    "escaped path": ("GET /%69nfo HTTP/1.1\r\nHost: my-service", 200),
    "HTTP/1.0 without Host": ("GET /info HTTP/1.0", 200),
    "odd query": ("GET /info?q=%zz|{ HTTP/1.1\r\nHost: my-service", 200),
    "two slashes": ("GET //info HTTP/1.1\r\nHost: my-service", 404),
    "escaped slash": ("GET /info%2F HTTP/1.1\r\nHost: my-service", 404),
    "probe by POST": ("POST /healthz HTTP/1.1\r\nHost: my-service\r\nContent-Length: 0", 405),
    "scrape by DELETE": ("DELETE /metrics HTTP/1.1\r\nHost: my-service", 405),
    "no Host": ("GET /info HTTP/1.1", 400),
    "wrong escape": ("GET /%zz HTTP/1.1\r\nHost: my-service", 400),
    "no path": ("GET info HTTP/1.1\r\nHost: my-service", 400),
    "no version": ("GET /info", 400),
    "small version": ("GET /info http/1.1\r\nHost: my-service", 400),
    "another version": ("GET /info HTTP/2.0\r\nHost: my-service", 400),
    "TLS": ("\x16\x03\x01\x02\x00", 400),
    "header without colon": ("GET /info HTTP/1.1\r\nHost: my-service\r\nno colon", 400),
    "space before the colon": ("GET /info HTTP/1.1\r\nHost: my-service\r\nX-A : b", 400),
    "wrong length": ("GET /info HTTP/1.1\r\nHost: my-service\r\nContent-Length: ten", 400),
    "zero byte": ("GET /info HTTP/1.1\r\nHost: my-service\r\nX-A: \0", 400),
    "head too long": ("GET /info HTTP/1.1\r\nHost: my-service\r\nX-A: " + "a" * 40000, 431),
}
"""Heads of requests, and the status that every runtime answers."""

POSTED: Mapping[str, tuple[bytes, int, object]] = {
    "a name": (b'{"name": "Ada"}', 200, {"message": "Hello Ada from my-service"}),
    "escapes": (b'{"name": "\\u0041\\"\\\\"}', 200, {"message": 'Hello A"\\ from my-service'}),
    "other letters": ('{"name": "Zoë"}'.encode(), 200, {"message": "Hello Zoë from my-service"}),
    "another type": (b'{"name": 1}', 400, {"error": "name must be a text"}),
    "no name": (b'{"other": [{}, null]}', 400, {"error": "name must be a text"}),
    "a list": (b"[]", 400, {"error": "the body must be a JSON object"}),
    "half an object": (b'{"name":', 400, {"error": "the body must be a JSON object"}),
    "two objects": (b"{}{}", 400, {"error": "the body must be a JSON object"}),
    "at the limit": (
        b'{"name": "Ada"}'.ljust(64 * 1024),
        200,
        {"message": "Hello Ada from my-service"},
    ),
    "above the limit": (
        b'{"name": "Ada"}'.ljust(64 * 1024 + 1),
        413,
        {"error": "content too large"},
    ),
    "far above it": (b" " * 3_000_000, 413, {"error": "content too large"}),
}
"""Bodies of POST /, and what every runtime answers."""

BAD_TRACES = (
    "",
    "00-" + "0" * 32 + "-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
    "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
)


@dataclass(frozen=True)
class Answer:
    """One answer of the service."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Stop:
    """How a process ended: its exit code, and how many seconds after SIGTERM."""

    exit_code: int
    seconds: float


@dataclass(frozen=True)
class Life:
    """The output of one service between its first build and its end."""

    runtime: str
    stated: str
    tools: Tools
    root: Path
    tests: subprocess.CompletedProcess[str]
    fresh: Answer
    answers: Mapping[tuple[str, str], Answer]
    metrics: Answer
    healthy: int
    unhealthy: int
    after_garbage: Answer
    unfinished_info: str
    unfinished_readyz: str
    refused: bool
    stop: Stop
    log: tuple[str, ...]
    stuck: Stop
    read: Mapping[str, tuple[int, str]]
    after_reading: Mapping[str, float]
    read_log: tuple[str, ...]
    busy_port: tuple[str, ...]
    kept: str
    ready_after_sigterm: int
    probe_seconds: float
    posted: Mapping[str, Answer]


SERVICES = (
    ("java", "8"),
    ("java", "17"),
    ("java", "25"),
    ("python", "3.14"),
    ("node", "24"),
    ("go", "1.27"),
)
OLDER = (("java", "17"),)
"""Services between the oldest and the newest of their runtime: `make long` has them."""

ONE_EACH = (("java", "17"), ("python", "3.14"), ("node", "24"), ("go", "1.27"))


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(
            each,
            marks=[
                pytest.mark.xdist_group("-".join(each)),
                *([pytest.mark.long] * (each in OLDER)),
            ],
        )
        for each in SERVICES
    ],
    ids="-".join,
)
def life(
    request: pytest.FixtureRequest, pristine: Repository, tmp_path_factory: pytest.TempPathFactory
) -> Life:
    """One service from its build to its end; everything that the tests look at."""
    runtime, stated = request.param
    tools = TOOLS[runtime](stated)
    original = pristine(runtime=runtime, runtime_version=stated)
    root = Path(
        shutil.copytree(original, tmp_path_factory.mktemp("life") / original.name, symlinks=True)
    )
    tests = _script(root, "app/test.sh", tools)
    program, health_check = _programs(runtime, tools)

    with _running(root, tools, ["app/run.sh"], drain_seconds=PATIENCE) as service:
        fresh = service.ask("GET", "/metrics")
        answers = {(method, path): service.ask(method, path) for method, path in ASKED}
        metrics = service.ask("GET", "/metrics")
        healthy = service.exit_code(*health_check, f"http://127.0.0.1:{service.port}/healthz")
        unhealthy = service.exit_code(
            *health_check, f"http://127.0.0.1:{service.port}/nothing-here"
        )
        service.send(b"\x16\x03\x01\x02\x00 this is no HTTP\r\n\r\n")
        after_garbage = service.ask("GET", "/readyz")
        # A caller that is in the middle of its request when SIGTERM comes; the probe is the kubelet's.
        with service.half_sent("/info") as info, service.half_sent("/readyz") as readyz:
            asked_to_stop = service.terminate()
            refused = service.refuses_connections()
            unfinished_info = info()
            unfinished_readyz = readyz()
            stop = service.ended(asked_to_stop)
    log = service.log()

    with _running(root, tools, program, drain_seconds=1) as service, service.half_sent("/"):
        stuck = service.ended(service.terminate())

    with _running(root, tools, program, drain_seconds=PATIENCE) as service:
        read = {name: service.raw(head) for name, (head, _) in READ.items()}
        good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        for number, trace in enumerate((good, *BAD_TRACES)):
            path = f"/traced{number or ''}"
            service.raw(f"GET {path} HTTP/1.1\r\nHost: my-service\r\ntraceparent: {trace}")
        after_reading = _samples(service.ask("GET", "/metrics").body)
        read_log = service.log()
        busy_port = service.second()
        posted = {name: service.post(body) for name, (body, *_) in POSTED.items()}
        with ExitStack() as stack:
            for _ in range(64):
                stack.enter_context(service.half_sent("/", pause=0))
            asked = time.monotonic()
            service.ask("GET", "/healthz")
            probe_seconds = time.monotonic() - asked
        with socket.create_connection(("127.0.0.1", service.port), timeout=10) as connection:
            asking = b"GET /info HTTP/1.1\r\nHost: my-service\r\n\r\n"
            connection.sendall(asking)
            connection.recv(65536)
            service.terminate()
            time.sleep(0.2)
            ready_after_sigterm = service.ask("GET", "/readyz").status
            connection.sendall(asking)
            kept = _rest(connection)

    return Life(
        runtime=runtime,
        stated=stated,
        tools=tools,
        root=root,
        tests=tests,
        fresh=fresh,
        answers=answers,
        metrics=metrics,
        healthy=healthy,
        unhealthy=unhealthy,
        after_garbage=after_garbage,
        unfinished_info=unfinished_info,
        unfinished_readyz=unfinished_readyz,
        refused=refused,
        stop=stop,
        log=log,
        stuck=stuck,
        read=read,
        after_reading=after_reading,
        read_log=read_log,
        busy_port=busy_port,
        kept=kept,
        ready_after_sigterm=ready_after_sigterm,
        probe_seconds=probe_seconds,
        posted=posted,
    )


def test_build_and_unit_tests_pass(life: Life) -> None:
    assert life.tests.returncode == 0, life.tests.stdout + life.tests.stderr
    cases = ElementTree.parse(life.root / "build/test-results/unit.xml").getroot().iter("testcase")  # noqa: S314, ours
    assert len(list(cases)) >= 20


def test_greeting_names_the_service(life: Life) -> None:
    assert _json(life.answers["GET", "/"]) == (200, {"message": "Hello from my-service"})


def test_info_says_exactly_what_runs(life: Life) -> None:
    assert _json(life.answers["GET", "/info"]) == (
        200,
        {
            "service": "my-service",
            "environment": "qa",
            "runtime": {"name": life.runtime, "version": life.tools.version},
            "revision": SETTINGS["REVISION"],
            "digest": SETTINGS["IMAGE_DIGEST"],
        },
    )


def test_probes_answer(life: Life) -> None:
    assert _json(life.answers["GET", "/healthz"]) == (200, {"status": "alive"})
    assert _json(life.answers["GET", "/readyz"]) == (200, {"status": "ready"})


def test_unknown_path_is_not_found(life: Life) -> None:
    assert _json(life.answers["GET", "/nothing-here?token=secret"]) == (404, {"error": "not found"})


def test_methods_that_a_route_has_not_are_refused(life: Life) -> None:
    answer = life.answers["PROPFIND", "/"]
    assert _json(answer) == (405, {"error": "method not allowed"})
    assert answer.headers["allow"] == "GET, HEAD, POST"


def test_bodies_are_read_alike(life: Life) -> None:
    assert _json(life.answers["POST", "/"]) == (400, {"error": "the body must be a JSON object"})
    for name, (_, status, error) in POSTED.items():
        assert _json(life.posted[name]) == (status, error), name


def test_head_has_the_headers_of_get_and_no_body(life: Life) -> None:
    head, get = life.answers["HEAD", "/"], life.answers["GET", "/"]
    assert (head.status, head.body) == (200, "")
    assert [head.headers[name] for name in ("content-type", "content-length")] == [
        "application/json",
        str(len(get.body)),
    ]


def test_answers_are_not_to_be_stored_and_do_not_name_the_server(life: Life) -> None:
    for answer in life.answers.values():
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"\d", answer.headers.get("server", ""))
        assert "x-powered-by" not in answer.headers


def test_metrics_are_prometheus_text(life: Life) -> None:
    assert life.fresh.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert _families(life.fresh.body) == FAMILIES


def test_the_process_measures_itself(life: Life) -> None:
    samples = _samples(life.metrics.body)
    assert 0 < samples["process_cpu_seconds_total{}"] < 600
    assert 2**20 < samples["process_resident_memory_bytes{}"] < 2**30
    assert 3 <= samples["process_open_fds{}"] < 1000
    assert abs(time.time() - samples["process_start_time_seconds{}"]) < 600
    assert samples["http_requests_in_flight{}"] == samples["http_requests_queued{}"] == 0


def test_every_series_exists_at_zero_before_the_first_request(life: Life) -> None:
    """Without a series for 500 the share of failures would be empty instead of 0, and an alert on it blind."""
    expected = {
        _series("http_requests_total", method="GET", route=r, code=c): 0.0
        for r in ROUTES
        for c in (200, 500)
    }
    for code in (200, 500):
        expected[_series("http_requests_total", method="POST", route="/", code=code)] = 0.0
    for route in ROUTES:
        expected |= dict.fromkeys(_histogram("GET", route), 0.0)
    expected |= dict.fromkeys(_histogram("POST", "/"), 0.0)
    expected |= _build_info(life)
    assert _requests(life.fresh.body) == expected


def test_requests_are_counted_by_method_route_and_code(life: Life) -> None:
    """Probes and scrapes are not counted, and a path or method that a caller invents makes no series of its own."""
    counted = {
        ("GET", "/", 200): 1,
        ("GET", "/", 500): 0,
        ("GET", "/info", 200): 1,
        ("GET", "/info", 500): 0,
        ("GET", "other", 200): 0,
        ("GET", "other", 404): 1,
        ("GET", "other", 500): 0,
        ("HEAD", "/", 200): 1,
        ("POST", "/", 200): 0,
        ("POST", "/", 400): 1,
        ("POST", "/", 500): 0,
        ("other", "/", 405): 1,
    }
    measured = {
        ("GET", "/"),
        ("GET", "/info"),
        ("GET", "other"),
        ("HEAD", "/"),
        ("POST", "/"),
        ("other", "/"),
    }
    expected = {_series("http_requests_total", method=m, route=r, code=c) for m, r, c in counted}
    expected |= {series for method, route in measured for series in _histogram(method, route)}
    samples = _requests(life.metrics.body)
    assert set(samples) == expected | set(_build_info(life))
    for (method, route, code), number in counted.items():
        assert (
            samples[_series("http_requests_total", method=method, route=route, code=code)] == number
        )


def test_durations_are_cumulative_and_end_with_the_number_of_requests(life: Life) -> None:
    samples = _samples(life.metrics.body)
    for method, route in (
        ("GET", "/"),
        ("GET", "/info"),
        ("GET", "other"),
        ("HEAD", "/"),
        ("POST", "/"),
        ("other", "/"),
    ):
        *buckets, total, number = (samples[series] for series in _histogram(method, route))
        assert buckets == sorted(buckets)
        assert buckets[-1] == number == 1
        assert 0 < total < 10


def test_promtool_accepts_the_metrics(life: Life) -> None:
    promtool = shutil.which("promtool")
    if not promtool:
        pytest.skip("promtool is not installed")
    done = subprocess.run(
        [promtool, "check", "metrics"], input=life.metrics.body, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_health_check_follows_the_answer(life: Life) -> None:
    assert (life.healthy, life.unhealthy) == (0, 1)


def test_a_caller_that_speaks_no_http_does_no_harm(life: Life) -> None:
    assert life.after_garbage.status == 200


def test_new_connections_are_refused_after_sigterm(life: Life) -> None:
    assert life.refused


def test_request_in_flight_at_sigterm_is_answered(life: Life) -> None:
    assert life.unfinished_info.startswith("HTTP/1.1 200 ")
    assert json.loads(life.unfinished_info.rpartition("\r\n\r\n")[2])["service"] == "my-service"


def test_not_ready_after_sigterm(life: Life) -> None:
    assert life.unfinished_readyz.startswith("HTTP/1.1 503 ")


def test_service_is_gone_as_soon_as_all_is_answered(life: Life) -> None:
    assert life.stop.exit_code == 0
    assert life.stop.seconds < PATIENCE


def test_a_request_that_never_ends_holds_the_service_for_drain_seconds_only(life: Life) -> None:
    assert life.stuck.exit_code == 0
    assert 0.9 < life.stuck.seconds < 3


def test_log_is_json_lines(life: Life) -> None:
    lines = [json.loads(line) for line in life.log]
    for line in lines:
        assert datetime.fromisoformat(line["time"]).utcoffset() is not None
        assert line["level"] in {"info", "warn", "error"}
    assert [line["message"] for line in lines if line["message"] != "request"] == [
        "started",
        "request refused",  # not HTTP
        "stopping",
        "stopped",
    ]


def test_access_log_names_each_request_without_probes_and_without_the_query(life: Life) -> None:
    requests = [line for line in map(json.loads, life.log) if line["message"] == "request"]
    assert [list(line) for line in requests] == [
        ["time", "level", "message", "method", "path", "status", "duration_ms", "trace_id"]
    ] * len(requests)
    assert [(line["method"], line["path"], line["status"]) for line in requests] == [
        ("GET", "/", 200),
        ("GET", "/info", 200),
        ("GET", "/nothing-here", 404),
        ("POST", "/", 400),
        ("HEAD", "/", 200),
        ("PROPFIND", "/", 405),
        ("GET", "/nothing-here", 404),  # the health check
        ("GET", "/info", 200),  # in flight at SIGTERM
    ]
    assert "secret" not in "".join(life.log)


def test_requests_are_read_alike(life: Life) -> None:
    """The answer does not depend on the runtime, nor on how a request is written."""
    read = {name: status for name, (status, _) in life.read.items()}
    assert read == {name: status for name, (_, status) in READ.items()}


def test_malformed_requests_are_answered_counted_and_logged(life: Life) -> None:
    refused = {name: answer for name, (status, answer) in life.read.items() if status in (400, 431)}
    for name, answer in refused.items():
        head, _, body = answer.partition("\r\n\r\n")
        assert "connection: close" in head.lower(), name
        assert "content-type: application/json" in head.lower(), name
        error = "request header fields too large" if name == "head too long" else "bad request"
        assert json.loads(body) == {"error": error}, name
    counted = {
        code: life.after_reading[
            _series("http_requests_total", method="other", route="other", code=code)
        ]
        for code in (400, 431)
    }
    assert counted == {400: len(refused) - 1, 431: 1}
    lines = [json.loads(line) for line in life.read_log]
    logged = [
        (line["level"], line["status"]) for line in lines if line["message"] == "request refused"
    ]
    assert sorted(logged) == sorted([("warn", 400)] * (len(refused) - 1) + [("warn", 431)])


def test_the_log_names_the_trace_of_the_caller(life: Life) -> None:
    lines = [json.loads(line) for line in life.read_log]
    traces = {
        line["path"]: (line["trace_id"], line.get("span_id"))
        for line in lines
        if line["message"] == "request" and line["path"].startswith("/traced")
    }
    assert traces.pop("/traced") == ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")
    assert len(traces) == len(BAD_TRACES)
    for trace, span in traces.values():
        assert re.fullmatch(r"(?!0{32})[0-9a-f]{32}", trace)
        assert span is None
    assert len({trace for trace, _ in traces.values()}) == len(traces)


def test_a_busy_port_is_one_sentence(life: Life) -> None:
    [line] = life.busy_port
    written = json.loads(line)
    written.pop("time")
    port = int(re.sub(r"\D", "", written["cause"]))
    assert written == {
        "level": "error",
        "message": "cannot start",
        "cause": f"port {port} is in use: stop what listens there, or set PORT",
    }


def test_a_kept_connection_is_told_that_the_service_stops(life: Life) -> None:
    """The port stays open for a moment, in which everybody can see that the service is not ready."""
    assert "HTTP/1.1 200" in life.kept
    assert "connection: close" in life.kept.lower()
    assert life.ready_after_sigterm == 503


def test_probes_answer_beside_half_sent_requests(life: Life) -> None:
    assert life.probe_seconds < 2


@pytest.mark.parametrize(
    ("runtime", "stated"),
    [
        pytest.param(*each, marks=pytest.mark.xdist_group("-".join(each)), id="-".join(each))
        for each in ONE_EACH
    ],
)
def test_a_failing_unit_test_stops_the_build_and_is_in_the_results(
    runtime: str, stated: str, repository: Repository
) -> None:
    tools = TOOLS[runtime](stated)
    root = repository(runtime=runtime, runtime_version=stated)
    routes = {"java": "Routes.java", "python": "routes.py", "node": "routes.js", "go": "routes.go"}[
        runtime
    ]
    (source,) = root.glob(f"app/**/{routes}")
    text = source.read_text()
    assert "Hello from " in text
    source.write_text(text.replace("Hello from ", "Good night, "))
    done = _script(root, "app/test.sh", tools)
    assert done.returncode == 1, done.stdout + done.stderr
    results = ElementTree.parse(root / "build/test-results/unit.xml").getroot()  # noqa: S314, ours
    assert [
        case.get("name") for case in results.iter("testcase") if case.find("failure") is not None
    ]


def test_an_older_jdk_is_named_and_stops_the_build(repository: Repository, tmp_path: Path) -> None:
    javac = tmp_path / "jdk/bin/javac"
    javac.parent.mkdir(parents=True)
    javac.write_text("#!/bin/sh\necho 'javac 1.8.0_502' >&2\n")
    javac.chmod(0o755)
    root = repository(runtime="java", runtime_version="17")
    done = _script(root, "app/build.sh", Tools("8", {"JAVA_HOME": str(tmp_path / "jdk")}))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"app/build.sh: .java-version asks for JDK 17, and {javac} is 8.",
        "Install JDK 17 or set JAVA_HOME to one.",
    ]


class Service:
    """A running service, or the script that becomes one, and ways to talk to it."""

    def __init__(self, root: Path, tools: Tools, argv: Sequence[str], drain_seconds: float) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._root = root
        self._argv = list(argv)
        self._output = root.parent / "output.txt"
        self._environment = {
            **os.environ,
            **SETTINGS,
            **tools.environment,
            "PORT": str(self.port),
            "DRAIN_SECONDS": f"{drain_seconds:.0f}",
            "PYTHONPATH": "build/app",  # as app/run.sh sets it
        }
        with self._output.open("wb") as out:
            self.process = subprocess.Popen(
                argv,
                cwd=root,
                env=self._environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def ask(self, method: str, path: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, headers, answer.read().decode())
        finally:
            connection.close()

    def post(self, body: bytes) -> Answer:
        """Send a body; a service that does not read all of it is still heard."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.putrequest("POST", "/")
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders()
            with suppress(OSError):
                connection.send(body)
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, headers, answer.read().decode())
        finally:
            connection.close()

    def wait_until_ready(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.ask("GET", "/readyz").status == 200:
                    return
            except OSError:
                time.sleep(0.05)
        pytest.fail(f"not ready:\n{self._output.read_text()}")

    def exit_code(self, *argv: str) -> int:
        """How a program ends that runs beside the service, in the same environment."""
        return subprocess.run(
            argv, cwd=self._root, env=self._environment, capture_output=True
        ).returncode

    def send(self, data: bytes) -> None:
        """Send `data` on a connection of its own, and wait until the service has closed it."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            _rest(connection)

    def raw(self, head: str) -> tuple[int, str]:
        """Send a request as it is written; its status and the whole answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(f"{head}\r\n\r\n".encode("latin-1"))
            answer = _one(connection)
        status = re.match(r"HTTP/1\.[01] (\d+) ", answer)
        return (int(status[1]) if status else 0), answer

    def second(self) -> tuple[str, ...]:
        """The log of another process of the service, which finds the port taken."""
        done = subprocess.run(
            self._argv, cwd=self._root, env=self._environment, capture_output=True, text=True
        )
        assert done.returncode == 1, done
        return tuple((done.stdout + done.stderr).splitlines())

    @contextmanager
    def half_sent(self, path: str, pause: float = 0.2) -> Iterator[Callable[[], str]]:
        """A request without its end; call the result to send the end and read the answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: my-service\r\n".encode())
            time.sleep(pause)  # the service shall have read it before whatever comes next

            def finish() -> str:
                connection.sendall(b"Connection: close\r\n\r\n")
                return _rest(connection)

            yield finish

    def terminate(self) -> float:
        self.process.send_signal(signal.SIGTERM)
        return time.monotonic()

    def refuses_connections(self) -> bool:
        """Whether new connections are refused at the latest two seconds from now."""
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except ConnectionRefusedError:
                return True
            except (
                OSError
            ):  # reset: the port was closed while this connection waited to be accepted
                pass
            time.sleep(0.05)
        return False

    def ended(self, asked_to_stop: float) -> Stop:
        exit_code = self.process.wait(timeout=20)
        return Stop(exit_code, time.monotonic() - asked_to_stop)

    def log(self) -> tuple[str, ...]:
        """Return the output of the service; before its first line are those of its build."""
        lines = self._output.read_text().splitlines()
        first = next(number for number, line in enumerate(lines) if line.startswith("{"))
        return tuple(lines[first:])


@contextmanager
def _running(
    root: Path, tools: Tools, argv: Sequence[str], drain_seconds: float
) -> Iterator[Service]:
    service = Service(root, tools, argv, drain_seconds)
    try:
        service.wait_until_ready(120)
        yield service
    finally:
        if service.process.poll() is None:
            os.killpg(service.process.pid, signal.SIGKILL)
        service.process.wait()


def _programs(runtime: str, tools: Tools) -> tuple[list[str], list[str]]:
    """The service and the health check that image and chart use, as `app/build.sh` leaves them."""
    if runtime == "java":
        java = f"{tools.environment['JAVA_HOME']}/bin/java"
        return [java, "-jar", "build/app/app.jar"], [
            java,
            "-cp",
            "build/app/app.jar",
            "service.HealthCheck",
        ]
    if runtime == "python":
        python = tools.environment["PYTHON"]
        return [python, "-m", "service"], [python, "-m", "service.healthcheck"]
    if runtime == "node":
        return ["node", "build/app/src/main.js"], ["node", "build/app/src/healthcheck.js"]
    return ["build/app/service"], ["build/app/service", "healthcheck"]


def _script(root: Path, script: str, tools: Tools) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **tools.environment}
    return subprocess.run(
        [script], cwd=root, env=environment, capture_output=True, text=True, timeout=300
    )


def _one(connection: socket.socket) -> str:
    """One answer from a connection that may stay open."""
    received = b""
    try:
        while part := connection.recv(65536):
            received += part
            head, end, body = received.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            if end and length and len(body) >= int(length[1]):
                break
    except (ConnectionResetError, TimeoutError):
        pass
    return received.decode(errors="replace")


def _rest(connection: socket.socket) -> str:
    received = b""
    try:
        while part := connection.recv(65536):
            received += part
    except ConnectionResetError:
        pass
    return received.decode(errors="replace")


def _json(answer: Answer) -> tuple[int, object]:
    assert answer.headers["content-type"] == "application/json"
    return answer.status, json.loads(answer.body)


def _series(name: str, /, **labels: object) -> str:
    """A series in the one form that this file compares: labels sorted by name."""
    pairs = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    return f"{name}{{{pairs}}}"


def _histogram(method: str, route: str) -> tuple[str, ...]:
    """The series of one histogram: its buckets in order, the sum, the count."""
    name = "http_request_duration_seconds"
    buckets = [_series(f"{name}_bucket", method=method, route=route, le=bound) for bound in BUCKETS]
    return (
        *buckets,
        *(_series(f"{name}_{part}", method=method, route=route) for part in ("sum", "count")),
    )


def _build_info(life: Life) -> dict[str, float]:
    version, revision = life.tools.version, SETTINGS["REVISION"]
    return {
        _series("app_build_info", runtime=life.runtime, version=version, revision=revision): 1.0
    }


def _samples(text: str) -> dict[str, float]:
    """Every sample of the Prometheus text format by its series; a line that is none, or one twice, fails."""
    samples: dict[str, float] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        sample = re.fullmatch(r"([a-z_]+)(?:\{((?:[a-z]+=\"[^\"\\]*\",?)*)\})? (\S+)", line)
        assert sample, line
        series = _series(sample[1], **dict(re.findall(r'([a-z]+)="([^"]*)"', sample[2] or "")))
        assert series not in samples, line
        samples[series] = float(sample[3])
    return samples


def _requests(text: str) -> dict[str, float]:
    """The samples about requests, and what runs: all that have labels."""
    return {series: value for series, value in _samples(text).items() if not series.endswith("{}")}


def _families(text: str) -> dict[str, tuple[str, str]]:
    """Name, type and description of every metric."""
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
    descriptions = dict(re.findall(r"^# HELP (\S+) (.+)$", text, re.M))
    assert types.keys() == descriptions.keys()
    return {name: (types[name], descriptions[name]) for name in types}

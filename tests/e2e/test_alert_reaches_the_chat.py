"""A service that fails requests is announced in the chat: generated rules, routes and message in the real programs."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import Repository

PROMETHEUS = shutil.which("prometheus")
ALERTMANAGER = shutil.which("alertmanager") or shutil.which(
    "prometheus-alertmanager"
)  # the second is Debian's name
AMTOOL = shutil.which("amtool")
PATIENCE = 60.0  # seconds; an idle machine needs about five

with_both = pytest.mark.skipif(
    not (PROMETHEUS and ALERTMANAGER),
    reason="prometheus or alertmanager is not installed (apt install prometheus prometheus-alertmanager)",
)


@dataclass
class Neighbours:
    """The service that is watched and the addresses that messages go to, all on one port of the loopback interface."""

    received: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    scrapes: int = 0
    port: int = 0

    def metrics(self) -> str:
        self.scrapes += 1
        return "".join(
            f'http_requests_total{{method="GET",route="/",code="{code}"}} {self.scrapes * per_scrape}\n'
            for code, per_scrape in (("200", 50), ("500", 50))
        )

    def messages(self, path: str) -> list[dict[str, Any]]:
        return [body for where, body in self.received if where == path]

    def wait_for(self, path: str) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if messages := self.messages(path):
                return messages[0]
            time.sleep(0.1)
        raise AssertionError(
            f"nothing arrived at {path} within {PATIENCE} s; elsewhere: {self.received}"
        )


@pytest.fixture
def neighbours() -> Iterator[Neighbours]:
    here = Neighbours()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = here.metrics().encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            here.received.append((self.path, json.loads(body)))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            """Print nothing on stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        here.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield here
        server.shutdown()


@with_both
def test_alert_reaches_the_chat(
    pristine: Repository, neighbours: Neighbours, tmp_path: Path
) -> None:
    repository = pristine()
    with (
        running_alertmanager(repository, neighbours, tmp_path) as alertmanager,
        running_prometheus(repository, neighbours, alertmanager, tmp_path),
    ):
        message = neighbours.wait_for("/chat")

    runbook = "https://github.com/example-org/my-service/blob/main/docs/runbooks/ErrorBudgetBurn.md"
    [attachment] = message["attachments"]
    assert message["channel"] == "#my-service-alerts"
    assert attachment["color"] == "danger"
    assert attachment["pretext"] == "<!channel>"
    assert attachment["title"] == "🚨 Critical in prod: ErrorBudgetBurn of my-service"
    assert attachment["title_link"] == "https://grafana.prod.example.com/d/my-service"
    assert "*my-service fails too many requests*" in attachment["text"]
    assert "50% of the requests of the last 1h (or 6h) failed with a 5xx" in attachment["text"]
    assert f"<{runbook}|What to do>" in attachment["text"]
    assert (
        repository / runbook.removeprefix("https://github.com/example-org/my-service/blob/main/")
    ).is_file()
    assert "<https://grafana.prod.example.com/d/my-service|Dashboard>" in attachment["text"]
    assert (
        "<https://grafana.prod.example.com/alerting/silence/new?alertmanager=Alertmanager"
        "&matcher=alertname%3DErrorBudgetBurn&matcher=environment%3Dprod&matcher=service%3Dmy-service|Silence>"
    ) in attachment["text"]


@with_both
def test_one_fault_calls_the_channel_once_and_is_resolved_once(
    pristine: Repository, neighbours: Neighbours, tmp_path: Path
) -> None:
    """A warning that fires beside a page, an alert of the page that ends earlier, and the end: two messages."""
    fault = {"alertname": "ErrorBudgetBurn", "environment": "prod", "service": "my-service"}
    page = {**fault, "severity": "critical"}
    with running_alertmanager(
        pristine(), neighbours, tmp_path, group_interval="2s"
    ) as alertmanager:
        send_alert(alertmanager, {**page, "pod": "a"})
        send_alert(alertmanager, {**page, "pod": "b"})
        send_alert(alertmanager, {**fault, "severity": "warning"})
        neighbours.wait_for("/chat")
        send_alert(alertmanager, {**page, "pod": "a"}, ended=True)
        time.sleep(4)
        send_alert(alertmanager, {**fault, "severity": "warning"}, ended=True)
        send_alert(alertmanager, {**page, "pod": "b"}, ended=True)
        time.sleep(5)
    attachments = [message["attachments"][0] for message in neighbours.messages("/chat")]
    assert [each.get("pretext") for each in attachments].count("<!channel>") == 1
    titles = [each["title"] for each in attachments]
    assert [title for title in titles if "Resolved" in title] == [
        "✅ Resolved in prod: ErrorBudgetBurn of my-service"
    ]
    assert not [title for title in titles if "Warning" in title]


@with_both
def test_an_alert_that_nobody_thought_of_reaches_the_chat(
    pristine: Repository, neighbours: Neighbours, tmp_path: Path
) -> None:
    with running_alertmanager(pristine(), neighbours, tmp_path) as alertmanager:
        send_alert(alertmanager, {"alertname": "Surprise", "environment": "dev"})
        message = neighbours.wait_for("/chat")

    [attachment] = message["attachments"]
    assert attachment["title"] == "⚠️ Warning in dev: Surprise"
    assert "pretext" not in attachment


@with_both
def test_watchdog_calls_the_dead_man_switch_and_not_the_chat(
    pristine: Repository, neighbours: Neighbours, tmp_path: Path
) -> None:
    with running_alertmanager(pristine(), neighbours, tmp_path) as alertmanager:
        send_alert(alertmanager, {"alertname": "Watchdog", "severity": "none"})
        call = neighbours.wait_for("/dead-man")

    assert call["status"] == "firing"
    assert neighbours.messages("/chat") == []


@pytest.mark.skipif(
    not AMTOOL, reason="amtool is not installed (apt install prometheus-alertmanager)"
)
def test_message_for_teams_says_the_same(pristine: Repository, tmp_path: Path) -> None:
    labels = {"alertname": "ErrorBudgetBurn", "environment": "prod", "service": "my-service"}
    annotations = {
        "summary": "Too many",
        "description": "2% failed",
        "runbook_url": "https://run/book",
    }
    message = {
        "status": "firing",
        "alerts": [{"status": "firing", "labels": labels, "annotations": annotations}],
        "groupLabels": labels,
        "commonLabels": {**labels, "severity": "critical"},
        "commonAnnotations": annotations,
    }
    (tmp_path / "message.json").write_text(json.dumps(message))

    assert said_by_amtool(pristine(chat="teams"), "chat.title", tmp_path / "message.json") == (
        "🚨 Critical in prod: ErrorBudgetBurn of my-service"
    )
    assert said_by_amtool(pristine(chat="teams"), "chat.text", tmp_path / "message.json") == (
        "**Too many**\n\n2% failed\n\n[What to do](https://run/book) · "
        "[Silence](https://grafana.prod.example.com/alerting/silence/new?alertmanager=Alertmanager"
        "&matcher=alertname%3DErrorBudgetBurn&matcher=environment%3Dprod&matcher=service%3Dmy-service)"
    )


def said_by_amtool(repository: Path, template: str, message: Path) -> str:
    command = (
        *(f"{AMTOOL}", "template", "render", f"--template.data={message}"),
        f"--template.glob={repository / 'monitoring/alertmanager/*.tmpl'}",
        f'--template.text={{{{ template "{template}" . }}}}',
    )
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout


@contextlib.contextmanager
def running_alertmanager(
    repository: Path, neighbours: Neighbours, folder: Path, group_interval: str = ""
) -> Iterator[int]:
    """Alertmanager with the configuration that the cluster gets, except for addresses, and patience while it waits for
    more alerts; yields its port."""
    config = yaml.safe_load((repository / "monitoring/alertmanager/values.yaml").read_text())[
        "alertmanager"
    ]["config"]
    config["templates"] = [str(repository / "monitoring/alertmanager/*.tmpl")]
    for route in (config["route"], *config["route"]["routes"]):
        route["group_wait"] = "1s"
    if group_interval:
        config["route"]["group_interval"] = group_interval
    chat_url = folder / "url"
    chat_url.write_text(f"http://127.0.0.1:{neighbours.port}/chat")
    for receiver in config["receivers"]:
        for slack in receiver.get("slack_configs", []):
            assert slack["api_url_file"] == "/etc/alertmanager/secrets/alertmanager-chat/url"
            slack["api_url_file"] = str(chat_url)
        for webhook in receiver.get("webhook_configs", []):
            assert (
                webhook.pop("url_file") == "/etc/alertmanager/secrets/alertmanager-chat/deadman-url"
            )
            webhook["url"] = (
                f"http://127.0.0.1:{neighbours.port}/dead-man"  # url_file came with Alertmanager 0.26
            )
    (folder / "alertmanager.yaml").write_text(yaml.safe_dump(config))
    port = free_port()
    with running(
        f"{ALERTMANAGER}",
        f"--config.file={folder / 'alertmanager.yaml'}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        port=port,
        log=folder / "alertmanager.log",
    ):
        yield port


@contextlib.contextmanager
def running_prometheus(
    repository: Path, neighbours: Neighbours, alertmanager: int, folder: Path
) -> Iterator[None]:
    """Prometheus with the generated rules, asking the service every second, with the labels of the cluster."""
    name = "my-service"
    values = yaml.safe_load((repository / "monitoring/values-prod.yaml").read_text())
    external = values["prometheus"]["prometheusSpec"]["externalLabels"]
    labels = {"namespace": name, "service": name, "pod": f"{name}-1"}
    config = {
        "global": {
            "scrape_interval": "1s",
            "evaluation_interval": "1s",
            "external_labels": external,
        },
        "rule_files": [str(repository / "helm" / name / "files/rules.yaml")],
        "alerting": {
            "alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}]
        },
        "scrape_configs": [
            {
                "job_name": name,
                "static_configs": [{"targets": [f"127.0.0.1:{neighbours.port}"], "labels": labels}],
            }
        ],
    }
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(config))
    port = free_port()
    with running(
        f"{PROMETHEUS}",
        f"--config.file={folder / 'prometheus.yaml'}",
        f"--storage.tsdb.path={folder / 'prometheus'}",
        f"--web.listen-address=127.0.0.1:{port}",
        port=port,
        log=folder / "prometheus.log",
    ):
        yield


@contextlib.contextmanager
def running(*argv: str, port: int, log: Path) -> Iterator[None]:
    """Run the program, from its report that it is ready on `port` until the block ends."""
    with log.open("wb") as output, subprocess.Popen(argv, stdout=output, stderr=output) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while status(port, "GET", "/-/ready") != HTTPStatus.OK:
                assert process.poll() is None, f"{argv[0]} ended: {log.read_text()}"
                assert time.monotonic() < deadline, f"{argv[0]} is not ready: {log.read_text()}"
                time.sleep(0.1)
            yield
        finally:
            process.terminate()


def send_alert(alertmanager: int, labels: dict[str, str], *, ended: bool = False) -> None:
    """Send an alert as Prometheus does; one that has ended has its end."""
    end = {"endsAt": datetime.now(UTC).isoformat()} if ended else {}
    alert = json.dumps([{"labels": labels, "annotations": {"summary": "A trial"}, **end}])
    assert status(alertmanager, "POST", "/api/v2/alerts", alert) == HTTPStatus.OK


def status(port: int, method: str, path: str, body: str | None = None) -> int | None:
    """Return this port's answer; None while nothing listens."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

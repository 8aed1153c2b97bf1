"""Answers to the kubelet and readers of metrics, and to no one else: probes, metrics, and the exact build."""

import json
import platform
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from service.config import Config
from service.log import Log
from service.worker import Worker

Answer = tuple[int, str, str]


class Probes:
    """Takes the port, 0 for any free one; nothing is answered before `start`."""

    def __init__(self, config: Config, worker: Worker, log: Log) -> None:
        self._http = _Server(("", config.port), _handler(_paths(config, worker)))
        self._http.log = log

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    def start(self) -> None:
        threading.Thread(target=self._http.serve_forever, name="probes", daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    log: Log

    def handle_error(self, request: Any, client_address: Any) -> None:
        failure = sys.exception()
        # A caller that went away in the middle of an answer is nothing to report.
        if failure and not isinstance(failure, ConnectionError | TimeoutError):
            self.log.error("probe failed", failure)


def _paths(config: Config, worker: Worker) -> dict[str, Callable[[], Answer]]:
    info = {
        "service": config.service_name,
        "environment": config.environment,
        "runtime": {"name": "python", "version": platform.python_version()},
        "revision": config.revision,
        "digest": config.image_digest,
    }
    return {
        "/healthz": lambda: _json(200, status="alive") if worker.alive() else _json(503, status="stalled"),
        "/readyz": lambda: _json(200, status="ready") if worker.ready else _json(503, status="not ready"),
        "/metrics": lambda: (200, "text/plain; version=0.0.4; charset=utf-8", worker.metrics.text()),
        "/info": lambda: _json(200, **info),
    }


def _json(code: int, **content: object) -> Answer:
    return code, "application/json", json.dumps(content, separators=(",", ":")) + "\n"


def _handler(paths: dict[str, Callable[[], Answer]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        # A connection without a request must not keep a thread.
        timeout = 10

        def do_GET(self) -> None:
            answer = paths.get(self.path.partition("?")[0], lambda: _json(404, error="not found"))
            status, content_type, body = answer()
            content = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_HEAD = do_GET

        def version_string(self) -> str:
            """No version of Python for whoever looks for known weaknesses."""
            return "service"

        def log_message(self, *arguments: Any) -> None:
            """Probes come every few seconds, and add nothing new."""

    return Handler

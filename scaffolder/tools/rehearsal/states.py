"""A place for states over HTTP, for as long as a rehearsal runs.

Terraform writes them into the cloud. With its backend `http` a state is written once for each
command; on a disk it is written again after each object, which takes a third of the time.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, unquote

from scaffolder.tools.rehearsal.cloud import Cloud

BACKEND = 'terraform {\n  backend "http" {}\n}\n'
ADDRESS = "TF_HTTP_ADDRESS"
"""The variable by which the backend finds the state of a target."""


@contextmanager
def serving(cloud: Cloud) -> Iterator[str]:
    """Serve the states of a cloud to this machine; yield the URL that names are added to."""
    token = secrets.token_urlsafe(16)  # other users of the machine cannot guess the path
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(cloud, f"/{token}/"))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/{token}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def address(base: str, name: str) -> str:
    """Return the URL of the state of a target."""
    return base + quote(name, safe="")


def resources(cloud: Cloud, name: str) -> list[Mapping[str, Any]]:
    """Return the resources in the state of a target."""
    return list((cloud.states.get(name) or {}).get("resources", ()))


def _handler(cloud: Cloud, prefix: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            state = cloud.states.get(self._name())
            self._answer(
                HTTPStatus.NOT_FOUND if state is None else HTTPStatus.OK,
                b"" if state is None else json.dumps(state).encode(),
            )

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"]))
            if name := self._name():
                cloud.states[name] = json.loads(text)
            self._answer(HTTPStatus.OK if name else HTTPStatus.NOT_FOUND, b"")

        def do_DELETE(self) -> None:
            cloud.states.pop(self._name(), None)
            self._answer(HTTPStatus.OK, b"")

        def do_LOCK(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            name = f"lock/{self._name()}"
            with cloud.lock:
                holder = cloud.files.setdefault(name, text)
            taken = holder != text
            self._answer(HTTPStatus.LOCKED if taken else HTTPStatus.OK, holder.encode())

        def do_UNLOCK(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            cloud.files.pop(f"lock/{self._name()}", None)
            self._answer(HTTPStatus.OK, b"")

        def _name(self) -> str:
            path = self.path.partition("?")[0]
            return unquote(path.removeprefix(prefix)) if path.startswith(prefix) else ""

        def _answer(self, status: HTTPStatus, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    return Handler

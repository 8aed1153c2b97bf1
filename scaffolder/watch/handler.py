"""The requests to the chat page: its parts, its buttons, and messages to the chat."""

from __future__ import annotations

import contextlib
import json
import secrets
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import unquote

from scaffolder.watch import runbooks, view

if TYPE_CHECKING:
    from scaffolder.watch.page import Page

_LARGEST = 1_000_000
_TICK = 1.0
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-{nonce}'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Handler(BaseHTTPRequestHandler):
    """The requests of browsers, of Alertmanager and of pipelines to `page`."""

    page: Page

    def do_GET(self) -> None:
        """Send the page, its changes or a file."""
        with contextlib.suppress(OSError):  # who asked has gone
            if not self._is_local():
                self._send(HTTPStatus.FORBIDDEN, "only for this machine\n", "text/plain")
            elif self.path == "/":
                self._page()
            elif self.path == "/events":
                self._events()
            elif self.path.startswith(runbooks.PLACE):
                self._file(unquote(self.path.removeprefix(runbooks.PLACE)))
            else:
                self._send(HTTPStatus.NOT_FOUND, "page not found\n", "text/plain")

    def do_POST(self) -> None:
        """Act on a button, or take a message."""
        with contextlib.suppress(OSError):
            if not self._is_local() or not self._is_from_here():
                self._send(HTTPStatus.FORBIDDEN, "only from this page\n", "text/plain")
            elif self.path.startswith("/do/"):
                self._act(self.path.removeprefix("/do/"))
            elif self.path.startswith("/chat"):
                self._take(self.path.removeprefix("/chat").strip("/") or "slack")
            else:
                self._send(HTTPStatus.NOT_FOUND, "address not found\n", "text/plain")

    def _is_local(self) -> bool:
        """Return whether the browser asked for this machine by no name of another site."""
        host = self.headers.get("Host", "").rpartition(":")[0]
        return host in {"127.0.0.1", "localhost"}

    def _is_from_here(self) -> bool:
        """Return whether no other site sent the form."""
        origin = self.headers.get("Origin")
        return origin in {None, f"http://{self.headers.get('Host')}"}

    def _page(self) -> None:
        nonce = secrets.token_urlsafe(16)
        self._send(HTTPStatus.OK, self.page.whole(nonce), "text/html; charset=utf-8", nonce)

    def _file(self, name: str) -> None:
        text = self.page.file(name)
        if text is None:
            self._send(HTTPStatus.NOT_FOUND, "file not found\n", "text/plain")
        else:
            self._send(HTTPStatus.OK, text, "text/html; charset=utf-8")

    def _act(self, action: str) -> None:
        self._body()
        if action not in view.ACTIONS:
            self._send(HTTPStatus.NOT_FOUND, "button not found\n", "text/plain")
            return
        self.page.act(action)
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", "/#now")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _take(self, chat: str) -> None:
        try:
            payload = json.loads(self._body())
        except ValueError:
            payload = None
        if not isinstance(payload, dict):
            self._send(HTTPStatus.BAD_REQUEST, "no message in JSON\n", "text/plain")
            return
        self.page.take(chat, payload)
        self._send(HTTPStatus.OK, "ok", "text/plain")

    def _events(self) -> None:
        """Send the parts that changed, at most once a second and after each change."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        sent: dict[str, str] = {}
        version = -1
        while not self.page.closed.is_set():
            regions = self.page.regions()
            changed = {name: part for name, part in regions.items() if sent.get(name) != part}
            self.wfile.write(f"data: {json.dumps(changed)}\n\n".encode())
            self.wfile.flush()
            sent = regions
            version = self.page.story.wait(version, _TICK)

    def _body(self) -> bytes:
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(min(length, _LARGEST))

    def _send(self, status: HTTPStatus, text: str, kind: str, nonce: str = "") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", _POLICY.format(nonce=nonce or "none"))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing on standard error."""

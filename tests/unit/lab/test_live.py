"""Answers of the service of a lab."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from scaffolder.lab.live import PROGRAM, Answer, ask
from scaffolder.tools.background import free_port


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"" if self.path == "/empty" else b"first\nsecond\n"
        self.send_response(503 if self.path == "/down" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_an_answer_has_its_status_and_its_first_line() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    port = server.server_address[1]
    try:
        assert ask(port, "/") == Answer(path="/", status=200, text="first")
        assert ask(port, "/down") == Answer(path="/down", status=503, text="first")
        assert ask(port, "/empty") == Answer(path="/empty", status=200, text="")
    finally:
        server.shutdown()
        server.server_close()


def test_nothing_answers_at_a_free_port() -> None:
    assert ask(free_port(), "/") is None


def test_each_track_has_a_program() -> None:
    assert set(PROGRAM) == {"java", "node", "python"}

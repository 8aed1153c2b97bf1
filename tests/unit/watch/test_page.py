"""Who may ask the page, and what it takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from scaffolder.errors import DestinationError
from scaffolder.repository.project import Project
from scaffolder.watch.configuration import Ports, Watched
from scaffolder.watch.page import Page
from scaffolder.watch.story import Story

WATCHED = Watched(service="shop", groups=(), alertmanager={}, templates=Path())


class Server:
    """A page on a port, and what its buttons did."""

    def __init__(self, root: Path) -> None:
        self.done: list[str] = []
        self.story = Story()
        self.page = Page(Project(root), WATCHED, self.story, self.done.append)

    def ask(
        self, method: str, path: str, body: str = "", **headers: str
    ) -> tuple[int, str, dict[str, str]]:
        connection = HTTPConnection("127.0.0.1", self.page.port, timeout=5)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text, dict(answer.headers)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "README.md").write_text("# Shop\n")
    (tmp_path / "secret.env").write_text("PASSWORD=x\n")
    server = Server(tmp_path)
    yield server
    server.page.close()


def test_the_page_is_whole(server: Server) -> None:
    status, text, headers = server.ask("GET", "/")
    assert status == 200
    assert "shop: who hears of a fault, and when?" in text
    assert "All is well. Choose what breaks." in text
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_a_button_acts_and_leads_back(server: Server) -> None:
    status, _, headers = server.ask("POST", "/do/fail")
    assert (status, headers["Location"], server.done) == (303, "/#now", ["fail"])
    assert server.ask("POST", "/do/format")[0] == 404
    assert server.ask("GET", "/do/fail")[0] == 404
    assert server.done == ["fail"]


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("POST", "/do/stop", {"Origin": "https://evil.example.com"}),
        ("POST", "/chat/slack", {"Origin": "null"}),
        ("POST", "/do/stop", {"Host": "evil.example.com:80"}),
        ("GET", "/", {"Host": "evil.example.com:80"}),
        ("GET", "/file/README.md", {"Host": "evil.example.com"}),
    ],
)
def test_another_site_is_refused(
    method: str, path: str, headers: dict[str, str], server: Server
) -> None:
    assert server.ask(method, path, "{}", **headers)[0] == 403
    assert server.done == []


def test_messages_and_the_watchdog_arrive(server: Server) -> None:
    message = {"text": "hello <b>", "attachments": []}
    assert server.ask("POST", "/chat/slack", json.dumps(message))[0] == 200
    watchdog = {"alerts": [{"labels": {"alertname": "Watchdog"}}]}
    assert server.ask("POST", "/chat/webhook", json.dumps(watchdog))[0] == 200
    assert [one.text for one in server.story.state().messages] == ["hello <b>"]
    assert server.story.watchdog_calls == 1
    assert "hello &lt;b&gt;" in server.ask("GET", "/")[1]


@pytest.mark.parametrize("body", ["", "[]", "no json"])
def test_what_is_no_message_is_refused(body: str, server: Server) -> None:
    assert server.ask("POST", "/chat", body)[0] == 400


def test_only_documents_of_the_repository_are_shown(server: Server) -> None:
    assert "<h1>Shop</h1>" in server.ask("GET", "/file/README.md")[1]
    for name in ("secret.env", "../README.md", "/etc/hostname.md", "NO.md", "%2e%2e/x.md"):
        assert server.ask("GET", f"/file/{name}")[0] == 404


def test_a_port_in_use_is_said(server: Server, tmp_path: Path) -> None:
    with pytest.raises(DestinationError, match=f"cannot listen on port {server.page.port}: "):
        Page(Project(tmp_path), WATCHED, Story(), print, port=server.page.port)


def test_links_of_grafana_lead_to_what_runs_here(server: Server) -> None:
    grafana = "https://grafana.local.example.com"
    assert server.page.link(f"{grafana}/d/shop") == f"{grafana}/d/shop"
    server.page.ports = Ports(door=1, prometheus=2, alertmanager=3, page=4)
    assert server.page.link(f"{grafana}/d/shop") == "http://127.0.0.1:2/alerts"
    silence = f"{grafana}/alerting/silence/new?alertmanager=Alertmanager"
    assert server.page.link(silence) == "http://127.0.0.1:3/#/silences/new"
    assert server.page.link("https://x/blob/main/README.md") == "/file/README.md"

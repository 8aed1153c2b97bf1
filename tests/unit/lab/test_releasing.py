"""A release of a lab is recorded as what it was."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from scaffolder.errors import ProjectError
from scaffolder.lab import deployment, history, lab, releasing
from scaffolder.lab.place import Place
from scaffolder.operate import postmortem
from scaffolder.tools.toolchain import SystemToolchain

MAIN = """\
import http.server
import os

PRICE = "{price}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        well = self.path != "/price" or PRICE
        self.send_response(200 if well else 500)
        self.end_headers()
        self.wfile.write(PRICE.encode())

    def log_message(self, *_):
        pass


{serve}
"""
SERVE = 'http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()'
WELL = '\\"price\\":100'
RELEASES = {"Release 41": (WELL, SERVE), "Release 42": ("", SERVE), "Release 43": (WELL, SERVE)}
BROKEN = {"Release 44": ("", "raise SystemExit(1)")}


@pytest.fixture
def place(tmp_path: Path, tools: SystemToolchain) -> Place:
    file = lab.required("7")
    where = Place(folder=tmp_path, lab=file.of(file.forms[0]))
    where.side.mkdir()
    source = where.root / "app/src/service"
    source.mkdir(parents=True)
    (source / "__init__.py").touch()
    for message, (price, serve) in (RELEASES | BROKEN).items():
        (source / "__main__.py").write_text(MAIN.format(price=price, serve=serve))
        history.commit(where.root, message, tools)
    deployment.deploy(where, "prod", "Release 42", tools)
    for minute, event in ((20, "deploy"), (31, "alert")):
        at = datetime.datetime(2026, 3, 3, 9, minute, tzinfo=datetime.UTC)
        deployment.record(where, event, at, event)
    return where


def told(place: Place, since: int = 2) -> list[tuple[str, str, str]]:
    events = postmortem.read(place.root / deployment.RECORDS)[since:]
    return [(f"{one.at:%H:%M}", one.kind, one.text.partition(" (")[0]) for one in events]


END = [
    ("09:35", "note", "GET /price 200"),
    ("09:37", "note", "1020 of 1020 requests failed from 09:20 to 09:35"),
    ("09:41", "resolved", "Resolved: ErrorBudgetBurn of orders"),
]


def test_an_older_release_that_is_well_is_a_rollback(place: Place, tools: SystemToolchain) -> None:
    done = releasing.release(place, "prod", "Release 41", tools)
    assert (done.path, done.status) == ("/price", "200")
    assert told(place) == [("09:35", "rollback", "prod runs Release 41"), *END]


def test_a_newer_release_is_a_deployment(place: Place, tools: SystemToolchain) -> None:
    releasing.release(place, "prod", "Release 43", tools)
    assert told(place) == [("09:35", "deploy", "prod runs Release 43"), *END]


@pytest.mark.parametrize(
    ("message", "status"), [("Release 42", "500"), ("Release 44", "no answer")]
)
def test_a_release_that_fails_ends_nothing(
    place: Place, message: str, status: str, tools: SystemToolchain
) -> None:
    assert releasing.release(place, "prod", message, tools).status == status
    expected = [("deploy", f"prod runs {message}"), ("note", f"GET /price {status}")]
    assert [event[1:] for event in told(place)] == expected


def test_an_end_is_recorded_once_for_each_incident(place: Place, tools: SystemToolchain) -> None:
    for message in ("Release 41", "Release 41", "Release 42", "Release 41"):
        releasing.release(place, "prod", message, tools)
    kinds = [event[1] for event in told(place)]
    end = ["rollback", "note", "note", "resolved"]
    assert kinds == [*end, "deploy", "note", "deploy", "note", *end]
    assert told(place)[-2][2] == "272 of 272 requests failed from 09:49 to 09:53"


def test_records_that_are_gone_are_named(place: Place, tools: SystemToolchain) -> None:
    (place.root / deployment.RECORDS).write_text("")
    with pytest.raises(ProjectError, match=r"records\.jsonl has no record"):
        releasing.release(place, "prod", "Release 41", tools)

"""States over HTTP, for as long as a rehearsal runs."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

from scaffolder.tools.rehearsal.cloud import Cloud
from scaffolder.tools.rehearsal.states import address, resources, serving


def ask(url: str, method: str = "GET", body: bytes | None = None) -> tuple[int, bytes]:
    request = urllib.request.Request(url, data=body, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_a_state_is_written_read_and_deleted() -> None:
    cloud = Cloud()
    with serving(cloud) as base:
        url = address(base, "env dev")
        assert ask(url)[0] == 404
        assert ask(url, "POST", b'{"resources": [{"type": "a"}]}')[0] == 200
        assert json.loads(ask(url)[1]) == {"resources": [{"type": "a"}]}
        assert resources(cloud, "env dev") == [{"type": "a"}]
        assert ask(url, "DELETE")[0] == 200
        assert resources(cloud, "env dev") == []


def test_a_state_has_one_holder_of_its_lock() -> None:
    with serving(Cloud()) as base:
        url = address(base, "a")
        assert ask(url, "LOCK", b"one")[0] == 200
        assert ask(url, "LOCK", b"two") == (423, b"one")
        assert ask(url, "UNLOCK", b"one")[0] == 200
        assert ask(url, "LOCK", b"two")[0] == 200


def test_a_path_without_the_token_is_not_served() -> None:
    cloud = Cloud()
    with serving(cloud) as base:
        other = base.rsplit("/", 2)[0] + "/other/a"
        assert ask(other)[0] == 404
        assert ask(other, "POST", b"{}")[0] == 404
    assert cloud.states == {}

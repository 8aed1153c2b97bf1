"""Buckets and states on this machine: what Terraform's backends ask, and what others do not get."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from scaffolder.tools.rehearsal import states, storage
from scaffolder.tools.rehearsal.cloud import Cloud, CloudObject


def asked(
    method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    request = urllib.request.Request(url, body, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@pytest.fixture
def bucket() -> Iterator[str]:
    one = CloudObject(type="aws_s3_bucket", id="states", owner="a", region="r", values={})
    with storage.serving(Cloud(objects={("aws_s3_bucket", "states"): one})) as env:
        yield env["AWS_ENDPOINT_URL"]


def test_a_bucket_that_nothing_made_does_not_exist(bucket: str) -> None:
    assert asked("GET", f"{bucket}/other?list-type=2")[0] == 404
    assert asked("PUT", f"{bucket}/other/key", b"a")[0] == 404


def test_a_state_is_written_listed_read_and_deleted(bucket: str) -> None:
    assert asked("GET", f"{bucket}/states/env/dev") == (
        404,
        b"<Error><Code>NoSuchKey</Code><Message>NoSuchKey</Message></Error>",
    )
    assert asked("PUT", f"{bucket}/states/env/dev", b"{}")[0] == 200
    assert b"<Key>env/dev</Key>" in asked("GET", f"{bucket}/states?list-type=2&prefix=env/")[1]
    assert b"<Key>" not in asked("GET", f"{bucket}/states?list-type=2&prefix=other/")[1]
    assert asked("GET", f"{bucket}/states/env/dev") == (200, b"{}")
    assert asked("DELETE", f"{bucket}/states/env/dev")[0] == 204
    assert asked("GET", f"{bucket}/states/env/dev")[0] == 404


def test_a_lock_is_taken_once(bucket: str) -> None:
    once = {"If-None-Match": "*"}
    assert asked("PUT", f"{bucket}/states/a.tflock", b"{}", once)[0] == 200
    assert asked("PUT", f"{bucket}/states/a.tflock", b"{}", once)[0] == 412


def test_a_body_in_chunks_is_put_together() -> None:
    assert storage.unchunked(
        b"3;chunk-signature=a\r\nabc\r\n2\r\nde\r\n0\r\nx-trailer: a\r\n\r\n"
    ) == (b"abcde")


def test_a_client_is_told_who_it_is(bucket: str) -> None:
    status, said = asked("POST", f"{bucket}/", b"Action=GetCallerIdentity&Version=2011-06-15")
    assert (status, b"<Account>111122223333</Account>" in said) == (200, True)
    assert asked("POST", f"{bucket}/", b"Action=AssumeRole")[0] == 501


def test_a_state_over_http_is_in_the_cloud_under_its_name() -> None:
    cloud = Cloud()
    with states.serving(cloud) as base:
        place = states.address(base, "terraform/env dev")
        assert asked("GET", place)[0] == 404
        assert asked("POST", f"{place}?ID=1", b'{"serial": 1}')[0] == 200
        assert asked("GET", place) == (200, b'{"serial": 1}')
    assert cloud.states == {"terraform/env dev": {"serial": 1}}


def test_a_state_over_http_is_locked_by_one() -> None:
    with states.serving(Cloud()) as base:
        place = states.address(base, "a")
        assert asked("LOCK", place, b'{"ID": "1"}')[0] == 200
        assert asked("LOCK", place, b'{"ID": "2"}') == (423, b'{"ID": "1"}')
        assert asked("UNLOCK", place, b'{"ID": "1"}')[0] == 200
        assert asked("LOCK", place, b'{"ID": "2"}')[0] == 200


def test_another_user_of_the_machine_who_does_not_know_the_path_gets_nothing() -> None:
    cloud = Cloud(states={"a": {"serial": 1}})
    with states.serving(cloud) as base:
        root = base.split("/", 3)
        assert asked("GET", f"{root[0]}//{root[2]}/a")[0] == 404
        assert asked("POST", f"{root[0]}//{root[2]}/a", b"{}")[0] == 404
    assert cloud.states == {"a": {"serial": 1}}

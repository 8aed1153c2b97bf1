"""Reading a server's answer."""

from __future__ import annotations

import time

from api_server import Reply, answering
from kubernetes import client

from scaffolder.tools.cluster import connection


def asked(reply: Reply) -> connection.Reply:
    with answering(lambda method, path: reply) as port:
        configuration = client.Configuration()
        configuration.host = f"http://127.0.0.1:{port}"
        api = client.ApiClient(configuration)
        try:
            return connection.Connection("here", api, call=10, deadline=time.monotonic() + 10).ask(
                "GET", "/"
            )
        finally:
            api.rest_client.pool_manager.clear()


def test_each_header_with_a_warning_is_read() -> None:
    texts = (
        'would violate PodSecurity "restricted:latest": hostPort (container "x", "y")',
        "a second",
        "a\\b",
    )
    assert asked(Reply(200, {}, texts)).warnings == texts


def test_the_message_is_the_server_s_if_it_has_one() -> None:
    assert asked(Reply(403, {"kind": "Status", "message": "no"})).message == "no"
    assert (
        asked(Reply(429, "Too many\nrequests", media_type="text/plain")).message
        == "Too many requests"
    )


def test_a_page_is_no_message() -> None:
    reply = asked(Reply(502, "<html>Bad Gateway</html>", media_type="text/html; charset=utf-8"))
    assert (reply.message, reply.media_type, reply.document) == ("HTTP status 502", "text/html", {})


def test_json_that_is_no_object_is_no_document() -> None:
    assert asked(Reply(200, "[1]")).document == {}

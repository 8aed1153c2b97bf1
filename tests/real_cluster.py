"""The recorded requests, sent to the API server that KUBECONFIG names, in namespaces of their own.

Only what is a dry-run, or what a test needs to be there, is sent; both namespaces are deleted in the end.
"""

from __future__ import annotations

import json
import re
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api_server import Reply
from control_plane.requests import Call

from scaffolder.tools.cluster import contexts
from scaffolder.tools.cluster.connection import Connection
from scaffolder.tools.cluster.kubeconfig import client_of

PREFIX = "scaffold-replay-"
Send = Callable[[Call], Reply]
_SECONDS = 120


def current() -> str:
    """Return the current context of KUBECONFIG, or ""."""
    return next((one.name for one in contexts() if one.current), "")


@contextmanager
def namespaces(context: str, *names: str) -> Iterator[Send]:
    """Make the namespaces with a prefix, and yield what sends a call to them as if they had none."""
    with client_of(context, seconds=10) as client:
        deadline = time.monotonic() + _SECONDS
        server = Connection(context, client, call=10, deadline=deadline)
        for name in names:
            level = "restricted" if name == "restricted" else "privileged"
            labels = {f"pod-security.kubernetes.io/{mode}": level for mode in ("enforce", "warn")}
            one = {
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {"name": PREFIX + name, "labels": labels},
            }
            assert server.ask("POST", "/api/v1/namespaces", one).status == 201
        try:
            yield lambda call: _sent(server, call)
        finally:
            for name in names:
                server.ask("DELETE", f"/api/v1/namespaces/{PREFIX}{name}")


def _sent(server: Connection, call: Call) -> Reply:
    path = re.sub(r"/namespaces/([^/]+)", rf"/namespaces/{PREFIX}\1", call.path)
    body = json.loads(call.body) if call.body else None
    if isinstance(body, dict) and "namespace" in body.get("metadata", {}):
        body["metadata"]["namespace"] = PREFIX + body["metadata"]["namespace"]
    query = urllib.parse.urlencode(call.query)
    reply = server.ask(call.method, f"{path}?{query}", body or None, call.media_type)
    content = json.loads(json.dumps(dict(reply.document)).replace(PREFIX, "")) or reply.text
    return Reply(reply.status, content, reply.warnings)

"""The stand-in for a control plane on a port: lists, watches, logs and tunnels, for the real `helm` and `kubectl`."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml
from api_server import Reply, refusal
from control_plane import tunnels
from control_plane.api import Api
from control_plane.kinds import Object
from control_plane.pods import Pods
from control_plane.requests import Call, Refused, Target
from control_plane.selectors import matches
from control_plane.storage import NOTHING
from control_plane.workloads import Workloads
from rbac import Identity

ADMINISTRATOR = Identity("admin", ("system:masters",))


@dataclass
class ControlPlane:
    """A running server: its port, its objects, its pods, and who has which token."""

    api: Api
    pods: Pods
    identities: dict[str, Identity]
    port: int
    certificate: Path
    calls: list[Call]
    prometheus: Callable[[str, float], float] | None = None
    """What answers a query, of a time, that comes through the proxy of the API; None: nothing does."""

    def kubeconfig(self, path: Path, identity: Identity, namespace: str) -> Path:
        """Write a kubeconfig with which `identity` asks this server, and return its path."""
        token = f"token-of-{identity.user}-{len(self.identities)}"
        self.identities[token] = identity
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "stand-in",
            "contexts": [
                {
                    "name": "stand-in",
                    "context": {"cluster": "stand-in", "user": "one", "namespace": namespace},
                }
            ],
            "clusters": [
                {
                    "name": "stand-in",
                    "cluster": {
                        "server": f"https://127.0.0.1:{self.port}",
                        "certificate-authority": str(self.certificate),
                    },
                }
            ],
            "users": [{"name": "one", "user": {"token": token}}],
        }
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
        return path


def available() -> bool:
    """Return whether this machine can make a certificate; no client sends a token without TLS."""
    return shutil.which("openssl") is not None


def _certificate(folder: Path) -> ssl.SSLContext:
    words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subject = ["-subj", "/CN=stand-in", "-days", "2", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(["openssl", *words, *files, *subject], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


@contextmanager
def running(folder: Path) -> Iterator[ControlPlane]:
    """Start a control plane without objects, with a certificate in `folder`; it ends with the block."""
    api = Api()
    workloads = Workloads(api, Pods(api))
    plane = ControlPlane(api, workloads.pods, {}, 0, folder / "certificate.pem", [])

    class Handler(_Handler):
        pass

    Handler.plane = plane
    server = _Server(("127.0.0.1", 0), Handler)
    server.context = _certificate(folder)
    plane.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        with workloads:
            yield plane
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    context: ssl.SSLContext

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands in the thread of the connection: a client that is slow must not hold up the others."""
        with self.context.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a client that went away: the server is not at fault."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    plane: ControlPlane

    def _call(self) -> Call:
        address = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(address.query, keep_blank_values=True))
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        return Call(
            method=self.command,
            path=address.path,
            query=query,
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
            media_type=self.headers.get("Content-Type", "").partition(";")[0],
            agent=self.headers.get("User-Agent", "unknown"),
            identity=self.plane.identities.get(token),
        )

    def _answer(self) -> None:
        call = self._call()
        self.plane.calls.append(call)
        subresource = call.path.rpartition("/")[2]
        try:
            if call.query.get("watch") in ("true", "1"):
                self._watch(call, self.plane.api.authorized(call))
            elif subresource == "portforward":
                self._tunnel(self.plane.api.authorized(call))
            elif "/proxy/" in call.path:
                self._send(self._proxied(call, self.plane.api.authorized(call)))
            elif subresource == "log":
                self._send(self._log(call, self.plane.api.authorized(call)))
            else:
                self._send(self.plane.api.answer(call))
        except Refused as refused:
            self._send(refused.reply)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815, the names are http.server's

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.media_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for warning in reply.warnings:
            self.send_header("Warning", Reply(200, "", (warning,)).warning)
        self.end_headers()
        self.wfile.write(reply.body)

    def _proxied(self, call: Call, target: Target) -> Reply:
        """Answer as Prometheus does: https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries"""
        if self.plane.prometheus is None or target.name != "prometheus-operated:9090":
            return refusal(
                503, f"no endpoints available for service {target.name!r}", "ServiceUnavailable"
            )
        value = self.plane.prometheus(call.query["query"], float(call.query["time"]))
        result = [{"metric": {}, "value": [0, str(value)]}]
        data = {"resultType": "vector", "result": result}
        return Reply(200, json.dumps({"status": "success", "data": data}))

    def _log(self, call: Call, target: Target) -> Reply:
        pod = self.plane.api.storage.get(target.kind, target.namespace, target.name)
        if pod is None:
            return refusal(404, f'pods "{target.name}" not found', "NotFound")
        previous = call.query.get("previous") == "true"
        text = self.plane.pods.log(pod, previous=previous)
        if text is None:
            container = call.query.get("container") or pod["spec"]["containers"][0]["name"]
            missing = (
                f'previous terminated container "{container}" in pod "{target.name}" not found'
            )
            return refusal(400, missing, "BadRequest")
        return Reply(200, text, media_type="text/plain")

    # ---- watches -----------------------------------------------------------------------------------------------

    def _watch(self, call: Call, target: Target) -> None:
        """Tell changes as they come: https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes"""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        version = int(call.query.get("resourceVersion") or 0)
        try:
            if call.query.get("sendInitialEvents") == "true" or not version:
                version = self._initial_events(call, target)
            self._changes(call, target, version)
            self._chunk(b"")
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _initial_events(self, call: Call, target: Target) -> int:
        listed = self.plane.api.listed(call, target)
        for one in listed["items"]:
            self._event("ADDED", one)
        version = str(listed["metadata"]["resourceVersion"])
        if call.query.get("sendInitialEvents") == "true":
            metadata = {
                "resourceVersion": version,
                "annotations": {"k8s.io/initial-events-end": "true"},
            }
            kind = target.kind
            bookmark = {"kind": kind.name, "apiVersion": kind.api_version, "metadata": metadata}
            self._event("BOOKMARK", bookmark)
        return int(version)

    def _changes(self, call: Call, target: Target, version: int) -> None:
        labels, fields = call.query.get("labelSelector", ""), call.query.get("fieldSelector", "")
        seconds = float(call.query.get("timeoutSeconds") or 60)
        for change in self.plane.api.storage.since(version, min(seconds, 60)):
            if change.kind is NOTHING:
                continue
            place = change.one["metadata"].get("namespace", "")
            here = change.kind == target.kind and target.namespace in ("", place)
            if here and matches(change.one, labels, fields):
                self._event(change.event, change.one)

    def _event(self, event: str, one: Object) -> None:
        self._chunk(json.dumps({"type": event, "object": one}).encode() + b"\n")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    # ---- tunnels -----------------------------------------------------------------------------------------------

    def _tunnel(self, target: Target) -> None:
        """A WebSocket is refused, and kubectl takes SPDY: https://kubernetes.io/blog/2024/08/20/websockets-transition/"""
        pod = self.plane.api.storage.get(target.kind, target.namespace, target.name)
        if pod is None:
            self._send(refusal(404, f'pods "{target.name}" not found', "NotFound"))
            return
        if self.headers.get("Upgrade", "").upper() != tunnels.UPGRADE:
            self._send(refusal(400, "this server forwards ports over SPDY only", "BadRequest"))
            return
        self.send_response(101)
        self.send_header("Connection", "Upgrade")
        self.send_header("Upgrade", tunnels.UPGRADE)
        self.send_header("X-Stream-Protocol-Version", "portforward.k8s.io")
        self.end_headers()
        self.close_connection = True
        try:
            tunnels.serve(self.rfile, self.wfile, lambda request: self._pod_answer(pod, request))
        except (BrokenPipeError, ConnectionResetError):
            return

    def _pod_answer(self, pod: Object, request: bytes) -> bytes | None:
        if not self.plane.pods.fate_of(pod).answers:
            return None
        path = request.split(b" ", 2)[1]
        status = "200 OK" if path == b"/info" else "404 Not Found"
        body = json.dumps(self.plane.pods.info(pod)).encode() if path == b"/info" else b""
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        return head.encode() + body

    def log_message(self, *_: object) -> None:
        """Write nothing."""

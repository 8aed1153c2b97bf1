"""API servers for tests: one that applies objects as Kubernetes does, and one that gives any answer it is told.

The first is kmock in a thread, with the kinds of Kubernetes. Its additions (merging by field
ownership, refusing what may not stand together or may not change, warning of Pod Security) are
compared with recordings of a real server in `tests/unit/cluster/test_api_server.py`.
"""

from __future__ import annotations

import asyncio
import copy
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any

import kmock
from control_plane import pod_security
from kmock._internal.rendering import Response  # the package has it, and does not export it

_KINDS = (
    Path(str(files("kmock._internal"))) / "resources.json.gz"
)  # load_bundled() reads it in a deprecated way

APPLY = "application/apply-patch+yaml"
MERGE_PATCH = "application/merge-patch+json"

_RECORDINGS = Path(__file__).parent / "data/api-recordings"


def recorded(name: str) -> dict[str, Any]:
    """Return a file of `tests/data/api-recordings`; its `about` has the origin."""
    document: dict[str, Any] = json.loads(
        (_RECORDINGS / f"{name}.json").read_text(encoding="utf-8")
    )
    return document


def patched(document: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Apply a JSON merge patch: https://www.rfc-editor.org/rfc/rfc7386"""
    result = {key: value for key, value in document.items() if key not in patch}
    for key, value in patch.items():
        if isinstance(value, dict):
            before = document.get(key)
            result[key] = patched(before if isinstance(before, dict) else {}, value)
        elif value is not None:
            result[key] = value
    return result


@dataclass(frozen=True)
class Reply:
    """A server's answer: a status, a document or a text, and warnings."""

    status: int
    content: dict[str, Any] | str
    warnings: tuple[str, ...] = ()
    media_type: str = "application/json"

    @property
    def body(self) -> bytes:
        return (
            self.content if isinstance(self.content, str) else json.dumps(self.content)
        ).encode()

    @property
    def warning(self) -> str:
        """The text of the header; a real server sends one header for each warning, which means the same."""
        return ", ".join(
            '299 - "{}"'.format(re.sub(r'(["\\])', r"\\\1", text)) for text in self.warnings
        )


def refusal(status: int, message: str, reason: str = "") -> Reply:
    content = {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "message": message,
        "code": status,
    }
    return Reply(status, content | ({"reason": reason} if reason else {}))


def replayed(answer: Mapping[str, Any]) -> Reply:
    """Return a recorded answer."""
    warnings = tuple(
        re.sub(r"\\(.)", r"\1", text.removeprefix('299 - "')[:-1])
        for text in answer.get("warnings", ())
    )
    if "text" in answer:
        return Reply(answer["code"], answer["text"], warnings, answer["type"])
    if "status" in answer:
        status = answer["status"]
        return refusal(answer["code"], status.get("message", ""), status.get("reason", ""))
    return Reply(answer["code"], answer.get("body", {}), warnings)


# ---- what Kubernetes does with an object --------------------------------------------------------------------------

_Path = tuple[str, ...]

_LIST_KEYS = {
    "containers": ("name",),
    "env": ("name",),
    "groups": ("name",),
    "imagePullSecrets": ("name",),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
}
WHOLE = {"selector", "labelSelector", "nodeSelector", "podSelector"}
_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")


def applied(
    live: Mapping[str, Any] | None, sent: Mapping[str, Any], manager: str
) -> dict[str, Any]:
    """Return what a server-side apply with force makes of `live`."""
    if live is None:
        return copy.deepcopy(dict(sent))
    entries = live["metadata"].get("managedFields", [])
    applier = [
        entry for entry in entries if (entry["manager"], entry["operation"]) == (manager, "Apply")
    ]
    others = set().union(
        *(owned(entry["fieldsV1"]) for entry in entries if entry not in applier), set()
    )
    released = (
        set().union(*(owned(entry["fieldsV1"]) for entry in applier), set())
        - others
        - set(field_paths(sent))
    )
    merged = united(live, sent, "")
    for path in sorted(released, key=len, reverse=True):
        _remove(merged, path, others)
    return dict(merged)


def owned(fields: Mapping[str, Any], start: _Path = ()) -> set[_Path]:
    paths = set()
    for key, below in fields.items():
        if key != ".":
            path = (*start, key)
            paths |= {path, *owned(below, path)}
    return paths


def field_paths(value: Any, name: str = "", start: _Path = ()) -> Iterator[_Path]:
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield (*start, f"f:{key}")
            yield from field_paths(below, key, (*start, f"f:{key}"))
    elif isinstance(value, list) and list_keys(name, value):
        for entry in value:
            path = (*start, mark(name, value, entry))
            yield path
            yield from field_paths(entry, "", path)


def list_keys(name: str, entries: list[Any]) -> tuple[str, ...]:
    if name == "ports":
        return (
            ("containerPort", "protocol")
            if any("containerPort" in entry for entry in entries)
            else ("port", "protocol")
        )
    return _LIST_KEYS.get(name, ())


def mark(name: str, entries: list[Any], entry: Mapping[str, Any]) -> str:
    key = {field: entry.get(field, "TCP") for field in list_keys(name, entries)}
    return f"k:{json.dumps(key, separators=(',', ':'))}"


def united(live: Any, sent: Any, name: str) -> Any:
    if isinstance(live, Mapping) and isinstance(sent, Mapping) and name not in WHOLE:
        both = {
            key: united(live[key], sent[key], key) if key in sent else copy.deepcopy(live[key])
            for key in live
        }
        return both | {key: copy.deepcopy(value) for key, value in sent.items() if key not in live}
    if isinstance(live, list) and isinstance(sent, list) and list_keys(name, sent + live):
        before = {mark(name, sent + live, entry): entry for entry in live}
        marks = [mark(name, sent + live, entry) for entry in sent]
        merged = [
            united(before.get(mark, {}), entry, "") for mark, entry in zip(marks, sent, strict=True)
        ]
        return merged + [
            copy.deepcopy(entry) for mark, entry in before.items() if mark not in marks
        ]
    return copy.deepcopy(sent)


def _remove(value: Any, path: _Path, kept: set[_Path]) -> None:
    """Remove what is at `path`, unless another manager owns something below it."""
    if any(other[: len(path)] == path for other in kept):
        return
    name = ""
    for step in path[:-1]:
        value, name = _below(value, step, name), step[2:]
        if value is None:
            return
    last = path[-1]
    if last.startswith("f:") and isinstance(value, dict):
        value.pop(last[2:], None)
    elif last.startswith("k:") and isinstance(value, list):
        value[:] = [entry for entry in value if mark(name, value, entry) != last]


def _below(value: Any, step: str, name: str) -> Any:
    if step.startswith("f:"):
        return value.get(step[2:]) if isinstance(value, dict) else None
    return next((entry for entry in value if mark(name, value, entry) == step), None)


def faults_of(one: Mapping[str, Any], live: Mapping[str, Any] | None) -> list[str]:
    """Return a real server's objections to an object that it would store."""
    match one["kind"]:
        case "Deployment":
            return list(_deployment_faults(one["spec"], live))
        case "PodDisruptionBudget" if {"minAvailable", "maxUnavailable"} <= set(
            one.get("spec", {})
        ):
            spec = one["spec"]
            internal = {
                "MinAvailable": spec["minAvailable"],
                "Selector": {"matchLabels": dict(sorted(spec["selector"]["matchLabels"].items()))},
                "MaxUnavailable": spec["maxUnavailable"],
                "UnhealthyPodEvictionPolicy": spec["unhealthyPodEvictionPolicy"],
            }
            shown = json.dumps(internal, separators=(",", ":"))
            return [
                f"spec: Invalid value: {shown}: minAvailable and maxUnavailable cannot be both set"
            ]
        case "Service" if live and one["spec"].get("clusterIP") != live["spec"].get("clusterIP"):
            return [
                f'spec.clusterIPs[0]: Invalid value: ["{one["spec"].get("clusterIP")}"]: may not change once set'
            ]
        case "Pod" if live and one["spec"] != live["spec"]:
            return [
                "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`"
            ]
        case _:
            return []


def _deployment_faults(spec: Mapping[str, Any], live: Mapping[str, Any] | None) -> Iterator[str]:
    pod, place = spec["template"]["spec"], "spec.template.spec"
    mountable = set()
    for number, volume in enumerate(pod.get("volumes", [])):
        kinds = sorted(set(volume) - {"name"}, key=lambda kind: kind != "emptyDir")
        mountable |= {volume["name"]} if len(kinds) < 2 else set()
        yield from (
            f"{place}.volumes[{number}].{kind}: Forbidden: may not specify more than 1 volume type"
            for kind in kinds[1:]
        )
    for number, container in enumerate(pod["containers"]):
        yield from _container_faults(container, f"{place}.containers[{number}]", mountable)
    strategy = spec.get("strategy", {})
    if strategy.get("type") == "Recreate" and strategy.get("rollingUpdate"):
        yield "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"
    if live and spec["selector"] != live["spec"]["selector"]:
        shown = json.dumps(spec["selector"], separators=(",", ":"))
        yield f"spec.selector: Invalid value: {shown}: field is immutable"


def _container_faults(
    container: Mapping[str, Any], place: str, mountable: set[str]
) -> Iterator[str]:
    for number, variable in enumerate(container.get("env", [])):
        if variable.get("value") and "valueFrom" in variable:
            yield (
                f'{place}.env[{number}].valueFrom: Invalid value: "": may not be specified when `value` is not empty'
            )
    for number, mount in enumerate(container.get("volumeMounts", [])):
        if mount["name"] not in mountable:
            yield f'{place}.volumeMounts[{number}].name: Not found: "{mount["name"]}"'
    handlers = {
        key: container.get(key, {}) for key in ("livenessProbe", "readinessProbe", "startupProbe")
    }
    handlers["lifecycle.preStop"] = container.get("lifecycle", {}).get("preStop", {})
    for key, handler in handlers.items():
        for kind in [kind for kind in _HANDLERS if kind in handler][1:]:
            yield f"{place}.{key}.{kind}: Forbidden: may not specify more than 1 handler type"


# ---- the servers --------------------------------------------------------------------------------------------------


class ScriptedServer:
    """kmock in a thread of its own, with the kinds of Kubernetes and a judge of objects.

    `says` answers a request that writes, given its address and its object, before the judge does; None leaves it to
    the judge. `installed` holds the objects that are there, by address; `enforces` and `warns` are the levels of Pod
    Security of the namespace.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self._ready, self._stop, self.port = threading.Event(), threading.Event(), 0
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self.reset()

    def reset(self) -> None:
        self.requests.clear()
        self.says: Callable[[str, dict[str, Any]], tuple[int, str] | Reply | None] = (
            lambda path, one: None
        )
        self.reads: Callable[[str], Reply | None] = lambda path: None
        self.installed: dict[str, dict[str, Any]] = {}
        self.enforces, self.warns = "", ""

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)

    async def _serve(self) -> None:
        async with kmock.KubernetesScaffold() as api, kmock.Server(api) as server:
            api.resources.load_path(_KINDS)
            api[kmock.method.GET, re.compile(r".*/namespaces/.*")] << self._get
            api[kmock.method.POST] << self._write
            api[kmock.method.PATCH] << self._write
            self.port = server.port
            self._ready.set()
            while not self._stop.is_set():
                await asyncio.sleep(0.02)

    def _get(self, request: kmock.Request) -> Response:
        path = request.url.path
        found = self.reads(path)
        if found is None and path in self.installed:
            found = Reply(200, self.installed[path])
        name = path.rpartition("/")[2]
        return _response(
            found or refusal(404, f'{path.split("/")[-2]} "{name}" not found', "NotFound")
        )

    def _write(self, request: kmock.Request) -> Response:
        one: dict[str, Any] = json.loads(request.body)
        path, query = request.url.path, dict(request.params)
        self.requests.append((path, query, one))
        said = self.says(path, one)
        media_type = request.headers.get("Content-Type", "")
        if said is None and media_type == APPLY:
            said = _malformed(request.namespace or "", one)
        if isinstance(said, tuple):
            said = refusal(*said)
        return _response(said or self.answer(path, query, one, media_type))

    def answer(
        self, path: str, query: Mapping[str, str], one: dict[str, Any], media_type: str
    ) -> Reply:
        """Return what a real server answers to a POST, an apply or a merge patch that is a dry-run."""
        live = self.installed.get(path)
        if media_type == MERGE_PATCH:
            if live is None:
                return refusal(404, "not found", "NotFound")
            result = patched(live, one)
        elif media_type == APPLY:
            result = applied(live, one, query["fieldManager"])
        else:
            result = one
        return self._admitted(path, result, live)

    def _admitted(self, path: str, result: dict[str, Any], live: dict[str, Any] | None) -> Reply:
        kind, name = result["kind"], result["metadata"].get("name", "")
        group = result["apiVersion"].rpartition("/")[0]
        faults = faults_of(result, live)
        if faults:
            shown = faults[0] if len(faults) == 1 else f"[{', '.join(faults)}]"
            return refusal(
                422, f'{kind}{"." + group if group else ""} "{name}" is invalid: {shown}', "Invalid"
            )
        if path not in self.installed and f"{path}/{name}" in self.installed:
            return refusal(
                409, f'{path.rpartition("/")[2]} "{name}" already exists', "AlreadyExists"
            )
        pod = (
            result["spec"]
            if kind == "Pod"
            else result.get("spec", {}).get("template", {}).get("spec")
        )
        violations = ", ".join(pod_security.violations(pod)) if pod else ""
        if violations and kind == "Pod" and self.enforces:
            message = (
                f'pods "{name}" is forbidden: violates PodSecurity "{self.enforces}": {violations}'
            )
            return refusal(403, message, "Forbidden")
        level = self.warns or self.enforces
        warnings = (
            (f'would violate PodSecurity "{level}": {violations}',) if violations and level else ()
        )
        return Reply(200 if live else 201, result, warnings)


def _response(reply: Reply) -> Response:
    # Each field is given each time: kmock keeps what an earlier answer of the same handler had.
    headers = {"Content-Type": reply.media_type, "Warning": reply.warning or None}
    return Response(status=reply.status, payload=reply.body, headers=headers)


def _malformed(namespace: str, one: dict[str, Any]) -> tuple[int, str] | None:
    """Return a real server's refusal of an object in a missing namespace, or with an unknown field.

    Recorded: https://github.com/kubernetes/kubernetes/issues/122480 for the second.
    """
    import kubernetes_validate

    if namespace != "team":
        return 404, f'namespaces "{namespace}" not found'
    try:
        kubernetes_validate.validate(one, "1.36", strict=True)
    except kubernetes_validate.SchemaNotFoundError:
        return None  # a custom resource; kmock's kinds were taken from a cluster with some
    except kubernetes_validate.ValidationError as error:
        where = ".".join(["", *map(str, error.path), str(error.message).split("'")[1]])
        group = one["apiVersion"]
        return 500, (
            f"failed to create typed patch object ({namespace}/{one['metadata']['name']}; {group}, Kind={one['kind']}): "
            f"{where}: field not declared in schema"
        )
    return None


@contextmanager
def answering(answer: Callable[[str, str], Reply]) -> Iterator[int]:
    """Serve HTTP, any answer to any method and path; yields the port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _reply(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            reply = answer(self.command, self.path)
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.media_type)
            self.send_header("Content-Length", str(len(reply.body)))
            for warning in reply.warnings:
                self.send_header("Warning", Reply(200, "", (warning,)).warning)
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_PATCH = _reply  # noqa: N815, the names are http.server's

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)

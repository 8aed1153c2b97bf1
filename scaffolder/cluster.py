"""The Kubernetes clusters that this machine's configuration knows; the only module that imports the client."""

from __future__ import annotations

import enum
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from scaffolder.errors import ClusterError

CALL = 10.0
"""Seconds that one answer of an API server may take."""

ALL_CALLS = 60.0
"""Seconds that all answers together may take."""

MANAGER = "scaffold-check"
"""Who the API server is told is asking; a dry-run leaves no trace of it."""

_Value = TypeVar("_Value")


@dataclass(frozen=True, kw_only=True)
class Context:
    """An entry of the kubeconfig: a name, the cluster and namespace behind it, and whether kubectl would use it now."""

    name: str
    cluster: str
    namespace: str
    current: bool


class Ruling(enum.StrEnum):
    """What an API server says of an object. UNKNOWN: it serves no such kind. UNJUDGED: it did not look at it."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    UNJUDGED = "unjudged"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of one object, in the server's words where it has any."""

    ruling: Ruling
    message: str = ""


def contexts() -> tuple[Context, ...]:
    """The contexts of KUBECONFIG (or ~/.kube/config), without asking any cluster; none where there is no such file."""
    from kubernetes import config  # 0.2 s, and only this function needs it

    try:
        found, current = config.list_kube_config_contexts()  # type: ignore[no-untyped-call]
    except config.ConfigException:
        return ()
    return tuple(
        Context(
            name=context["name"],
            cluster=context["context"]["cluster"],
            namespace=context["context"].get("namespace", "default"),
            current=bool(current) and context["name"] == current["name"],
        )
        for context in found
    )


def dry_run(
    context: str,
    objects: Sequence[Mapping[str, Any]],
    *,
    namespace: str,
    call: float = CALL,
    all_calls: float = ALL_CALLS,
) -> tuple[Answer, ...]:
    """What the API server behind `context` says of each object to a strict server-side apply that changes nothing.

    An object without a namespace of its own goes to the one that the context names, else to `namespace`. The right to
    patch there is all that this needs. `call` and `all_calls` are seconds.

    Raises:
        ClusterError: there is no such context, the server cannot be reached, does not know us, does not answer in time,
            or has no such namespace.
    """
    deadline = time.monotonic() + all_calls
    with _connected(context, call) as server:
        answers = []
        namespace = _namespace_of(context) or namespace
        for number, one in enumerate(objects):
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"the cluster of context {context} answers too slowly: "
                    f"{number} of {len(objects)} objects in {all_calls:g} s"
                )
            answers.append(server.judge(one, namespace))
        return tuple(answers)


@contextmanager
def _connected(context: str, timeout: float) -> Iterator[_Server]:
    from kubernetes import client, config

    configuration = client.Configuration()
    try:
        # A plugin of the kubeconfig may ask a login service for a token, and has no timeout of its own.
        _within(
            2 * timeout,
            lambda: config.load_kube_config(  # type: ignore[no-untyped-call]
                context=context, client_configuration=configuration, persist_config=False
            ),
            f"the credentials of context {context} were not there within {2 * timeout:g} s",
        )
    except config.ConfigException as error:
        known = ", ".join(one.name for one in contexts())
        raise ClusterError(
            f"context {context} cannot be used: {' '.join(str(error).split())[:200]}",
            hint=f"the contexts are {known}" if known else "KUBECONFIG names no file with a context",
        ) from error
    connection = client.ApiClient(configuration)
    try:
        yield _Server(context, connection, timeout)
    finally:
        connection.rest_client.pool_manager.clear()


def _namespace_of(context: str) -> str:
    """The namespace that the kubeconfig gives a context; empty where it names none."""
    from kubernetes import config

    found, _ = config.list_kube_config_contexts()  # type: ignore[no-untyped-call]
    return next((str(one["context"].get("namespace", "")) for one in found if one["name"] == context), "")


class _Server:
    """An API server, asked with one connection, each answer within `timeout` seconds."""

    def __init__(self, context: str, connection: Any, timeout: float) -> None:
        self._context = context
        self._connection = connection
        self._timeout = timeout
        self._kinds: dict[str, dict[str, tuple[str, bool]] | Answer] = {}

    def judge(self, one: Mapping[str, Any], namespace: str) -> Answer:
        api_version, kind = str(one.get("apiVersion", "")), str(one.get("kind", ""))
        kinds = self._served(api_version)
        if isinstance(kinds, Answer):
            return kinds
        if kind not in kinds:
            return Answer(ruling=Ruling.UNKNOWN, message=f"the cluster serves no {kind} in {api_version}")
        plural, namespaced = kinds[kind]
        if not namespaced:
            return Answer(ruling=Ruling.UNJUDGED, message=f"{kind} belongs to no namespace")
        metadata = one.get("metadata") or {}
        into, name = str(metadata.get("namespace") or namespace), str(metadata.get("name", ""))
        query = {"dryRun": "All", "fieldValidation": "Strict", "fieldManager": MANAGER, "force": "true"}
        status, said = self._ask(
            "PATCH",
            f"{_root(api_version)}/namespaces/{quote(into)}/{plural}/{quote(name)}?{urlencode(query)}",
            json.dumps(one),
        )
        return self._ruling(status, said, into)

    def _served(self, api_version: str) -> dict[str, tuple[str, bool]] | Answer:
        """The kinds of a version of a group: the name of each in addresses, and whether it lies in namespaces."""
        if api_version not in self._kinds:
            status, said = self._ask("GET", _root(api_version))
            match status:
                case 200:
                    self._kinds[api_version] = {
                        entry["kind"]: (entry["name"], bool(entry.get("namespaced")))
                        for entry in said.get("resources", [])
                        if "/" not in entry["name"]
                    }
                case 404:
                    self._kinds[api_version] = {}
                case _:
                    message = f"{api_version} cannot be looked up: {said.get('message') or status}"
                    self._kinds[api_version] = Answer(ruling=Ruling.UNJUDGED, message=message)
        return self._kinds[api_version]

    def _ruling(self, status: int, said: Mapping[str, Any], namespace: str) -> Answer:
        message = str(said.get("message") or f"the server said {status}")
        if status in {200, 201}:
            return Answer(ruling=Ruling.ACCEPTED)
        if status == 404 and "namespaces" in message:
            raise ClusterError(
                f"the cluster of context {self._context} has no namespace {namespace}",
                hint=f"kubectl --context {self._context} create namespace {namespace}, "
                "or give the context another one: kubectl config set-context --help",
            )
        not_ours = (
            status >= 500 and _NOT_IN_SCHEMA not in message,
            status == 403
            and bool(_NO_RIGHT.search(message)),  # else an admission rule: a quota, a policy, Pod Security
            status in {404, 405, 409, 415, 429},
            "does not support dry run" in message,  # an admission webhook with side effects
        )
        return Answer(ruling=Ruling.UNJUDGED if any(not_ours) else Ruling.REFUSED, message=message)

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, dict[str, Any]]:
        """The status and the document that the server answers with; an answer that is no JSON is an empty document."""
        import urllib3

        configuration = self._connection.configuration
        headers = {"Accept": "application/json", "User-Agent": MANAGER}
        headers |= {
            setting["key"]: setting["value"]
            for setting in configuration.auth_settings().values()
            if setting["in"] == "header"
        }
        if body is not None:
            headers["Content-Type"] = "application/apply-patch+yaml"  # JSON is YAML
        try:
            response = self._connection.rest_client.pool_manager.request(
                method,
                configuration.host + path,
                body=body,
                headers=headers,
                timeout=urllib3.Timeout(total=self._timeout),
                retries=False,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise self._silent(error) from error
        if response.status == 401:
            raise ClusterError(
                f"the cluster of context {self._context} does not know who is asking: it said 401",
                hint=f"kubectl --context {self._context} get pods tries the same credentials",
            )
        try:
            said = json.loads(response.data)
        except ValueError:
            said = {}
        return response.status, said if isinstance(said, dict) else {}

    def _silent(self, error: Exception) -> ClusterError:
        from urllib3.exceptions import ReadTimeoutError

        host = self._connection.configuration.host
        if isinstance(error, ReadTimeoutError):
            return ClusterError(
                f"the cluster of context {self._context} did not answer within {self._timeout:g} s ({host})"
            )
        return ClusterError(
            f"the cluster of context {self._context} cannot be reached at {host}: {_reason(error)}",
            hint=f"kubectl --context {self._context} version shows the same",
        )


_NOT_IN_SCHEMA = "failed to create typed patch object"
"""An unknown field or a wrong type: https://github.com/kubernetes/kubernetes/issues/122480, with status 500."""

_NO_RIGHT = re.compile(r"User \".*\" cannot \w+ resource")
"""The authorizer's words: `deployments.apps "x" is forbidden: User "y" cannot patch resource "deployments" …`."""


def _root(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def _reason(error: Exception) -> str:
    """The end of urllib3's sentence, which starts with an object's address in memory."""
    return str(error).rsplit(": ", 1)[-1]


def _within(seconds: float, function: Callable[[], _Value], otherwise: str) -> _Value:
    """What `function` gives, in a thread that nobody waits for longer than this."""
    ended: list[tuple[_Value | None, Exception | None]] = []

    def run() -> None:
        try:
            ended.append((function(), None))
        except Exception as error:  # noqa: BLE001, raised again below, in the thread that asked
            ended.append((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not ended:
        raise ClusterError(otherwise)
    value, error = ended[0]
    if error:
        raise error
    return value  # type: ignore[return-value]

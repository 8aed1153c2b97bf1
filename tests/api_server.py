"""An API server for tests: kmock in a thread, with the kinds of Kubernetes and recorded answers."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import kmock

_KINDS = Path(str(files("kmock._internal"))) / "resources.json.gz"  # load_bundled() reads it in a deprecated way


class ScriptedServer:
    """kmock in a thread of its own, with the kinds of Kubernetes and a judge of server-side applies.

    `says` answers a PATCH, given its address and its object, before the judge does; None leaves it to the judge.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.says: Callable[[str, dict[str, Any]], tuple[int, str] | None] = lambda path, one: None
        self._ready, self._stop, self.port = threading.Event(), threading.Event(), 0
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

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
            api[kmock.method.PATCH] << self._patch
            self.port = server.port
            self._ready.set()
            while not self._stop.is_set():
                await asyncio.sleep(0.02)

    def _patch(self, request: kmock.Request) -> dict[str, Any]:
        one: dict[str, Any] = json.loads(request.body)
        self.requests.append((request.url.path, dict(request.params), one))
        said = self.says(request.url.path, one) or _judged(request.namespace or "", one)
        if said is None:
            return one
        raise kmock.KubernetesError(status=said[0], message=said[1], reason="", details={})


def _judged(namespace: str, one: dict[str, Any]) -> tuple[int, str] | None:
    """What a real API server says of an object in a namespace that does not exist, or with a field that does not.

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

"""A stand-in for Terraform's Helm provider: real `terraform` applies terraform/deploy, and this runs a real `helm` for it.

It speaks the plugin protocol 6 for one resource, helm_release, as far as a generated repository uses it: a creation is
`helm install`, a change `helm upgrade`, a removal `helm uninstall`, and each waits. A release that failed is kept in the
state, as with the real provider: https://github.com/hashicorp/terraform-provider-helm/blob/main/helm/resource_helm_release.go .
What it does not do: the provider's own diff of the rendered objects, repositories, and every other argument.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from control_plane.protobuf import fields

from scaffolder.tools.offline import catalog, wire

Object = dict[str, Any]

TYPE = "helm_release"
_PROVIDER = "registry.terraform.io/hashicorp/helm"


@contextmanager
def serving(helm: Path, folder: Path, timeout: str) -> Iterator[dict[str, str]]:
    """Serve the provider, and yield the environment that sends Terraform there; charts are relative to `folder`."""
    (schema,) = catalog.matching("hashicorp/helm", ">= 3.0.0, < 4.0.0")[:1]
    part = catalog.load(schema, [TYPE])
    described = wire.provider_schema(part.provider, part.resources, {}, {})
    provider = _Provider(helm, folder, timeout)
    calls: dict[str, Callable[[dict[int, bytes]], bytes]] = {
        "GetProviderSchema": lambda _: described,
        "ConfigureProvider": provider.configure,
        "ReadResource": provider.read,
        "PlanResourceChange": provider.plan,
        "ApplyResourceChange": provider.apply,
        "UpgradeResourceState": provider.upgrade,
    }
    silent = (
        "ValidateProviderConfig",
        "ValidateResourceConfig",
        "GetResourceIdentitySchemas",
        "StopProvider",
    )
    handlers = {name: _handler(calls.get(name, lambda _: b"")) for name in (*calls, *silent)}
    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(4) as threads:
        server = grpc.server(threads, options=[("grpc.max_send_message_length", -1)])
        server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler("tfplugin6.Provider", handlers),)
        )
        socket = f"{place}/helm.sock"
        server.add_insecure_port(f"unix:{socket}")
        server.start()
        address = {"Network": "unix", "String": socket}
        attached = {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": os.getpid(),
            "Test": True,
            "Addr": address,
        }
        try:
            yield {"TF_REATTACH_PROVIDERS": json.dumps({_PROVIDER: attached})}
        finally:
            server.stop(grace=None)


class _Provider:
    def __init__(self, helm: Path, folder: Path, timeout: str) -> None:
        self._helm, self._folder, self._timeout = helm, folder, timeout
        self._kubeconfig = ""

    def configure(self, asked: dict[int, bytes]) -> bytes:
        config = _value(asked[2])
        self._kubeconfig = config["kubernetes"]["config_path"]
        return b""

    def read(self, asked: dict[int, bytes]) -> bytes:
        state = _value(asked[2])
        return _field(1, _dynamic(self._now(state)))

    def upgrade(self, asked: dict[int, bytes]) -> bytes:
        raw = dict(fields(asked[3]))
        return _field(1, _field(2, raw.get(1, b"null")))

    def plan(self, asked: dict[int, bytes]) -> bytes:
        proposed = _value(asked[3])
        if proposed is not None:
            proposed = {**proposed, "id": proposed["name"], "status": "deployed"}
        return _field(1, _dynamic(proposed))

    def apply(self, asked: dict[int, bytes]) -> bytes:
        before, planned = _value(asked[2]), _value(asked[3])
        if planned is None:
            done = self._run("uninstall", before["name"], before["namespace"], "--wait")
            return _answer(None if done.returncode == 0 else before, done)
        verb = "upgrade" if before else "install"
        with tempfile.TemporaryDirectory() as folder:
            done = self._run(verb, *self._arguments(planned, Path(folder)))
        if done.returncode == 0:
            return _answer(planned, done)
        kept = self._now(planned) if verb == "install" else {**planned, "status": "failed"}
        return _answer(kept, done)

    def _arguments(self, planned: Object, folder: Path) -> Iterator[str]:
        yield from (planned["name"], planned["namespace"])
        yield str((self._folder / planned["chart"]).resolve())
        for number, text in enumerate(planned.get("values") or []):
            file = folder / f"{number}.yaml"
            file.write_text(text, encoding="utf-8")
            yield f"--values={file}"
        for entry in planned.get("set") or []:
            yield f"--set-string={entry['name']}={entry['value']}"
        yield f"--description={planned['description']}"
        yield "--wait"

    def _now(self, state: Object) -> Object | None:
        """Return the state with the status that the release has now, or None without a release."""
        done = self._run("status", state["name"], state["namespace"], "--output=json")
        if done.returncode != 0:
            return None
        return {**state, "status": json.loads(done.stdout)["info"]["status"]}

    def _run(
        self, verb: str, name: str, namespace: str, *arguments: str
    ) -> subprocess.CompletedProcess[str]:
        waits = [f"--timeout={self._timeout}"] if "--wait" in arguments else []
        return subprocess.run(
            [str(self._helm), verb, name, *arguments, f"--namespace={namespace}", *waits],
            env={**os.environ, "KUBECONFIG": self._kubeconfig},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def _answer(state: Object | None, done: subprocess.CompletedProcess[str]) -> bytes:
    text = _field(1, _dynamic(state))
    if done.returncode:
        error = b"\x08\x01" + _field(2, done.stderr.strip().removeprefix("Error: ").encode())
        text += _field(4, error)
    return text


def _handler(call: Callable[[dict[int, bytes]], bytes]) -> grpc.RpcMethodHandler:
    return grpc.unary_unary_rpc_method_handler(
        lambda request, _context: call(dict(fields(request)))
    )


# ---- the values of the protocol: protobuf around, MessagePack or JSON within -----------------------------------------


def _field(number: int, content: bytes) -> bytes:
    size, length = b"", len(content)
    while length > 0x7F:
        size += bytes([length & 0x7F | 0x80])
        length >>= 7
    return bytes([number << 3 | 2]) + size + bytes([length]) + content


def _dynamic(value: Object | None) -> bytes:
    return _field(2, json.dumps(value).encode())


def _value(raw: bytes) -> Any:
    parts = dict(fields(raw))
    if parts.get(1):
        return _Unpacked(parts[1]).value()
    return json.loads(parts[2]) if 2 in parts else None


class _Unpacked:
    """MessagePack as Terraform writes it: https://github.com/msgpack/msgpack/blob/master/spec.md ; unknown is None."""

    def __init__(self, raw: bytes) -> None:
        self._raw, self._place = raw, 0

    def value(self) -> Any:
        head = self._take(1)[0]
        if head < 0x80 or head >= 0xE0:
            return head if head < 0x80 else head - 0x100
        if head < 0xC0:
            return self._short(head)
        return self._long(head)

    def _short(self, head: int) -> Any:
        if head < 0x90:
            return self._map(head & 0x0F)
        if head < 0xA0:
            return [self.value() for _ in range(head & 0x0F)]
        return self._take(head & 0x1F).decode()

    def _long(self, head: int) -> Any:
        plain: Mapping[int, Any] = {0xC0: None, 0xC2: False, 0xC3: True}
        if head in plain:
            return plain[head]
        numbers = {
            0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q",
            0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q",
        }  # fmt: skip
        if head in numbers:
            return self._number(numbers[head])
        texts = {0xC4: ">B", 0xC5: ">H", 0xC6: ">I", 0xD9: ">B", 0xDA: ">H", 0xDB: ">I"}
        if head in texts:
            return self._take(self._number(texts[head])).decode()
        if head in (0xDC, 0xDD):
            return [self.value() for _ in range(self._number(">H" if head == 0xDC else ">I"))]
        if head in (0xDE, 0xDF):
            return self._map(self._number(">H" if head == 0xDE else ">I"))
        return self._unknown(head)

    def _unknown(self, head: int) -> None:
        lengths = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}
        sizes = {0xC7: ">B", 0xC8: ">H", 0xC9: ">I"}
        length = lengths.get(head) or self._number(sizes[head])
        self._take(length + 1)

    def _map(self, size: int) -> Object:
        return {self.value(): self.value() for _ in range(size)}

    def _number(self, form: str) -> Any:
        return struct.unpack(form, self._take(struct.calcsize(form)))[0]

    def _take(self, length: int) -> bytes:
        taken = self._raw[self._place : self._place + length]
        self._place += length
        return taken

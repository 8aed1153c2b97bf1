"""A registry that holds the images of the tests: pull by tag or digest, nothing else (OCI distribution specification)."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

NET_BIND_SERVICE = "\1\0\0\2\0\4" + "\0" * 14
"""The capability of a file, as the kernel keeps it: version 2, effective."""
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@dataclass
class Registry:
    """The content of the registry, and its address."""

    address: str
    content: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """By tag or digest: media type and bytes."""
    pulled: list[str] = field(default_factory=list)
    """The paths that were asked for."""

    def add(
        self,
        name: str,
        files: Mapping[str, Path],
        command: Sequence[str] = (),
        *,
        entrypoint: Sequence[str] = (),
        **variables: str,
    ) -> str:
        """Make an image of files that start with a command; return it by its digest."""
        layer = _layer(files)
        config = json.dumps(
            {
                "architecture": "amd64",
                "os": "linux",
                "config": {
                    "Cmd": list(command),
                    "Entrypoint": list(entrypoint),
                    "Env": ["PATH=/usr/bin", *(f"{key}={is_}" for key, is_ in variables.items())],
                },
                "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
            }
        ).encode()
        packed = gzip.compress(layer, compresslevel=1, mtime=0)
        manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": self._keep("application/vnd.oci.image.config.v1+json", config),
                "layers": [self._keep("application/vnd.oci.image.layer.v1.tar+gzip", packed)],
            }
        ).encode()
        return f"{self.address}/{name}@{self._keep(MANIFEST, manifest)['digest']}"

    def _keep(self, media_type: str, content: bytes) -> dict[str, Any]:
        digest = _digest(content)
        self.content[digest] = (media_type, content)
        return {"mediaType": media_type, "digest": digest, "size": len(content)}


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _layer(files: Mapping[str, Path]) -> bytes:
    """Return the tar of a layer in which each file is executable; folders that a container needs are there."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for folder in ("run", "tmp", "data", "etc", "srv", "host"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(entry)
        for name, source in files.items():
            entry = tarfile.TarInfo(name.lstrip("/"))
            entry.size, entry.mode = source.stat().st_size, 0o755
            if name.endswith("/caddy"):  # as the official image has it
                entry.pax_headers = {"SCHILY.xattr.security.capability": NET_BIND_SERVICE}
            with source.open("rb") as opened:
                archive.addfile(entry, opened)
    return content.getvalue()


@contextmanager
def listening(host: str, port: int) -> Iterator[Registry]:
    """A registry at that address until the end of the block."""
    registry = Registry(f"{host}:{port}")

    class Answer(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            reference = self.path.rsplit("/", 1)[-1]
            registry.pulled.append(self.path)
            media_type, content = registry.content.get(reference, ("", b""))
            self.send_response(200 if content or self.path == "/v2/" else 404)
            self.send_header("Content-Type", media_type or "application/json")
            self.send_header("Content-Length", str(len(content)))
            if content:
                self.send_header("Docker-Content-Digest", reference)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Print nothing: a test asks `pulled`."""

    server = ThreadingHTTPServer((host, port), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield registry
    finally:
        server.shutdown()
        server.server_close()

"""The server's end of `kubectl port-forward`: a connection of SPDY/3.1 that asks one pod for HTTP.

The protocol: https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/ . Each forwarded
connection is a pair of streams, one for errors and one for data, opened in this order. The headers
of a stream are not read: the order is enough.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BufferedIOBase

UPGRADE = "SPDY/3.1"

_CONTROL = 0x8000
_VERSION = 3
_SYN_STREAM, _SYN_REPLY, _PING = 1, 2, 6
_FIN = 1


def serve(
    reader: BufferedIOBase, writer: BufferedIOBase, answer: Callable[[bytes], bytes | None]
) -> None:
    """Answer each forwarded connection until the client goes.

    `answer` takes an HTTP request and returns its response, or None: then the connection stays open, and nothing comes.
    """
    headers = zlib.compressobj()
    opened: list[int] = []
    received: dict[int, bytes] = {}
    while (head := reader.read(8)) and len(head) == 8:
        first, second = struct.unpack(">II", head)
        length = second & 0xFFFFFF
        payload = reader.read(length)
        if first >> 16 & _CONTROL:
            kind = first & 0xFFFF
            if kind == _SYN_STREAM:
                stream = struct.unpack(">I", payload[:4])[0]
                opened.append(stream)
                _control(writer, _SYN_REPLY, payload[:4] + _no_headers(headers))
            elif kind == _PING:
                _control(writer, _PING, payload)
        elif payload:
            stream = first
            received[stream] = received.get(stream, b"") + payload
            if b"\r\n\r\n" in received[stream]:
                response = answer(received.pop(stream))
                if response is None:
                    continue
                _data(writer, stream, response)
                _data(writer, stream, b"", end=True)
                _data(writer, opened[opened.index(stream) - 1], b"", end=True)


def _no_headers(headers: zlib._Compress) -> bytes:
    return headers.compress(struct.pack(">I", 0)) + headers.flush(zlib.Z_SYNC_FLUSH)


def _control(writer: BufferedIOBase, kind: int, payload: bytes) -> None:
    first = (_CONTROL | _VERSION) << 16 | kind
    writer.write(struct.pack(">II", first, len(payload)) + payload)
    writer.flush()


def _data(writer: BufferedIOBase, stream: int, payload: bytes, *, end: bool = False) -> None:
    flags = _FIN if end else 0
    writer.write(struct.pack(">II", stream, flags << 24 | len(payload)) + payload)
    writer.flush()

"""The open connections: how many there may be, who makes room, and how long a request has waited in one."""

import contextlib
import socket
import struct
import threading

# One thread serves one connection.
MOST = 512
# The kernel counts in steps of some milliseconds, so less than this does not count as waiting.
LEAST_WAIT_SECONDS = 0.01
# Offset in the kernel's struct tcp_info: milliseconds since the last bytes came in.
_LAST_DATA_RECEIVED = 52


class Connections:
    """When there are too many, the one that has been silent for longest is closed: probes always get through."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._open: set[socket.socket] = set()
        self._silent: dict[socket.socket, None] = {}  # the longest first
        self._stopping = False

    def add(self, connection: socket.socket) -> None:
        """Take one more. If all are busy, wait until one is not."""
        with self._changed:
            self._changed.wait_for(lambda: self._has_room() or self._silent or self._stopping)
            if not self._has_room() and self._silent:
                longest = next(iter(self._silent))
                self._forget(longest)
                with contextlib.suppress(OSError):
                    longest.shutdown(socket.SHUT_RDWR)
            self._open.add(connection)
            self._silent[connection] = None

    def is_busy(self, connection: socket.socket) -> None:
        """A whole request is here."""
        with self._changed:
            self._silent.pop(connection, None)

    def is_silent(self, connection: socket.socket) -> None:
        """It is answered, and the next one has not come."""
        with self._changed:
            if connection in self._open:
                self._silent[connection] = None
                self._changed.notify_all()

    def remove(self, connection: socket.socket) -> None:
        with self._changed:
            self._forget(connection)
            self._changed.notify_all()

    def stop(self) -> None:
        """No connection waits for room any more."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def _has_room(self) -> bool:
        return len(self._open) < MOST

    def _forget(self, connection: socket.socket) -> None:
        self._open.discard(connection)
        self._silent.pop(connection, None)


def waited_seconds(connection: socket.socket) -> float:
    """How long the request has lain in the kernel before this thread could read it. Only Linux tells; else it is 0."""
    if not hasattr(socket, "TCP_INFO"):
        return 0.0
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LAST_DATA_RECEIVED + 4)
    if len(info) < _LAST_DATA_RECEIVED + 4:
        return 0.0
    seconds: float = struct.unpack_from("=I", info, _LAST_DATA_RECEIVED)[0] / 1000
    return seconds if seconds >= LEAST_WAIT_SECONDS else 0.0

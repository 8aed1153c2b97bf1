"""Processes that run beside this one until it ends, however it ends: also by kill -9."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from scaffolder.errors import ToolCrashed
from scaffolder.tools import guard
from scaffolder.tools.process import clean_environment, undisturbed

_LOG_LINES = 5


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Background:
    """Processes by name, and a temporary folder that is removed with them.

    Use as a context manager. The processes are children of a guard, which ends them when this
    program no longer exists.
    """

    def __init__(self, prefix: str = "scaffold-") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=prefix))
        self._lock = threading.Lock()
        with undisturbed():
            self._guard = subprocess.Popen(
                [sys.executable, "-I", guard.__file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self.folder.parent,
                env=clean_environment(),
                encoding="utf-8",
                start_new_session=True,
            )
        self._ask({"folder": str(self.folder)})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with undisturbed():
            for stream in (self._guard.stdin, self._guard.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()
            self._guard.wait()

    def start(
        self, name: str, argv: tuple[str, ...], *, cwd: Path, env: Mapping[str, str] | None = None
    ) -> int:
        """Start `argv` in `cwd`, with its output in its log; return the number of the process.

        Raises:
            ToolCrashed: it cannot be started.

        """
        request = {
            "start": name,
            "argv": list(argv),
            "cwd": str(cwd),
            "env": clean_environment() | dict(env or {}),
            "log": str(self.log(name)),
        }
        answer = self._ask(request)
        if problem := answer.get("error"):
            raise ToolCrashed(
                f"{name} could not be started: {problem}",
                hint=f"try it by hand: {argv[0]} --version",
            )
        return int(answer["pid"])

    def stop(self, name: str, *, patience: float = 3.0) -> None:
        """End a process: SIGTERM, and SIGKILL after `patience` seconds."""
        self._ask({"stop": name, "patience": patience})

    def ended(self, name: str) -> bool:
        """Return whether a process has ended or was never started."""
        answer = self._ask({"poll": name})
        return not answer["known"] or answer["exit_code"] is not None

    def log(self, name: str) -> Path:
        """Return the file that has what a process printed."""
        return self.folder / f"{name}.log"

    def last_words(self, name: str) -> str:
        """Return the last lines that a process printed."""
        try:
            lines = self.log(name).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(line for line in lines[-_LOG_LINES:] if line.strip())

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            line = ""
            with contextlib.suppress(OSError, ValueError):
                if self._guard.stdin and self._guard.stdout:
                    self._guard.stdin.write(json.dumps(request) + "\n")
                    self._guard.stdin.flush()
                    line = self._guard.stdout.readline()
        if not line:
            raise ToolCrashed(
                "the process that guards the others has ended, and they with it",
                hint="start it again",
            )
        answer: dict[str, Any] = json.loads(line)
        return answer

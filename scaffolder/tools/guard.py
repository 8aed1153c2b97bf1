"""A program that starts processes for its parent and ends them with it, however it ends.

It imports nothing of scaffolder, so that it starts at once. Each line of its input is a request in
JSON, each line of its output the answer. When the input ends, because the parent closed it or died,
the process groups get SIGTERM and after a second SIGKILL, and the folder of the run is removed.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_PATIENCE = 1.0
"""Seconds that a process has to end by itself."""

_STEP = 0.02


class Guard:
    """The processes that were started, by name, and the folder that goes with them."""

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._folder = ""

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what `request` asks for: `start`, `stop` or `poll` a name, or note a `folder`."""
        if "folder" in request:
            self._folder = str(request["folder"])
            return {}
        if "start" in request:
            return self._start(request)
        if "stop" in request:
            return self._stop(str(request["stop"]), float(request.get("patience", _PATIENCE)))
        process = self._running.get(str(request["poll"]))
        return {"exit_code": process.poll() if process else None, "known": process is not None}

    def end(self) -> None:
        """End every process and remove the folder."""
        processes = list(self._running.values())
        for process in processes:
            _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + _PATIENCE
        while any(process.poll() is None for process in processes) and time.monotonic() < deadline:
            time.sleep(_STEP)
        for process in processes:
            _signal_group(process, signal.SIGKILL)
            process.wait()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            with Path(request["log"]).open("ab") as log:
                self._running[request["start"]] = subprocess.Popen(
                    request["argv"],
                    cwd=request["cwd"],
                    env=request["env"],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        except OSError as error:
            return {"error": error.strerror or str(error)}
        return {"pid": self._running[request["start"]].pid}

    def _stop(self, name: str, patience: float) -> dict[str, Any]:
        process = self._running.pop(name, None)
        if process is None:
            return {}
        _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + patience
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(_STEP)
        _signal_group(process, signal.SIGKILL)
        return {"exit_code": process.wait()}


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    # PermissionError: macOS, for a group of zombies
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def main() -> None:
    """Answer requests until the input ends."""
    # The parent blocks signals while it starts us; what we start has to hear of SIGTERM.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    guard = Guard()
    try:
        for line in sys.stdin:
            sys.stdout.write(json.dumps(guard.answer(json.loads(line))) + "\n")
            sys.stdout.flush()
    except BrokenPipeError:  # the parent is gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        guard.end()


if __name__ == "__main__":
    main()

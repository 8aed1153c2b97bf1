"""Run `make contract` of a generated repository, and read which clauses are broken."""

from __future__ import annotations

import os
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from runtimes import TOOLS

PROGRAMS = ("bash", "curl", "awk", "make")


@dataclass(frozen=True)
class Verdict:
    """The result of `make contract`: its output, its exit code, and the broken clauses."""

    exit_code: int
    text: str
    broken: tuple[str, ...]


def hold(root: Path, runtime: str, *command: str, **variables: str) -> Verdict:
    """Run it in the repository `root`; no process of the service may be left after it."""
    stated = (root / f".{runtime}-version").read_text().strip()
    environment = {**os.environ, **TOOLS[runtime](stated).environment, **variables}
    if "PORT" not in variables:
        environment.pop("PORT", None)
    done = subprocess.run(
        command or ("make", "contract"),
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )
    text = done.stdout + done.stderr
    # A process that has been told to end may take a moment.
    deadline = time.monotonic() + 2
    while processes_of(root) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not (left := processes_of(root)), f"processes are left: {left}\n{text}"
    return Verdict(done.returncode, text, tuple(re.findall(r"^not ok  ([a-z0-9-]+):", text, re.M)))


def processes_of(root: Path) -> list[str]:
    """Return the command lines of processes that have `root` as their folder; none where /proc is missing."""
    left = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").resolve().is_relative_to(root):
                left.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return [command for command in left if command]

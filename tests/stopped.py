"""Runs of `scaffold` that are stopped at a chosen place: at any call of Git, at any write, by a kill or by a full disk.

One process imports all that a command needs, and each run is a copy of it: hundreds of runs take minutes and not hours.
In a run, and in the process that it starts to write the files, an audit hook (PEP 578) sees every file that is opened for
writing, made, renamed or removed, and every program before it starts. Git itself is met through a script that comes first
on PATH: it can be killed, end the one who called it, or find the disk full.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VARIABLE = "STOPPED_RUN"
"""Names the folder of a run to the processes that belong to it: its plan, what it met, and flags for Git."""

_WRITES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.symlink", "os.link"}
_NEED_ROOM = {"open", "os.rename", "os.mkdir", "os.symlink", "os.link"}

_GIT = """#!/bin/sh
if [ -e "$STOPPED_RUN/size" ]; then read -r size <"$STOPPED_RUN/size"; ulimit -f "$size"; exec {git} "$@"; fi
trap '' XFSZ
if [ -e "$STOPPED_RUN/full" ]; then ulimit -f 0; fi
if [ -e "$STOPPED_RUN/git" ]; then kill -9 $$; fi
if [ -e "$STOPPED_RUN/after" ]; then {git} "$@"; kill -9 $PPID; exit 137; fi
exec {git} "$@"
"""


@dataclass(frozen=True, kw_only=True)
class Point:
    """A place where a run can be stopped: the `number`th thing that the process `role` does.

    `role` is "main", "render" (the second rendering) or "apply" (what writes the files); `what` is
    "git", "start" or a write, `name` the command of Git or the end of the path.
    """

    role: str
    number: int
    what: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run ended; `code` is negative for a signal."""

    code: int
    out: str
    err: str
    points: tuple[Point, ...]


class Runs:
    """The process that runs are copied from; `folder` holds their files, and has no other user."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        (folder / "site").mkdir(parents=True)
        (folder / "site" / "sitecustomize.py").write_text(
            "import sys\n"
            "if 'scaffolder.update.apply' in sys.orig_argv:\n    import stopped\n    stopped.watch('apply')\n",
            encoding="utf-8",
        )
        (folder / "bin").mkdir()
        git = folder / "bin" / "git"
        git.write_text(_GIT.replace("{git}", str(shutil.which("git"))), encoding="utf-8")
        git.chmod(0o755)
        here = Path(__file__).parent
        env = {
            **os.environ,
            "PYTHONPATH": f"{folder / 'site'}{os.pathsep}{here}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            VARIABLE: str(folder),
        }
        self._server = subprocess.Popen(
            [sys.executable, str(Path(__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=env,
        )

    def run(self, *arguments: str, cache: Path, at: Point | None = None, how: str = "") -> Ended:
        """Run `scaffold ARGUMENTS`; at the point `at` it is stopped by `how`.

        "before" and "after" kill the process there, before and after what it does; "torn" kills it
        with the file made and empty; "git" kills Git. "full" leaves no room for a file from there
        on, and "short" none for what is written into one. "size:N" ends Git where a file has more
        than N blocks of 512 bytes.
        """
        self._count += 1
        place = self._folder / f"run{self._count}"
        (place / "temporary").mkdir(parents=True)
        plan = {"role": at.role, "number": at.number, "how": how} if at else {}
        (place / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        env = {"TMPDIR": str(place / "temporary"), "SCAFFOLD_CACHE_DIR": str(cache)}
        request = {"arguments": arguments, "env": {**env, VARIABLE: str(place)}}
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()
        answer = json.loads(self._server.stdout.readline())
        met = (place / "points").read_text(encoding="utf-8").splitlines()
        shutil.rmtree(place)
        return Ended(**answer, points=tuple(Point(**json.loads(line)) for line in met))

    def close(self) -> None:
        """End it; runs that are still under way are none of its children."""
        self._server.kill()
        self._server.communicate()


def watch(role: str) -> None:
    """See all that this process does from now on, and stop it at the point of the run's plan."""
    watched = _Watched(role, Path(os.environ[VARIABLE]))
    os.register_at_fork(after_in_child=lambda: watched.becomes("render"))
    sys.addaudithook(watched.meets)


class _Watched:
    def __init__(self, role: str, folder: Path) -> None:
        self._folder = folder
        self._plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
        self._log = os.open(folder / "points", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._busy = False
        self.becomes(role)

    def becomes(self, role: str) -> None:
        self._role, self._number = role, 0

    def meets(self, event: str, about: tuple[Any, ...]) -> None:
        """Count what happens in this process, and stop it at the place that is planned."""
        if self._busy or (named := _named(event, about)) is None:
            return
        self._busy = True
        try:
            self._met(event, *named)
        finally:
            self._busy = False

    def _met(self, event: str, what: str, name: str) -> None:
        if what == "git":
            for flag in ("git", "after", "size"):
                (self._folder / flag).unlink(missing_ok=True)
        if (self._folder / "full").exists():
            _refuse(event, name)
            return
        self._number += 1
        point = {"role": self._role, "number": self._number, "what": what, "name": name}
        os.write(self._log, f"{json.dumps(point)}\n".encode())
        if (self._plan.get("role"), self._plan.get("number")) == (self._role, self._number):
            self._stop(event, name, self._plan["how"])

    def _stop(self, event: str, name: str, how: str) -> None:
        match how.partition(":"):
            case ("before", _, _):
                os.kill(os.getpid(), signal.SIGKILL)
            case ("torn", _, _):
                with contextlib.suppress(OSError):
                    os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC))
                os.kill(os.getpid(), signal.SIGKILL)
            case ("full", _, _):
                (self._folder / "full").touch()
                _refuse(event, name)
            case ("short", _, _):
                hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
                resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
            case (flag, _, value):
                (self._folder / flag).write_text(f"{value}\n", encoding="utf-8")


def _named(event: str, about: tuple[Any, ...]) -> tuple[str, str] | None:
    """Return the event and its object; None if nothing is started or written."""
    if event == "subprocess.Popen":
        argv = [os.fsdecode(word) for word in about[1]]
        if Path(argv[0]).name != "git":
            return "start", argv[-1]
        settings = {at + 1 for at, word in enumerate(argv) if word == "-c"}
        words = [word for at, word in enumerate(argv[1:], 1) if at not in settings]
        return "git", next((word for word in words if not word.startswith("-")), argv[-1])
    if event == "open":
        path, _, flags = about
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        if not writes or not isinstance(path, str | bytes | os.PathLike):
            return None
    elif event not in _WRITES:
        return None
    name = os.fsdecode(about[0])
    return None if name.startswith(("/dev/null", "/proc/")) else (event, name)


def _refuse(event: str, name: str) -> None:
    if event in _NEED_ROOM:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)


def _serve() -> None:
    """Run what each line of stdin asks for, in a copy of this process that has all it needs."""
    from scaffolder import cli
    from scaffolder.cli import change, status, update  # noqa: F401, so that no run imports them
    from scaffolder.template import render

    render.load_copier()
    for line in sys.stdin:
        request = json.loads(line)
        reading, writing = os.pipe(), os.pipe()
        if (child := os.fork()) == 0:
            os.environ.update(request["env"])
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(reading[1], 1)
            os.dup2(writing[1], 2)
            os.closerange(3, 64)
            watch("main")
            code = cli.run(request["arguments"])
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        for end in (reading[1], writing[1]):
            os.close(end)
        texts = [_read(end[0]) for end in (reading, writing)]
        status_ = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        answer = {"code": status_, "out": texts[0], "err": texts[1]}
        print(json.dumps(answer), flush=True)  # noqa: T201, the answer to who asked


def _read(handle: int) -> str:
    with open(handle, encoding="utf-8", errors="replace") as stream:
        return stream.read()


if __name__ == "__main__":
    _serve()

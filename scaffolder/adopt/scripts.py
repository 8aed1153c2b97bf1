"""Write the three scripts that build, test and run an existing service."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scaffolder.adopt import ports
from scaffolder.adopt.found import Found
from scaffolder.repository.project import Project
from scaffolder.repository.runtimes import RUNTIMES
from scaffolder.repository.runtimes.runtime import BuildTool, Service

FILES = ("app/build.sh", "app/test.sh", "app/run.sh")

_HEAD = """\
#!/usr/bin/env bash
# {what} the service with {tool}: found by `scaffold adopt`, and yours to change.
set -euo pipefail
cd "$(dirname "${{BASH_SOURCE[0]}}")/.."

"""
_UNKNOWN = """\
echo "{file}: no file shows how the service is {done}; write it in this file" >&2
exit 1
"""


def tool(project: Project, top: Path, runtime: str) -> BuildTool | None:
    """Return the service's build tool, or None; `top` is the root of the whole repository."""
    service = Service(
        project=project,
        top=top,
        images=ports.images(project),
        listens=lambda: tuple(location.path for location in ports.port(project).places),
    )
    return next(RUNTIMES[runtime].build_tools(service), None)


def found(tool: BuildTool) -> Found:
    """The build tool as one of the things that were found."""
    return Found(name="build", value=tool.name, places=(tool.place,))


def of(tool: BuildTool) -> Mapping[str, str]:
    """The text of each of FILES."""
    words = (("Builds", "built"), ("Tests", "tested"), ("Runs", "started"))
    return {
        file: _HEAD.format(what=what, tool=tool.name)
        + (command or _UNKNOWN.format(file=file, done=done))
        for file, (what, done), command in zip(
            FILES, words, (tool.build, tool.test, tool.run), strict=True
        )
    }

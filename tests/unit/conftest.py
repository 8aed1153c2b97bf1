"""Fixtures: a toolchain of its own for a test, and a folder whose programs it finds first."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from scaffolder.tools.toolchain import SystemToolchain


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that comes first on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return folder


@pytest.fixture
def tools() -> Iterator[SystemToolchain]:
    with SystemToolchain() as toolchain:
        yield toolchain

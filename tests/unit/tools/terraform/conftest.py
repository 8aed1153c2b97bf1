"""Fixtures: a folder with one root."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with one root, `env`, that needs no provider."""
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "main.tf").write_text('output "a" {\n  value = 1\n}\n')
    return tmp_path

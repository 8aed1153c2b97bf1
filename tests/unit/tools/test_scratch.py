"""Short-lived files are in memory if it has room, and at the user's place if set."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scaffolder.tools import scratch


@pytest.fixture(autouse=True)
def _memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "MEMORY", str(tmp_path))
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)


def test_memory_is_taken_where_it_is(tmp_path: Path) -> None:
    assert scratch.in_memory() == str(tmp_path)


@pytest.mark.parametrize("name", ["TMPDIR", "TEMP", "TMP"])
def test_the_users_own_place_goes_first(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "/elsewhere")
    assert scratch.in_memory() is None


def test_a_system_without_it_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "MEMORY", "/no/such/folder")
    assert scratch.in_memory() is None


def test_a_full_one_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = os.statvfs(tmp_path)
    monkeypatch.setattr(scratch, "LEAST", room.f_bavail * room.f_frsize * 2)
    assert scratch.in_memory() is None

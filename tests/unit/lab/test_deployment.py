"""Deployments in a lab, and their records."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from support import ScriptedToolchain, said

from scaffolder.errors import ProjectError
from scaffolder.lab import deployment
from scaffolder.lab.lab import every
from scaffolder.lab.place import Place

AT = datetime.datetime(2026, 11, 2, 9, 0, tzinfo=datetime.UTC)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    lab_file = every()[0]
    made = Place(folder=tmp_path, lab=lab_file.of(lab_file.forms[0]))
    made.root.mkdir()
    made.side.mkdir()
    return made


def test_an_environment_has_a_folder_and_a_revision(place: Place) -> None:
    assert deployment.folder(place, "dev") == place.side / "dev"
    assert deployment.revision(place, "dev") == ""
    (place.side / "dev.revision").write_text("abc\n")
    assert deployment.revision(place, "dev") == "abc"
    assert deployment.revision(place, "prod") == ""


def test_what_happened_is_a_line_of_json(place: Place) -> None:
    deployment.record(place, "deploy", AT, "one")
    deployment.record(place, "note", AT, "two", "chat")
    lines = (place.root / deployment.RECORDS).read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"at": AT.isoformat(), "event": "deploy", "text": "one", "source": "deployments"},
        {"at": AT.isoformat(), "event": "note", "text": "two", "source": "chat"},
    ]


def test_a_commit_that_is_not_there_is_refused(place: Place) -> None:
    toolchain = ScriptedToolchain({"git": said(exit_code=128, stderr="fatal: x")})
    with pytest.raises(ProjectError, match="unknown commit 'abc'"):
        deployment.deploy(place, "dev", "abc", toolchain)

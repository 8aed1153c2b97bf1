"""The answers of a student, and the version of the image."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffolder.errors import ProjectError
from scaffolder.lab.lab import every
from scaffolder.lab.place import ANSWERS, Place
from scaffolder.lab.scene import Scene
from scaffolder.tools.toolchain import SystemToolchain

FILE = every()[0]
LAB = FILE.of(FILE.forms[0])
IMAGES = {"java": "eclipse-temurin:{}-jre", "node": "node:{}-alpine", "python": "python:{}-slim"}


def scene(root: Path, tools: SystemToolchain, **files: str) -> Scene:
    place = Place(folder=root, lab=LAB)
    place.root.mkdir()
    for name, text in {"README.md": "x\n", **files}.items():
        (place.root / name).write_text(text)
    return Scene(place, {}, tools)


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("a: x\nb: 3\n", {"a": "x", "b": "3"}),
        ("a: ' x '\nb:\n", {"a": "x"}),
        ("", {}),
    ],
)
def test_answers_are_what_the_student_wrote(
    text: str, answers: dict[str, str], tmp_path: Path, tools: SystemToolchain
) -> None:
    assert scene(tmp_path, tools, **{ANSWERS: text}).written == answers


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "ANSWERS.yml is missing"),
        ({ANSWERS: "- a\n"}, "ANSWERS.yml has another form: write `key: value`"),
        ({ANSWERS: "a: 1\nb: [1\n"}, "ANSWERS.yml:3 is not valid YAML"),
    ],
)
def test_answers_that_cannot_be_read_are_named(
    files: dict[str, str], says: str, tmp_path: Path, tools: SystemToolchain
) -> None:
    with pytest.raises(ProjectError, match=says):
        _ = scene(tmp_path, tools, **files).written


@pytest.mark.parametrize(("tag", "version"), [("21", "21"), ("latest", "")])
def test_the_image_brings_a_version(
    tag: str, version: str, tmp_path: Path, tools: SystemToolchain
) -> None:
    image = IMAGES[LAB.form["track"]].format(tag)
    found = scene(tmp_path, tools, Dockerfile=f"FROM {image}\n").image_version
    assert found.startswith(version)
    assert bool(found) is bool(version)

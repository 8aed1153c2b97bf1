"""Dockerfiles as stages."""

from __future__ import annotations

import pytest

from scaffolder.formats import (
    Unreadable,
    dockerfile,
)


def test_a_dockerfile_is_stages_with_their_arguments_filled_in() -> None:
    text = "# syntax=x\nARG V=21\nFROM a:${V}-jdk AS build\nRUN <<E\nFROM not this\nE\nFROM --platform=x b:${V:-1}\nARG V\nENV P=8080 \\\n  Q=${V}\nEXPOSE ${P}/tcp\n"
    read = dockerfile.read(text)
    assert [(one.image, one.name, one.line) for one in read.stages] == [
        ("a:21-jdk", "build", 3),
        ("b:21", "", 7),
    ]
    last = read.stages[-1]
    assert (last.variables["Q"], [last.filled(one.text) for one in last.each("EXPOSE")]) == (
        "21",
        ["8080/tcp"],
    )


@pytest.mark.parametrize(("text", "line"), [("FORM a\n", 1), ("\nRUN x\n", 2), ("ARG A\n", 0)])
def test_what_is_no_dockerfile_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(Unreadable) as error:
        dockerfile.read(text)
    assert error.value.line == line

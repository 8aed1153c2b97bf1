"""A student's screen in each lab, from the first red to the last green: `make lab-walk`.

`--update-transcripts` writes tests/golden/labs from what is printed; read its diff as a student.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from site_text import followed
from support import ROOT

from scaffolder import cli
from scaffolder.lab import course, lab, steps
from scaffolder.lab.work import FOLDER
from scaffolder.tools.toolchain import SystemToolchain

GOLDEN = ROOT / "tests" / "golden" / "labs"
LABS = [pytest.param(one.id, id=one.id) for one in lab.every()]
COMMANDS = ("hint", "hint", "hint", "show situation", "show solution")
VARIANTS = {"works-on-my-machine": "--track python"}
TERMINAL = {"FORCE_COLOR": "1", "COLUMNS": "100"}
ACCESSIBLE = {"ACCESSIBLE": "1", "NO_COLOR": "1", "COLUMNS": "80"}

# Differences between two runs, machines or moments.
CHANGING = (
    (r"\(\d+ files\)", "(N files)"),
    (r"\b\d+ of \d+ requests", "N of N requests"),
    (r"\b\d+\.\d s\b", "N s"),
    (r"sha256:[0-9a-f]{12}", "sha256:N"),
    (r"\(/[^)]*\.py\)", "(FILE)"),
    (r"/(?:\S+/)?(lab-work)\b", r"\1"),
)

pytestmark = pytest.mark.walk


def typed(words: str) -> str:
    """The line that a student types, what it prints, and how it ends."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = cli.run(["lab", *words.split()])
    ending = f"[exit code {int(code)}]\n" if code else ""
    return f"$ scaffold lab {words}\n{out.getvalue()}{ending}\n"


def transcript(name: str) -> Iterator[str]:
    found = lab.required(name)
    variant = VARIANTS.get(name, "--variant 1")
    start, check = followed("labs.md", "start")[found.number - 1].splitlines()
    assert start == f"scaffold lab start {found.number}"
    yield typed(f"{start.removeprefix('scaffold lab ')} {variant}")
    for words in (check.removeprefix("scaffold lab "), *COMMANDS):
        yield typed(words)
    place = course.opened(FOLDER, found)
    with SystemToolchain() as toolchain:
        steps.carry_out(place, place.lab.solution, toolchain)
    yield "# The solution is carried out by hand.\n\n"
    yield typed("check")
    yield typed("list").split("\n\n")[0] + "\n"


def settled(text: str) -> str:
    """The text with its reasons in one line each, without what changes from run to run."""
    text = re.sub(r"(\n {15}\S[^\n]*)((?:\n {15}\S[^\n]*)+)", _joined, text)
    text = re.sub(r"\x1b\[(\d+)m", lambda code: f"<{code[1]}>", text)
    for pattern, instead in CHANGING:
        text = re.sub(pattern, instead, text)
    return text


def _joined(found: re.Match[str]) -> str:
    return found[1] + "".join(f" {line.strip()}" for line in found[2].splitlines() if line.strip())


def compared(name: str, text: str, request: pytest.FixtureRequest) -> None:
    file = GOLDEN / name
    if request.config.getoption("--update-transcripts"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LABS)
def test_a_lab_reads_as_it_should(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("NO_COLOR", "ACCESSIBLE"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in TERMINAL.items():
        monkeypatch.setenv(variable, value)
    compared(f"{name}.txt", settled("".join(transcript(name))), request)


@pytest.mark.parametrize("name", LABS)
def test_a_lab_can_be_read_aloud(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    for variable, value in ACCESSIBLE.items():
        monkeypatch.setenv(variable, value)
    text = "".join(transcript(name))
    assert [line for line in text.splitlines() if not line.isascii()] == []
    assert [line for line in text.splitlines() if "\x1b" in line or "\r" in line] == []
    long = [line for line in text.splitlines() if len(line) > 80 and len(line.split()) > 1]
    assert [line for line in long if not line.startswith("$ ")] == []
    compared(f"{name}.accessible.txt", settled(text), request)

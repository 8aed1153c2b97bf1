"""Small faults in generated repositories, and the gate that has to stop each of them.

The faults of a check are beside its module, in `<subject>.faults.yml`, a list of entries:

    - name: image-java-11                      # unique, for a test's id
      title: The image runs Java 11, the service is built for 21
      otherwise: UnsupportedClassVersionError when the container starts   # what happens where nothing stops it
      answers: {runtime_version: "21"}         # of the repository; the defaults where it says nothing
      edits:
        - {file: Dockerfile, old: JAVA_VERSION=21, new: JAVA_VERSION=11}  # `old` once in the file, or after `in`
        - {file: app/x.xml, content: "<a>"}    # a file that is not there yet
        - {file: .java-version, delete: true}
      gate: AG001                              # a check, or another gate of GATES
      says: says java 11                       # part of what the gate says
      at: {file: Dockerfile, line: ARG JAVA_VERSION}  # the place it names; the edited lines where this is left out
      also: {DK001: why this one is rightly red too}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

SUFFIX = ".faults.yml"

STAGES = {
    "edit": "in the editor or at `git commit`: the hooks of .pre-commit-config.yaml",
    "commit": "at the push: `make lint` in the pipeline, and `scaffold check`",
    "build": "the service and its image are built",
    "test": "`make test` and `make tf-test` in the pipeline",
    "qa": "deployed to dev and qa, where no user is",
    "prod": "while it is deployed to prod: the deployment is taken back",
    "alert": "in prod: somebody is called",
}
"""Where a gate stands, earliest first."""

BEFORE_DEPLOY = ("edit", "commit", "build", "test")


@dataclass(frozen=True, kw_only=True)
class Gate:
    """What stops a fault: `stage` is one of STAGES, `how` what a person would run to see it."""

    stage: str
    how: str


GATES = {
    "build": Gate(stage="build", how="app/build.sh, which the Dockerfile runs as well"),
    "unit tests": Gate(stage="test", how="make test-app"),
    "alert tests": Gate(stage="test", how="make test-alerts"),
    "terraform test": Gate(stage="test", how="make tf-test"),
    "smoke test in qa": Gate(stage="qa", how="make smoke, at the end of make deploy"),
    "smoke test in prod": Gate(
        stage="prod", how="make smoke, at the end of make deploy; then make rollback"
    ),
    "alert": Gate(stage="alert", how="Prometheus, Alertmanager and the team's chat"),
}
"""The gates that are no checks of scaffold's."""

_EDIT = ("HL", "DK001", "CI002", "CI003", "CI004", "MO003")
"""Checks whose program a hook of the generated repository runs before there is a commit."""


def gate(name: str) -> Gate:
    """The gate of this name, or the one that the check of this id is."""
    if name in GATES:
        return GATES[name]
    stage = "test" if name == "MO004" else "edit" if name.startswith(_EDIT) else "commit"
    return Gate(stage=stage, how=f"scaffold check --select {name}")


@dataclass(frozen=True, kw_only=True)
class Edit:
    """A change of one file: `old` becomes `new`; or the file is made with `content`, or deleted.

    `old` is there exactly once; or the first one is meant after `within`, which are looked for one
    after the other.
    """

    file: str
    old: str = ""
    new: str = ""
    within: tuple[str, ...] = ()
    content: str | None = None
    delete: bool = False

    def make(self, root: Path) -> range:
        """Do it in the repository at `root`; the numbers of the lines that are new."""
        path = root / self.file
        if self.delete:
            path.unlink()
            return range(0)
        if self.content is not None:
            if path.exists():
                raise ValueError(f"{self.file} is there already")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.content, encoding="utf-8")
            return range(1, self.content.count("\n") + 2)
        text = path.read_text(encoding="utf-8")
        start = 0
        for words in self.within:
            start = text.index(words, start) + len(words)
        if text.count(self.old, start) != 1 and not self.within:
            raise ValueError(f"{self.file} has {self.old!r} {text.count(self.old)} times")
        start = text.index(self.old, start)
        path.write_text(text[:start] + self.new + text[start + len(self.old) :], encoding="utf-8")
        first = text.count("\n", 0, start + len(self.new) - len(self.new.lstrip("\n"))) + 1
        return range(first, first + self.new.strip("\n").count("\n") + 1)


@dataclass(frozen=True, kw_only=True)
class At:
    """A place that a gate names: a file, and the words of its line; without words it is the file alone."""

    file: str
    line: str = ""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that somebody might do to a repository that `answers` give; see the head of this file."""

    name: str
    family: str
    title: str
    otherwise: str
    edits: tuple[Edit, ...]
    gate: str
    says: str
    answers: Mapping[str, object] = field(default_factory=dict)
    at: At | None = None
    also: Mapping[str, str] = field(default_factory=dict)

    @property
    def stage(self) -> str:
        return gate(self.gate).stage

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(edit.file for edit in self.edits)

    def make(self, root: Path) -> dict[str, range]:
        """Make every edit in the repository at `root`; the edited lines by file."""
        return {edit.file: edit.make(root) for edit in self.edits}


def every() -> tuple[Fault, ...]:
    """All faults, by family and in the order of the files."""
    folders = [entry for entry in files(__package__).iterdir() if entry.is_dir()]
    entries = [entry for folder in folders for entry in folder.iterdir()]
    beside = sorted(
        (entry for entry in entries if entry.name.endswith(SUFFIX)), key=lambda entry: entry.name
    )
    found = tuple(fault for file in beside for fault in _read(file))
    names = [fault.name for fault in found]
    for twice in sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{twice} is the name of two faults")
    return found


def _read(file: Traversable) -> Iterator[Fault]:
    for entry in yaml.safe_load(file.read_text(encoding="utf-8")):
        edits = tuple(_edit(edit) for edit in entry.pop("edits"))
        place = entry.pop("at", None)
        yield Fault(
            family=file.name.removesuffix(SUFFIX),
            edits=edits,
            at=At(**place) if place else None,
            **entry,
        )


def _edit(entry: dict[str, Any]) -> Edit:
    within = entry.pop("in", ())
    return Edit(within=(within,) if isinstance(within, str) else tuple(within), **entry)

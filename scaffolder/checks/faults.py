r"""Small faults in generated repositories, and the gate that has to stop each of them.

The faults of a check are beside its module, in `<subject>.faults.yml`; those that no check sees are
in `later_gates.faults.yml`. Each file is a list of entries:

    - name: image-java-11                      # unique, for a test's id
      title: The image runs Java 11, the service is built for 21
      otherwise: UnsupportedClassVersionError when the container starts   # what no gate leads to
      answers: {runtime_version: "21"}         # of the repository; the defaults if left out
      edits:                                   # of different files
        - {file: Dockerfile, old: JAVA_VERSION=21, new: JAVA_VERSION=11}  # once in the file, or
        - {file: x.yaml, in: "prod:", old: "a: 1", new: "a: 2"}           # the first one after `in`
        - {file: mise.toml, line: "helm = ", new: 'helm = "3.0.0"'}       # the whole line
        - {file: values.yaml, append: "port: 1\n"}                        # at the end
        - {file: app/x.xml, content: "<a>"}    # a new file
        - {file: .java-version, delete: true}
      gate: AG001                              # a check, or another gate of GATES
      severity: note                           # if it is not the worst that the gate can say
      says: uses java 11                       # part of the gate's message
      at: {file: Dockerfile, line: ARG JAVA_VERSION}  # its place; default: the edited lines
      related: .java-version                   # the start of a path that the finding names besides
      also: {DK001: why this one is rightly red too}

An entry without `otherwise` is a variant of another one with the same gate: the gate map leaves it
out, and the tests of every change run its gate alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.formats.yaml import data

SUFFIX = ".faults.yml"

STAGES = {
    "edit": "in the editor or at `git commit`: the hooks of .pre-commit-config.yaml",
    "commit": "at the push: `make lint` in the pipeline, and `scaffold check`",
    "build": "the service and its image are built",
    "test": "`make test` and `make tf-test` in the pipeline",
    "qa": "deployed to dev and qa, without users",
    "prod": "while it is deployed to prod: the deployment is taken back",
    "alert": "in prod: a person is called",
}
"""The stages of gates, earliest first."""

BEFORE_DEPLOY = ("edit", "commit", "build", "test")


@dataclass(frozen=True, kw_only=True)
class Gate:
    """The gate that stops a fault: `stage` is one of STAGES, `how` is the command that shows it."""

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
"""The gates outside scaffold's own checks."""

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
    """A change of one file, by one of `old`, `line`, `append`, `content` and `delete`.

    `old` becomes `new`: it is in the file exactly once, or the first one is meant after `within`,
    which are looked for one after the other. `line` is the same for the whole line that has it, but
    for its indentation. `append` is added to the file, which is created if absent; `content` makes
    a file that is not there yet.
    """

    file: str
    old: str = ""
    new: str = ""
    within: tuple[str, ...] = ()
    line: str = ""
    append: str = ""
    content: str | None = None
    delete: bool = False

    def make(self, root: Path) -> range:
        """Edit the file in the repository at `root`; return the numbers of the changed lines.

        Raises:
            ValueError: the file is not as the edit expects it.

        """
        path = root / self.file
        if self.delete:
            path.unlink()
            return range(0)
        if self.content is not None and path.exists():
            raise ValueError(f"{self.file} is there already")
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if self.content is not None or self.append:
            start, end, new = len(text), len(text), self.content or self.append
        else:
            start, end, new = self._replaced(text)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text[:start] + new + text[end:], encoding="utf-8")
        blank = len(new) - len(new.lstrip("\n"))
        first = (text[:start] + new[:blank]).count("\n") + 1
        return range(first, first + new.strip("\n").count("\n") + 1)

    def _replaced(self, text: str) -> tuple[int, int, str]:
        """Return where the replaced text starts and ends, and the text that takes its place."""
        start = 0
        for words in self.within:
            start = text.index(words, start) + len(words)
        old = self.line or self.old
        if text.count(old, start) != 1 and not self.within:
            raise ValueError(f"{self.file} has {old!r} {text.count(old)} times")
        start = text.index(old, start)
        end = start + len(old)
        if self.line:
            start = text.rfind("\n", 0, start) + 1
            start += len(text[start:]) - len(text[start:].lstrip(" \t"))
            end = text.find("\n", end) if "\n" in text[end:] else len(text)
        return start, end, self.new


@dataclass(frozen=True, kw_only=True)
class At:
    """A place that a gate names: a file, and the words of its line, if any."""

    file: str
    line: str = ""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A possible mistake in a repository generated with `answers`; see the head of this file."""

    name: str
    subject: str
    title: str
    edits: tuple[Edit, ...]
    gate: str
    otherwise: str = ""
    says: str = ""
    answers: Mapping[str, object] = field(default_factory=dict)
    at: At | None = None
    related: str = ""
    severity: str = ""
    also: Mapping[str, str] = field(default_factory=dict)

    @property
    def stage(self) -> str:
        """The stage of its gate, one of `STAGES`."""
        return gate(self.gate).stage

    @property
    def is_variant(self) -> bool:
        """Whether another fault of the same gate tells its story."""
        return not self.otherwise

    @property
    def files(self) -> tuple[str, ...]:
        """The files that it edits."""
        return tuple(edit.file for edit in self.edits)

    def make(self, root: Path) -> dict[str, range]:
        """Make every edit in the repository at `root`; the edited lines by file."""
        return {edit.file: edit.make(root) for edit in self.edits}


def every() -> tuple[Fault, ...]:
    """Return all faults, by subject and in the order of the files.

    Raises:
        ValueError: two faults have the same name.

    """
    read = ((subject, file.read_text(encoding="utf-8")) for subject, file in _files())
    faults = tuple(chain.from_iterable(_read(subject, text) for subject, text in read))
    names = [fault.name for fault in faults]
    for name in sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{name} is the name of two faults")
    return faults


def named(name: str) -> Fault | None:
    """Return the fault of a name, None if there is none; only its own file is parsed."""
    line = f"- name: {name}\n"
    for subject, file in _files():
        if line in (text := file.read_text(encoding="utf-8")):
            return next((one for one in _read(subject, text) if one.name == name), None)
    return None


def _files() -> list[tuple[str, Traversable]]:
    """Return the files of faults, each with its subject: "agreement/ports"."""
    package = files(__package__)
    folders = {f"{entry.name}/": entry for entry in package.iterdir() if entry.is_dir()}
    found: list[tuple[str, Traversable]] = []
    for prefix, folder in {"": package, **folders}.items():
        entries = (entry for entry in folder.iterdir() if entry.name.endswith(SUFFIX))
        found += [(f"{prefix}{entry.name.removesuffix(SUFFIX)}", entry) for entry in entries]
    return sorted(found)


def _read(subject: str, text: str) -> Iterator[Fault]:
    for entry in data(text):
        edits = tuple(edit(one) for one in entry.pop("edits"))
        place = entry.pop("at", None)
        yield Fault(subject=subject, edits=edits, at=At(**place) if place else None, **entry)


def edit(entry: dict[str, Any]) -> Edit:
    """Return an edit of the form at the head of this file."""
    entry = dict(entry)
    within = entry.pop("in", ())
    return Edit(within=(within,) if isinstance(within, str) else tuple(within), **entry)

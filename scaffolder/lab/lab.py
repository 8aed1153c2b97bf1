"""A lab: a story in a generated repository, what has to become true, and the roads to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from scaffolder.errors import AnswersError, ProjectError
from scaffolder.formats import yaml
from scaffolder.lab import lab_file

ORDER = (
    "works-on-my-machine",
    "three-days-for-a-server",
    "drift",
    "a-code-change-not-a-ticket",
    "big-bang-or-small-steps",
    "the-alert-that-reached-no-one",
    "roll-back-then-write-it-down",
    "grow",
)
"""The labs, in the order of the course; each is a file in `labs/`."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that is done to the repository or to what runs: `kind` is one of STEPS."""

    kind: str
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class LabCriterion:
    """One thing that has to be true: `kind` is one of CRITERIA; `red` is its reason at the start.

    A criterion without `red` is green at the start: it guards what has to stay.
    """

    id: str
    kind: str
    title: str
    values: Mapping[str, Any]
    red: str = ""


@dataclass(frozen=True, kw_only=True)
class Cheat:
    """A wrong road: after `steps` the criteria with these ids are red."""

    name: str
    steps: tuple[Step, ...]
    red: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Lab:
    """One lab in one form; see the head of lab_file.py."""

    id: str
    number: int
    title: str
    minutes: int
    pillar: str
    windows: str
    needs: str
    tries: str
    form: Mapping[str, str]
    situation: str
    task: str
    answers: Mapping[str, Any]
    start: tuple[Step, ...]
    criteria: tuple[LabCriterion, ...]
    hints: tuple[str, ...]
    then: tuple[Step, ...]
    solution: tuple[Step, ...]
    shown: str
    cheats: tuple[Cheat, ...]
    learnt: str
    question: str
    read: str = ""

    @property
    def checks(self) -> frozenset[str]:
        """Return the ids of the checks that the criteria name."""
        return frozenset(one.values["select"] for one in self.criteria if one.kind == "check")


@dataclass(frozen=True, kw_only=True)
class LabFile:
    """A lab before a form of it is chosen."""

    document: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Return its name."""
        return str(self.document["id"])

    @property
    def number(self) -> int:
        """Return its place in the course."""
        return int(self.document["number"])

    @property
    def title(self) -> str:
        """Return its title."""
        return str(self.document["title"])

    @property
    def forms(self) -> tuple[Mapping[str, str], ...]:
        """Return all forms, the preferred one of each track first."""
        return tuple(self.document["forms"])

    @property
    def tracks(self) -> tuple[str, ...]:
        """Return the tracks; none if the lab is the same for all."""
        return tuple(dict.fromkeys(form["track"] for form in self.forms if "track" in form))

    def of_track(self, track: str) -> tuple[Mapping[str, str], ...]:
        """Return the forms of a track, all if the lab has no tracks.

        Raises:
            AnswersError: the lab has tracks, and this is none of them.

        """
        if not self.tracks or not track:
            return self.forms
        if track not in self.tracks:
            raise AnswersError(
                f"lab {self.number} has no track {track!r}",
                hint=f"--track {' or --track '.join(self.tracks)}",
            )
        return tuple(form for form in self.forms if form["track"] == track)

    def of(self, form: Mapping[str, str]) -> Lab:
        """Return the lab in a form."""
        found = lab_file.resolved(dict(self.document), form)
        texts = ("title", "windows", "needs", "situation", "task", "learnt", "question")
        then = _steps(found["then"])
        return Lab(
            number=found["number"],
            id=found["id"],
            minutes=found["minutes"],
            pillar=found["pillar"],
            form=form,
            tries=" ".join(found["try"].split()),
            answers=found["answers"],
            start=_steps(found["start"]),
            criteria=tuple(_criterion(one) for one in found["criteria"]),
            hints=tuple(" ".join(hint.split()) for hint in found["hints"]),
            then=then,
            solution=_steps(found["solution"]) if "solution" in found else then,
            shown=found["shown"].strip(),
            read=found.get("read", ""),
            cheats=tuple(
                Cheat(name=one["name"], steps=_steps(one["steps"]), red=tuple(one["red"]))
                for one in found["cheats"]
            ),
            **{key: " ".join(found[key].split()) for key in texts},
        )


@cache
def every() -> tuple[LabFile, ...]:
    """Return all labs in their order. Raises LabError if a file has not its form."""
    return tuple(_of_package(name) for name in ORDER)


def read(name: str, text: str) -> LabFile:
    """Return the lab of a file. Raises LabError if it has not its form."""
    found = LabFile(document=lab_file.checked(name, yaml.data(text)))
    for form in found.forms:
        found.of(form)
    return found


def named(word: str) -> LabFile | None:
    """Return the lab with an id or a number, None if there is none."""
    numbered = {str(number): name for number, name in enumerate(ORDER, 1)}
    name = numbered.get(word, word)
    return _of_package(name) if name in ORDER else None


def required(word: str) -> LabFile:
    """Return the lab with an id or a number. Raises ProjectError if there is none."""
    found = named(word)
    if found is None:
        raise ProjectError(f"unknown lab {word!r}", hint="scaffold lab lists them")
    return found


def data(lab: str, file: str) -> Traversable:
    """Return a file that travels with a lab."""
    return files(__package__) / "labs" / "files" / lab / file


@cache
def _of_package(name: str) -> LabFile:
    return read(name, (files(__package__) / "labs" / f"{name}.yml").read_text(encoding="utf-8"))


def _steps(entries: list[dict[str, Any]]) -> tuple[Step, ...]:
    return tuple(
        Step(kind=one["kind"], values={key: one[key] for key in one if key != "kind"})
        for one in entries
    )


def _criterion(entry: dict[str, Any]) -> LabCriterion:
    common = {"id", "kind", "title", "red"}
    return LabCriterion(
        id=entry["id"],
        kind=entry["kind"],
        title=entry["title"],
        red=entry.get("red", ""),
        values={key: entry[key] for key in entry if key not in common},
    )

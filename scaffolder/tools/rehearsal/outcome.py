"""The targets of a rehearsal, and their results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from scaffolder.tools.rehearsal.stages import Change
from scaffolder.tools.terraform.output import Diagnostic

StageName = Literal["apply", "plan", "destroy"]


@dataclass(frozen=True, kw_only=True)
class Target:
    """One root with the values of one environment ("" if it has no environments).

    `var_files` are relative to the folder of all roots; `stand_ins` are expressions for variables
    that nothing gives a value yet.
    """

    root: Path
    environment: str = ""
    var_files: tuple[Path, ...] = ()
    stand_ins: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return what the target is called in a cloud and in messages, such as "env dev"."""
        return f"{self.root.as_posix()} {self.environment}".rstrip()


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An object that stays after the destroy because something protects it."""

    address: str
    by: str

    def __str__(self) -> str:
        return f"{self.address} ({self.by})"


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """The result of one target: objects made, changes of a second plan, objects that stayed.

    `before` is the first plan's changes if the cloud held the target already. `failed` is the stage
    that ended with an error, "" if none did. `limit` is the reason why it was not rehearsed, or not
    to its end; `made_up` names data sources whose answers are made up, `unknown_replacement` types
    whose replacing arguments are unknown.
    """

    target: Target
    objects: int = 0
    before: tuple[Change, ...] = ()
    changes: tuple[Change, ...] = ()
    stayed: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    failed: StageName | Literal[""] = ""
    limit: str = ""
    made_up: tuple[str, ...] = ()
    unknown_replacement: tuple[str, ...] = ()

    @property
    def judged(self) -> bool:
        """Whether it was rehearsed to the end, or to an error of the code."""
        return not self.limit

    @property
    def clean(self) -> bool:
        """Whether all went as it should, as far as it was rehearsed."""
        errors = any(one.severity == "error" for one in self.diagnostics)
        return not (errors or self.changes or self.stayed)

"""Locate a lab in lab-work: its repository, and the files beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scaffolder.lab.lab import Lab

ANSWERS = "ANSWERS.yml"
"""The file in which a student writes answers, one `key: value` a line."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """The lab in `folder`, which is lab-work."""

    folder: Path
    lab: Lab

    @property
    def root(self) -> Path:
        """Return the folder of the repository."""
        return self.folder / self.lab.id

    @property
    def side(self) -> Path:
        """Return the folder of the files outside the repository."""
        return self.folder / f".{self.lab.id}"

    @property
    def cloud(self) -> Path:
        """Return the file that is the cloud of the lab."""
        return self.side / "cloud.json"

    @property
    def name(self) -> str:
        """Return the name of the service."""
        return str(self.lab.answers["service_name"])

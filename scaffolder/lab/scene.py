"""The objects that the criteria of a lab judge; slow work is done once for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import yaml

from scaffolder.formats.dockerfile import Dockerfile
from scaffolder.lab import alarm
from scaffolder.lab.alarm import Alarm
from scaffolder.lab.place import ANSWERS, Place
from scaffolder.repository import files, reading
from scaffolder.repository.facts import runtimes
from scaffolder.repository.project import Project
from scaffolder.tools.toolchain import SystemToolchain


class Scene:
    """A lab at one moment; `started` are the digests of files that must stay."""

    def __init__(
        self, place: Place, started: Mapping[str, str], toolchain: SystemToolchain
    ) -> None:
        self.place = place
        self.started = started
        self.toolchain = toolchain

    @cached_property
    def project(self) -> Project:
        """Return the repository."""
        return Project(self.place.root)

    @cached_property
    def image_version(self) -> str:
        """Return the version of the runtime that the image brings, "" if it states none."""
        track = f"runtime {self.place.lab.form['track']}"
        for file in files.dockerfiles(self.project):
            read: Dockerfile = reading.dockerfile_of(self.project, file)
            for stated in runtimes.image(self.project, file, read):
                if stated.role == runtimes.IMAGE and stated.fact == track:
                    return stated.value
        return ""

    @cached_property
    def alarm(self) -> Alarm:
        """Break the service once, and return what the chat heard of it."""
        return alarm.rung(self.project, self.toolchain)

    @cached_property
    def answers(self) -> Mapping[str, str]:
        """Return what the student has answered."""
        file = self.place.root / ANSWERS
        try:
            document = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError):
            return {}
        if not isinstance(document, dict):
            return {}
        return {str(key): str(value).strip() for key, value in document.items() if value}

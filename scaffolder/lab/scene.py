"""The objects that the criteria of a lab judge; slow work is done once for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import yaml

from scaffolder.errors import ProjectError
from scaffolder.formats.dockerfile import Dockerfile
from scaffolder.lab import alarm
from scaffolder.lab.alarm import Alarm
from scaffolder.lab.place import ANSWERS, Place
from scaffolder.repository import files, reading
from scaffolder.repository.facts import runtimes
from scaffolder.repository.project import Project
from scaffolder.template import answers, manifest, moved_tags, releases
from scaffolder.template.manifest import Entry
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
    def generated(self) -> Mapping[Path, Entry]:
        """Return the files that the template gives for the answers of the repository."""
        root, toolchain = self.place.root, self.toolchain
        record = answers.recorded(root)
        history = releases.at(record.address, toolchain, or_cached=True)
        named = history.named(record.commit)
        release = moved_tags.made_from(root, history, named, record.answers, toolchain)
        return manifest.of(history, release, record.answers, toolchain)

    @cached_property
    def written(self) -> Mapping[str, str]:
        """Return what the student has answered.

        Raises:
            ProjectError: the file is missing, or has not the form `key: value`.

        """
        file = self.place.root / ANSWERS
        try:
            document = yaml.safe_load(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ProjectError(f"{ANSWERS} is missing") from None
        except (UnicodeDecodeError, yaml.YAMLError) as error:
            mark = getattr(error, "problem_mark", None)
            where = f"{ANSWERS}:{mark.line + 1}" if mark else ANSWERS
            raise ProjectError(f"{where} is not valid YAML: write `key: value`") from error
        if document is None:
            return {}
        if not isinstance(document, dict):
            raise ProjectError(f"{ANSWERS} has another form: write `key: value`")
        return {str(key): str(value).strip() for key, value in document.items() if value}

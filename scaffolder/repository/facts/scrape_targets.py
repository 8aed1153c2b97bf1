"""Which hosts and ports Prometheus asks for metrics: static targets, and annotations of pods."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import files
from scaffolder.repository.project import Project
from scaffolder.repository.reading import place

_BEGINS = regex(r"^(\s*)(?:-\s+)?[\"']?targets[\"']?:\s*(.*)$")
_TARGET = regex(r"(?<![\w./@:-])([a-zA-Z0-9][\w.-]*):(\d{2,5})(?![\w.:])")


@dataclass(frozen=True, kw_only=True)
class ScrapeTarget:
    """A static target: a host as it is written, and its port."""

    host: str
    port: str
    place: Location

    @property
    def path(self) -> Path:
        """Return the file of the configuration."""
        return self.place.path


def targets(project: Project) -> tuple[ScrapeTarget, ...]:
    """Return the static targets of all scrape configurations, also of those inside other objects.

    The lines are read as they are: a configuration may be a text in a ConfigMap or in values.
    https://prometheus.io/docs/prometheus/latest/configuration/configuration/#static_config
    """
    return project.once("scrape targets", lambda: tuple(_targets(project)))


def _targets(project: Project) -> Iterator[ScrapeTarget]:
    for file in files.yaml(project):
        text = project.text(file)
        if "scrape" in text and "static_configs" in text and not files.is_trial(file):
            yield from _of_file(project, file)


def _of_file(project: Project, file: Path) -> Iterator[ScrapeTarget]:
    indent: int | None = None
    for number, written in enumerate(project.lines(file), 1):
        line = re.sub(r"(?:^|\s)#.*", "", written)
        if not line.strip():
            continue
        depth = len(line) - len(line.lstrip())
        if begins := _BEGINS.match(line):
            indent, line = depth, begins[2]
        elif indent is None or depth < indent or not re.match(r"\s*(?:-\s|[\]\"'])", line):
            indent = None
            continue
        if "{{" not in line and "$" not in line:
            for host, port in _TARGET.findall(line):
                yield ScrapeTarget(host=host, port=port, place=place(project, file, number))

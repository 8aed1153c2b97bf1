"""All readers together."""

from __future__ import annotations

from scaffolder.facts import application, images, infrastructure, pipelines, ports, programs, runtimes, workplaces
from scaffolder.facts.statements import Facts, Statement, Unread
from scaffolder.project import Project

READERS = (
    runtimes.read,
    pipelines.read,
    workplaces.read,
    application.read,
    ports.read,
    infrastructure.read,
    programs.read,
    images.read,
)


def facts(project: Project) -> Facts:
    """What every reader finds; the same statement of two readers counts once."""
    found = [one for reader in READERS for one in reader(project)]
    return Facts(
        statements=tuple(dict.fromkeys(one for one in found if isinstance(one, Statement))),
        unread=tuple(dict.fromkeys(one for one in found if isinstance(one, Unread))),
    )

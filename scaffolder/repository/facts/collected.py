"""All readers together."""

from __future__ import annotations

from itertools import chain

from scaffolder.repository.facts import (
    application,
    dev_environments,
    images,
    infrastructure,
    pipelines,
    ports,
    runtimes,
    tool_versions,
)
from scaffolder.repository.facts.statements import Declaration, Facts, Unread
from scaffolder.repository.project import Project

READERS = (
    runtimes.read,
    pipelines.read,
    dev_environments.read,
    application.read,
    ports.read,
    infrastructure.read,
    tool_versions.read,
    images.read,
)


def facts(project: Project) -> Facts:
    """Return the declarations of every reader; the same one of two readers counts once."""
    found = list(chain.from_iterable(reader(project) for reader in READERS))
    return Facts(
        statements=tuple(dict.fromkeys(one for one in found if isinstance(one, Declaration))),
        unread=tuple(dict.fromkeys(one for one in found if isinstance(one, Unread))),
    )

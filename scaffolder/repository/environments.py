"""Which environments a repository knows, and which files belong to each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffolder.repository import files
from scaffolder.repository.project import Project

ENVIRONMENTS = ("dev", "qa", "prod")
"""Those that the template makes, in promotion order; docs/contract.md."""

LOCAL = "local"
"""The environment on one's own machine, which nothing is promoted to."""

PROMOTION: tuple[tuple[str, ...], ...] = (
    ("dev", "develop", "development"),
    ("int", "integration"),
    ("test", "testing", "tst"),
    ("qa", "qas"),
    ("uat",),
    ("sandbox",),
    ("stage", "staging", "stg"),
    ("preprod", "pre-prod", "preproduction", "pre-production"),
    ("prod", "production", "prd"),
    ("live",),
)
"""What environments are called, in the order in which a change reaches them; the first word stands for its others."""

_WORD = re.compile(r"(?:pre-)?[A-Za-z]+", re.IGNORECASE)
_WHOLE = re.compile(r"^.+$")
_ORDER = {word: (place, names[0]) for place, names in enumerate(PROMOTION) for word in names}

COMMON_WORDS = frozenset({"develop", "int", "integration", "test", "testing", "live", "stage"})
"""Words that say something else as often as an environment, so that meeting them in a text proves nothing."""

VALUES, VARIABLES, BACKENDS = "values of a chart", "Terraform variables", "Terraform backends"

_NOT_DEPLOYED = {"ci", "tests", "testdata", "fixtures", "examples", "example", "docs", "templates"}


@dataclass(frozen=True, kw_only=True)
class Family:
    """Files that say the same thing for different environments; `files` is by environment, in promotion order."""

    kind: str
    pattern: str
    files: dict[str, Path]


def names(environment: str) -> tuple[str, ...]:
    """Every word that stands for the same environment: ("prod", "production", "prd")."""
    return next((words for words in PROMOTION if environment in words), (environment,))


def in_order(environments: Iterable[str]) -> list[str]:
    """Environments in promotion order."""
    return sorted(environments, key=lambda name: _ORDER[name][0])


def named_in(file: Path) -> str:
    """The environment that a file such as `values-prod.yaml` or `qa/values.yaml` is for; empty where it is for none.

    The file's name comes before its folders; of several words the last one counts.
    """
    for part in reversed(file.parts):
        known = [word for word in _WORD.findall(part.lower()) if word in _ORDER or word == LOCAL]
        if known:
            return _ORDER[known[-1]][1] if known[-1] in _ORDER else LOCAL
    return ""


def family_of(project: Project, kind: str) -> tuple[Family, ...]:
    """The families of this kind that have files for two environments at least."""
    return tuple(family for family in families(project) if family.kind == kind)


def families(project: Project) -> tuple[Family, ...]:
    """Every family of files of the repository that has files for two environments at least."""
    return project.once("families of environments", lambda: tuple(_families(project)))


def beside(project: Project, chart: Path) -> dict[str, Path]:
    """The values files of a chart by environment, in promotion order: those in its folder, else the nearest others."""
    own = [family for family in family_of(project, VALUES) if chart in _folders(family)]
    return own[0].files if own else {}


def _folders(family: Family) -> set[Path]:
    return {parent for file in family.files.values() for parent in list(file.parents)[:2]}


def _families(project: Project) -> Iterator[Family]:
    found: dict[tuple[str, str], dict[str, Path]] = {}
    for file in project.files:
        kind = _kind(file)
        if kind is None or _NOT_DEPLOYED & set(file.parts[:-1]):
            continue
        place = _environment(file)
        if place:
            word, pattern = place
            found.setdefault((kind, pattern), {})[_ORDER[word][1]] = file
    for (kind, pattern), named in sorted(found.items()):
        if len(named) > 1:
            yield Family(
                kind=kind,
                pattern=pattern,
                files=dict(sorted(named.items(), key=lambda item: _ORDER[item[0]][0])),
            )


def _kind(file: Path) -> str | None:
    if files.is_backend(file):
        return BACKENDS
    if file.suffix == ".tfvars":
        return VARIABLES
    return VALUES if files.is_values(file) else None


def _environment(file: Path) -> tuple[str, str] | None:
    """The one environment that a path names, and the path with a star in its place.

    A file is called after it in part (values-dev.yaml), a folder as a whole (envs/dev); the file's
    name comes first.
    """
    last = len(file.parts) - 1
    for depth in range(last, -1, -1):
        part = file.parts[depth]
        pattern = _WORD if depth == last else _WHOLE
        words = [found for found in pattern.finditer(part) if found[0].lower() in _ORDER]
        if len(words) > 1:
            return None
        if words:
            (word,) = words
            starred = part[: word.start()] + "*" + part[word.end() :]
            return word[0].lower(), "/".join(
                (*file.parts[:depth], starred, *file.parts[depth + 1 :])
            )
    return None

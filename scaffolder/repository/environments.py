"""Which environments a repository knows, and which files belong to each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from scaffolder.errors import AnswersError
from scaffolder.formats import answers_file
from scaffolder.formats.regex import regex
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
"""The names of environments in promotion order; the first of a group stands for the others."""

_WORD = regex(r"(?:pre-)?[A-Za-z]+", re.IGNORECASE)
_WHOLE = regex(r"^.+$")
_OBJECT = regex(r"^apiVersion:\s*\S+\s*$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class _Vocabulary:
    """Words for environments: where each is in promotion order, and the word that stands for it."""

    word: re.Pattern[str]
    order: dict[str, tuple[int, str]]


def _in_order(spellings: Mapping[str, Iterable[str]]) -> dict[str, tuple[int, str]]:
    """Return the place in the order and the name of an environment by each of its spellings."""
    order: dict[str, tuple[int, str]] = {}
    for place, (name, words) in enumerate(spellings.items()):
        order |= dict.fromkeys(words, (place, name))
    return order


_USUAL = _Vocabulary(word=_WORD, order=_in_order({names[0]: names for names in PROMOTION}))

COMMON_WORDS = frozenset({"develop", "int", "integration", "test", "testing", "live", "stage"})
"""Words that are often not environments, so that meeting them in a text proves nothing."""

_SHARED = ("base", "common", "default", "defaults", "shared", "global", "all")
"""Names of values that all environments share."""

VALUES, VARIABLES, BACKENDS = "values of a chart", "Terraform variables", "Terraform backends"

_NOT_DEPLOYED = {"ci", "tests", "testdata", "fixtures", "examples", "example", "docs", "templates"}


@dataclass(frozen=True, kw_only=True)
class Family:
    """Files with the same role in different environments; `files` is in promotion order."""

    kind: str
    pattern: str
    files: dict[str, Path]

    def word(self, environment: str) -> str:
        """Return what the repository calls an environment in the name of its file or folder."""
        before, _, after = self.pattern.partition("*")
        path = self.files[environment].as_posix()
        return path[len(before) : len(path) - len(after)] or environment


def promoted(project: Project) -> tuple[str, ...]:
    """Return the environments that releases go through, in order.

    Declared ones, else the template's.
    """
    return _declared(project) or ENVIRONMENTS


def names(environment: str) -> tuple[str, ...]:
    """Every word that stands for the same environment: ("prod", "production", "prd")."""
    return next((words for words in PROMOTION if environment in words), (environment,))


def in_order(environments: Iterable[str], project: Project | None = None) -> list[str]:
    """Environments in promotion order."""
    order = _vocabulary(project).order
    return sorted(environments, key=lambda name: order[name][0])


def named_in(file: Path, project: Project | None = None) -> str:
    """Return the environment of a file such as `values-prod.yaml` or `qa/values.yaml`, or "".

    The file's name comes before its folders; of several words the last one counts.
    """
    known = _vocabulary(project)
    for part in reversed(file.parts):
        words = [
            word
            for word in known.word.findall(part.lower())
            if word in known.order or word == LOCAL
        ]
        if words:
            return known.order[words[-1]][1] if words[-1] in known.order else LOCAL
    return ""


def family_of(project: Project, kind: str) -> tuple[Family, ...]:
    """The families of this kind that have files for two environments at least."""
    return tuple(family for family in families(project) if family.kind == kind)


def families(project: Project) -> tuple[Family, ...]:
    """Every family of files of the repository that has files for two environments at least."""
    return project.once("families of environments", lambda: tuple(_families(project)))


def beside(project: Project, chart: Path) -> dict[str, Path]:
    """Return the values files of a chart by environment, in promotion order.

    They are those in its folder, else the nearest others.
    """
    found = _values_by_folder(project).get(chart)
    if found is None and is_alone_below(project, chart):
        found = _values_by_folder(project).get(chart.parent)
        found = found if found and _is_in(found, chart.parent) else None
    return found.files if found else {}


def base_of(project: Project, family: Family) -> Path | None:
    """Return the values that all environments of a family share.

    A file beside, else the chart's.
    """
    for word in _SHARED:
        named = Path(family.pattern.replace("*", word))
        if project.has(named):
            return named
    charts = frozenset(files.charts(project))
    holders = {file.parent for file in family.files.values()}
    below = [_charts_in(project).get(folder, []) for folder in holders]
    # A chart that has others beside it has no values in the folder that holds them all.
    near = (_folders(family) & charts) | {one[0] for one in below if len(one) == 1}
    values = (folder / "values.yaml" for folder in sorted(near))
    fitting = (file for file in values if beside(project, file.parent) == family.files)
    return next((file for file in fitting if project.has(file)), None)


def is_alone_below(project: Project, chart: Path) -> bool:
    """Return whether the folder that holds a chart's folder holds no other chart."""
    below = project.once(
        "charts below folders",
        lambda: Counter(chain.from_iterable(one.parents for one in files.charts(project))),
    )
    return below[chart.parent] == 1


def _charts_in(project: Project) -> dict[Path, list[Path]]:
    """Return the folders of charts by the folder that holds them."""

    def make() -> dict[Path, list[Path]]:
        found: dict[Path, list[Path]] = {}
        for chart in files.charts(project):
            found.setdefault(chart.parent, []).append(chart)
        return found

    return project.once("charts in folders", make)


def _values_by_folder(project: Project) -> dict[Path, Family]:
    """Return the first family of values that is in a folder, or in a folder of it."""

    def make() -> dict[Path, Family]:
        found: dict[Path, Family] = {}
        for family in family_of(project, VALUES):
            for folder in _folders(family):
                found.setdefault(folder, family)
        return found

    return project.once("values by folder", make)


def _is_in(family: Family, folder: Path) -> bool:
    return all(file.parent == folder for file in family.files.values())


def _vocabulary(project: Project | None) -> _Vocabulary:
    """The words of the repository's settings; those that are usual if it has none."""
    given = _declared(project) if project else ()
    if project is None or not given:
        return _USUAL
    return project.once("words for environments", lambda: _own_words(given))


def _declared(project: Project) -> tuple[str, ...]:
    """Return the environments of the settings, else of the record; () for the template's."""
    if project.environments:
        return project.environments
    return project.once("recorded environments", lambda: _recorded(project))


def _recorded(project: Project) -> tuple[str, ...]:
    record = project.root / answers_file.FILE
    if not record.is_file():
        return ()
    try:
        named = answers_file.content(record).get("environments")
    except AnswersError:  # the reader of the record reports it
        return ()
    listed = isinstance(named, list) and all(isinstance(name, str) for name in named)
    found = tuple(named) if isinstance(named, list) and listed else ()
    return () if found == ENVIRONMENTS or len(found) < 2 else found


def _own_words(given: tuple[str, ...]) -> _Vocabulary:
    order = _in_order({name: names(name) for name in given})
    order |= {name: (place, name) for place, name in enumerate(given)}
    longest_first = sorted(order, key=len, reverse=True)
    listed = "|".join(re.escape(word) for word in (*longest_first, LOCAL))
    word = re.compile(rf"(?<![A-Za-z0-9])(?:{listed})(?![A-Za-z0-9])", re.IGNORECASE)
    return _Vocabulary(word=word, order=order)


def _folders(family: Family) -> set[Path]:
    return set(chain.from_iterable(list(file.parents)[:2] for file in family.files.values()))


def _families(project: Project) -> Iterator[Family]:
    order = _vocabulary(project).order
    found: dict[tuple[str, str], dict[str, Path]] = {}
    for file in project.files:
        kind = _kind(file)
        if kind is None or _NOT_DEPLOYED & set(file.parts[:-1]) or _is_object(project, kind, file):
            continue
        place = _environment(file, _vocabulary(project))
        if place:
            word, pattern = place
            found.setdefault((kind, pattern), {})[order[word][1]] = file
    for (kind, pattern), named in sorted(found.items()):
        if len(named) > 1:
            yield Family(
                kind=kind,
                pattern=pattern,
                files=dict(sorted(named.items(), key=lambda item: order[item[0]][0])),
            )


def _is_object(project: Project, kind: str, file: Path) -> bool:
    """Return whether a file named like values holds a Kubernetes object, such as a patch."""
    return kind == VALUES and bool(_OBJECT.search(project.text(file)))


def _kind(file: Path) -> str | None:
    if files.is_backend(file):
        return BACKENDS
    if file.suffix == ".tfvars":
        return VARIABLES
    return VALUES if files.is_values(file) else None


def _environment(file: Path, known: _Vocabulary) -> tuple[str, str] | None:
    """The one environment that a path names, and the path with a star in its place.

    A file is called after it in part (values-dev.yaml), a folder as a whole (envs/dev); the file's
    name comes first.
    """
    last = len(file.parts) - 1
    for depth in range(last, -1, -1):
        part = file.parts[depth]
        pattern = known.word if depth == last else _WHOLE
        words = [found for found in pattern.finditer(part) if found[0].lower() in known.order]
        if len(words) > 1:
            return None
        if words:
            (word,) = words
            starred = part[: word.start()] + "*" + part[word.end() :]
            return word[0].lower(), "/".join(
                (*file.parts[:depth], starred, *file.parts[depth + 1 :])
            )
    return None

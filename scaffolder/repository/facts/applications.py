"""Applications of Argo CD that a template makes: which charts get values by them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.repository import files
from scaffolder.repository.project import Project

_KIND = regex(r"^\s*kind:\s*[\"']?Application(?:Set)?[\"']?\s*$", re.MULTILINE)
_PATH = regex(r"^\s*(?:-\s+)?path:\s*(\S.*?)\s*$", re.MULTILINE)
_HELM = regex(r"^(\s*)(?:-\s+)?helm:\s*$", re.MULTILINE)
_FILES = regex(r"^\s*-\s+[\"']?([\w./${}-]+\.ya?ml)[\"']?\s*$", re.MULTILINE)
_ACTION = regex(r"\{\{.*?\}\}")
_WORD = regex(r"[\w.*-]+(?:/[\w.*-]+)*")


@dataclass(frozen=True, kw_only=True)
class _Source:
    """A folder of charts, by a pattern, that is given values which are in no file here."""

    pattern: str
    mentioned: frozenset[str]
    """Values that may replace a pattern that is open as a whole; they may hold `*`."""


def completing(project: Project, chart: Path) -> str:
    """Return "an Application" if one gives a chart values that are in no file, "" if none does."""
    sources = project.once("open Applications", lambda: tuple(_sources(project)))
    return "an Application" if any(_takes(one, chart.as_posix()) for one in sources) else ""


def values_files(project: Project, folder: str, name: str) -> Iterator[Path]:
    """Yield the file that an Application or a HelmRelease names for the values of a chart.

    `$values/envs/prod.yaml` is of a source that is called `values`, from its root.
    """
    below_root = name.startswith(("/", "$"))
    inner = name.partition("/")[2] if below_root else f"{folder}/{name}"
    file = project.relative(inner.lstrip("/") or ".")
    if project.has(file):
        yield file


def _takes(source: _Source, chart: str) -> bool:
    if source.pattern.strip("./*"):
        return fnmatchcase(chart, source.pattern)
    open_ones = (name for name in source.mentioned if "*" in name)
    return chart in source.mentioned or any(fnmatchcase(chart, name) for name in open_ones)


def _sources(project: Project) -> Iterator[_Source]:
    for file in files.yaml(project):
        text = project.text(file)
        if "argoproj.io/" not in text or _KIND.search(text) is None or "helm:" not in text:
            continue
        for document in re.split(r"^---.*$", text, flags=re.MULTILINE):
            paths = [one.strip("\"'") for one in _PATH.findall(document)]
            if _KIND.search(document) and _is_open(project, document, paths):
                mentioned = _mentioned(project, file)
                for path in paths:
                    yield _Source(pattern=_pattern(path), mentioned=mentioned)


def _is_open(project: Project, document: str, paths: list[str]) -> bool:
    """Return whether an Application fills in values, or takes them from files that are not here."""
    helm = _HELM.search(document)
    if helm is None:
        return False
    rest = document[helm.end() :]
    end = re.search(rf"^\s{{0,{len(helm[1])}}}\S", rest, re.MULTILINE)
    inner = rest[: end.start()] if end else rest
    values = re.sub(r"^\s*(?:releaseName|version|skipCrds):.*$", "", inner, flags=re.MULTILINE)
    if _ACTION.search(values):
        return True
    return any(
        not any(any(values_files(project, path, name)) for path in paths or [""])
        for name in _FILES.findall(values)
    )


def _pattern(path: str) -> str:
    return _ACTION.sub("*", path).strip("\"'").removeprefix("./").strip("/")


def _mentioned(project: Project, file: Path) -> frozenset[str]:
    """Return the paths that the template of an Application, or the values that fill it, name."""
    chart = next((one for one in file.parents if project.has(one / "Chart.yaml")), None)
    beside = () if chart is None else files.values_files(project, chart)
    words = chain.from_iterable(_WORD.findall(project.text(one)) for one in (file, *beside))
    paths = (word.strip("/") for word in words)
    return frozenset(path.removeprefix("./") for path in paths if "/" in path)

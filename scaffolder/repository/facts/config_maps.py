"""Which pods take variables from a ConfigMap of their chart, and whether a change restarts them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import files
from scaffolder.repository.project import Project
from scaffolder.repository.reading import place

_DOCUMENT = regex(r"(?m)^---.*$")
_COMMENT = regex(r"\{\{-?\s*/\*.*?\*/\s*-?\}\}|(?m:^[ \t]*#[^\n]*$)", re.DOTALL)
_CONFIG_MAP = regex(r"(?m)^kind:\s*[\"']?ConfigMap\b")
_WORKLOAD = regex(r"(?m)^kind:\s*[\"']?(?:Deployment|StatefulSet|DaemonSet|Rollout)\b")
_NAME = regex(r"(?m)^metadata:[^\n]*\n(?:[ \t]+[^\n]*\n)*?[ \t]+name:[ \t]*(\S[^\n]*)")
_REFERENCE = regex(
    r"(configMap(?:Key)?Ref):[ \t]*"
    r"(?:\n(?:[ \t]*(?:key|optional):[^\n]*\n)*[ \t]*name:[ \t]*([^\n]+)"
    r"|\{[^}\n]*\bname:[ \t]*([^,}\n]+))"
)
_KEPT = regex(r"(?m)^immutable:\s*true|helm\.sh/(?:hook|resource-policy)\b")
_HASHED = regex(
    r"sha\d*sum|adler32|hash|digest|checksum|\.Release\.Revision|version", re.IGNORECASE
)
_RELOADS = regex(
    r"reloader\.stakater\.com|stakater\.com/|configmap\.reloader|wave\.pusher\.com|"
    r"randAlpha|\.Release\.(?:Revision|Time)|\bnow\b|rollme"
)
"""Tools and values that restart pods: Reloader, Wave, a value that is new at each release."""
_SUM = regex(r"(?m)^.*(?:sha\d*sum|adler32sum).*$")
_FILE = regex(r"/([\w.-]+\.ya?ml)")


@dataclass(frozen=True, kw_only=True)
class ConfigReference:
    """A pod takes variables from a ConfigMap of its chart; `restarts`: a change restarts it."""

    at: Location
    config_map: Path
    restarts: bool


@dataclass(frozen=True, kw_only=True)
class _ConfigMap:
    path: Path
    name: str


def references(project: Project) -> tuple[ConfigReference, ...]:
    """Return where pods of charts take variables from a ConfigMap of the same chart."""
    found: list[ConfigReference] = []
    for chart in files.charts(project):
        if not files.is_of_others(chart / "Chart.yaml"):
            found += _of_chart(project, chart)
    return tuple(found)


def _of_chart(project: Project, chart: Path) -> Iterator[ConfigReference]:
    templates = files.chart_templates(project, chart)
    texts = {file: project.text(file) for file in templates if not files.is_trial(file)}
    maps = list(chain.from_iterable(_config_maps(file, text) for file, text in texts.items()))
    if not maps:
        return
    values = "\n".join(project.text(file) for file in files.values_files(project, chart))
    parts = "\n".join(text for file, text in texts.items() if file.suffix == ".tpl")
    for file, text in texts.items():
        code = _blank(text)
        if not _WORKLOAD.search(code):
            continue
        around = "\n".join((code, _blank(parts)))
        for reference in _REFERENCE.finditer(code):
            name = _plain(reference[2] or reference[3])
            known = next((one for one in maps if one.name == name), None)
            if known:
                line = code.count("\n", 0, reference.start()) + 1
                yield ConfigReference(
                    at=place(project, file, line),
                    config_map=known.path,
                    restarts=bool(_RELOADS.search(around + values)) or _sums(around, known),
                )


def _config_maps(file: Path, text: str) -> Iterator[_ConfigMap]:
    """Yield the ConfigMaps of a template whose name stays when their content changes."""
    for document in _DOCUMENT.split(_blank(text)):
        named = _NAME.search(document)
        if named and _CONFIG_MAP.search(document) and not _KEPT.search(document):
            name = _plain(named[1])
            if not _HASHED.search(name):
                yield _ConfigMap(path=file, name=name)


def _sums(text: str, known: _ConfigMap) -> bool:
    """Return whether a sum over the ConfigMap, or over values, is in the text.

    A sum over a file counts only for the ConfigMap of that file.
    """
    for line in _SUM.findall(text):
        summed = _FILE.findall(line)
        if not summed or known.path.name in summed:
            return True
    return False


def _plain(name: str) -> str:
    """Return the name of an object as a template writes it, without what makes no difference."""
    bare = re.sub(r"\{\{-?\s*|\s*-?\}\}", lambda mark: mark[0].strip().strip("-").strip(), name)
    return (
        re.sub(r"\s+", " ", re.sub(r"\$(?=[\s})]|$)", ".", bare.replace("$.", ".")))
        .strip()
        .strip("\"'")
    )


def _blank(text: str) -> str:
    """Return a template without its comments, each line where it was."""
    return _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)

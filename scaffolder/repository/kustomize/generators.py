"""ConfigMaps and Secrets that a kustomization makes.

Their names get no hash, neither here nor where objects name them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaffolder.repository.kustomize.resource import Resource
from scaffolder.repository.kustomize.sourced import copied, made_table
from scaffolder.repository.kustomize.transformers import Source
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Unread

_KINDS = {"configMapGenerator": "ConfigMap", "secretGenerator": "Secret"}


def generate(
    project: Project, source: Source, resources: list[Resource], missing: list[Unread]
) -> None:
    """Add the objects that generators make, or change those of the bases."""
    for key, kind in _KINDS.items():
        for number, entry in enumerate(source.listed(key)):
            if not isinstance(entry, dict) or not entry.get("name"):
                continue
            line = source.line(key, number, "name")
            data = dict(_data(project, source.file, entry))
            known = [
                one for one in resources if one.kind == kind and one.was_called(str(entry["name"]))
            ]
            if known and entry.get("behavior") in {"merge", "replace"}:
                table = made_table(known[0].content, _field(kind))
                for name in list(table) if entry["behavior"] == "replace" else ():
                    table.drop(name)
                for name, value in data.items():
                    table.put(name, value, source.file, line)
            else:
                resources.append(_resource(source.file, line, kind, entry, data))


def named_files(project: Project, file: Path, table: dict[Any, Any]) -> Iterator[Path]:
    """Yield the files that the generators of a kustomization take in."""
    for key in _KINDS:
        entries = table.get(key)
        for entry in entries if isinstance(entries, list) else ():
            for name in _file_names(entry) if isinstance(entry, dict) else ():
                yield project.relative((file.parent / name.rpartition("=")[2]).as_posix())


def _resource(
    file: Path, line: int, kind: str, entry: dict[Any, Any], data: dict[str, str]
) -> Resource:
    options = entry.get("options")
    metadata: dict[str, Any] = {"name": str(entry["name"])}
    if entry.get("namespace"):
        metadata["namespace"] = str(entry["namespace"])
    for key in ("labels", "annotations"):
        if isinstance(options, dict) and isinstance(options.get(key), dict):
            metadata[key] = dict(options[key])
    content: dict[str, Any] = {"apiVersion": "v1", "kind": kind, "metadata": metadata}
    if data:
        content[_field(kind)] = data
    if kind == "Secret":
        content["type"] = entry.get("type") or "Opaque"
    return Resource(content=copied(content, file, line), path=file)


def _field(kind: str) -> str:
    """Return where the texts are: a Secret takes them as they are in `stringData`."""
    return "data" if kind == "ConfigMap" else "stringData"


def _data(project: Project, file: Path, entry: dict[Any, Any]) -> Iterator[tuple[str, str]]:
    literals = entry.get("literals")
    for literal in literals if isinstance(literals, list) else ():
        name, _, value = str(literal).partition("=")
        yield name, value.strip("\"'")
    for name in _file_names(entry):
        key, _, path = name.rpartition("=")
        source = project.relative((file.parent / path).as_posix())
        text = project.text(source) if project.has(source) else ""
        if name in _env_names(entry):
            yield from _variables(text)
        else:
            yield key or Path(path).name, text


def _variables(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, _, value = line.strip().partition("=")
        if name and not name.startswith("#"):
            yield name, value


def _file_names(entry: dict[Any, Any]) -> list[str]:
    given = entry.get("files")
    named = [str(name) for name in given] if isinstance(given, list) else []
    return [*named, *_env_names(entry)]


def _env_names(entry: dict[Any, Any]) -> list[str]:
    given = entry.get("envs")
    named = [str(name) for name in given] if isinstance(given, list) else []
    return [*named, str(entry["env"])] if isinstance(entry.get("env"), str) else named

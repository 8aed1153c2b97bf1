"""Which kustomizations a repository deploys, and the objects that each makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.formats import Unreadable
from scaffolder.formats.yaml import line_of
from scaffolder.repository import files, reading
from scaffolder.repository.kustomize import generators, transformers
from scaffolder.repository.kustomize.merging import change, is_deletion, merge
from scaffolder.repository.kustomize.references import follow
from scaffolder.repository.kustomize.resource import Resource
from scaffolder.repository.kustomize.sourced import SourcedTable, copied
from scaffolder.repository.kustomize.transformers import Source
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Unread

_INCLUDED = ("resources", "bases", "components")
_PATCHES = ("patches", "patchesStrategicMerge", "patchesJson6902")
_FILES = (
    *_INCLUDED,
    *_PATCHES,
    "crds",
    "configurations",
    "transformers",
    "generators",
    "validators",
)
_NOT_RENDERED = (
    "generators",
    "helmCharts",
    "helmChartInflationGenerator",
    "replacements",
    "vars",
)
_BUILT_IN_GROUPS = ("", "apps", "batch", "extensions", "autoscaling", "policy")


@dataclass(frozen=True, kw_only=True)
class Build:
    """The deployed objects of one kustomization.

    `missing` lists the omitted parts with their reasons: remote bases, charts, plug-ins, files that
    do not parse. If it is not empty, an object that is not here may still be deployed.
    """

    folder: Path
    file: Path
    resources: tuple[Resource, ...]
    missing: tuple[Unread, ...]


@dataclass
class _Work:
    """A build as it grows."""

    project: Project
    resources: list[Resource] = field(default_factory=list)
    missing: list[Unread] = field(default_factory=list)
    selectors: list[transformers.Selector] = field(default_factory=list)
    scalers: set[str] = field(default_factory=set)


def builds(project: Project) -> tuple[Build, ...]:
    """Return each kustomization that no other one of the repository includes, rendered."""
    return project.once("kustomize builds", lambda: tuple(_builds(project)))


def named_files(project: Project) -> frozenset[Path]:
    """Return every file that a kustomization names: no objects of their own."""
    return project.once("files of kustomizations", lambda: frozenset(_named_files(project)))


def has_its_inputs(project: Project, file: Path) -> bool:
    """Return whether all files are there that the generators of a kustomization take in.

    A file that is no kustomization takes none.
    """
    table = _tables(project).get(file, {})
    return all(project.has(one) for one in generators.named_files(project, file, table))


def folders(project: Project) -> frozenset[Path]:
    """Return the folders that hold a kustomization."""
    return project.once(
        "folders of kustomizations", lambda: frozenset(file.parent for file in _tables(project))
    )


def _builds(project: Project) -> Iterator[Build]:
    tables = _tables(project)
    included: set[Path] = set()
    for file, table in tables.items():
        entries = chain.from_iterable(_texts(table, key) for key in _INCLUDED)
        included |= {_path(project, file, entry) for entry in entries}
    for file, table in tables.items():
        if file.parent in included or table.get("kind") == "Component":
            continue
        work = _Work(project)
        try:
            _accumulate(work, file, (file,))
            follow(work.resources, frozenset(work.scalers))
        except Unreadable as error:
            work.missing.append(Unread(path=file, line=error.line, reason=str(error)))
        yield Build(
            folder=file.parent,
            file=file,
            resources=tuple(work.resources),
            missing=tuple(dict.fromkeys(work.missing)),
        )


def _tables(project: Project) -> dict[Path, dict[Any, Any]]:
    """Return the kustomizations; Flux has files of that name whose kind is another."""
    tables = {file: reading.table(project, file) for file in files.kustomizations(project)}
    return {
        file: table
        for file, table in tables.items()
        if not str(table.get("apiVersion", "")).startswith("kustomize.toolkit.")
    }


def _named_files(project: Project) -> Iterator[Path]:
    for file, table in _tables(project).items():
        yield file
        for key in _FILES:
            yield from (_path(project, file, entry) for entry in _texts(table, key))
        for key in _PATCHES:
            for entry in _entries(table, key):
                if isinstance(entry, dict) and isinstance(entry.get("path"), str):
                    yield _path(project, file, entry["path"])
        yield from generators.named_files(project, file, table)


def _accumulate(work: _Work, file: Path, above: tuple[Path, ...]) -> None:
    """Add what a kustomization includes and makes, then change it as it asks."""
    source = Source(file=file, table=reading.table(work.project, file))
    if not source.table:
        raise Unreadable("the kustomization is empty or does not parse")
    own = work if source.table.get("kind") == "Component" else _Work(work.project)
    for key in ("resources", "bases", "components"):
        for number, entry in enumerate(_entries(source.table, key)):
            _include(own, source, key, number, entry, above)
    generators.generate(own.project, source, own.resources, own.missing)
    _patch(own, source, ("patchesStrategicMerge", "patches"))
    transformers.set_namespace(own.resources, source)
    transformers.set_names(own.resources, source)
    own.selectors += _selectors(own.project, source)
    own.scalers.update(_scalers(own.project, source))
    transformers.set_labels(own.resources, source, own.selectors)
    if isinstance(source.table.get("commonAnnotations"), dict):
        transformers.set_annotations(own.resources, source)
    _patch(own, source, ("patchesJson6902",))
    transformers.set_replicas(own.resources, source)
    transformers.set_images(own.resources, source)
    _transform(own, source)
    own.missing += _not_rendered(source)
    if own is not work:
        work.resources += own.resources
        work.missing += own.missing
        work.selectors += own.selectors
        work.scalers |= own.scalers


def _scalers(project: Project, source: Source) -> Iterator[str]:
    """Yield the kinds in which configurations have the names of scaled workloads changed too."""
    for table in _configured(project, source):
        for one in _entries(table, "nameReference"):
            for field_of in _entries(one, "fieldSpecs") if isinstance(one, dict) else ():
                if isinstance(field_of, dict) and "scaleTargetRef" in str(field_of.get("path")):
                    yield str(field_of.get("kind") or "")


def _configured(project: Project, source: Source) -> Iterator[dict[Any, Any]]:
    for entry in _texts(source.table, "configurations"):
        file = _path(project, source.file, entry)
        yield reading.table(project, file) if project.has(file) else {}


def _selectors(project: Project, source: Source) -> Iterator[transformers.Selector]:
    """Yield the further places of `commonLabels` that the configurations of kustomize add."""
    for table in _configured(project, source):
        for one in _entries(table, "commonLabels"):
            if isinstance(one, dict) and one.get("create") and isinstance(one.get("path"), str):
                way = tuple(one["path"].split("/"))
                yield transformers.Selector(kind=str(one.get("kind") or ""), way=way)


def _include(
    work: _Work, source: Source, key: str, number: int, entry: Any, above: tuple[Path, ...]
) -> None:
    line = source.line(key, number)
    if not isinstance(entry, str):
        return
    path = _path(work.project, source.file, entry)
    if work.project.has(path):
        work.resources += _objects(work, path, line)
        return
    inner = next((file for file in files.kustomizations(work.project) if file.parent == path), None)
    if inner is not None and inner not in above:
        _accumulate(work, inner, (*above, inner))
        return
    reason = "is a circle" if inner is not None else "is not in the repository"
    work.missing.append(Unread(path=source.file, line=line, reason=f"{entry} {reason}"))


def _objects(work: _Work, file: Path, line: int) -> list[Resource]:
    try:
        documents = reading.yaml_of(work.project, file)
    except Unreadable as error:
        work.missing.append(reading.unread(file, error))
        return []
    objects = chain.from_iterable(map(expanded, documents))
    return [Resource(content=copied(one, file), path=file) for one in objects]


def expanded(document: Any) -> Iterator[dict[Any, Any]]:
    """Yield the object, or those of a List."""
    if not isinstance(document, dict) or not document.get("kind"):
        return
    if str(document["kind"]).endswith("List") and isinstance(document.get("items"), list):
        for item in document["items"]:
            yield from expanded(item)
    else:
        yield document


def _patch(work: _Work, source: Source, keys: Iterable[str]) -> None:
    for key in keys:
        for number, entry in enumerate(_entries(source.table, key)):
            target = entry.get("target") if isinstance(entry, dict) else None
            for patch in _patches(work, source, key, number, entry):
                _apply(work, source, source.line(key, number), patch, target)


def _patches(work: _Work, source: Source, key: str, number: int, entry: Any) -> Iterator[Any]:
    """Yield the documents of a patch, from a file or from a text in the kustomization."""
    named = entry.get("path") if isinstance(entry, dict) else entry
    text = entry.get("patch") if isinstance(entry, dict) else entry
    line = source.line(key, number)
    if isinstance(named, str) and "\n" not in named:
        file = _path(work.project, source.file, named)
        if not work.project.has(file):
            reason = f"the patch {named} is not in the repository"
            work.missing.append(Unread(path=source.file, line=line, reason=reason))
            return
        yield from (copied(one, file) for one in reading.yaml_of(work.project, file))
    elif isinstance(text, str):
        try:
            documents = reading.yaml_in(text)
        except Unreadable as error:
            raise Unreadable("a patch in it does not parse", line) from error
        below = line_of(entry, "patch") or line
        yield from (_placed(one, source.file, below) for one in documents)


def _placed(document: Any, file: Path, line: int) -> Any:
    """Return a patch that a kustomization holds as a text, with lines of the kustomization."""
    placed = copied(document, file)

    def move(value: Any) -> None:
        if isinstance(value, dict):
            value.lines = {key: at + line for key, at in value.lines.items()}  # type: ignore[attr-defined]
        elif isinstance(value, list):
            value.lines = [at + line for at in value.lines]  # type: ignore[attr-defined]
        for inner in value.values() if isinstance(value, dict) else value:
            if isinstance(inner, dict | list):
                move(inner)

    if isinstance(placed, dict | list):
        move(placed)
    return placed


def _apply(work: _Work, source: Source, line: int, patch: Any, target: Any) -> None:
    if isinstance(target, dict):
        fitting = [one for one in work.resources if one.fits(target)]
    elif isinstance(patch, SourcedTable):
        fitting = _of_patch(work.resources, patch)
    else:
        fitting = []
    for resource in fitting:
        if isinstance(patch, list):
            change(resource.content, patch)
        elif isinstance(patch, dict) and is_deletion(patch):  # type: ignore[arg-type]
            work.resources.remove(resource)
        elif isinstance(patch, dict):
            _merge(resource, copied(patch, source.file), keep_names=isinstance(target, dict))
    if not fitting and not isinstance(target, dict):
        reason = "a patch selects no object"
        work.missing.append(Unread(path=source.file, line=line, reason=reason))


def _merge(resource: Resource, patch: SourcedTable, *, keep_names: bool) -> None:
    """Merge a patch; one with a target may name anything, and never renames."""
    built_in = resource.group in _BUILT_IN_GROUPS or resource.group.endswith(".k8s.io")
    metadata = patch.get("metadata")
    if isinstance(metadata, SourcedTable):
        metadata.drop("name")
        if keep_names or metadata.get("namespace") == resource.namespace:
            metadata.drop("namespace")
    for key in ("kind", "apiVersion"):
        patch.drop(key)
    merge(resource.content, patch, built_in=built_in)


def _of_patch(resources: Iterable[Resource], patch: SourcedTable) -> list[Resource]:
    """Return what a strategic merge patch names by kind, name and namespace."""
    metadata = patch.get("metadata")
    names = metadata if isinstance(metadata, dict) else {}
    group = str(patch.get("apiVersion", "")).rpartition("/")[0]
    return [
        one
        for one in resources
        if one.kind == patch.get("kind")
        and one.group == group
        and one.was_called(str(names.get("name")))
        and (
            not names.get("namespace") or any(names["namespace"] == space for space, _ in one.names)
        )
    ]


def _not_rendered(source: Source) -> Iterator[Unread]:
    for key in _NOT_RENDERED:
        if source.table.get(key):
            reason = f"`{key}` is not rendered"
            yield Unread(path=source.file, line=source.line(key), reason=reason)


def _transform(work: _Work, source: Source) -> None:
    """Add the labels of a built-in LabelTransformer; other transformers are not rendered."""
    for number, entry in enumerate(_entries(source.table, "transformers")):
        file = _path(work.project, source.file, str(entry))
        table = reading.table(work.project, file) if work.project.has(file) else {}
        fields = _entries(table, "fieldSpecs")
        paths = {field.get("path") for field in fields if isinstance(field, dict)}
        if table.get("kind") == "LabelTransformer" and paths == {"metadata/labels"}:
            asked = Source(file=file, table={"labels": [{"pairs": table.get("labels")}]})
            transformers.set_labels(work.resources, asked)
        else:
            line = source.line("transformers", number)
            reason = f"the transformer {entry} is not rendered"
            work.missing.append(Unread(path=source.file, line=line, reason=reason))


def _entries(table: dict[Any, Any], key: str) -> list[Any]:
    value = table.get(key)
    return value if isinstance(value, list) else []


def _texts(table: dict[Any, Any], key: str) -> list[str]:
    return [entry for entry in _entries(table, key) if isinstance(entry, str) and "\n" not in entry]


def _path(project: Project, file: Path, entry: str) -> Path:
    """Return a path that a kustomization names from its own folder, as a path from the root."""
    return project.relative((file.parent / entry).as_posix())

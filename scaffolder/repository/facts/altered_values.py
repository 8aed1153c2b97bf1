"""Find values of a chart that reach a pod as another text than the values file has.

Helm makes a number or a truth value of every scalar without quotes that looks like one, and prints
that: 10485760 may become 1.048576e+07, 0755 becomes 493, 1.20 becomes 1.2, yes becomes true.

The effect of a template is not guessed: the chart is rendered with the value as Helm has it, and
again with a word in its place. At each place of the word, the text as written should have arrived.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffolder.formats import Unreadable
from scaffolder.formats.helm_scalars import value_of
from scaffolder.formats.sprig import text_of
from scaffolder.formats.yaml import Plain
from scaffolder.model import Location
from scaffolder.repository import reading
from scaffolder.repository.facts import charts
from scaffolder.repository.facts.charts import Chart, Rendering
from scaffolder.repository.kubernetes_objects import KubernetesObject
from scaffolder.repository.project import Project

MOST = 100
"""Values of one environment that are tried."""

LARGEST = 20_000
"""Scalars of one environment; of more, none is tried."""

_WORD = "wordinplaceofvalue"


@dataclass(frozen=True, kw_only=True)
class Altered:
    """A value `written` at `place`, used at `used`, that arrives as `text` in `target`."""

    place: Location
    key: str
    written: str
    text: str
    target: str
    used: Location


@dataclass(frozen=True, kw_only=True)
class Values:
    """The merged values files of one rendering: scalars as written, and the file of each."""

    tree: dict[Any, Any]
    files: Mapping[int, Path]

    @property
    def scalars(self) -> list[tuple[tuple[Any, ...], Plain]]:
        """Each scalar without quotes, and the way to it; none where there are too many."""
        return [] if self.too_many else list(_scalars(self.tree))

    @property
    def too_many(self) -> bool:
        """Return whether it has more scalars than `LARGEST`."""
        return sum(1 for _ in itertools.islice(_scalars(self.tree), LARGEST + 1)) > LARGEST


def altered(project: Project, chart: Chart, rendering: Rendering) -> Iterator[Altered]:
    """Yield a chart's values in one environment that arrive as another text; at most `MOST`."""
    values = _values(project, chart, rendering)
    candidates = _candidates(values)
    if not candidates:
        return
    before = _texts(
        project, charts.rendered_with(project, chart, rendering.environment, _typed(values.tree))
    )
    for way, scalar in candidates[:MOST]:
        tried = _typed(values.tree, way)
        after = _texts(project, charts.rendered_with(project, chart, rendering.environment, tried))
        for target in (
            target for target, (text, _) in after.items() if _WORD in text and target in before
        ):
            text, used = before[target]
            arrived = _arrived(after[target][0], text)
            if arrived is not None and arrived != scalar:
                place = Location(path=values.files[id(scalar)], line=scalar.line)
                key = ".".join(map(str, way))
                yield Altered(
                    place=place,
                    key=key,
                    written=scalar,
                    text=arrived,
                    target=target.words,
                    used=used,
                )
                break


def untried(project: Project, chart: Chart, rendering: Rendering) -> int:
    """How many values `altered` leaves out, at least."""
    values = _values(project, chart, rendering)
    return LARGEST if values.too_many else max(0, len(_candidates(values)) - MOST)


def _candidates(values: Values) -> list[tuple[tuple[Any, ...], Plain]]:
    """Each scalar that Helm prints in another way than it is written, and the way to it."""
    return [(way, scalar) for way, scalar in values.scalars if text_of(value_of(scalar)) != scalar]


def _values(project: Project, chart: Chart, rendering: Rendering) -> Values:
    tree: dict[Any, Any] = {}
    files: dict[int, Path] = {}
    own = chart.folder / "values.yaml"
    for file in (*((own,) if project.has(own) else ()), *rendering.values_files):
        try:
            sources = reading.values_of(project, file)
        except Unreadable:
            continue  # SY002 reports it
        files |= {id(scalar): file for _, scalar in itertools.islice(_scalars(sources), LARGEST)}
        tree = charts.merged(tree, sources)
    return Values(tree=tree, files=files)


def _scalars(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Plain]]:
    """Each scalar without quotes, and the way to it."""
    if isinstance(value, Plain):
        yield way, value
    elif isinstance(value, dict | list) and len(way) < 20:
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _scalars(one, (*way, key))


def _typed(value: Any, replaced: tuple[Any, ...] | None = None) -> Any:
    """The values as Helm has them; a word where `replaced` leads to."""
    if replaced == ():
        return _WORD
    head, rest = (replaced[0], replaced[1:]) if replaced else (None, None)
    if isinstance(value, dict):
        return {
            key: _typed(one, rest if replaced and key == head else None)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [
            _typed(one, rest if replaced and at == head else None) for at, one in enumerate(value)
        ]
    return value_of(value) if isinstance(value, Plain) else value


def _arrived(with_word: str, without: str) -> str | None:
    """Return the text in the place of the word, or None if more than the word differs."""
    parts = with_word.split(_WORD)
    length, rest = divmod(len(without) - sum(map(len, parts)), len(parts) - 1)
    arrived = without[len(parts[0]) : len(parts[0]) + length] if length >= 0 and not rest else ""
    return arrived if arrived.join(parts) == without else None


@dataclass(frozen=True, kw_only=True)
class Target:
    """A text of an object that a template gives, in words."""

    template: Path
    words: str


def _texts(
    project: Project, objects: Iterable[KubernetesObject]
) -> dict[Target, tuple[str, Location]]:
    """Return every text of these objects that programs read, with its line in the template."""
    found: dict[Target, tuple[str, Location]] = {}
    for one in objects:
        for words, way in _places(one):
            text = one.get(*way)
            if isinstance(text, str):
                target = Target(template=one.path, words=f"{words} of {one.kind} {one.name}")
                found[target] = (text, one.place(project, *way))
    return found


def _places(one: KubernetesObject) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for field in {"ConfigMap": ("data",), "Secret": ("stringData",)}.get(one.kind, ()):
        yield from _entries(one, (field,), lambda key: f"the entry {key}")
    for metadata in dict.fromkeys((("metadata",), (*(one.pod or ()), "metadata"))):
        yield from _entries(one, (*metadata, "annotations"), lambda key: f"the annotation {key}")
        yield from _entries(one, (*metadata, "labels"), lambda key: f"the label {key}")
    for way, container in _containers(one):
        name = container.get("name", "?")
        yield f"the image of container {name}", (*way, "image")
        for field in ("command", "args"):
            for number in range(len(_listed(container.get(field)))):
                yield f"{field} {number + 1} of container {name}", (*way, field, number)
        for number, variable in enumerate(_listed(container.get("env"))):
            if isinstance(variable, dict):
                yield (
                    f"the variable {variable.get('name')} of container {name}",
                    (*way, "env", number, "value"),
                )


def _entries(
    one: KubernetesObject, way: tuple[Any, ...], words: Callable[[Any], str]
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    table = one.get(*way)
    for key in table if isinstance(table, dict) else ():
        yield words(key), (*way, key)


def _containers(one: KubernetesObject) -> Iterator[tuple[tuple[Any, ...], dict[Any, Any]]]:
    if one.pod is None:
        return
    for field in ("initContainers", "containers"):
        for number, container in enumerate(_listed(one.get(*one.pod, "spec", field))):
            if isinstance(container, dict):
                yield (*one.pod, "spec", field, number), container


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []

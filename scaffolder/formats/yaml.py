"""YAML as dicts and lists that know the line of each entry.

Bounded: a text that nests deeper, or that aliases would make larger, than any person writes is
refused. libyaml itself ends the process on some tens of thousands of open brackets
(https://github.com/yaml/libyaml/issues/186).
"""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import yaml

from scaffolder.formats.regex import regex

DEEPEST = 200
"""Levels of nesting; more is refused."""

LARGEST = 1_000_000
"""Values in one file, those that an alias repeats counted each time; more is refused."""


class Unbounded(yaml.MarkedYAMLError):
    """It nests deeper, or grows larger, than any person writes: whoever reads it may never end."""


class Table(dict[Any, Any]):
    """A mapping; `line` is its own, `lines` those of its keys, counted from 1."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[Any, int] = {}


class Items(list[Any]):
    """A list; `line` is its own, `lines` those of its items, counted from 1."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []

    def add(self, item: Any, line: int) -> None:
        """Append an item that is on `line`."""
        self.append(item)
        self.lines.append(line)


_BASE: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_RESOLVER: Any = yaml.resolver.Resolver()


@functools.lru_cache(maxsize=4096)
def _tag_of(scalar: str) -> str:
    """Return the tag of a plain scalar; most of a repository are some hundreds, again and again."""
    resolve: Any = _RESOLVER.resolve
    tag: str = resolve(yaml.ScalarNode, scalar, (True, False))
    return tag


class _Loader(_BASE):  # type: ignore[misc]
    """A reader that works out once what a plain scalar is."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        """Return the tag of a node without one."""
        if kind is yaml.ScalarNode and implicit[0]:
            return _tag_of(value)
        return super().resolve(kind, value, implicit)


class _Reanchored(yaml.SafeLoader):
    """A reader for which an anchor that is there twice stands for the latter from there on.

    https://yaml.org/spec/1.2.2/#3222-anchors-and-aliases; PyYAML refuses it.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Compose the next node, and forget an earlier one of the same anchor."""
        reader: Any = self
        if not reader.check_event(yaml.AliasEvent):
            reader.anchors.pop(reader.peek_event().anchor, None)
        return super().compose_node(parent, index)


def _is_anchored_twice(error: yaml.YAMLError) -> bool:
    return "found duplicate anchor" in str(error)


_ESCAPED = regex(r"(?<!\\)((?:\\\\)*)\\'")
"""An apostrophe with a backslash, which the readers of Go take though YAML has no such escape."""


def load_all(text: str) -> list[Any]:
    """The documents of `text`, those that are empty left out.

    Tags that YAML does not know are passed over.

    Raises:
        yaml.YAMLError: it does not parse, repeats a key, or is too deep or too large.

    """
    try:
        return _load(text, _Construction)
    except yaml.scanner.ScannerError as error:
        if "unknown escape character" not in str(error) or not _ESCAPED.search(text):
            raise
    return _load(_ESCAPED.sub(r"\1'", text), _Construction)


def refuse_unbounded(text: str) -> None:
    """Raise if `text`, for another YAML reader, nests too deep or expands too far.

    Raises:
        Unbounded: it does.
        yaml.YAMLError: it does not parse.

    """
    _refuse_too_deep(text)
    if "&" not in text or "*" not in text:  # without an alias nothing is larger than it is written
        return
    try:
        _refuse_too_large(_Loader(text))
    except yaml.composer.ComposerError as error:
        if not _is_anchored_twice(error):
            raise
        _refuse_too_large(_Reanchored(text))


def _refuse_too_large(loader: Any) -> None:
    try:
        sizes: dict[int, int] = {}
        while loader.check_node():
            _size(loader.get_node(), sizes)
    except RecursionError as error:
        raise Unbounded(problem=f"nests deeper than {DEEPEST} levels") from error
    finally:
        loader.dispose()


def _size(node: Any, sizes: dict[int, int]) -> int:
    """How many values a node holds, those that aliases repeat counted each time."""
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) not in sizes:
        sizes[id(node)] = LARGEST  # an alias to what holds it never ends
        parts = chain.from_iterable(
            entry if isinstance(entry, tuple) else (entry,) for entry in node.value
        )
        sizes[id(node)] = 1 + sum(_size(part, sizes) for part in parts)
    if sizes[id(node)] >= LARGEST:
        raise Unbounded(
            problem=f"aliases make over {LARGEST:,} values of it", problem_mark=node.start_mark
        )
    return sizes[id(node)]


def _load(text: str, construction: Callable[[Any], _Construction]) -> list[Any]:
    _refuse_too_deep(text)
    try:
        return _read(_Loader(text), construction)
    except yaml.composer.ComposerError as error:
        if not _is_anchored_twice(error):
            raise
        return _read(_Reanchored(text), construction)


def _read(loader: Any, construction: Callable[[Any], _Construction]) -> list[Any]:
    try:
        documents = []
        while loader.check_node():
            documents.append(construction(loader).value(loader.get_node()))
        return [document for document in documents if document is not None]
    except RecursionError as error:
        raise Unbounded(problem=f"nests deeper than {DEEPEST} levels") from error
    finally:
        loader.dispose()


class Plain(str):
    """A scalar without quotes and tag, as it is written; `line` is its own, counted from 1."""

    __slots__ = ("line",)

    def __new__(cls, text: str, line: int) -> Plain:
        """Return the scalar `text` that is on `line`."""
        made = super().__new__(cls, text)
        made.line = line
        return made

    line: int


def load_sources(text: str) -> list[Any]:
    """Return the documents of `text` as `load_all`, but with scalars as written: `Plain` or str.

    Raises:
        yaml.YAMLError: it does not parse, repeats a key, or is too deep or too large.

    """
    return _load(text, lambda loader: _Sources(loader, text.splitlines()))


def line_of(value: Any, *path: Any) -> int:
    """Return the line of the entry at `path` in a document, or of its last existing parent."""
    line = getattr(value, "line", 0)
    for part in path:
        lines = getattr(value, "lines", {})
        try:
            line, value = lines[part], value[part]
        except (KeyError, IndexError, TypeError):
            break
    return int(line)


class _Construction:
    """Nodes into values; a node that several aliases name becomes one value."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader
        self._made: dict[int, tuple[Any, int]] = {}

    def value(self, node: Any) -> Any:
        return self._value(node)[0]

    def _value(self, node: Any) -> tuple[Any, int]:
        """The value, and how many values it holds, aliases counted each time."""
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node), 1
        known = self._made.get(id(node))
        if known is None:
            if isinstance(node, yaml.MappingNode):
                table = Table(node.start_mark.line + 1)
                self._made[id(node)] = (table, LARGEST)  # an alias to what holds it never ends
                known = (table, self._fill(table, node))
            else:
                items = Items(node.start_mark.line + 1)
                self._made[id(node)] = (items, LARGEST)
                known = (items, self._extend(items, node))
            self._made[id(node)] = known
        if known[1] >= LARGEST:
            raise Unbounded(
                problem=f"aliases make over {LARGEST:,} values of it", problem_mark=node.start_mark
            )
        return known

    def _fill(self, table: Table, node: Any) -> int:
        size = 1
        merged: list[Table] = []
        for key_node, value_node in node.value:
            value, part = self._value(value_node)
            size += part
            if key_node.tag == "tag:yaml.org,2002:merge":
                merged += [
                    one
                    for one in (value if isinstance(value, list) else [value])
                    if isinstance(one, Table)
                ]
                continue
            key = self._value(key_node)[0]
            if isinstance(key, dict | list):
                key = str(key)
            if key in table:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key!r} is there twice", problem_mark=key_node.start_mark
                )
            table[key] = value
            table.lines[key] = key_node.start_mark.line + 1
        for other in merged:
            for key, value in other.items():
                if key not in table:
                    table[key], table.lines[key] = value, other.lines[key]
        return min(size + sum(map(len, merged)), LARGEST)

    def _extend(self, items: Items, node: Any) -> int:
        size = 1
        for child in node.value:
            value, part = self._value(child)
            size += part
            items.add(value, child.start_mark.line + 1)
        return min(size, LARGEST)

    def _scalar(self, node: Any) -> Any:
        if node.tag == _TEXT:
            return node.value
        kind = node.tag.rpartition(":")[2]
        if not node.tag.startswith("tag:yaml.org,2002:"):
            return node.value
        make = getattr(self._loader, f"construct_yaml_{kind}", None)
        if make is None or kind in {"seq", "map", "set", "omap", "pairs"}:
            return node.value
        try:
            value = make(node)
        except (
            ValueError,
            TypeError,
            IndexError,
            KeyError,
            AttributeError,
        ):  # such as the date 2026-13-45
            return node.value
        return (
            value
            if isinstance(value, str | int | float | bool | bytes | datetime.date | None)
            else node.value
        )


class _Sources(_Construction):
    """Nodes into values whose scalars stay as they are written."""

    def __init__(self, loader: Any, lines: list[str]) -> None:
        super().__init__(loader)
        self._lines = lines

    def _scalar(self, node: Any) -> Any:
        if node.style or self._has_tag(node.start_mark):
            return node.value
        return None if node.value in _NULL else Plain(node.value, node.start_mark.line + 1)

    def _has_tag(self, mark: Any) -> bool:
        """Whether a tag is before the scalar; YAML allows an anchor before it."""
        rest = self._lines[mark.line][mark.column :] if mark.line < len(self._lines) else ""
        return bool(re.match(r"(?:&\S+\s+)?!", rest))


_TEXT = "tag:yaml.org,2002:str"
_NULL = frozenset({"", "~", "null", "Null", "NULL"})


def _refuse_too_deep(text: str) -> None:
    """Raise for deep nesting on few lines; by indentation alone, depth costs its square."""
    brackets = text.count("[") + text.count("{")
    if brackets <= DEEPEST and "- - - - " not in text and "? ? ? ? " not in text:
        return
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                mark: Any = event.start_mark
                raise Unbounded(problem=f"nests deeper than {DEEPEST} levels", problem_mark=mark)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def tables(value: Any, depth: int = 0) -> Iterator[dict[Any, Any]]:
    """Yield every table in a document, outer ones first, down to 40 levels."""
    if depth > 40:
        return
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from tables(one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            yield from tables(one, depth + 1)


def data(text: str) -> Any:
    """Return one document as plain values, read by libyaml if PyYAML has it."""
    return yaml.load(text, Loader=_BASE)  # noqa: S506, it is a safe one


def node(text: str) -> Any:
    """Return the node of one document, read as by `data`: it knows the place of each part."""
    return yaml.compose(text, Loader=_BASE)

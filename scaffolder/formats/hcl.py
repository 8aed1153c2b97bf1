"""HCL as blocks and attributes that know their line, by the grammar of tree-sitter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scaffolder.formats import Unreadable


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """`name = expression`; the expression as written."""

    name: str
    line: int
    expression: str

    @property
    def text(self) -> str:
        """The string that the expression is; the expression itself where it is none."""
        plain = self.expression.strip()
        return plain[1:-1] if len(plain) > 1 and plain[0] == plain[-1] == '"' else plain


@dataclass(frozen=True, kw_only=True)
class Block:
    """`type "label" { … }`; the file itself is a block of no type."""

    type: str
    labels: tuple[str, ...]
    line: int
    attributes: dict[str, Attribute]
    blocks: tuple[Block, ...]

    def each(self, *types: str) -> Iterator[Block]:
        """The direct blocks of one of these types."""
        yield from (block for block in self.blocks if block.type in types)

    def within(self, *types: str) -> Iterator[Block]:
        """Yield the blocks of one of these types on every level."""
        for block in self.blocks:
            if block.type in types:
                yield block
            yield from block.within(*types)


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call of a function, with its first argument, a string, and the attribute that it is in."""

    attribute: str
    argument: str


_LABELS = {
    "data": 2,
    "ephemeral": 2,
    "module": 1,
    "provider": 1,
    "required_providers": 0,
    "resource": 2,
    "terraform": 0,
}
"""How many labels a block of a type has in `.tf.json`; the other types are not read."""

_OF_BLOCKS = ("", "terraform")
"""The types of blocks whose tables are blocks again; the file itself is one."""


def read(text: str) -> Block:
    """The blocks of a file.

    Raises:
        Unreadable: it is not HCL.

    """
    root = _root(text)
    if root.has_error:
        node = next(_broken(root))
        problem = f"missing {node.type!r}" if node.is_missing else "is not HCL from here on"
        raise Unreadable(problem, node.start_point[0] + 1)
    return _file(root)


def recovered(text: str) -> Block:
    """Return the blocks of a file as far as it is HCL, for a caller that reports no errors."""
    return _file(_root(text))


def of_json(text: str) -> Block:
    """Return the blocks of a `.tf.json` file, without their lines; none if it is not JSON.

    Source: https://developer.hashicorp.com/terraform/language/syntax/json
    """
    try:
        return _of_table("", (), json.loads(text))
    except (ValueError, RecursionError):
        return Block(type="", labels=(), line=1, attributes={}, blocks=())


def calls(text: str, function: str) -> Iterator[Call]:
    """Yield the calls of a function whose first argument is a string, in all expressions."""
    if function in text:  # few files call it, and a syntax tree takes a millisecond
        yield from _calls(_root(text), function, "")


def object_of(expression: str) -> dict[str, Attribute]:
    """The entries of an object expression `{ a = "x", b = 1 }`; nothing where it is none."""
    root = _root(f"x = {expression}\n")
    entries = {}
    for node in _first_level(root):
        parts = [part for part in node.children if part.is_named]
        if len(parts) >= 2:
            name = _text(parts[0]).strip('"')
            entries[name] = Attribute(
                name=name, line=node.start_point[0], expression=_text(parts[-1])
            )
    return entries


def _root(text: str) -> Any:
    """Return the root of the syntax tree; text that is not HCL is in nodes of errors."""
    import tree_sitter
    import tree_sitter_hcl

    language = tree_sitter.Language(tree_sitter_hcl.language())
    return tree_sitter.Parser(language).parse(text.encode()).root_node


def _file(root: Any) -> Block:
    return _block("", (), 1, root)


def _of_table(kind: str, labels: tuple[str, ...], table: Any) -> Block:
    """Return a block of JSON; the tables in it are blocks with as many labels as their type has."""
    attributes, blocks = {}, []
    for name, value in table.items() if isinstance(table, dict) else ():
        if kind in _OF_BLOCKS and name in _LABELS:
            for names, inner in _labelled(value, _LABELS[name]):
                blocks.append(_of_table(name, names, inner))
        else:
            attributes[name] = Attribute(name=name, line=1, expression=json.dumps(value))
    return Block(type=kind, labels=labels, line=1, attributes=attributes, blocks=tuple(blocks))


def _labelled(value: Any, number: int) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the tables below `number` levels of labels, each with its labels."""
    for table in value if isinstance(value, list) else [value]:
        if number == 0:
            yield (), table
        for label, inner in table.items() if number and isinstance(table, dict) else ():
            yield from (((label, *labels), one) for labels, one in _labelled(inner, number - 1))


def _calls(node: Any, function: str, attribute: str) -> Iterator[Call]:
    if node.type == "attribute":
        attribute = _text(node.children[0])
    if node.type == "function_call" and _text(node.children[0]) == function:
        arguments = [child for child in node.children if child.type == "function_arguments"]
        first = _text(arguments[0].children[0]).strip() if arguments else ""
        if len(first) > 1 and first[0] == first[-1] == '"':
            yield Call(attribute=attribute, argument=first[1:-1])
    for child in node.children:
        yield from _calls(child, function, attribute)


def _first_level(node: Any) -> Iterator[Any]:
    for child in node.children:
        if child.type == "object_elem":
            yield child
        else:
            yield from _first_level(child)


def _block(kind: str, labels: tuple[str, ...], line: int, body: Any) -> Block:
    attributes: dict[str, Attribute] = {}
    blocks = []
    for node in _entries(body) if body is not None else ():
        if node.type == "attribute":
            name = _text(node.children[0])
            value = _text(node.children[-1])
            attributes[name] = Attribute(name=name, line=node.start_point[0] + 1, expression=value)
        elif node.type == "block":
            words = [
                _text(child).strip('"')
                for child in node.children
                if child.type in {"identifier", "string_lit"}
            ]
            inner = next((child for child in node.children if child.type == "body"), None)
            blocks.append(_block(words[0], tuple(words[1:]), node.start_point[0] + 1, inner))
    return Block(type=kind, labels=labels, line=line, attributes=attributes, blocks=tuple(blocks))


def _entries(body: Any) -> Iterator[Any]:
    """Yield the attributes and blocks of a body, also those around an error in it."""
    for node in body.children:
        if node.type in {"body", "ERROR"}:
            yield from _entries(node)
        else:
            yield node


def _text(node: Any) -> str:
    return str(node.text.decode("utf-8", errors="replace"))


def _broken(node: Any) -> Iterator[Any]:
    if node.is_missing or node.type == "ERROR":
        yield node
    for child in node.children:
        if child.has_error or child.is_missing:
            yield from _broken(child)
    yield node

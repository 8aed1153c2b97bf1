"""HCL as blocks and attributes that know their line, by the grammar of tree-sitter."""

from __future__ import annotations

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


def available() -> bool:
    """Whether the packages that read HCL are installed."""
    from importlib.util import find_spec

    return bool(find_spec("tree_sitter") and find_spec("tree_sitter_hcl"))


def read(text: str) -> Block:
    """The blocks of a file.

    Raises:
        Unreadable: it is not HCL.

    """
    import tree_sitter
    import tree_sitter_hcl

    root = (
        tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))
        .parse(text.encode())
        .root_node
    )
    if root.has_error:
        node = next(_broken(root))
        problem = f"missing {node.type!r}" if node.is_missing else "is not HCL from here on"
        raise Unreadable(problem, node.start_point[0] + 1)
    bodies = [child for child in root.children if child.type == "body"]
    return _block("", (), 1, bodies[0] if bodies else None)


def object_of(expression: str) -> dict[str, Attribute]:
    """The entries of an object expression `{ a = "x", b = 1 }`; nothing where it is none."""
    import tree_sitter
    import tree_sitter_hcl

    source = f"x = {expression}\n"
    root = (
        tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))
        .parse(source.encode())
        .root_node
    )
    entries = {}
    for node in _first_level(root):
        parts = [part for part in node.children if part.is_named]
        if len(parts) >= 2:
            name = _text(parts[0]).strip('"')
            entries[name] = Attribute(
                name=name, line=node.start_point[0], expression=_text(parts[-1])
            )
    return entries


def _first_level(node: Any) -> Iterator[Any]:
    for child in node.children:
        if child.type == "object_elem":
            yield child
        else:
            yield from _first_level(child)


def _block(kind: str, labels: tuple[str, ...], line: int, body: Any) -> Block:
    attributes: dict[str, Attribute] = {}
    blocks = []
    for node in body.children if body is not None else ():
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


def _text(node: Any) -> str:
    return str(node.text.decode("utf-8", errors="replace"))


def _broken(node: Any) -> Iterator[Any]:
    if node.is_missing or node.type == "ERROR":
        yield node
    for child in node.children:
        if child.has_error or child.is_missing:
            yield from _broken(child)
    yield node

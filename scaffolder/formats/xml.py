"""Read XML as elements with lines; declared entities, which can grow without end, are refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from scaffolder.formats import Unreadable

DEEPEST = 500


@dataclass(kw_only=True)
class Element:
    """An element by its name without the namespace; `text` is what stands in it directly."""

    name: str
    line: int
    attributes: dict[str, str]
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def child(self, *names: str) -> Element | None:
        """The first element at the end of this way down."""
        found: Element | None = self
        for name in names:
            found = (
                next((one for one in found.children if one.name == name), None) if found else None
            )
        return found

    def each(self, name: str) -> Iterator[Element]:
        """The direct children of this name."""
        yield from (one for one in self.children if one.name == name)

    def all(self, name: str) -> Iterator[Element]:
        """Those of this name at any depth below, in the order of the file."""
        for one in self.children:
            if one.name == name:
                yield one
            yield from one.all(name)

    def value(self, *names: str) -> str:
        """The text at the end of this way down; empty where there is none."""
        found = self.child(*names)
        return found.text.strip() if found else ""


def read(text: str) -> Element:
    """The root element.

    Raises:
        Unreadable: it does not parse, declares an entity, or nests deeper than `DEEPEST`.

    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    top = Element(name="", line=0, attributes={})
    stack = [top]

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(stack) > DEEPEST:
            raise Unreadable(f"nests deeper than {DEEPEST} levels", parser.CurrentLineNumber)
        element = Element(
            name=name.rpartition(":")[2], line=parser.CurrentLineNumber, attributes=attributes
        )
        stack[-1].children.append(element)
        stack.append(element)

    def end(_: str) -> None:
        stack.pop()

    def characters(data: str) -> None:
        stack[-1].text += data

    def entity(*_: object) -> None:
        raise Unreadable("declares an entity", parser.CurrentLineNumber)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(text.encode("utf-8", errors="replace"), True)
    except expat.ExpatError as error:
        raise Unreadable(expat.ErrorString(error.code), error.lineno) from error
    return top.children[0]

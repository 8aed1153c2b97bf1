"""XML as elements that know their lines."""

from __future__ import annotations

import pytest

from scaffolder.formats import (
    Unreadable,
    xml,
)


def test_xml_knows_lines_and_refuses_entities() -> None:
    root = xml.read("<a xmlns='x'>\n  <b>\n    <c>1</c></b></a>")
    assert (root.value("b", "c"), [one.line for one in root.all("c")]) == ("1", [3])
    with pytest.raises(Unreadable, match="declares an entity"):
        xml.read("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>")

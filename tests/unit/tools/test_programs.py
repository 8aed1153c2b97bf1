"""The programs that checks use."""

from __future__ import annotations

from scaffolder.tools.programs import TOOLS


def test_every_tool_says_how_to_get_it() -> None:
    assert len({tool.name for tool in TOOLS}) == len(TOOLS)
    assert all(tool.how_to_get for tool in TOOLS)

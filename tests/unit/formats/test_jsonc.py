"""JSON with comments."""

from __future__ import annotations

import pytest

from scaffolder.formats import (
    Unreadable,
    jsonc,
)


def test_json_with_comments_keeps_its_strings() -> None:
    assert jsonc.read('{"a": "//x", /* y */ "b": [1,], // z\n}', comments=True) == {
        "a": "//x",
        "b": [1],
    }
    with pytest.raises(Unreadable):
        jsonc.read('{"a": 1,}')

"""The line of a key of a TOML text."""

from __future__ import annotations

import tomllib

import pytest

from scaffolder.formats import toml_lines

TEXT = """# settings
title = "x"
[defaults]   # ours
region = "eu"
'cloud' = "aws"

[presets."big one"]
runtime = "go"
[presets]
small = { runtime = "go", cloud = "none" }
dotted.region = "eu"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("defaults",), 3),
        (("defaults", "region"), 4),
        (("defaults", "cloud"), 5),
        (("presets", "big one", "runtime"), 8),
        (("presets", "small", "cloud"), 10),
        (("presets", "dotted", "region"), 11),
        (("defaults", "runtime"), 3),  # not there: the table around it
        (("other",), None),
    ],
)
def test_a_key_or_the_nearest_table_has_a_line(path: tuple[str, ...], line: int | None) -> None:
    assert toml_lines.line_of(TEXT, path) == line


def test_the_parser_names_the_line_of_an_error() -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as raised:
        tomllib.loads("a = 1\nb = \n")
    assert toml_lines.line_of_error(str(raised.value)) == 2
    assert toml_lines.line_of_error("(at end of document)") is None

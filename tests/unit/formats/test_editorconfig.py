"""Patterns of .editorconfig, as its specification has them."""

from __future__ import annotations

import warnings
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffolder.formats import editorconfig


def covers(pattern: str, path: str) -> bool:
    return editorconfig.Section(pattern=pattern, properties={}).covers(path)


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*", ["a", "b/c.d"], []),
        ("*.md", ["a.md", "x/y/a.md"], ["a.mdx", "md"]),
        ("Makefile", ["Makefile", "x/Makefile"], ["Makefile.am"]),
        ("/a.md", ["a.md"], ["x/a.md"]),
        ("docs/*.md", ["docs/a.md"], ["docs/x/a.md", "x/docs/a.md"]),
        ("docs/**.md", ["docs/a.md", "docs/x/a.md"], ["a.md"]),
        ("docs/**/a.md", ["docs/a.md", "docs/x/y/a.md"], ["docs/ba.md"]),
        ("*.{js,ts}", ["a.js", "b/a.ts"], ["a.j", "a.js,ts"]),
        ("{a,b{c,d}}.x", ["a.x", "bc.x", "bd.x"], ["b.x"]),
        ("file{1..3}", ["file1", "file3"], ["file4", "file0"]),
        ("a?c", ["abc"], ["ac", "a/c"]),
        ("[ab].x", ["a.x"], ["c.x"]),
        ("[!ab].x", ["c.x"], ["a.x"]),
        ("{single}.x", ["{single}.x"], ["single.x"]),  # literal, by the specification
        ("[!ab].[ch]", ["c.h", "x/d.c"], ["a.h"]),
        ("[ab", [], ["a", "[ab"]),
        ("[[ab]", [], ["a"]),
        ("**/x/*.y", ["x/a.y", "a/b/x/c.y"], ["x/z/a.y"]),
        ("{1..3}{a,b}", ["1a", "3b"], ["4a", "2c"]),
    ],
)
def test_patterns(pattern: str, yes: list[str], no: list[str]) -> None:
    assert [path for path in (*yes, *no) if covers(pattern, path)] == yes


def test_a_later_section_wins_and_names_are_read_in_any_case() -> None:
    config = editorconfig.read(
        "Root = TRUE\n; x\n[*]\nTrim_Trailing_Whitespace = TRUE\n[*.md] # y\ntrim_trailing_whitespace=false\n"
    )
    assert config.root
    assert config.of("a.py") == {"trim_trailing_whitespace": "true"}
    assert config.of("a.md") == {"trim_trailing_whitespace": "false"}


@given(st.text(alphabet="*?[]{}!,.\\/a1-", max_size=20), st.text(alphabet="a1./-", max_size=12))
def test_no_pattern_breaks_the_reader(pattern: str, path: str) -> None:
    covers(pattern, path)


@pytest.mark.parametrize("pattern", ["]/-a[\\*]", "[\\*\\", "{b[\\*}\\"])
@pytest.mark.parametrize("filters", ["ignore", "error", "always"])
def test_a_set_that_re_warns_of_names_nothing_however_warnings_are_treated(
    pattern: str, filters: Literal["ignore", "error", "always"]
) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter(filters)
        assert not covers(pattern, "ab")
        assert not covers(pattern, "]/-a*")
    assert caught == []

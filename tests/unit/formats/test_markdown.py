"""Reading Markdown: what is a link, and by which names a part of a text can be linked to."""

from __future__ import annotations

import time

import pytest

from scaffolder.formats import markdown


def destinations(text: str) -> list[str]:
    return [link.destination for link in markdown.read(text).links]


LINKS = {
    "a link": ("[a](b.md)", ["b.md"]),
    "with a title": ("[a](b.md 'x') [a](c.md \"x (y)\") [a](d.md (x))", ["b.md", "c.md", "d.md"]),
    "an image": ("![a](b.svg)", ["b.svg"]),
    "an image in a link": ("[![a](b.svg)](c.md)", ["b.svg", "c.md"]),
    "with brackets in its text": ("[a [b] \\] c](d.md)", ["d.md"]),
    "with code in its text": ("[`x](y)`](d.md)", ["d.md"]),
    "over two lines": ("[a\nb](c.md)", ["c.md"]),
    "with blanks in angles": ("[a](<b c.md>)", ["b c.md"]),
    "with parentheses": ("[a](b_(c).md)", ["b_(c).md"]),
    "with escaped signs": (r"[a](#requirement\_x) [b](c\(d.md)", ["#requirement_x", "c(d.md"]),
    "with an entity": ("[a](b&amp;c.md)", ["b&c.md"]),
    "by reference": ("[a][b] and [c] and [D][]\n\n[B]: x.md\n[c]: <y z.md> 'title'\n[d]:\n  w.md\n", ["x.md", "y z.md", "w.md"]),
    "in a list of a quote": ("> - a\n>   [b](c.md)\n", ["c.md"]),
    "in a table": ("| a | b |\n|---|---|\n| `x` | [b\\_c](#b\\_c) |\n", ["#b_c"]),
    "in a heading": ("# [a](b.md)\n", ["b.md"]),
    "below an item": ("1. a\n\n   b\n\n   [c](d.md)\n", ["d.md"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LINKS.values(), ids=LINKS)
def test_a_link_is_read(text: str, expected: list[str]) -> None:
    assert destinations(text) == expected


NO_LINKS = {
    "code": "`[a](b.md)` and ``[`a`](b.md)``",
    "a fence": "```\n[a](b.md)\n```\n~~~md\n```\n[a](b.md)\n~~~\n",
    "a fence in a list": "- a\n  ```\n  [a](b.md)\n  ```\n",
    "a fence in a quote": "> ```\n> [a](b.md)\n> ```\n",
    "indented code": "a\n\n    [a](b.md)\n",
    "indented code in a list": "- a\n\n      [a](b.md)\n",
    "a comment": "<!-- [a](b.md) -->\n\n<!--\n[a](b.md)\n\n[a](b.md)\n-->\n",
    "HTML": "<p>\n[a](b.md)\n</p>\n\n<pre>\n\n[a](b.md)\n</pre>\n",
    "an attribute": '<a title="[a](b.md)">x</a>',
    "an escaped bracket": r"\[a](b.md) [a\](b.md)",
    "a destination with a blank": "[a](b c.md)",
    "a reference to nothing": "[a][b] [c] - [x] done",
    "a footnote": "a[^1]\n\n[^1]: b.md\n",
    "a definition that is not used": "[a]: b.md\n",
    "front matter": "---\nx: '[a](b.md)'\n---\n",
}


@pytest.mark.parametrize("text", NO_LINKS.values(), ids=NO_LINKS)
def test_what_only_looks_like_a_link_is_none(text: str) -> None:
    assert destinations(text) == []


def test_a_link_has_the_line_that_writes_its_destination() -> None:
    text = "---\na: b\n---\n\nx\n[a](b.md) and [c\nd](e.md) [f]\n\n[f]: g.md\n"
    assert [(link.line, link.destination) for link in markdown.read(text).links] == [
        (6, "b.md"),
        (7, "e.md"),
        (9, "g.md"),
    ]


ANCHORS = {
    "words": ("# What it is", {"what-it-is"}),
    "punctuation": ("## What's new? (v1.2): a/b, `c.d`", {"whats-new-v12-ab-cd"}),
    "a closing sequence": ("## C# ##", {"c"}),
    "two blanks": ("# a & b", {"a--b", "a-b"}),
    "an emoji": ("## 🚀 Start", {"-start"}),
    "an emoji that a selector makes one": ("## ⚙️ Set up", {"-set-up"}),
    "an emoji by name": ("## :rocket: Start", {"rocket-start"}),
    "an emoji behind": ("## Start 🚀", {"start-"}),
    "a tag before it": ('## <a name="one"></a> Rule one', {"one", "-rule-one", "rule-one"}),
    "an image before it": ("# ![logo](a.svg) Title", {"-title", "title"}),
    "a link": ("# The [`x`](y.md) [z][w]\n\n[w]: v.md", {"the-x-z"}),
    "underscores": ("# snake_case and _emphasis_ and `_x_`", {"snake_case-and-emphasis-and-_x_"}),
    "escaped underscores": (r"# input\_vpc\_id", {"input_vpc_id"}),
    "stars": ("# a **b** *c* ~~d~~", {"a-b-c-d"}),
    "an entity": ("# a &amp; b", {"a--b", "a-b"}),
    "letters of other languages": ("# Über हिन्दी 中文", {"über-हिन्दी-中文"}),
    "underlined": ("Some\nheading\n===\n\nOther\n---\n", {"someheading", "other"}),
    "HTML": ('<h2 align="center" id="x">The <b>thing</b></h2>\n\n<div id="y">', {"x", "y", "the-thing"}),
    "the same again": ("# a\n# a\n# A\n", {"a", "a-1", "a-2"}),
    "in a quote": ("> ## a\n", {"a"}),
    "named": ("# Title {#own-name}", {"own-name", "title", "title-own-name"}),
    "an identifier without quotes": ("x <span id=here>y</span>", {"here"}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), ANCHORS.values(), ids=ANCHORS)
def test_a_heading_can_be_linked_to(text: str, expected: set[str]) -> None:
    assert markdown.read(text).anchors == expected


NO_ANCHORS = {
    "no blank": "#a",
    "code": "```sh\n# a\n```\n\n    # b\n",
    "a rule": "a\n\n---\n\n- b\n---\n> c\n---\n",
    "a table": "a | b\n--- | ---\nc | d\n",
    "front matter": "---\ntitle: a\n---\n",
    "a tag in code": '`<a name="x"></a>`\n\n```\n<a name="y"></a>\n```\n',
}


@pytest.mark.parametrize("text", NO_ANCHORS.values(), ids=NO_ANCHORS)
def test_what_is_no_heading_cannot_be_linked_to(text: str) -> None:
    assert markdown.read(text).anchors == frozenset()


HOSTILE = (
    "[" * 20_000 + "`" * 7,
    "``x " * 5_000,
    "<a " * 5_000,
    "[" * 9_000 + "]" * 9_000,
    "[a](" * 4_000,
    "[a](((" * 4_000,
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:6])
def test_a_large_text_of_unclosed_signs_is_read_quickly(text: str) -> None:
    started = time.process_time()
    assert markdown.read(text).links == ()
    assert time.process_time() - started < 5

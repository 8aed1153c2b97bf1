"""The structure of templates of Go: texts, actions, blocks."""

from __future__ import annotations

import pytest

from scaffolder.formats import Unreadable
from scaffolder.formats.gotemplate_syntax import parse, tokens_of


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a", ["text"]),
        ("a{{ .b }}c", ["text", "action", "text"]),
        ("{{ if .a }}b{{ end }}", ["if"]),
        ("{{ range .a }}b{{ end }}", ["range"]),
        ("{{ with .a }}b{{ end }}", ["with"]),
        ("{{/* a */}}", []),
        ('{{ define "x" }}b{{ end }}', []),
        ("", []),
    ],
)
def test_a_template_is_texts_actions_and_blocks(text: str, kinds: list[str]) -> None:
    assert [node.kind for node in parse(text).nodes] == kinds


def test_trimming_takes_blanks_away() -> None:
    first, _, last = parse("a \n{{- .b -}}\n c").nodes
    assert (first.text, last.text) == ("a", "c")


def test_a_block_has_two_branches() -> None:
    (block,) = parse("{{ if .a }}b{{ else if .c }}d{{ else }}e{{ end }}").nodes
    assert [node.text for node in block.body] == ["b"]
    (inner,) = block.otherwise
    assert inner.kind == "if"
    assert [node.text for node in inner.otherwise] == ["e"]


def test_templates_are_defined_by_name() -> None:
    defined = parse('{{ define "x" }}b{{ end }}{{ block "y" . }}c{{ end }}')
    assert set(defined.defined) == {"x", "y"}
    assert [node.kind for node in defined.nodes] == ["action"]


def test_an_action_knows_its_line() -> None:
    assert [
        node.line for node in parse("a\n{{ .b }}\n{{ .c }}").nodes if node.kind == "action"
    ] == [2, 3]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{{ if .a }}", 1),
        ("\n{{ end }}", 2),
        ("{{ .a", 1),
        ("{{ .a ? }}", 1),
        ("{{ break }}", 1),
        ("{{ else }}", 1),
    ],
)
def test_what_go_refuses_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(Unreadable) as refused:
        parse(text)
    assert refused.value.line == line


def test_words_know_whether_a_blank_is_before_them() -> None:
    assert tokens_of('.a | default "b c" $x', 1) == (
        ("field", ".a", False),
        ("sign", "|", True),
        ("word", "default", True),
        ("string", '"b c"', True),
        ("variable", "$x", True),
    )
    assert tokens_of("(.a).b", 1)[-1] == ("field", ".b", False)

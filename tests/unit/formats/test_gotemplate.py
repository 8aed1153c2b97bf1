"""Templates of Go as Helm fills them in."""

from __future__ import annotations

import pytest

from scaffolder.formats import (
    Unreadable,
    gotemplate,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{{- if .Values.on }}\na: {{ .Values.n | quote }}\n{{- else }}\nb\n{{- end }}', '\na: "5"'),
        ('{{ define "x" }}k: {{ .v }}{{ end }}y:\n  {{- include "x" (dict "v" 1) | nindent 2 }}', "y:\n  k: 1"),
        ("{{ range $k, $v := .Values.map }}{{ $k }}={{ $v }};{{ end }}", "a=1;b=2;"),
        ('{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}{{ with .Values.none }}no{{ end }}', "2"),
        ('{{ printf "%s-%d" "a" 3 | trunc 2 }}{{/* not this */}}{{ default "d" .Values.none }}', "a-d"),
        ("{{ toYaml .Values.deep }}", 'x:\n- 1\n- y: "z"'),
        ('{{ if and (eq .Values.n 5) (not .Values.none) (.Has "v1") }}yes{{ end }}', "yes"),
    ],
)  # fmt: skip
def test_a_template_prints_what_helm_prints(text: str, expected: str) -> None:
    template = gotemplate.parse(text)
    values = {"on": True, "n": 5, "map": {"b": 2, "a": 1}, "deep": {"x": [1, {"y": "z"}]}}
    assert (
        gotemplate.render(template, {"Values": values, "Has": lambda _: True}, template.defined)[0]
        == expected
    )


def test_a_template_remembers_where_its_lines_came_from() -> None:
    template = gotemplate.parse(
        'a: 1\n{{- if true }}\nb:\n  {{- "\\nc: 1\\nd: 2" }}\n{{- end }}\ne: 3\n'
    )
    text, origins = gotemplate.render(template, {}, {})
    assert list(zip(text.split("\n"), origins, strict=False))[:5] == [
        ("a: 1", 1),
        ("b:", 3),
        ("c: 1", 4),
        ("d: 2", 4),
        ("e: 3", 6),
    ]


def test_a_function_that_is_not_known_is_not_guessed() -> None:
    with pytest.raises(Unreadable, match="the function genCA is not known") as error:
        gotemplate.render(gotemplate.parse('a\n{{ genCA "x" 1 }}'), {}, {})
    assert error.value.line == 2

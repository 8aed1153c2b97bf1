"""What the parsers make of texts as people write them."""

from __future__ import annotations

import pytest
import yaml

from scaffolder.formats import (
    Unreadable,
    dockerfile,
    gotemplate,
    hcl,
    jsonc,
    makefile,
    promql,
    versions,
    xml,
)
from scaffolder.formats.yaml import line_of, load_all


def test_yaml_knows_the_line_of_each_entry() -> None:
    (document,) = load_all("a:\n  b: 1\n  c:\n    - x\n    - d: 2\n")
    assert document == {"a": {"b": 1, "c": ["x", {"d": 2}]}}
    assert [
        line_of(document, *way) for way in (("a",), ("a", "b"), ("a", "c", 1), ("a", "c", 1, "d"))
    ] == [1, 2, 5, 5]
    assert line_of(document, "a", "absent") == 1


def test_yaml_merges_and_passes_over_tags_that_it_does_not_know() -> None:
    (document,) = load_all(
        "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: !reference [one, two]\nd: !Ref name\n"
    )
    assert (document["b"], document["c"], document["d"]) == (
        {"x": 1, "y": 3},
        ["one", "two"],
        "name",
    )


@pytest.mark.parametrize(
    ("text", "problem"), [("a: 1\na: 2\n", "'a' is there twice"), ("a: [1\n", "expected")]
)
def test_yaml_that_is_none_is_refused_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(yaml.MarkedYAMLError, match=problem) as error:
        load_all(text)
    assert error.value.problem_mark


def test_a_dockerfile_is_stages_with_their_arguments_filled_in() -> None:
    text = "# syntax=x\nARG V=21\nFROM a:${V}-jdk AS build\nRUN <<E\nFROM not this\nE\nFROM --platform=x b:${V:-1}\nARG V\nENV P=8080 \\\n  Q=${V}\nEXPOSE ${P}/tcp\n"
    read = dockerfile.read(text)
    assert [(one.image, one.name, one.line) for one in read.stages] == [
        ("a:21-jdk", "build", 3),
        ("b:21", "", 7),
    ]
    last = read.stages[-1]
    assert (last.variables["Q"], [last.filled(one.text) for one in last.each("EXPOSE")]) == (
        "21",
        ["8080/tcp"],
    )


@pytest.mark.parametrize(("text", "line"), [("FORM a\n", 1), ("\nRUN x\n", 2), ("ARG A\n", 0)])
def test_what_is_no_dockerfile_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(Unreadable) as error:
        dockerfile.read(text)
    assert error.value.line == line


def test_xml_knows_lines_and_refuses_entities() -> None:
    root = xml.read("<a xmlns='x'>\n  <b>\n    <c>1</c></b></a>")
    assert (root.value("b", "c"), [one.line for one in root.all("c")]) == ("1", [3])
    with pytest.raises(Unreadable, match="declares an entity"):
        xml.read("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>")


def test_hcl_is_blocks_and_attributes() -> None:
    read = hcl.read(
        'terraform {\n  required_version = ">= 1.11"\n  required_providers {\n    aws = {\n      version = "~> 5.0"\n    }\n  }\n}\n'
    )
    (settings,) = read.each("terraform")
    assert (
        settings.attributes["required_version"].text,
        settings.attributes["required_version"].line,
    ) == (
        ">= 1.11",
        2,
    )
    (providers,) = settings.each("required_providers")
    assert hcl.object_of(providers.attributes["aws"].expression)["version"].text == "~> 5.0"


def test_a_call_has_its_first_argument_and_its_attribute() -> None:
    text = """locals {
  a = templatefile("${path.module}/a.json", { b = 1 })
  c = merge({ d = templatefile( "d.tpl", {} ) }, {})
  # e = templatefile("e.json", {})
  f = "templatefile(\\"f.json\\", {})"
  g = templatefile(var.file, {})
}
data "template_file" "h" {
  template = file("h.tpl")
}
"""
    calls = [call for name in ("templatefile", "file") for call in hcl.calls(text, name)]
    assert [(call.attribute, call.argument) for call in calls] == [
        ("a", "${path.module}/a.json"),
        ("c", "d.tpl"),
        ("template", "h.tpl"),
    ]


def test_json_with_comments_keeps_its_strings() -> None:
    assert jsonc.read('{"a": "//x", /* y */ "b": [1,], // z\n}', comments=True) == {
        "a": "//x",
        "b": [1],
    }
    with pytest.raises(Unreadable):
        jsonc.read('{"a": 1,}')


def test_a_makefile_has_targets_of_variables_and_patterns() -> None:
    read = makefile.read(
        "A := one two\n.PHONY: all\nall: $(A)\n$(A): %-x\n\t@echo $@\nbin/%: y\n\tcp y $@\nX = a:b\nrelease: y ## write V=1\n"
    )
    assert [one.name for one in read.targets] == ["all", "one", "two", "bin/%", "release"]
    assert (read.has("bin/z"), read.has("absent"), read.complete) == (True, False, True)
    assert not makefile.read("include x.mk\n").complete


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


@pytest.mark.parametrize(
    ("expression", "names", "divides"),
    [
        (
            'sum by (a, b) (rate(x_total{job="y", code=~"5.."}[5m])) / on (a) group_left (c) z',
            ["x_total", "z"],
            True,
        ),
        ("absent(up) or vector(1) unless ALERTS{a!='b'} offset 5m", ["up", "ALERTS"], False),
        ('{__name__="q:w"} > bool 0', ["q:w"], False),
        ("sum without (le) (rate(h_bucket[$__rate_interval]))", ["h_bucket"], False),
    ],
)
def test_a_query_names_its_series(expression: str, names: list[str], divides: bool) -> None:
    read = promql.read(expression)
    assert ([one.name for one in read.selectors], read.divides) == (names, divides)


@pytest.mark.parametrize(
    ("wanted", "version", "expected"),
    [
        (">=18", "20", True), (">=18.2 <20", "20", False), ("^20.1.0", "20", True), ("^0.2.3", "0.3.0", False),
        ("~> 5.0", "5.99", True), ("~> 5.0.1", "5.1", False), ("~=3.11", "3.12", True), ("18.x || 20.x", "19", False),
        ("1.2 - 1.4", "1.3", True), ("*", "7", True), (">= 1.33.0-0", "1.36", True), ("< 7.0.0", "6.99.1", True),
        ("lts/*", "20", None), (">1.2", "1.2.9", False),
    ],
)  # fmt: skip
def test_a_range_allows_a_version(wanted: str, version: str, expected: bool | None) -> None:
    assert versions.allows(wanted, version) is expected


@pytest.mark.parametrize(
    ("wanted", "version", "expected"),
    [
        ("> 5.100", "5.100.1", True), ("> 5.100", "5.100.0", False), ("<= 5.100", "5.100.1", False), ("5.100", "5.100.1", False),
        ("~> 5.100", "5.200.0", True), ("!= 5.100", "5.100.0", False), (">= 5, != 5.100.1", "5.100.0", True), ("no", "1", None),
    ],
)  # fmt: skip
def test_terraform_reads_a_short_version_as_one_release(
    wanted: str, version: str, expected: bool | None
) -> None:
    assert versions.allows(wanted, version, exact=True) is expected


def test_ranges_overlap_where_a_release_is_in_both() -> None:
    assert versions.overlap(">= 5.100, < 7", "~> 6.0") is True
    assert versions.overlap(">= 5.100, < 7", "~> 4.0") is False

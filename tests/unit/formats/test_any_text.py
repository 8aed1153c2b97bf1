"""No text crashes a parser, or keeps it busy: it gives a value, or an error of the format."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scaffolder.formats import (
    Unreadable,
    dockerfile,
    gotemplate,
    hcl,
    jenkinsfile,
    jsonc,
    makefile,
    promql,
    versions,
    xml,
)
from scaffolder.formats import yaml as formats_yaml

LONGEST = 2.0
"""Seconds of the processor that one text may take; the usual one takes milliseconds."""

PIECES = {
    "yaml": ["a: ", "b:\n  ", "- ", "&x ", "*x", "<<: *x\n", "[", "]", "{", "}", '"', "'", "|\n", "\n", "---\n", "!t ", "? ", "%", "\t", "2026-99-99"],
    "dockerfile": ["FROM a", " AS b\n", "ARG X=", "RUN <<E\n", "E\n", "\\\n", "COPY [", '"', "]", "${X", "}", "${X:-", "HEALTHCHECK ", "# escape=`\n", "\n", "ENV A ", "--x="],
    "xml": ["<a>", "</a>", "<b c='d'>", "&amp;", "&x;", "<!--", "-->", "<![CDATA[", "]]>", "<?x?>", "<!DOCTYPE a [<!ENTITY x 'y'>]>", "\n"],
    "hcl": ['a "b" {', "}", "x = ", '"', "${", "<<E\n", "E\n", "[", "]", "{", "# c\n", "\n", "1"],
    "json": ["{", "}", "[", "]", '"a"', ":", ",", "//", "/*", "*/", "1", "null", "\\", '"', "\n"],
    "makefile": ["a:", " b", "\n", "\t", "$(A)", "A := ", "include x", "%", "\\\n", "#", "define x\n", "endef"],
    "template": ["{{", "}}", "{{- ", " -}}", "if .Values.a", "range .x", "end", "else", 'define "a"', 'include "a" .', "$x := ", "| quote", "(", ")", '"', "`", "/*", "*/", "\n", "toYaml ."],
    "promql": ["a", "{", "}", "=~", '"x"', "[5m]", "(", ")", " by ", "/", "sum", ",", "$__r", "offset", "\n", "#"],
    "range": [">=", "<", "^", "~>", "1.2", ".x", " - ", "||", ",", "*", " ", "v"],
    "jenkinsfile": ["pipeline {", "}", "stage('a')", "'", '"""', "//", "/*", "*/", "(", ")", "\n", "sh 'x'", "\\"],
}  # fmt: skip

PARSERS: dict[str, Callable[[str], object]] = {
    "yaml": formats_yaml.load_all,
    "dockerfile": dockerfile.read,
    "xml": xml.read,
    "hcl": hcl.read,
    "json": lambda text: jsonc.read(text, comments=True),
    "makefile": makefile.read,
    "template": lambda text: gotemplate.render(
        template := gotemplate.parse(text), {"Values": {"a": 1}}, template.defined
    ),
    "promql": promql.read,
    "range": lambda text: (
        versions.allows(text, "1.2.3"),
        versions.overlap(text, ">=1"),
        versions.parse(text),
    ),
    "jenkinsfile": jenkinsfile.read,
}


@pytest.mark.parametrize("name", PARSERS)
def test_any_text_is_read_or_refused(name: str) -> None:
    texts = st.one_of(
        st.text(max_size=300),
        st.lists(st.one_of(st.sampled_from(PIECES[name]), st.text(max_size=5)), max_size=60).map(
            "".join
        ),
    )

    @settings(
        max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(text=texts)
    @example(text="")
    @example(text="[" * 50_000)
    @example(text="- " * 20_000 + "a")
    @example(text="{{ if 1 }}" * 3_000)
    @example(text="<a>" * 20_000)
    @example(text=" " * 100_000)
    @example(text='"' + "\\" * 60_000)
    @example(text="(" * 60_000)
    @example(text="$(" * 30_000)
    def read(text: str) -> None:
        started = time.process_time()
        with contextlib.suppress(Unreadable, yaml.YAMLError, jenkinsfile.Unreadable):
            PARSERS[name](text)
        assert time.process_time() - started < LONGEST

    read()


def test_a_bomb_of_aliases_is_refused_before_it_grows() -> None:
    text = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join(9 * [f'*a{n - 1}'])}]\n" for n in range(1, 12)
    )
    with pytest.raises(yaml.YAMLError, match="aliases make over 1,000,000 values"):
        formats_yaml.load_all(text)


def test_a_template_that_never_ends_is_stopped() -> None:
    for text in (
        "{{ range until 9999 }}{{ range until 9999 }}{{ . }}{{ end }}{{ end }}",
        '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}',
    ):
        template = gotemplate.parse(text)
        with pytest.raises(Unreadable, match=r"steps|without end"):
            gotemplate.render(template, {}, template.defined)

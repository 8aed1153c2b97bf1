"""Languages of expressions, and the parts of them that are filled in later."""

from __future__ import annotations

import pytest

from scaffolder.repository.facts.expressions import (
    fillings,
    is_template,
    other_language,
    without_strings,
)


@pytest.mark.parametrize(
    ("expression", "source", "language"),
    [
        ("sum(rate(http_requests_total[5m]))", "", ""),
        ("sum(rate(http_requests_total[5m]))", "Prometheus", ""),
        ("sum(rate(http_requests_total[5m]))", "VictoriaMetrics", "MetricsQL"),
        ('sum(rate({app="shop"}[5m]))', "Loki", "LogQL"),
        ('{app="shop"} |= "error"', "", "LogQL"),
    ],
)
def test_the_language_is_known_by_signs_or_source(
    expression: str, source: str, language: str
) -> None:
    assert other_language(expression, source) == language


@pytest.mark.parametrize("expression", ["up{job=~x} > ${LIMIT}", "up > {{ .Values.limit }}"])
def test_a_part_may_be_filled_in_later(expression: str) -> None:
    assert is_template(expression)


@pytest.mark.parametrize(
    "expression",
    ["up > 1", 'up{job="${job}"}', "up{job='{{ x }}'}", 'label_replace(up, "a", "$1")'],
)
def test_a_string_is_not_filled_in(expression: str) -> None:
    assert not is_template(expression)


def test_strings_are_emptied() -> None:
    assert without_strings('a{b="x\\"y", c=\'z\'} == `w`') == 'a{b="", c=""} == ""'


def test_variables_are_filled_in_with_their_values() -> None:
    made = list(fillings("up > $limit", {"limit": ("5",)}))
    assert made
    assert all("$limit" not in one for one in made)
    assert any("5" in one for one in made)

"""A test of alerts that failed is told in a line: which labels were expected, and which came."""

from __future__ import annotations

import pytest

from scaffolder.checks.monitoring import failed_alerts

CRITICAL = 'Labels:{alertname="A", severity="critical", window="6h"}\n  Annotations:{summary="s"}'
HIGH = CRITICAL.replace("critical", "high")
OTHER = CRITICAL.replace("6h", "3d")
TEXT = CRITICAL.replace('"s"', '"say \\"no\\" to {a}], got:["')
FURTHER = '\n\n    expr: "up", time: 1h,\n        exp: nil\n        got: {} 1E+00\n'


def printed(expected: str, got: str, further: str = "") -> str:
    return (
        "Unit Testing:  slo.yaml\n  FAILED:\n    name: a name,\n    alertname: A, time: 50m, \n"
        f"        exp:[{expected}], \n        got:[{got}]{further}"
    )


def several(*alerts: str) -> str:
    return "\n" + ",\n".join(f"{at}:\n  {one}" for at, one in enumerate(alerts)) + "\n"


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (
            printed(several(CRITICAL), several(HIGH), FURTHER),
            'at 50m expected {severity="critical"}, got {severity="high"}',
        ),
        (
            printed(several(CRITICAL), several(HIGH, OTHER)),
            'at 50m expected {severity="critical", window="6h"},'
            ' got {severity="high", window="6h"}, {severity="critical", window="3d"}',
        ),
        (
            printed(several(CRITICAL), ""),
            'at 50m expected {alertname="A", severity="critical", window="6h"}, got no alert',
        ),
        (
            printed("", several(CRITICAL, OTHER)),
            'at 50m expected no alert, got {window="6h"}, {window="3d"}',
        ),
        (
            printed(several(CRITICAL), several(CRITICAL.replace('"s"', '"t"')), "\n\n"),
            'at 50m expected {summary="s"}, got {summary="t"}',
        ),
        (
            printed(several(TEXT), several(TEXT.replace("critical", "high")), FURTHER),
            'at 50m expected {severity="critical"}, got {severity="high"}',
        ),
        ('  FAILED:\n    expr: "up", time: 1h,\n        exp: nil\n        got: {} 1E+00\n', ""),
        ("  FAILED:\n    got:[]\n", ""),
        ("", ""),
    ],
)
def test_the_difference_is_a_line(output: str, words: str) -> None:
    assert failed_alerts.difference(output) == words

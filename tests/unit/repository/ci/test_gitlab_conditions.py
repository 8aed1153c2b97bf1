"""Conditions of GitLab CI: `rules`, `only` and `except` in usual pipelines."""

from __future__ import annotations

from typing import Any

import pytest

from scaffolder.repository.ci.gitlab_conditions import OCCASIONS, condition, is_in, is_made

MAIN, MERGE_REQUEST, BRANCH, SCHEDULE, TAG = OCCASIONS
VARIABLES = {"A": "x", "B": None, "V": "v1.2"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('$A == "x"', True),
        ('$A != "x"', False),
        ("$A", True),
        ("$B", False),
        ("$B == null", True),
        ("$V =~ /^v\\d/", True),
        ("$V !~ /^v\\d/", False),
        ('$A == "x" && $B', False),
        ('$A == "y" || $V', True),
        ('($A == "y" || $V) && $A', True),
        ("${A} == 'x'", True),
        ("$UNKNOWN", None),
        ('$UNKNOWN && $A == "y"', False),
        ("$UNKNOWN || $A", True),
        ("$A ==", None),
        ("$A ? 1", None),
    ],
)
def test_a_condition_is_true_false_or_unknown(text: str, value: bool | None) -> None:
    assert condition(text, VARIABLES) is value


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        ({}, [True, False, True, True, True]),
        ({"rules": [{"if": '$CI_COMMIT_BRANCH == "main"'}]}, [True, False, False, True, False]),
        ({"rules": [{"if": "$CI_COMMIT_TAG"}]}, [False, False, False, False, True]),
        (
            {"rules": [{"if": "$CI_COMMIT_TAG", "when": "never"}, {"when": "always"}]},
            [True, True, True, True, False],
        ),
        ({"rules": []}, [False] * 5),
        ({"only": ["main"]}, [True, False, False, True, False]),
        ({"only": ["merge_requests"]}, [False, True, False, False, False]),
        ({"only": ["tags"]}, [False, False, False, False, True]),
        ({"except": ["tags"]}, [True, False, True, True, False]),
        ({"only": ["schedules"]}, [False, False, False, True, False]),
    ],
)
def test_a_job_is_in_some_pipelines(job: dict[Any, Any], expected: list[bool]) -> None:
    assert [is_in(job, one, {}) for one in OCCASIONS] == expected


def test_a_variable_of_the_project_may_decide() -> None:
    job = {"rules": [{"if": "$DEPLOY"}]}
    assert is_in(job, MAIN, {}) is None
    assert is_in(job, MAIN, {"DEPLOY": "1"}) is True


@pytest.mark.parametrize(
    ("workflow", "made"),
    [
        ({}, [True] * 5),
        ({"rules": [{"if": "$CI_COMMIT_TAG"}]}, [False, False, False, False, True]),
        ({"rules": [{"if": "$SET_BY_HAND"}]}, [False] * 5),
    ],
)
def test_a_workflow_lets_pipelines_be_made(workflow: dict[Any, Any], made: list[bool]) -> None:
    assert [is_made({"workflow": workflow}, one) for one in OCCASIONS] == made

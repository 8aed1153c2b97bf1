"""Jobs of GitLab: what they extend and refer to."""

from __future__ import annotations

from typing import Any

import pytest

from scaffolder.repository.ci.gitlab_jobs import WORDS, extended, merged

BASE: dict[Any, Any] = {
    ".a": {"image": "a", "variables": {"X": "1", "Y": "1"}, "script": ["a"]},
    ".b": {"image": "b", "extends": ".a"},
    ".rules": {"rules": [{"if": "$A"}, {"if": "$B"}]},
}


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        ({"script": ["x"]}, {"script": ["x"]}),
        (
            {"extends": ".a", "variables": {"X": "2"}},
            {"image": "a", "variables": {"X": "2", "Y": "1"}, "script": ["a"], "extends": ".a"},
        ),
        (
            {"extends": [".a", ".b"], "script": ["x"]},
            {
                "image": "b",
                "variables": {"X": "1", "Y": "1"},
                "script": ["x"],
                "extends": [".a", ".b"],
            },
        ),
        ({"rules": [".rules", "rules"]}, {"rules": [{"if": "$A"}, {"if": "$B"}]}),
        (
            {"rules": [[".rules", "rules"], {"when": "never"}]},
            {"rules": [{"if": "$A"}, {"if": "$B"}, {"when": "never"}]},
        ),
    ],
    ids=["plain", "one parent", "two parents", "a reference", "a reference among rules"],
)
def test_a_job_has_what_it_extends(job: dict[Any, Any], expected: dict[Any, Any]) -> None:
    assert extended({**BASE, "job": job}, "job") == expected


@pytest.mark.parametrize("job", [{"extends": ".elsewhere"}, "x", {"extends": "job"}])
def test_a_part_that_is_not_known_leaves_the_job_unknown(job: Any) -> None:
    assert extended({**BASE, "job": job}, "job") is None


def test_the_second_table_wins_at_each_depth() -> None:
    first = {"a": {"b": 1, "c": [1]}, "d": 1}
    assert merged(first, {"a": {"c": [2]}, "d": {"e": 1}}) == {
        "a": {"b": 1, "c": [2]},
        "d": {"e": 1},
    }
    assert first == {"a": {"b": 1, "c": [1]}, "d": 1}


def test_words_of_a_pipeline_are_no_jobs() -> None:
    assert {"stages", "include", "default"} <= WORDS
    assert "pages" not in WORDS

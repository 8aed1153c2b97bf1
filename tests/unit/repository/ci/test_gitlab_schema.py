"""References that the schema of GitLab cannot read are right; a mistake stays one."""

from __future__ import annotations

import pytest

from scaffolder.formats import Unreadable
from scaffolder.repository.ci import gitlab_schema

GITLAB = {
    "a part of a script": (
        "a:\n  script:\n    - !reference [.b, script]\n    - make\n",
        {"a": {"script": [gitlab_schema.STAND_IN, "make"]}},
    ),
    "the whole script": (
        "a:\n  script: !reference [.b, script]\n",
        {"a": {"script": gitlab_schema.STAND_IN}},
    ),
    "rules": ("a:\n  rules: !reference [.b, rules]\n  script: c\n", {"a": {"script": "c"}}),
    "a rule": (
        "a:\n  rules:\n    - !reference [.b, rules]\n    - if: c\n",
        {"a": {"rules": [{"if": "c"}]}},
    ),
    "a condition": (
        "a:\n  rules:\n    - if: !reference [.b, if]\n      when: never\n",
        {"a": {"rules": [{"when": "never"}]}},
    ),
    "over lines": ("a:\n  rules: !reference\n    - .b\n    - rules\n  script: c\n", {"a": {"script": "c"}}),
    "a key that is taken back": ("a:\n  parallel: null\n  script: c\n", {"a": {"script": "c"}}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "read"), GITLAB.values(), ids=GITLAB)
def test_a_reference_of_gitlab_may_be_of_any_type(text: str, read: object) -> None:
    assert gitlab_schema.differs(text)
    assert gitlab_schema.as_schema_reads(text) == read


def test_a_pipeline_without_references_is_read_as_it_is() -> None:
    assert not gitlab_schema.differs("a:\n  script: [make]\n")


def test_a_pipeline_that_does_not_parse_cannot_be_read() -> None:
    with pytest.raises(Unreadable):
        gitlab_schema.as_schema_reads("a: !reference [b, c]\n d: e\n")

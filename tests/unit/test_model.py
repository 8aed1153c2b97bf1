"""The words of the model that every report uses."""

from __future__ import annotations

import pytest

from scaffolder.model import counted


@pytest.mark.parametrize(
    ("number", "noun", "expected"),
    [
        (1, "object", "1 object"), (2, "object", "2 objects"), (0, "file", "0 files"), (1, "policy", "1 policy"),
        (2, "policy", "2 policies"), (3, "query", "3 queries"), (2, "key", "2 keys"), (2, "series in rules", "2 series in rules"),
        (2, "file of rules", "2 files of rules"), (2, "switch", "2 switches"), (2, "Terraform file", "2 Terraform files"),
    ],
)  # fmt: skip
def test_a_number_is_said_with_its_noun(number: int, noun: str, expected: str) -> None:
    assert counted(number, noun) == expected

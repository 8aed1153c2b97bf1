"""Families of files by environment, and words for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import written

from scaffolder.checks.environments.families import families_of, patterns, short
from scaffolder.model import NotApplicable
from scaffolder.repository.environments import VARIABLES


def test_families_are_named_by_their_pattern(tmp_path: Path) -> None:
    project = written(tmp_path, {"env/dev.tfvars": "a = 1\n", "env/prod.tfvars": "a = 1\n"})
    (family,) = families_of(project, VARIABLES)
    assert set(family.files) == {"dev", "prod"}
    assert patterns((family, family)) == f"{family.pattern}, {family.pattern}"


def test_a_single_file_is_no_family(tmp_path: Path) -> None:
    with pytest.raises(NotApplicable):
        families_of(written(tmp_path, {"env/dev.tfvars": "a = 1\n"}), VARIABLES)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        ("", "not set"),
        ("a\n  b", "a b"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 57 + "..."),
    ],
)
def test_a_value_fits_into_a_message(value: str, text: str) -> None:
    assert short(value) == text

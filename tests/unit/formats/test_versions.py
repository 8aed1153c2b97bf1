"""Ranges of versions."""

from __future__ import annotations

import pytest

from scaffolder.formats import (
    versions,
)


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

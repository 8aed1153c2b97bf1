"""Quantities of Kubernetes as numbers."""

from __future__ import annotations

import pytest

from scaffolder.repository.quantity import read


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("250m", 0.25),
        (2, 2.0),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1k", 1000.0),
        ("1M", 1e6),
        ("1Ki", 1024.0),
        ("512Mi", 512 * 2.0**20),
        ("2Gi", 2 * 2.0**30),
        ("1e3", 1000.0),
        ("1E", 1e18),
        (" 1G ", 1e9),
    ],
)
def test_a_quantity_is_a_number_in_its_base_unit(text: object, number: float) -> None:
    assert read(text) == pytest.approx(number)


@pytest.mark.parametrize("text", ["", "x", "1 Gi", "1GB", "1KI", "1ki", "1.2.3", "m", None, "1Gib"])
def test_other_texts_are_no_quantity(text: object) -> None:
    assert read(text) is None

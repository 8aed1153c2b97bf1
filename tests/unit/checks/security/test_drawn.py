"""Texts that a generator drew, and texts that a person wrote. No value is a secret of anyone."""

from __future__ import annotations

import pytest

from scaffolder.checks.security.drawn import (
    entropy,
    is_drawn,
    is_example,
    is_password,
    is_secret,
)

HEXADECIMAL = "9f86d081" + "884c7d65" + "9a2feaa0"
SHUFFLED = "qX7" + "vB2mK9" + "zR4tW1nY"


@pytest.mark.parametrize(("text", "bits"), [("aaaa", 0.0), ("abab", 1.0), ("abcd", 2.0)])
def test_entropy_is_in_bits_per_character(text: str, bits: float) -> None:
    assert entropy(text) == pytest.approx(bits)


@pytest.mark.parametrize("text", [HEXADECIMAL, SHUFFLED])
def test_a_drawn_text_is_a_secret_and_a_password(text: str) -> None:
    assert is_drawn(text)
    assert is_secret(text)
    assert is_password(text, plain=False)


@pytest.mark.parametrize(
    "text",
    [
        "my-service-name",
        "DATABASE_PASSWORD",
        "${SECRET}",
        "arn:aws:iam::role/x",
        "123e4567-e89b-12d3-a456-426614174000",
        "sha256:" + HEXADECIMAL,
        "/run/secrets/x",
        "",
    ],
)
def test_a_written_text_is_not_drawn(text: str) -> None:
    assert not is_drawn(text)
    assert not is_secret(text)


@pytest.mark.parametrize(
    "text", ["change-me", "your-password", "example-token", "xxxxxxxx", "Y2hhbmdlLW1l"]
)
def test_an_example_is_known(text: str) -> None:
    assert is_example(text)
    assert not is_password(text, plain=True)


@pytest.mark.parametrize(
    ("text", "plain", "password"),
    [
        ("sunshine42", False, True),
        ("sun42", False, False),
        ("83910274", False, True),
        ("sunshine", True, True),
        ("sunshine", False, False),
        ("postgres", True, False),
        ("null", True, False),
    ],
)
def test_a_password_may_be_chosen(text: str, *, plain: bool, password: bool) -> None:
    assert is_password(text, plain=plain) is password

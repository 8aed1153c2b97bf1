"""Secrets by their form. Each is put together here, so that no scanner takes it for one."""

from __future__ import annotations

import pytest

from scaffolder.checks.security.forms import PRIVATE_KEY, known

GITHUB = "gh" + "p_" + "a8Kd0Zq3Lm5Np7Rs9Tu1Vw2Xy4Bc6Df8Gh0Jk"
AWS = "AK" + "IA" + "QZ7XJ4T2MKW5RN3P"
KEY = "-----BEGIN " + "RSA PRIVATE KEY-----\n" + "MIIEowIBAAKCAQEAq7x9Zk3mN5pR8sT2vW4yB6cD1fG0hJ"


@pytest.mark.parametrize(
    ("text", "name"),
    [(GITHUB, "a GitHub token"), (AWS, "an AWS access key"), (KEY, PRIVATE_KEY)],
)
def test_a_secret_is_found_by_its_form_and_not_repeated(text: str, name: str) -> None:
    found = list(known(f"key = {text}\n"))
    assert name in {one.name for one in found}
    assert all(one.start >= 6 for one in found)
    assert all(text not in one.name for one in found)


@pytest.mark.parametrize(
    "text",
    [
        "gh" + "p_short",
        "gh" + "p_" + "a" * 36,
        "AK" + "IA" + "IOSFODNN7EXAMPLE",
        "-----BEGIN PUBLIC KEY-----\nMIIB",
        "an ordinary sentence about tokens",
    ],
    ids=["short", "no entropy", "an example", "a public key", "a sentence"],
)
def test_a_look_alike_is_none(text: str) -> None:
    assert list(known(text)) == []

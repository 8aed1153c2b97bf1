"""Files that are encrypted as a whole."""

from __future__ import annotations

import pytest

from scaffolder.formats.encrypted import is_encrypted


@pytest.mark.parametrize(
    "content",
    [
        b"\0GITCRYPT\0abc",
        b"$ANSIBLE_VAULT;1.1;AES256\n",
        b"age-encryption.org/v1\n",
        b"-----BEGIN PGP MESSAGE-----\n",
        b"\xef\xbb\xbf$ANSIBLE_VAULT;1.1",
        b"\n  U2FsdGVkX1abc",
    ],
)
def test_a_file_is_known_by_its_beginning(content: bytes) -> None:
    assert is_encrypted(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a: $ANSIBLE_VAULT;",
        b"-----BEGIN PGP PUBLIC KEY BLOCK-----",
        b"# age-encryption.org/v1",
    ],
)
def test_a_text_about_encryption_is_none(content: bytes) -> None:
    assert not is_encrypted(content)

"""Which files are encrypted as a whole, so that only who has the key can read them."""

from __future__ import annotations

_BEGINNINGS = (
    b"\0GITCRYPT\0",
    b"$ANSIBLE_VAULT;",
    b"U2FsdGVkX1",
    b"Salted__",
    b"age-encryption.org/",
    b"-----BEGIN AGE ENCRYPTED FILE-----",
    b"-----BEGIN PGP MESSAGE-----",
    b"# STRONGBOX ENCRYPTED RESOURCE",
)
"""How files begin that git-crypt, Ansible, transcrypt, OpenSSL, age, GnuPG and strongbox make."""


def is_encrypted(content: bytes) -> bool:
    """Return whether a file that begins like this was encrypted as a whole."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_BEGINNINGS)

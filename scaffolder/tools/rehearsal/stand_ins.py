"""Values for variables without a value, by name and type."""

from __future__ import annotations

import re

from scaffolder.formats.regex import regex
from scaffolder.tools.rehearsal.made_up import ACCOUNT, UUID

_COLLECTION = regex(r"^(list|set)\(\s*(string|number|bool)\s*\)$")
_EMPTY = regex(r"^(map|list|set)\(")


def suggested(name: str, kind: str, environment: str) -> str:
    """Return an expression for a variable, "" if its type is one that no name suggests."""
    plain = " ".join(kind.split()).strip('"')
    if plain == "number":
        return "2"
    if plain == "bool":
        return "false"
    if found := _COLLECTION.match(plain):
        inner = suggested(re.sub(r"(?<=\w)s$", "", name), found[2], environment)
        return f"[{inner}]"
    if plain in {"string", "any"}:
        return f'"{_text(name, environment)}"'
    return ("{}" if plain.startswith("map") else "[]") if _EMPTY.match(plain) else ""


def _text(name: str, environment: str) -> str:
    word = name.lower()
    for pattern, value in _VALUES:
        if pattern.search(word):
            return value
    if re.search(r"^env|environment$|^stage$", word):
        return environment or "dev"
    return "rehearsal"


_VALUES = tuple(
    (regex(pattern), value)
    for pattern, value in (
        (r"account_?id", ACCOUNT),
        (r"subscription|tenant|object_id|principal_id|client_id|application_id", UUID),
        (r"arn$", f"arn:aws:iam::{ACCOUNT}:role/rehearsal"),
        (r"availability_zone|^az$", "us-east-1a"),
        (r"region", "us-east-1"),
        (r"location", "westeurope"),
        (r"cidr", "10.0.0.0/16"),
        (r"vpc_id", "vpc-0123456789abcdef0"),
        (r"subnet", "subnet-0123456789abcdef0"),
        (r"security_group", "sg-0123456789abcdef0"),
        (r"ami", "ami-0123456789abcdef0"),
        (r"mail", "team@example.com"),
        (r"domain|host|fqdn", "rehearsal.example.com"),
        (r"url|endpoint", "https://rehearsal.example.com"),
        (r"(^|_)ip(_|$)", "203.0.113.10"),
    )
)
"""Values suggested by the name of a variable, the first that fits."""

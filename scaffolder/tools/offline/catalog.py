"""The catalog of packaged provider schemas, and the part that a configuration uses.

A schema file is gzipped text. Its first line is a JSON header (address, version, source); each
further line is a kind, a name and the schema as `terraform providers schema -json` prints it,
without descriptions. A line without a schema is a type that exists and that we do not carry.
tools/schemas/regenerate.py writes these files.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scaffolder.formats import versions
from scaffolder.formats.regex import regex

_FOLDER = Path(__file__).with_name("schemas")
_FILE = regex(r"(?P<namespace>[^_]+)_(?P<name>[^_]+)_(?P<version>\d+\.\d+\.\d+)\.gz")


@dataclass(frozen=True, kw_only=True)
class ProviderSchema:
    """One release of one provider whose schema is in this package; `address` is "hashicorp/aws"."""

    address: str
    version: str
    file: Path

    def __str__(self) -> str:
        return f"{self.address.rpartition('/')[2]} {self.version}"


@dataclass(frozen=True, kw_only=True)
class Part:
    """The needed part of a provider's schema.

    `without_schema` are existing types without one here.
    """

    provider: dict[str, Any]
    resources: dict[str, dict[str, Any]]
    data_sources: dict[str, dict[str, Any]]
    ephemeral_resources: dict[str, dict[str, Any]]
    without_schema: frozenset[str]


@cache
def catalog() -> tuple[ProviderSchema, ...]:
    """Every packaged schema, providers in alphabetical order, newest release first."""
    found = [
        ProviderSchema(
            address=f"{match['namespace']}/{match['name']}", version=match["version"], file=file
        )
        for file in _FOLDER.iterdir()
        if (match := _FILE.fullmatch(file.name))
    ]
    by_version = sorted(found, key=lambda schema: _numbers(schema.version), reverse=True)
    return tuple(sorted(by_version, key=lambda schema: schema.address))


def matching(address: str, constraint: str) -> tuple[ProviderSchema, ...]:
    """Return the packaged releases of a provider that a version constraint allows, newest first."""
    return tuple(
        schema
        for schema in catalog()
        if schema.address == address and versions.allows(constraint, schema.version, exact=True)
    )


def load(schema: ProviderSchema, words: Collection[str]) -> Part:
    """Return the provider's schema and those of types in `words`.

    A whole provider costs Terraform 0.2 s.
    """
    kinds: dict[str, dict[str, dict[str, Any]]] = {
        "provider": {},
        "resource": {},
        "data": {},
        "ephemeral": {},
    }
    without_schema = set()
    for line in _lines(schema.file):
        kind, name, text = line.split(" ", 2)
        if name in words or kind == "provider":
            if text:
                kinds[kind][name] = json.loads(text)
            else:
                without_schema.add(name)
    return Part(
        provider=kinds["provider"][schema.address],
        resources=kinds["resource"],
        data_sources=kinds["data"],
        ephemeral_resources=kinds["ephemeral"],
        without_schema=frozenset(without_schema),
    )


def types(schema: ProviderSchema) -> frozenset[str]:
    """The names of all resource types and data sources whose schema is carried."""
    split = (line.split(" ", 2) for line in _lines(schema.file))
    return frozenset(name for kind, name, text in split if text and kind != "provider")


@cache
def _lines(file: Path) -> tuple[str, ...]:
    return tuple(gzip.decompress(file.read_bytes()).decode().splitlines()[1:])


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))

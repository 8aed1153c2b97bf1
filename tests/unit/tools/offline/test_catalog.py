"""The packaged provider schemas: which release a constraint picks, and that all we generate is covered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from support import ROOT

from scaffolder.tools.offline.catalog import ProviderSchema, catalog, load, matching, types

TYPE = re.compile(
    r'^\s*(resource|data|mock_resource|mock_data|override_resource)\s+"([a-z0-9]+)(_\w+)"',
    re.MULTILINE,
)


@pytest.mark.parametrize(
    ("constraint", "versions"),
    [
        ("", ["6.69.1", "5.100.0"]),
        (">= 5.100.0, < 7.0.0", ["6.69.1", "5.100.0"]),
        ("~> 5.0", ["5.100.0"]),
        ("~> 5.99.0", []),
        ("~> 6.60", ["6.69.1"]),
        ("~> 6", ["6.69.1"]),
        ("= 5.100.0", ["5.100.0"]),
        ("5.100", ["5.100.0"]),
        ("!= 6.69.1", ["5.100.0"]),
        ("> 5.100.0", ["6.69.1"]),
        ("<= 5.100", ["5.100.0"]),
        ("~> 4.0", []),
        ("nonsense", []),
    ],
)
def test_matching_reads_a_version_constraint(constraint: str, versions: list[str]) -> None:
    assert [schema.version for schema in matching("hashicorp/aws", constraint)] == versions


def test_the_catalog_has_the_releases_that_we_promise() -> None:
    assert {"aws 5.100.0", "azurerm 4.81.0", "azurerm 5.2.0"} <= {
        str(schema) for schema in catalog()
    }
    assert {"helm", "kubernetes", "null", "random", "tls"} <= {
        schema.address.split("/")[1] for schema in catalog()
    }


def test_load_takes_only_what_is_named() -> None:
    part = load(
        matching("hashicorp/aws", "= 5.100.0")[0],
        {"aws_vpc", "aws_quicksight_template", "aws_nothing"},
    )
    assert list(part.resources) == ["aws_vpc"]
    assert list(part.data_sources) == ["aws_vpc"]
    assert part.without_schema == {"aws_quicksight_template"}
    assert part.resources["aws_vpc"]["block"]["attributes"]["cidr_block"]["type"] == "string"
    assert "region" in part.provider["block"]["attributes"]


@pytest.mark.parametrize("schema", catalog(), ids=str)
def test_every_schema_can_be_read_whole(schema: object) -> None:
    chosen = next(one for one in catalog() if one == schema)
    names = types(chosen)
    part = load(chosen, names)
    assert {*part.resources, *part.data_sources, *part.ephemeral_resources} == names


EMPTY = {
    "aws_cloudwatch_log_data_protection_policy_document.statement.operation.deidentify.mask_config"
}
"""Required blocks that hold nothing, by the provider itself."""


@pytest.mark.parametrize("schema", catalog(), ids=str)
def test_no_required_block_is_empty(schema: ProviderSchema) -> None:
    part = load(schema, types(schema))
    empty: set[str] = set()
    for schemas in (part.resources, part.data_sources, part.ephemeral_resources):
        for name, found in schemas.items():
            empty.update(_required_and_empty(found["block"], name))
    assert empty <= EMPTY


def _required_and_empty(block: dict[str, Any], path: str) -> Iterator[str]:
    for name, nested in block.get("block_types", {}).items():
        if nested.get("min_items") and not nested["block"]:
            yield f"{path}.{name}"
        yield from _required_and_empty(nested["block"], f"{path}.{name}")


def test_every_type_in_the_templates_has_a_schema() -> None:
    used = {
        (prefix, prefix + rest)
        for file in (ROOT / "templates" / "terraform").rglob("*")
        if file.is_file() and ".tf" in file.name
        for _, prefix, rest in TYPE.findall(file.read_text(encoding="utf-8"))
        if prefix != "terraform"  # terraform_data is Terraform's own
    }
    assert used, "the templates hold no Terraform"
    missing = [
        f"{schema}: {name}"
        for prefix, name in sorted(used)
        for schema in matching(f"hashicorp/{prefix}", "")
        if name not in types(schema)
    ]
    assert missing == []
    assert {prefix for prefix, _ in used} <= {schema.address.split("/")[1] for schema in catalog()}

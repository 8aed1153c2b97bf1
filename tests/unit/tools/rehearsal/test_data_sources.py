"""Answers of data sources: of the configuration, of the cloud, or made up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scaffolder.tools.rehearsal.cloud import Cloud, CloudObject
from scaffolder.tools.rehearsal.data_sources import KNOWN, answer
from scaffolder.tools.rehearsal.made_up import Settings

ITS = Settings(account="123456789012", region="eu-central-1")
TEXT = {"type": "string", "optional": True, "computed": True}


def block(*names: str) -> dict[str, Any]:
    return {"attributes": dict.fromkeys(names, TEXT), "block_types": {}}


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("aws_caller_identity", "account_id", "123456789012"),
        ("aws_region", "region", "eu-central-1"),
        ("aws_partition", "partition", "aws"),
    ],
)
def test_an_answer_may_follow_from_the_settings(kind: str, name: str, value: str) -> None:
    found, made_up = answer(kind, block(name), {}, Cloud(), ITS)
    assert (found[name], made_up) == (value, False)
    assert kind in KNOWN


def test_an_object_of_the_cloud_answers() -> None:
    cloud = Cloud()
    cloud.put(
        CloudObject(
            type="aws_vpc", id="vpc-1", owner="o", region="r", values={"id": "vpc-1", "name": "a"}
        )
    )
    found, made_up = answer("aws_vpc", block("id", "name"), {"name": "a"}, cloud, ITS)
    assert (found["id"], made_up) == ("vpc-1", False)


def test_another_object_is_made_up_the_same_each_time() -> None:
    first, made_up = answer("aws_vpc", block("id", "name"), {"name": "b"}, Cloud(), ITS)
    second, _ = answer("aws_vpc", block("id", "name"), {"name": "b"}, Cloud(), ITS)
    assert made_up
    assert first == second
    assert first["name"] == "b"
    assert first["id"]


def test_a_policy_is_written_as_the_provider_writes_it() -> None:
    statement = {
        "attributes": {
            "effect": TEXT,
            "actions": {"type": ["set", "string"], "optional": True},
            "resources": {"type": ["set", "string"], "optional": True},
        }
    }
    schema = {
        **block("json"),
        "block_types": {"statement": {"nesting_mode": "list", "block": statement}},
    }
    given = {"statement": [{"effect": "Deny", "actions": ["s3:*"], "resources": ["a", "b"]}]}
    found, _ = answer("aws_iam_policy_document", schema, given, Cloud(), ITS)
    (written,) = json.loads(found["json"])["Statement"]
    assert (written["Effect"], written["Action"], written["Resource"]) == (
        "Deny",
        "s3:*",
        ["a", "b"],
    )

"""Objects that a destroy leaves alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scaffolder.formats import hcl
from scaffolder.tools.rehearsal.cloud import CloudObject
from scaffolder.tools.rehearsal.protection import by_argument, identifiers, protected, taken_out
from scaffolder.tools.terraform.folders import Configuration


def configuration(text: str) -> Configuration:
    return Configuration(folder=Path(), text=text, files=(hcl.read(text),))


GUARDED = 'resource "aws_s3_bucket" "a" {\n  lifecycle {\n    prevent_destroy = VALUE\n  }\n}\n'


@pytest.mark.parametrize(
    ("value", "addresses"), [("true", {"aws_s3_bucket.a"}), ("false", set()), ("var.x", set())]
)
def test_prevent_destroy_protects(value: str, addresses: set[str]) -> None:
    assert protected({"": configuration(GUARDED.replace("VALUE", value))}) == addresses


def test_the_address_of_a_module_is_before_its_resource() -> None:
    modules = {"module.a": configuration(GUARDED.replace("VALUE", "true"))}
    assert protected(modules) == {"module.a.aws_s3_bucket.a"}


def state() -> dict[str, Any]:
    return {
        "resources": [
            {
                "type": "aws_s3_bucket",
                "name": "a",
                "instances": [
                    {"index_key": "x", "attributes": {"id": "1"}},
                    {"index_key": 0, "attributes": {"id": "2"}},
                ],
            },
            {"type": "aws_vpc", "name": "b", "instances": [{"attributes": {"id": "3"}}]},
        ]
    }


def test_protected_objects_are_taken_out_of_the_state() -> None:
    held = state()
    kept = taken_out(held, frozenset({"aws_s3_bucket.a"}))
    assert [one.address for one in kept] == ['aws_s3_bucket.a["x"]', "aws_s3_bucket.a[0]"]
    assert [one["type"] for one in held["resources"]] == ["aws_vpc"]
    assert taken_out(None, frozenset({"a"})) == ()
    assert taken_out(state(), frozenset({"aws_vpc.a"})) == ()


def test_objects_of_a_state_are_known_by_type_and_id() -> None:
    assert identifiers(state(), frozenset({"aws_vpc.b"})) == {("aws_vpc", "3")}
    assert identifiers(None, frozenset({"aws_vpc.b"})) == frozenset()


@pytest.mark.parametrize(
    ("values", "argument", "by"),
    [
        ({"skip_destroy": True}, "", "skip_destroy"),
        ({"skip_destroy": False}, "", None),
        ({}, "lock", "lock"),
        ({}, "", None),
    ],
)
def test_an_argument_keeps_an_object(values: dict[str, Any], argument: str, by: str | None) -> None:
    one = CloudObject(type="t", id="i", owner="o", region="r", values=values, protected=argument)
    assert [kept.by for kept in by_argument([one])] == ([] if by is None else [by])

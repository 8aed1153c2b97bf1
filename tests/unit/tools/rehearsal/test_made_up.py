"""Values that a cloud chooses: their form by type and name, what is unique, what is protected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from scaffolder.tools.rehearsal import made_up
from scaffolder.tools.rehearsal.made_up import ACCOUNT, UUID, Maker, Settings
from scaffolder.tools.rehearsal.values import UNKNOWN

EU = Settings(account="999900001111", region="eu-central-1", default_tags=(("team", "a"),))


def test_settings_are_those_of_the_provider() -> None:
    given = {
        "allowed_account_ids": ["999900001111"],
        "region": "eu-central-1",
        "default_tags": [{"tags": {"b": "2", "a": "1"}}],
    }
    found = made_up.settings(given)
    assert (found.account, found.region) == ("999900001111", "eu-central-1")
    assert found.default_tags == (("a", "1"), ("b", "2"))


def test_settings_without_values_have_defaults() -> None:
    assert made_up.settings({}) == Settings(account=ACCOUNT, region="us-east-1", subscription=UUID)


@pytest.mark.parametrize(
    ("kind", "planned", "arn"),
    [
        ("aws_s3_bucket", {"bucket": "logs"}, "arn:aws:s3:::logs"),
        ("aws_iam_role", {"name": "deploy"}, "arn:aws:iam::999900001111:role/deploy"),
    ],
)
def test_an_arn_has_service_account_and_name(
    kind: str, planned: Mapping[str, str], arn: str
) -> None:
    assert _value(kind, "arn", planned=planned) == arn


def test_an_arn_of_a_region_names_it() -> None:
    arn = str(_value("aws_sqs_queue", "arn", planned={"name": "jobs"}))
    assert arn.startswith("arn:aws:sqs:eu-central-1:999900001111:")
    assert arn.endswith("jobs")


def test_a_region_of_the_object_wins() -> None:
    arn = _value("aws_sqs_queue", "arn", planned={"name": "jobs", "region": "us-west-2"})
    assert ":us-west-2:" in str(arn)


def test_ids_of_azure_are_paths_in_their_group() -> None:
    assert (
        _value("azurerm_resource_group", "id", planned={"name": "net"})
        == f"/subscriptions/{UUID}/resourceGroups/net"
    )
    below = _value("azurerm_subnet", "id", planned={"name": "a", "resource_group_name": "net"})
    assert re.fullmatch(
        rf"/subscriptions/{UUID}/resourceGroups/net/providers/Microsoft\.Rehearsal/subnet/a-\w{{8}}",
        str(below),
    )


def test_an_object_in_another_one_has_its_path() -> None:
    vault = "/subscriptions/1/resourceGroups/net/providers/x/vault"
    assert str(_value("azurerm_role_assignment", "id", planned={"scope": vault})).startswith(
        f"{vault}/providers/"
    )


@pytest.mark.parametrize(
    ("kind", "expected"), [("number", 0), ("bool", False), ("dynamic", None), (["map", "x"], {})]
)
def test_a_value_has_its_type(kind: Any, expected: object) -> None:
    assert _value("aws_instance", "some", kind=kind) == expected


def test_a_port_is_one() -> None:
    assert _value("aws_lb", "port", kind="number") == 443


def test_an_object_has_all_its_attributes() -> None:
    inner = {"port": "number", "on": "bool"}
    assert _value("aws_lb", "some", kind=["object", inner]) == {"port": 443, "on": False}


def test_a_list_that_the_owner_may_fill_is_empty() -> None:
    assert _value("aws_lb", "rules", kind=["list", "number"], configurable=True) == []
    assert _value("aws_lb", "ports", kind=["list", "number"]) == [443]


def test_a_seed_repeats_the_values_and_another_changes_them() -> None:
    first, second, other = (_value("aws_vpc", "id", seed=seed) for seed in ("1", "1", "2"))
    assert first == second != other


def test_tags_of_the_provider_join_those_of_the_object() -> None:
    assert made_up.tags_all(EU, {"tags": {"name": "x"}}) == {"team": "a", "name": "x"}
    assert made_up.tags_all(EU, {"tags": {"team": "b"}}) == {"team": "b"}
    assert made_up.tags_all(EU, {}) == {"team": "a"}
    assert made_up.tags_all(EU, {"tags": UNKNOWN}) is UNKNOWN


def test_an_identity_has_only_known_values() -> None:
    assert made_up.identity("aws_s3_bucket", {"bucket": "logs"}) == ("logs",)
    assert made_up.identity("aws_s3_bucket", {"bucket": UNKNOWN}) is None
    assert made_up.identity("no_such_type", {"name": "x"}) is None


def test_names_of_buckets_are_unique_everywhere() -> None:
    assert made_up.is_unique_everywhere("aws_s3_bucket")
    assert not made_up.is_unique_everywhere("aws_iam_role")


def test_a_protection_is_on_only_if_it_is_true() -> None:
    assert made_up.protected_by({"deletion_protection": True}) == "deletion_protection"
    assert made_up.protected_by({"deletion_protection": False}) == ""
    assert made_up.kept_by({}) == ""


def _value(
    resource: str,
    name: str,
    *,
    kind: Any = "string",
    planned: Mapping[str, Any] | None = None,
    configurable: bool = False,
    seed: str = "1",
) -> object:
    maker = Maker(resource, planned or {}, EU, seed=seed)
    return maker.value(name, kind, configurable, {})

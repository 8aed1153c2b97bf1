"""Answer data sources: from the configuration, the cloud, or made up."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from scaffolder.tools.rehearsal.cloud import Cloud, CloudObject
from scaffolder.tools.rehearsal.conforming import Schema, conform, made_known, with_unknowns
from scaffolder.tools.rehearsal.made_up import UUID, Maker, Settings
from scaffolder.tools.rehearsal.values import Value


def answer(
    kind: str, block: Schema, config: Mapping[str, Value], cloud: Cloud, its: Settings
) -> tuple[dict[str, Value], bool]:
    """Return the answer of a data source, and whether any of it is made up."""
    asked = conform(block, config)
    if kind in _ALWAYS:
        return made(kind, block, {**asked, **_ALWAYS[kind](asked, its)}, its), False
    found = _held(kind, asked, cloud)
    if found is not None:
        known = {name: value for name, value in found.values.items() if name in asked}
        given = {name: value for name, value in asked.items() if value is not None and value != []}
        return made(kind, block, {**asked, **known, **given}, its), False
    return made(kind, block, asked, its), True


def made(kind: str, block: Schema, values: Mapping[str, Value], its: Settings) -> dict[str, Value]:
    """Return an object whose missing values are made up, the same ones each time."""
    maker = Maker(kind, values, its, seed=repr(sorted(values.items())))
    return made_known(block, with_unknowns(block, values), maker.value)


def _held(kind: str, asked: Mapping[str, Value], cloud: Cloud) -> CloudObject | None:
    """Return the one object of the cloud that has all plain values of the data source."""
    wanted = {
        name: value
        for name, value in asked.items()
        if isinstance(value, (str, int)) and not isinstance(value, bool) and value != ""
    }
    if not wanted:
        return None
    fitting = [
        one
        for one in cloud.of_type(kind)
        if all(one.values.get(name, value) == value for name, value in wanted.items())
        and any(one.values.get(name) == value for name, value in wanted.items())
    ]
    return fitting[0] if len(fitting) == 1 else None


def _partition(_: Mapping[str, Value], its: Settings) -> dict[str, Value]:
    return {
        "id": "aws",
        "partition": "aws",
        "dns_suffix": "amazonaws.com",
        "reverse_dns_prefix": "com.amazonaws",
    }


def _caller(_: Mapping[str, Value], its: Settings) -> dict[str, Value]:
    return {
        "id": its.account,
        "account_id": its.account,
        "arn": f"arn:aws:sts::{its.account}:assumed-role/rehearsal/rehearsal",
        "user_id": "AROAREHEARSAL:rehearsal",
    }


def _region(asked: Mapping[str, Value], its: Settings) -> dict[str, Value]:
    region = asked.get("region") or asked.get("name") or its.region
    return {"id": region, "name": region, "region": region, "description": region}


def _zones(_: Mapping[str, Value], its: Settings) -> dict[str, Value]:
    names = [f"{its.region}{letter}" for letter in "abc"]
    short = its.region.replace("-", "")
    return {
        "id": its.region,
        "names": names,
        "zone_ids": [f"{short}-az{number}" for number in (1, 2, 3)],
        "group_names": [its.region],
    }


def _azure_client(_: Mapping[str, Value], its: Settings) -> dict[str, Value]:
    return {
        "subscription_id": its.subscription,
        "tenant_id": UUID,
        "client_id": UUID,
        "object_id": UUID,
    }


def _azure_subscription(asked: Mapping[str, Value], its: Settings) -> dict[str, Value]:
    subscription = asked.get("subscription_id") or its.subscription
    return {
        "id": f"/subscriptions/{subscription}",
        "subscription_id": subscription,
        "tenant_id": UUID,
    }


def _policy_document(asked: Mapping[str, Value], its: Settings) -> dict[str, Value]:
    """Return a policy as the provider writes it: only what is set, single values without a list."""
    statements: list[dict[str, Any]] = []
    for source in asked.get("source_policy_documents") or []:
        statements += json.loads(source or "{}").get("Statement", [])
    statements += [_statement(block) for block in asked.get("statement") or []]
    for override in asked.get("override_policy_documents") or []:
        for statement in json.loads(override or "{}").get("Statement", []):
            sid = statement.get("Sid")
            statements = [one for one in statements if not sid or one.get("Sid") != sid]
            statements.append(statement)
    document: dict[str, Any] = {"Version": asked.get("version") or "2012-10-17"}
    if asked.get("policy_id"):
        document["Id"] = asked["policy_id"]
    document["Statement"] = statements
    return {
        "id": "policy",
        "json": json.dumps(document, indent=2),
        "minified_json": json.dumps(document, separators=(",", ":")),
        "version": document["Version"],
    }


def _statement(block: Mapping[str, Value]) -> dict[str, Any]:
    statement: dict[str, Any] = {}
    if block.get("sid"):
        statement["Sid"] = block["sid"]
    statement["Effect"] = block.get("effect") or "Allow"
    for name, key in (
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ):
        if block.get(name):
            statement[key] = _one_or_many(block[name])
    for name, key in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        for principal in block.get(name) or []:
            whom = _one_or_many(principal["identifiers"])
            if principal["type"] == "*":
                statement[key] = "*"
            else:
                statement.setdefault(key, {})[principal["type"]] = whom
    for condition in block.get("condition") or []:
        of_test = statement.setdefault("Condition", {}).setdefault(condition["test"], {})
        of_test[condition["variable"]] = _one_or_many(condition["values"])
    return statement


def _one_or_many(values: Iterable[Value]) -> Value:
    listed = sorted(values, key=str)
    return listed[0] if len(listed) == 1 else listed


_ALWAYS: dict[str, Callable[[Mapping[str, Value], Settings], dict[str, Value]]] = {
    "aws_availability_zones": _zones,
    "aws_caller_identity": _caller,
    "aws_iam_policy_document": _policy_document,
    "aws_partition": _partition,
    "aws_region": _region,
    "azurerm_client_config": _azure_client,
    "azurerm_subscription": _azure_subscription,
}
"""Data sources whose answer follows from the configuration."""

KNOWN = frozenset(_ALWAYS)

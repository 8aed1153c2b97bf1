"""Unchangeable arguments: the table, and how an object before and after is compared with it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import ROOT

from scaffolder.tools.rehearsal import replacement
from scaffolder.tools.rehearsal.values import UNKNOWN


@pytest.mark.parametrize(
    ("kind", "replaces", "changes"),
    [
        ("aws_vpc", "cidr_block", "enable_dns_support"),
        ("aws_subnet", "availability_zone", "map_public_ip_on_launch"),
        ("aws_s3_bucket", "bucket", "force_destroy"),
        ("aws_kms_alias", "name", "target_key_id"),
        ("aws_eks_cluster", "role_arn", "version"),
        ("aws_eks_node_group", "instance_types", "labels"),
        ("aws_iam_role", "name", "assume_role_policy"),
        ("azurerm_virtual_network", "location", "address_space"),
        ("azurerm_kubernetes_cluster", "dns_prefix", "kubernetes_version"),
        ("azurerm_storage_account", "account_tier", "min_tls_version"),
    ],
)
def test_the_table_tells_replacement_from_change(kind: str, replaces: str, changes: str) -> None:
    assert replacement.replacing(kind, {replaces: "a"}, {replaces: "b"}) == [replaces]
    assert replacement.replacing(kind, {changes: "a"}, {changes: "b"}) == []


def test_a_value_that_is_not_known_yet_replaces() -> None:
    assert replacement.replacing("aws_vpc", {"cidr_block": "a"}, {"cidr_block": UNKNOWN}) == [
        "cidr_block"
    ]


def test_inside_a_block_only_what_replaces_counts() -> None:
    before = {"kubernetes_network_config": [{"ip_family": "ipv4", "elastic_load_balancing": []}]}
    other = {"kubernetes_network_config": [{"ip_family": "ipv6", "elastic_load_balancing": []}]}
    same = {"kubernetes_network_config": [{"ip_family": "ipv4", "elastic_load_balancing": [{}]}]}
    kind = "aws_eks_cluster"
    assert replacement.replacing(kind, before, other) == ["kubernetes_network_config"]
    assert replacement.replacing(kind, before, same) == []


def test_a_block_that_replaces_does_so_when_it_comes_or_goes() -> None:
    kind, block = "aws_eks_node_group", "remote_access"
    assert replacement.replacing(kind, {block: []}, {block: [{"ec2_ssh_key": None}]}) == [block]
    assert replacement.replacing(kind, {block: []}, {block: []}) == []


def test_a_type_that_is_not_known_is_named_and_never_replaced() -> None:
    assert not replacement.is_known("acme_thing")
    assert replacement.replacing("acme_thing", {"name": "a"}, {"name": "b"}) == []


def test_every_type_of_the_templates_is_known() -> None:
    used = {
        name
        for file in Path(ROOT, "templates").rglob("*.tf*")
        if file.is_file()
        for name in re.findall(r'^resource "((?:aws|azurerm)_\w+)"', file.read_text(), re.MULTILINE)
    }
    assert len(used) > 40
    assert {name for name in used if not replacement.is_known(name)} == set()

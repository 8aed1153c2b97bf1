"""Azure's meaning for a repository."""

from __future__ import annotations

import pytest

from scaffolder.formats import hcl
from scaffolder.repository.clouds import azure


def grants(text: str) -> list[tuple[int, str]]:
    return [
        (grant.line, grant.allows)
        for block in hcl.read(text).blocks
        for grant in azure.wide_grants(block)
    ]


@pytest.mark.parametrize(
    ("role", "scope", "wide"),
    [
        ("Owner", "data.azurerm_subscription.this.id", True),
        ("Contributor", "var.subscription_id", True),
        ("Reader", "var.subscription_id", False),
        ("Owner", "azurerm_resource_group.this.id", False),
    ],
)
def test_a_role_on_the_whole_subscription(role: str, scope: str, wide: bool) -> None:
    text = f'resource "azurerm_role_assignment" "a" {{\nrole_definition_name = "{role}"\nscope = {scope}\n}}\n'
    assert grants(text) == ([(2, f"makes a {role} of the whole subscription")] if wide else [])


def test_a_role_with_every_action() -> None:
    text = 'resource "azurerm_role_definition" "a" {\npermissions {\nactions = ["*"]\n}\n}\n'
    assert grants(text) == [(3, 'allows every action: "*"')]

"""A private endpoint on Azure is found: its address can be written into the private DNS zone of its name."""

from __future__ import annotations

import re

import pytest
from sample import sample
from support import Repository

_ENDPOINT = re.compile(r'^resource "azurerm_private_endpoint".*?^}', re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", ["azure-jenkins", "azure-github"])
def test_each_private_endpoint_has_a_zone_group(name: str, pristine: Repository) -> None:
    root = pristine(**sample()[name]) / "terraform"
    endpoints = [
        match[0]
        for file in sorted(root.rglob("*.tf"))
        for match in _ENDPOINT.finditer(file.read_text(encoding="utf-8"))
    ]
    assert len(endpoints) == (3 if name == "azure-jenkins" else 2), "state, registry, vault"
    assert [text for text in endpoints if '"private_dns_zone_group"' not in text] == []


def test_a_zone_is_that_of_its_service(pristine: Repository) -> None:
    root = pristine(**sample()["azure-jenkins"]) / "terraform"
    zones = {
        file.parent.name: sorted(
            set(re.findall(r"privateDnsZones/(privatelink[a-z.]+)", file.read_text("utf-8")))
        )
        for file in (root / "bootstrap/variables.tf", root / "shared/variables.tf")
    }
    assert zones == {
        "bootstrap": ["privatelink.blob.core.windows.net"],
        "shared": ["privatelink.azurecr.io", "privatelink.vaultcore.azure.net"],
    }

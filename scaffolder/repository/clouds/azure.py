"""Microsoft Azure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scaffolder.formats.regex import regex
from scaffolder.repository.clouds.cloud import (
    Grant,
    StateLock,
    Trust,
    is_wide_subject,
    kind_of,
    strings,
)
from scaffolder.repository.reading import Block

TITLE = "Azure"
SPEAKS = (
    r"azurecr\.io|azure/(?:login|aks)|provider \"azurerm\"|hashicorp/azurerm"
    r"|\baz (?:aks|acr|login)|AzureCLI@"
)
_REGIONS = """
australiacentral australiacentral2 australiaeast australiasoutheast austriaeast belgiumcentral
brazilsouth brazilsoutheast canadacentral canadaeast centralindia centralus chilecentral
chinaeast chinaeast2 chinaeast3 chinanorth chinanorth2 chinanorth3 denmarkeast eastasia eastus
eastus2 francecentral francesouth germanynorth germanywestcentral indonesiacentral
israelcentral italynorth japaneast japanwest jioindiacentral jioindiawest koreacentral
koreasouth malaysiawest mexicocentral newzealandnorth northcentralus northeurope norwayeast
norwaywest polandcentral qatarcentral southafricanorth southafricawest southcentralus
southeastasia southindia spaincentral swedencentral swedensouth switzerlandnorth
switzerlandwest taiwannorth uaecentral uaenorth uksouth ukwest usgovarizona usgovtexas
usgovvirginia westcentralus westeurope westindia westus westus2 westus3
"""
REGIONS = frozenset(_REGIONS.split())
"""The regions that Azure names (https://learn.microsoft.com/azure/reliability/regions-list)"""

REGION = (
    r"(?i:location|region)['\"]?(?:\s+string)?(?:\s*[:=]\s*|\s+)['\"]?"
    r"((?:(?:north|south|east|west|central|northcentral|southcentral|westcentral|southeast)"
    r"(?:us|europe|asia|india)|(?:australia|brazil|canada|france|germany|italy|japan|jioindia"
    r"|korea|malaysia|mexico|norway|poland|spain|sweden|switzerland|uae|uk|southafrica|chile"
    r"|austria|belgium|denmark|indonesia|israel|newzealand|qatar|taiwan)"
    r"(?:north|south|east|west|central|southeast|northwest|westcentral))\d?)['\"]?(?:[\s,)]|$)"
)

CLUSTER = "aks"
CLUSTER_SIGNS = ("azurerm_kubernetes_cluster",)
CLUSTER_VERSIONS = ("aks_version",)
CLUSTERS_WITH_VERSION: tuple[str, ...] = ()

STATE_LOCKS: Mapping[str, StateLock] = {}
"""A lease locks: https://developer.hashicorp.com/terraform/language/backend/azurerm."""
STATE_PLACE = ("container_name", "key", "resource_group_name", "storage_account_name")
STATE_ACCOUNT = ("subscription_id",)

SECRET_WORDS = ("AZURE",)
SERIES = ("azure",)

_SUBSCRIPTION = regex(r"subscription(?:_id|\.\w+\.id)?\b(?!.*resourceGroups)")


def wide_grants(block: Block) -> Iterator[Grant]:
    """Yield role assignments for a whole subscription, and roles with every action."""
    kind = kind_of(block)
    if block.type != "resource":
        return
    if kind == "azurerm_role_assignment":
        yield from _of_assignment(block)
    if kind == "azurerm_role_definition":
        yield from _of_definition(block)


def _of_assignment(block: Block) -> Iterator[Grant]:
    role = block.attributes.get("role_definition_name") or block.attributes.get("role")
    scope = block.attributes.get("scope")
    if not role or role.text not in {"Owner", "Contributor"} or not scope:
        return
    if _SUBSCRIPTION.search(scope.expression):
        allows = f"makes a {role.text} of the whole subscription"
        yield Grant(line=role.line, allows=allows, fix="give the role on one resource group")


def _of_definition(block: Block) -> Iterator[Grant]:
    for permissions in block.each("permissions"):
        actions = permissions.attributes.get("actions")
        if actions and "*" in strings(actions.expression):
            yield Grant(line=actions.line, allows='allows every action: "*"')


_MATCHES = regex(r"claims\['sub'\]\s+matches\s+'([^']*)'")


def trusts(block: Block) -> Iterator[Trust]:
    """Yield federated credentials; only a flexible one compares its subject as a pattern.

    https://learn.microsoft.com/entra/workload-id/workload-identities-flexible-federated-identity-credentials
    """
    if block.type != "resource" or "federated_identity_credential" not in kind_of(block):
        return
    expression = block.attributes.get("claims_matching_expression")
    wide = [
        subject
        for subject in _MATCHES.findall(expression.expression if expression else "")
        if is_wide_subject(subject)
    ]
    if expression and wide:
        yield Trust(
            line=expression.line,
            problem=f"{wide[0]} covers every repository of its owner: each may take the identity",
        )
    else:
        yield Trust(line=block.line)

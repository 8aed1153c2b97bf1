"""Single resources of an account or a subscription belong to all its services.

No repository may be able to delete one.
"""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest
import yaml
from sample import sample
from support import Repository

ONCE = {
    "aws": (
        "aws_api_gateway_account",
        "aws_config_configuration_recorder",
        "aws_default_vpc",
        "aws_ebs_default_kms_key",
        "aws_ebs_encryption_by_default",
        "aws_ec2_image_block_public_access",
        "aws_ec2_instance_metadata_defaults",
        "aws_ecr_registry_policy",
        "aws_ecr_registry_scanning_configuration",
        "aws_ecr_replication_configuration",
        "aws_guardduty_detector",
        "aws_iam_account_alias",
        "aws_iam_account_password_policy",
        "aws_iam_openid_connect_provider",
        "aws_iam_service_linked_role",
        "aws_inspector2_enabler",
        "aws_s3_account_public_access_block",
        "aws_securityhub_account",
    ),
    "azure": (
        "azurerm_network_watcher",
        "azurerm_resource_provider_feature_registration",
        "azurerm_resource_provider_registration",
        "azurerm_security_center_auto_provisioning",
        "azurerm_security_center_contact",
        "azurerm_security_center_setting",
        "azurerm_security_center_subscription_pricing",
    ),
}
"""Resource types that stand for a setting of the account or subscription, by the provider's documentation."""

_RESOURCE = re.compile(r'^resource "(\w+)" "\w+" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
_PROTECTED = re.compile(r"^\s*prevent_destroy\s*=\s*true", re.MULTILINE)


def account_wide(folder: Path, cloud: str) -> dict[str, bool]:
    """Return the account-wide resource types of a Terraform folder, and whether each is protected."""
    return {
        match[1]: _PROTECTED.search(match[2]) is not None
        for file in folder.rglob("*.tf")
        for match in _RESOURCE.finditer(file.read_text(encoding="utf-8"))
        if match[1] in ONCE[cloud]
    }


@pytest.mark.parametrize(
    "given", [row for row in sample().values() if row["cloud"] != "none"], ids=str
)
def test_what_an_account_has_once_is_protected_from_deletion(
    given: dict[str, object], pristine: Repository
) -> None:
    folder = pristine(**given) / "terraform"
    assert all(account_wide(folder, str(given["cloud"])).values())


@pytest.mark.parametrize("oidc_provider", ["create", "existing"])
def test_a_repository_that_uses_existing_providers_owns_nothing_of_the_account(
    oidc_provider: str, pristine: Repository
) -> None:
    owned = set(account_wide(pristine(oidc_provider=oidc_provider) / "terraform", "aws"))
    assert owned == ({"aws_iam_openid_connect_provider"} if oidc_provider == "create" else set())


@pytest.mark.parametrize("oidc_provider", ["create", "existing"])
def test_the_documents_say_what_the_second_service_in_an_account_needs(
    oidc_provider: str, pristine: Repository
) -> None:
    repository = pristine(oidc_provider=oidc_provider)
    readme = (repository / "terraform" / "README.md").read_text(encoding="utf-8")
    first_deploy = (repository / "docs" / "first-deploy.md").read_text(encoding="utf-8")
    assert "aws iam list-open-id-connect-providers" in readme
    assert "terraform/README.md#the-second-service-in-the-account" in first_deploy
    other = {"create": "existing", "existing": "create"}[oidc_provider]
    assert f"scaffold set oidc_provider={other}" in readme


def objects(root: Path) -> set[tuple[str, str, str]]:
    """Return kind, namespace and name of what a repository applies to a cluster beside its chart."""
    found = set()
    for file in (root / "platform").rglob("*.yaml"):
        for one in yaml.safe_load_all(file.read_text(encoding="utf-8")):
            if one and "kind" in one:
                metadata = one["metadata"]
                found.add((one["kind"], metadata.get("namespace", ""), metadata["name"]))
    return found


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_services_on_one_cluster_share_no_object_with_its_platform_or_each_other(
    cloud: str, pristine: Repository
) -> None:
    every = [objects(pristine(cloud=cloud, service_name="platform", ci="github"))]
    for name in ("pay-api", "pay-web", "shop"):
        service = pristine(cloud=cloud, service_name=name, cluster="shared")
        every.append(objects(service))
        assert {kind for kind, namespace, _ in every[-1] if not namespace} == {"Namespace"}
        assert {namespace for _, namespace, _ in every[-1]} == {"", name}
    assert [one & other for one, other in combinations(every, 2)] == [set()] * 6


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_a_service_on_a_shared_cluster_brings_nothing_that_a_cluster_has_once(
    cloud: str, pristine: Repository
) -> None:
    root = pristine(cloud=cloud, cluster="shared", ci="github,gitlab,jenkins,azure-devops")
    left = [
        *(
            "platform/gateway",
            "platform/storageclass.yaml",
            "platform/load-balancer-controller.yaml",
        ),
        *("ci/monitoring.sh", "monitoring/values.yaml", "monitoring/alertmanager"),
        *("terraform/modules/cluster", "terraform/modules/network"),
    ]
    assert [name for name in left if (root / name).exists()] == []
    assert account_wide(root / "terraform", cloud) == {}
    there = ["platform-request.yaml", "terraform/modules/registry", "monitoring/tests"]
    assert [name for name in there if not (root / name).exists()] == []
    assert "monitoring:" not in (root / "Makefile").read_text(encoding="utf-8")

"""A name of 40 characters: nothing that carries it is longer than its cloud, Kubernetes or Helm takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from support import ROOT, Repository

from scaffolder.errors import AnswersError
from scaffolder.template import answers, expressions

LONGEST = "customer-notification-preferences-api-v2"
ALIKE = "customer-notification-preferences-api-v3"
ENVIRONMENTS = ("dev", "integration1", "prod")
"""The longest name of an environment has 12 characters."""

LIMITS = {
    # docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
    "aws_eks_cluster": 100,
    # hashicorp/terraform-provider-aws, internal/service/eks/node_group.go: 63 of EKS less 26 of its own
    "aws_eks_node_group": 37,
    # docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    "aws_iam_role": 64,
    "aws_iam_policy": 128,
    "aws_iam_role_policy": 128,
    # docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
    "aws_ecr_repository": 256,
    # docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
    "aws_security_group": 255,
    # docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html, less 26
    "aws_launch_template": 102,
    # docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
    "aws_kms_alias": 256,
    # docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
    "aws_scheduler_schedule": 64,
    # docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
    "aws_cloudwatch_log_group": 512,
    # learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
    "azurerm_resource_group": 90,
    "azurerm_kubernetes_cluster": 63,
    "azurerm_log_analytics_workspace": 63,
    "azurerm_user_assigned_identity": 128,
    "azurerm_virtual_network": 64,
    "azurerm_network_security_group": 80,
    "azurerm_public_ip": 80,
    "azurerm_nat_gateway": 80,
    "azurerm_private_endpoint": 64,
    "azurerm_monitor_data_collection_rule": 64,
    "azurerm_container_registry": 50,
    "azurerm_key_vault": 24,
    "azurerm_storage_account": 24,
}
"""Characters that a name may have, less those that the provider adds to a prefix, and the source."""

COMPUTED = {
    # docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    "aws": {"state_bucket": 63},
    # learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
    "azure": {"state_storage_account": 24, "registry_name": 50, "key_vault": 24},
}
"""Names that are unique in all of a cloud, by the answer that computes them."""

KINDS = [
    {"cloud": "aws"},
    {"cloud": "aws", "cluster": "shared"},
    {"cloud": "aws", "kind": "platform"},
    {"cloud": "azure"},
    {"cloud": "azure", "cluster": "shared"},
    {"cloud": "azure", "kind": "platform"},
]

_RESOURCE = re.compile(r'^resource "(\w+)" "\w+" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
_NAME = re.compile(
    r'^  (?:name|name_prefix|node_group_name_prefix) += (?:"([^"]*)"|([a-z_.]+))$', re.M
)
_CALL = re.compile(
    r'source = "\.\./modules/ci-(?:role|identity)"\n.*?\n +name += "([^"]*)"', re.DOTALL
)
_KEY = "load-balancer"
"""The longest key of a `for_each` over names (modules/cluster/iam.tf)."""


def given(kind: dict[str, str], name: str = LONGEST) -> dict[str, object]:
    return {"service_name": name, "environments": ENVIRONMENTS, "ci": "github", **kind}


def computed(**given: object) -> dict[str, object]:
    """Return the answers, and what the templates see beside them."""
    return expressions.completed(answers.complete(given), ROOT)


def named(root: Path, short: str) -> Iterator[tuple[str, str]]:
    """Yield type and name of each Terraform resource, in the environment with the longest name."""
    for file in (root / "terraform").rglob("*.tf"):
        text = file.read_text(encoding="utf-8")
        found = [
            (kind, one) for kind, body in _RESOURCE.findall(text) for one in _NAME.findall(body)
        ]
        found += [("aws_iam_role", (name, "")) for name in _CALL.findall(text)]
        for kind, (literal, reference) in found:
            name = literal or f"${{{reference}}}"
            for word in ("var.name", "local.name"):
                name = name.replace(f"${{{word}}}", f"{short}-{ENVIRONMENTS[1]}")
            name = name.replace("${var.service}", short).replace("${each.key}", _KEY)
            if "${" not in name and short in name:
                yield kind, name


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(kind.values()))
def test_no_name_of_a_cloud_is_too_long(kind: dict[str, str], pristine: Repository) -> None:
    completed = computed(**given(kind), organization="o" * 39)
    every = list(named(pristine(**given(kind)), str(completed["short_name"])))
    assert every
    assert [name for name in every if len(name[1]) > LIMITS[name[0]]] == []
    for answer, limit in COMPUTED[kind["cloud"]].items():
        assert len(str(completed[answer])) <= limit, answer


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_two_long_names_that_begin_alike_do_not_meet(cloud: str) -> None:
    one, other = (computed(**given({"cloud": cloud}, name)) for name in (LONGEST, ALIKE))
    for answer in ("short_name", *COMPUTED[cloud]):
        assert one[answer] != other[answer], answer


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("a", "a"),
        ("customer-notify-svc1", "customer-notify-svc1"),
        ("customer-notify-svc12", "customer-not-644cf10"),
        ("payments-eu-west-reporting", "payments-eu-eb10b41"),
    ],
)
def test_the_short_name_is_the_name_where_it_fits(name: str, short: str) -> None:
    assert computed(service_name=name)["short_name"] == short
    assert computed(service_name=name, cloud="none")["short_name"] == name


def test_41_characters_are_too_many() -> None:
    answers.complete({"service_name": "a" * 40})
    with pytest.raises(AnswersError, match="1 to 40 lower-case letters"):
        answers.complete({"service_name": "a" * 41})


def test_scripts_documents_and_terraform_agree_on_the_name_of_a_cluster(
    pristine: Repository,
) -> None:
    short = str(computed(**given({}))["short_name"])
    root = pristine(**given({}))
    settings = (root / "ci" / "settings.sh").read_text(encoding="utf-8")
    assert f'CLUSTER_NAME="${{CLUSTER_NAME:-{short}-${{ENVIRONMENT:-}}}}"' in settings
    tfvars = (root / "terraform" / "env" / "envs" / "common.tfvars").read_text(encoding="utf-8")
    assert f'service = "{short}"' in tfvars
    for file in (root / "docs").rglob("*.md"):
        assert f"{LONGEST}-dev" not in file.read_text(encoding="utf-8"), file.name


def test_the_group_of_deployers_has_the_whole_name_everywhere(pristine: Repository) -> None:
    """The platform makes the group from the service of the request (scaffolder/operate/services)."""
    root = pristine(**given({}))
    bound = (root / "platform" / "deployer-role.yaml").read_text(encoding="utf-8")
    made = (root / "terraform" / "env" / "main.tf").read_text(encoding="utf-8")
    assert f"name: {LONGEST}-deployers" in bound
    assert f'"{LONGEST}-deployers"' in made


@pytest.mark.parametrize("cloud", ["aws", "azure"])
def test_a_service_asks_the_platform_for_roles_that_its_terraform_makes(
    cloud: str, pristine: Repository
) -> None:
    platform = "platform-of-the-whole-company-in-europe"
    root = pristine(**given({"cloud": cloud, "cluster": "shared"}), platform=platform)
    short = computed(**given({"cloud": cloud}))["short_name"]
    asked = yaml.safe_load((root / "platform-request.yaml").read_text(encoding="utf-8"))
    assert (asked["service"], asked["namespace"]) == (LONGEST, LONGEST)
    assert asked["deployers"]["dev"] == f"{short}-dev-deploy"
    clusters = computed(service_name=platform, kind="platform")["short_name"]
    tfvars = (root / "terraform" / "env" / "envs" / "dev.tfvars").read_text(encoding="utf-8")
    assert re.search(rf'cluster_name += "{clusters}-dev"', tfvars)

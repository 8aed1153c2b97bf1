"""One provider, asked the way Terraform asks: what it plans, makes, reads, changes and deletes."""

from __future__ import annotations

import json
from typing import Any

from scaffolder.tools.offline.catalog import load, matching
from scaffolder.tools.offline.wire import bytes_field, text_field
from scaffolder.tools.rehearsal import messages
from scaffolder.tools.rehearsal.cloud import Cloud
from scaffolder.tools.rehearsal.conforming import conform
from scaffolder.tools.rehearsal.provider import CloudProvider
from scaffolder.tools.rehearsal.values import UNKNOWN

TYPES = {
    "aws_caller_identity",
    "aws_cloudwatch_log_group",
    "aws_db_instance",
    "aws_iam_openid_connect_provider",
    "aws_iam_policy_document",
    "aws_iam_role",
    "aws_iam_role_policies_exclusive",
    "aws_launch_template",
    "aws_s3_bucket",
    "aws_vpc",
}
PART = load(matching("hashicorp/aws", "= 5.100.0")[0], TYPES)


class Asked:
    """A provider with its cloud, and calls of the protocol in words."""

    def __init__(self, cloud: Cloud | None = None, owner: str = "env dev") -> None:
        self.cloud = cloud or Cloud()
        self.provider = CloudProvider(PART, self.cloud, owner, root=owner.split(" ")[0])

    def call(self, name: str, request: bytes, peer: str = "one") -> dict[int, list[Any]]:
        return messages.fields(self.provider.answers[name](request, peer))

    def configure(self, peer: str = "one", **given: Any) -> None:
        config = conform(PART.provider["block"], given)
        self.call("ConfigureProvider", messages.dynamic_value(2, config), peer)

    def plan(self, kind: str, prior: Any, peer: str = "one", **given: Any) -> dict[int, list[Any]]:
        proposed = conform(PART.resources[kind]["block"], {**(prior or {}), **given})
        request = (
            text_field(1, kind)
            + messages.dynamic_value(2, prior)
            + messages.dynamic_value(3, proposed)
        )
        return self.call("PlanResourceChange", request, peer)

    def apply(self, kind: str, prior: Any, planned: Any, peer: str = "one") -> dict[int, list[Any]]:
        request = (
            text_field(1, kind)
            + messages.dynamic_value(2, prior)
            + messages.dynamic_value(3, planned)
        )
        return self.call("ApplyResourceChange", request, peer)

    def made(self, kind: str, peer: str = "one", **given: Any) -> Any:
        planned = messages.value(self.plan(kind, None, peer, **given), 1)
        return messages.value(self.apply(kind, None, planned, peer), 1)

    def read(self, kind: str, state: Any) -> Any:
        request = text_field(1, kind) + messages.dynamic_value(2, state)
        return messages.value(self.call("ReadResource", request), 1)


def test_a_plan_of_a_new_object_leaves_open_what_the_cloud_chooses() -> None:
    state = messages.value(Asked().plan("aws_vpc", None, cidr_block="10.0.0.0/16"), 1)
    assert (state["cidr_block"], state["id"], state["arn"]) == ("10.0.0.0/16", UNKNOWN, UNKNOWN)


def test_what_is_made_is_complete_and_is_read_as_it_was_made() -> None:
    asked = Asked()
    made = asked.made("aws_vpc", cidr_block="10.0.0.0/16")
    assert made["id"].startswith("vpc-")
    assert made["arn"] == f"arn:aws:ec2:us-east-1:111122223333:vpc/{made['id']}"
    assert asked.read("aws_vpc", made) == made
    assert messages.value(asked.plan("aws_vpc", made), 1) == made


def test_what_somebody_deleted_is_read_as_gone() -> None:
    asked = Asked()
    made = asked.made("aws_vpc", cidr_block="10.0.0.0/16")
    asked.cloud.delete("aws_vpc", made["id"])
    assert asked.read("aws_vpc", made) is None


def test_each_configuration_of_a_provider_has_its_own_region_and_tags() -> None:
    asked = Asked()
    asked.configure("one", region="eu-central-1", default_tags=[{"tags": {"by": "one"}}])
    asked.configure("two", region="us-west-2")
    one = asked.made("aws_vpc", "one", cidr_block="10.0.0.0/16", tags={"Name": "a"})
    two = asked.made("aws_vpc", "two", cidr_block="10.0.0.0/16")
    assert one["tags_all"] == {"by": "one", "Name": "a"}
    assert (one["arn"].split(":")[3], two["arn"].split(":")[3]) == ("eu-central-1", "us-west-2")


def test_a_change_that_needs_another_object_is_called_replacement() -> None:
    asked = Asked()
    made = asked.made("aws_vpc", cidr_block="10.0.0.0/16")
    answer = asked.plan("aws_vpc", made, cidr_block="10.1.0.0/16")
    (path,) = answer[2]
    assert messages.text(messages.fields(messages.fields(path)[1][0]), 1) == "cidr_block"
    assert 2 not in asked.plan("aws_vpc", made, enable_dns_support=True)


def test_a_launch_template_grows_its_version_with_each_change() -> None:
    asked = Asked()
    made = asked.made("aws_launch_template", name="a")
    planned = messages.value(asked.plan("aws_launch_template", made, image_id="ami-1"), 1)
    assert (made["latest_version"], planned["latest_version"]) == (1, UNKNOWN)
    assert (
        messages.value(asked.apply("aws_launch_template", made, planned), 1)["latest_version"] == 2
    )


def test_a_name_that_is_taken_is_an_error() -> None:
    asked = Asked()
    asked.made("aws_iam_role", name="a", assume_role_policy="{}")
    planned = messages.value(asked.plan("aws_iam_role", None, name="a", assume_role_policy="{}"), 1)
    (error,) = asked.apply("aws_iam_role", None, planned)[3]
    assert messages.text(messages.fields(error), 2) == "aws_iam_role a already exists"


def test_names_of_two_environments_collide_where_all_accounts_share_them() -> None:
    dev = Asked()
    prod = Asked(dev.cloud, "env prod")
    dev.made("aws_iam_role", name="a", assume_role_policy="{}")
    dev.made("aws_s3_bucket", bucket="b")
    assert prod.made("aws_iam_role", name="a", assume_role_policy="{}") is not None
    planned = messages.value(prod.plan("aws_s3_bucket", None, bucket="b"), 1)
    (error,) = prod.apply("aws_s3_bucket", None, planned)[3]
    assert messages.text(messages.fields(error), 3) == "Another object has it (made by env dev)."


def test_examples_that_stand_beside_each_other_may_have_the_same_names() -> None:
    one = Asked(owner="examples/one")
    two = Asked(one.cloud, "examples/two")
    one.made("aws_s3_bucket", bucket="b")
    assert two.made("aws_s3_bucket", bucket="b") is not None


def test_a_destroyed_object_is_gone_unless_an_argument_keeps_it() -> None:
    asked = Asked()
    plain = asked.made("aws_cloudwatch_log_group", name="/a")
    kept = asked.made("aws_cloudwatch_log_group", name="/b", skip_destroy=True)
    guarded = asked.made("aws_db_instance", identifier="c", deletion_protection=True)
    for kind, one in (
        ("aws_cloudwatch_log_group", plain),
        ("aws_cloudwatch_log_group", kept),
        ("aws_db_instance", guarded),
    ):
        asked.apply(kind, one, None)
    left = [(one.id, one.protected) for one in asked.cloud.owned_by("env dev")]
    assert left == [("/b", ""), ("c", "deletion_protection")]


def test_an_object_without_an_id_is_found_by_what_has_to_be_given() -> None:
    asked = Asked()
    kind = "aws_iam_role_policies_exclusive"
    made = asked.made(kind, role_name="a", policy_names=["b"])
    other = asked.made(kind, role_name="c", policy_names=[])
    assert (asked.read(kind, made), asked.read(kind, other)) == (made, other)


def test_a_state_of_another_release_is_read_without_what_this_one_does_not_have() -> None:
    state = {"id": "vpc-1", "cidr_block": "10.0.0.0/16", "enable_classiclink": False}
    request = text_field(1, "aws_vpc") + bytes_field(3, bytes_field(1, json.dumps(state).encode()))
    upgraded = messages.value(Asked().call("UpgradeResourceState", request), 1)
    assert upgraded["id"] == "vpc-1"
    assert "enable_classiclink" not in upgraded


def test_what_is_imported_is_in_the_cloud_afterwards() -> None:
    asked = Asked()
    request = text_field(1, "aws_vpc") + text_field(2, "vpc-1")
    answer = messages.fields(asked.call("ImportResourceState", request)[1][0])
    state = messages.value(answer, 2)
    assert (messages.text(answer, 1), state["id"]) == ("aws_vpc", "vpc-1")
    assert asked.read("aws_vpc", state) == state


def data(asked: Asked, kind: str, **given: Any) -> Any:
    config = conform(PART.data_sources[kind]["block"], given)
    request = text_field(1, kind) + messages.dynamic_value(2, config)
    return messages.value(asked.call("ReadDataSource", request), 1)


def test_what_follows_from_the_configuration_is_not_made_up() -> None:
    asked = Asked()
    asked.configure(allowed_account_ids=["999999999999"])
    assert data(asked, "aws_caller_identity")["account_id"] == "999999999999"
    assert asked.provider.made_up == set()


def test_a_policy_is_written_as_the_provider_writes_it() -> None:
    statement = {"actions": ["s3:GetObject"], "resources": ["b", "a"], "effect": "Allow"}
    document = json.loads(data(Asked(), "aws_iam_policy_document", statement=[statement])["json"])
    assert document["Statement"] == [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["a", "b"]}
    ]


def test_a_data_source_finds_what_the_cloud_holds() -> None:
    asked = Asked()
    made = asked.made("aws_iam_role", name="a", assume_role_policy="{}")
    assert data(asked, "aws_iam_role", name="a")["arn"] == made["arn"]
    assert asked.provider.made_up == set()


def test_a_provider_of_tokens_that_exists_accepts_the_audience_of_aws() -> None:
    found = data(Asked(), "aws_iam_openid_connect_provider", url="https://example.com")
    assert found["client_id_list"] == ["sts.amazonaws.com", "api://AzureADTokenExchange"]


def test_what_the_cloud_does_not_hold_is_made_up_once_and_named() -> None:
    asked = Asked()
    first, second = (data(asked, "aws_iam_role", name="b") for _ in range(2))
    assert first == second
    assert first["name"] == "b"
    assert asked.provider.made_up == {"data.aws_iam_role"}

"""The authorizer of the tests (tests/rbac.py) decides as the real one, so that its verdict on a Role can be trusted."""

from __future__ import annotations

from typing import Any

import pytest
import rbac
import yaml
from rbac import Identity, Request
from support import ROOT

_RECORDED = yaml.safe_load((ROOT / "tests/data/access_reviews.yml").read_text(encoding="utf-8"))
_ALICE = Identity("alice", ("team",))


@pytest.mark.parametrize(
    "review",
    _RECORDED["reviews"],
    ids=lambda review: f"{review['groups'][0]}-{review['namespace'] or 'whole-cluster'}",
)
def test_it_answers_every_recorded_review_as_the_real_one_did(review: dict[str, Any]) -> None:
    identity = Identity(review["user"], tuple(review["groups"]))
    questions = review.get("asked", _RECORDED["asked"])
    answered = [
        q
        for q in questions
        if rbac.allowed(_recorded(), identity, rbac.request(q, review["namespace"]))
    ]
    assert answered == review["allowed"]


def test_the_recording_has_a_refusal_and_a_permission_of_each_group() -> None:
    """Else an authorizer with one answer to everything would pass."""
    allowed = {
        review["namespace"]
        for review in _RECORDED["reviews"]
        if "billing-deployers" in review["groups"] and review["allowed"]
    }
    assert allowed == {"billing"}
    assert {
        review["namespace"]
        for review in _RECORDED["reviews"]
        if "deployers" in review["groups"] and review["allowed"]
    } == {
        "billing",
        "orders",
    }


def test_a_resource_does_not_include_its_subresources() -> None:
    assert _may({"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}, "get pods")
    assert not _may({"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}, "get pods/log")
    assert not _may({"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]}, "get pods")


def test_a_star_stands_for_every_resource_and_its_subresources() -> None:
    assert _may({"apiGroups": [""], "resources": ["*"], "verbs": ["create"]}, "create pods/exec")


def test_a_star_before_a_slash_stands_for_this_subresource_of_every_resource() -> None:
    rule = {"apiGroups": ["apps"], "resources": ["*/scale"], "verbs": ["patch"]}
    assert _may(rule, "patch deployments/scale.apps")
    assert not _may(rule, "patch deployments/status.apps")
    assert not _may(rule, "patch deployments.apps")


def test_the_api_group_counts() -> None:
    rule = {"apiGroups": ["extensions"], "resources": ["ingresses"], "verbs": ["*"]}
    assert not _may(rule, "patch ingresses.networking.k8s.io")
    assert _may({**rule, "apiGroups": ["*"]}, "patch ingresses.networking.k8s.io")
    assert not _may({**rule, "apiGroups": [""]}, "patch ingresses.networking.k8s.io")


def test_a_verb_implies_no_other_one() -> None:
    every = {"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"}
    rule = {"apiGroups": [""], "resources": ["pods"], "verbs": sorted(every - {"patch"})}
    assert {verb for verb in every if _may(rule, f"{verb} pods")} == every - {"patch"}


def test_names_limit_a_rule_to_requests_that_have_one_of_them() -> None:
    rule = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["*"], "resourceNames": ["mine"]}
    objects = [_role("a", rule), _binding("a", {"kind": "Group", "name": "team"})]
    assert rbac.allowed(objects, _ALICE, Request("get", "secrets", namespace="a", name="mine"))
    assert not rbac.allowed(objects, _ALICE, Request("get", "secrets", namespace="a", name="other"))
    assert not rbac.allowed(objects, _ALICE, Request("create", "secrets", namespace="a"))
    assert not rbac.allowed(objects, _ALICE, Request("list", "secrets", namespace="a"))


def test_a_rolebinding_reaches_its_own_namespace_only() -> None:
    objects = [_role("a", _EVERYTHING), _binding("a", {"kind": "Group", "name": "team"})]
    assert rbac.allowed(objects, _ALICE, rbac.request("get pods", "a"))
    assert not rbac.allowed(objects, _ALICE, rbac.request("get pods", "b"))
    assert not rbac.allowed(objects, _ALICE, rbac.request("get pods"))


def test_a_rolebinding_finds_no_role_of_another_namespace() -> None:
    objects = [_role("a", _EVERYTHING), _binding("b", {"kind": "Group", "name": "team"})]
    assert not rbac.allowed(objects, _ALICE, rbac.request("get pods", "b"))


def test_a_rolebinding_gives_a_cluster_role_in_its_own_namespace_only() -> None:
    role = {**_role("", _EVERYTHING), "kind": "ClusterRole"}
    binding = _binding("a", {"kind": "Group", "name": "team"}, kind="ClusterRole")
    assert rbac.allowed([role, binding], _ALICE, rbac.request("get pods", "a"))
    assert not rbac.allowed([role, binding], _ALICE, rbac.request("get pods", "b"))


def test_a_clusterrolebinding_reaches_everything() -> None:
    role = {**_role("", _EVERYTHING), "kind": "ClusterRole"}
    binding = {
        **_binding("", {"kind": "User", "name": "alice"}, kind="ClusterRole"),
        "kind": "ClusterRoleBinding",
    }
    assert rbac.allowed([role, binding], _ALICE, rbac.request("get pods", "any"))
    assert rbac.allowed([role, binding], _ALICE, rbac.request("get nodes"))


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ({"kind": "Group", "name": "team"}, True),
        ({"kind": "User", "name": "alice"}, True),
        ({"kind": "Group", "name": "alice"}, False),
        ({"kind": "User", "name": "team"}, False),
        ({"kind": "Group", "name": "tea"}, False),
        ({"kind": "ServiceAccount", "name": "alice"}, False),
    ],
)
def test_a_subject_is_a_kind_and_a_name(subject: dict[str, Any], expected: bool) -> None:
    objects = [_role("a", _EVERYTHING), _binding("a", subject)]
    assert rbac.allowed(objects, _ALICE, rbac.request("get pods", "a")) is expected


def test_a_service_account_without_namespace_is_one_of_the_bindings_namespace() -> None:
    objects = [
        _role("a", _EVERYTHING),
        _binding("a", {"kind": "ServiceAccount", "name": "builder"}),
    ]
    assert rbac.allowed(
        objects, Identity("system:serviceaccount:a:builder"), rbac.request("get pods", "a")
    )
    assert not rbac.allowed(
        objects, Identity("system:serviceaccount:b:builder"), rbac.request("get pods", "a")
    )


_EVERYTHING = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}


def _may(rule: dict[str, Any], text: str) -> bool:
    objects = [_role("a", rule), _binding("a", {"kind": "Group", "name": "team"})]
    return rbac.allowed(objects, _ALICE, rbac.request(text, "a"))


def _recorded() -> list[dict[str, Any]]:
    rules = _RECORDED["rules"]
    patched = [
        {**rule, "verbs": [*rule["verbs"], "patch"]} if rule["resources"] == ["pods"] else rule
        for rule in rules
    ]
    objects = [_role("billing", *rules), _role("orders", *patched)]
    for namespace in ("billing", "orders"):
        objects += [
            _binding(namespace, {"kind": "Group", "name": name})
            for name in ("deployers", f"{namespace}-deployers")
        ]
    return objects


def _role(namespace: str, *rules: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "deployer", "namespace": namespace},
        "rules": list(rules),
    }


def _binding(namespace: str, subject: dict[str, Any], kind: str = "Role") -> dict[str, Any]:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": f"deployer-{subject['name']}", "namespace": namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": "deployer"},
        "subjects": [subject],
    }

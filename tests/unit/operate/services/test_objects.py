"""Objects of a service's namespace: those that a platform accepts, and those that it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scaffolder.errors import AnswersError
from scaffolder.operate import services as add_service

pytestmark = pytest.mark.only_git


REQUEST = """\
version: 1
service: pay-api
team: pay-team
repository: https://github.com/acme/pay-api
namespace: pay-api
cloud: aws
deployers: {dev: pay-api-dev-deploy, prod: pay-api-prod-deploy}
hosts: {dev: pay-api.dev.example.com, prod: pay-api.prod.example.com}
alerts: {chat: slack, channel: "#pay-alerts"}
objects: [objects.yaml]
"""


OBJECTS = """\
apiVersion: v1
kind: Namespace
metadata: {name: pay-api, labels: {pod-security.kubernetes.io/enforce: restricted}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: pay-api}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: limits, namespace: pay-api}
spec: {hard: {pods: "24"}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: deployer, namespace: pay-api}
rules: [{apiGroups: [apps], resources: [deployments], verbs: [get, create]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: deployer, namespace: pay-api}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: deployer}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: pay-api-deployers}]
"""


@pytest.fixture
def asked(tmp_path: Path) -> Callable[..., Path]:
    """`asked(request, objects)` writes both beside each other, and returns the request's path."""

    def write(request: str = REQUEST, objects: str = OBJECTS, name: str = "service") -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "objects.yaml").write_text(objects, encoding="utf-8")
        (folder / "platform-request.yaml").write_text(request, encoding="utf-8")
        return folder / "platform-request.yaml"

    return write


@pytest.fixture
def platform(tmp_path: Path) -> Path:
    (tmp_path / "platform").mkdir()
    return tmp_path / "platform"


def renamed(text: str, name: str) -> str:
    return text.replace("pay-api", name)


_GROUP = "kind: Group, name: pay-api-deployers"


ASKED_FOR = {
    OBJECTS.replace("enforce: restricted", "enforce: privileged"): "Pod Security level restricted",
    OBJECTS.replace("{name: limits, namespace: pay-api}", "{name: limits}"): "not in the namespace",
    OBJECTS.replace("limits, namespace: pay-api", "limits, namespace: shop"): "but in shop",
    OBJECTS.replace("{name: pay-api, labels", "{name: shop, labels"): "but in shop",
    OBJECTS.replace("resources: [deployments]", "resources: ['*']"): "* in resources",
    OBJECTS.replace("verbs: [get, create]", "verbs: ['*']"): "* in verbs",
    OBJECTS.replace("verbs: [get, create]", "verbs: [escalate]"): "escalate",
    OBJECTS.replace("resources: [deployments]", "resources: [pods/exec]"): "pods/exec",
    OBJECTS.replace("apiGroups: [apps]", "apiGroups: [rbac.authorization.k8s.io]"): "rbac.",
    OBJECTS.replace(_GROUP, "kind: Group, name: shop-deployers"): "must bind the Group pay-api-",
    OBJECTS.replace(_GROUP, "kind: Group, name: system:masters"): "must bind the Group pay-api-",
    OBJECTS.replace("kind: Role, name: deployer", "kind: ClusterRole, name: admin"): "ClusterRole",
    OBJECTS.replace("kind: Role, name: deployer", "kind: Role, name: admin"): "is not there",
    OBJECTS.replace("kind: ResourceQuota", "kind: LimitRange"): "lacks ResourceQuota",
    OBJECTS.replace("kind: ResourceQuota", "kind: Secret"): "Secret/limits cannot be asked for",
    OBJECTS.replace("kind: ResourceQuota", "kind: ClusterRole"): "cannot be asked for",
    OBJECTS.replace("policyTypes: [Ingress, Egress]", "policyTypes: [Ingress]"): "denies all",
    OBJECTS.replace("Egress]}", "Egress], egress: [{}]}"): "denies all",
    OBJECTS + "---\n- a\n": "not a Kubernetes object",
    OBJECTS + "---\na: [\n": "is not YAML",
}


@pytest.mark.parametrize("objects", ASKED_FOR)
def test_what_a_service_may_not_have_is_refused(
    objects: str, asked: Callable[..., Path], platform: Path
) -> None:
    with pytest.raises(AnswersError) as raised:
        add_service.add(asked(objects=objects), platform)
    assert ASKED_FOR[objects] in raised.value.message
    assert list(platform.iterdir()) == []


OTHERS = {
    "namespace": (
        ("namespace: shop", "namespace: pay-api"),
        "the namespace pay-api is that of pay-api",
    ),
    "host": (("shop.dev.example.com", "pay-api.dev.example.com"), "the host name pay-api.dev"),
    "identity": (("shop-dev-deploy", "pay-api-dev-deploy"), "pay-api-dev-deploy deploys pay-api"),
}


@pytest.mark.parametrize("shared", OTHERS)
def test_what_another_service_has_is_refused(
    shared: str, asked: Callable[..., Path], platform: Path
) -> None:
    add_service.add(asked(), platform)
    (mine, theirs), said = OTHERS[shared]
    objects = OBJECTS if shared == "namespace" else renamed(OBJECTS, "shop")
    objects = objects.replace("pay-api-deployers", "shop-deployers")
    request = renamed(REQUEST, "shop").replace(mine, theirs)
    with pytest.raises(AnswersError, match=said):
        add_service.add(asked(request, objects, "shop"), platform)

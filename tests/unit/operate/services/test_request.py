"""Requests of services: their form, and refusals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scaffolder import cli
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


REQUESTS = {
    "": "holds no fields",
    "- a\n": "holds no fields",
    "a: [": "is not YAML",
    REQUEST.replace("version: 1", "version: 2"): "version must be 1",
    REQUEST + "admin: true\n": "unknown fields: admin",
    REQUEST.replace("service: pay-api", "service: Pay"): "service must be",
    REQUEST.replace("service: pay-api", "service: ../x"): "service must be",
    REQUEST.replace("namespace: pay-api", "namespace: kube-system"): "belongs to the platform",
    REQUEST.replace("namespace: pay-api", "namespace: gateway"): "belongs to the platform",
    REQUEST.replace("cloud: aws", "cloud: gcp"): "cloud must be one of aws, azure, none",
    REQUEST.replace("pay-api.dev.example.com", "'*.example.com'"): "hosts of dev cannot be",
    REQUEST.replace("dev: pay-api-dev-deploy", "dev: 'a; b'"): "deployers of dev cannot be",
    REQUEST.replace("objects: [objects.yaml]", "objects: []"): "objects must list",
    REQUEST.replace("[objects.yaml]", "[../objects.yaml]"): "is not beside the request",
    REQUEST.replace("[objects.yaml]", "[/etc/passwd]"): "is not beside the request",
    REQUEST.replace("[objects.yaml]", "[none.yaml]"): "none.yaml is not beside",
    REQUEST.replace("chat: slack", "chat: irc"): "chat must be one of slack, teams",
}


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_request_that_is_none_is_refused(
    request_: str, asked: Callable[..., Path], platform: Path
) -> None:
    with pytest.raises(AnswersError) as raised:
        add_service.add(asked(request_), platform)
    assert REQUESTS[request_] in raised.value.message
    assert list(platform.iterdir()) == []


def test_a_link_out_of_the_folder_is_refused(asked: Callable[..., Path], platform: Path) -> None:
    file = asked()
    (platform / "theirs.yaml").write_text(OBJECTS, encoding="utf-8")
    (file.parent / "objects.yaml").unlink()
    (file.parent / "objects.yaml").symlink_to(platform / "theirs.yaml")
    with pytest.raises(AnswersError, match="leads out of its folder"):
        add_service.add(file, platform)


@pytest.mark.parametrize("words", [["service"], ["service", "a", "b"], ["service", "a", "--diff"]])
def test_words_that_are_no_file_are_refused(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["add", *words]) == 2
    assert "add service" in capsys.readouterr().err

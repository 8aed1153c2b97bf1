"""`scaffold add service`: what a platform takes into its list, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from support import Repository

from scaffolder import cli
from scaffolder.errors import AnswersError
from scaffolder.operate import services as add_service
from scaffolder.tools.offline import custom_resources

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


def test_a_request_becomes_an_entry_of_the_list(asked: Callable[..., Path], platform: Path) -> None:
    added = add_service.add(asked(), platform)
    assert [(one.path.as_posix(), one.action) for one in added.files] == [
        ("services/pay-api/request.yaml", "new"),
        ("services/pay-api/objects.yaml", "new"),
    ]
    assert (platform / "services/pay-api/request.yaml").read_text(encoding="utf-8") == REQUEST
    found = list(yaml.safe_load_all((platform / "services/pay-api/objects.yaml").read_text()))
    assert [one["kind"] for one in found] == [
        *("Namespace", "NetworkPolicy", "ResourceQuota", "Role", "RoleBinding"),
        "AlertmanagerConfig",
    ]
    assert found[0]["metadata"]["labels"]["gateway"] == "public"


def test_the_same_request_again_changes_nothing(asked: Callable[..., Path], platform: Path) -> None:
    add_service.add(asked(), platform)
    again = add_service.add(asked(), platform)
    assert {one.action for one in again.files} == {"unchanged"}
    more = add_service.add(asked(objects=OBJECTS.replace('"24"', '"30"')), platform)
    assert [one.action for one in more.files] == ["unchanged", "changed"]


def test_a_dry_run_writes_nothing(asked: Callable[..., Path], platform: Path) -> None:
    assert {one.action for one in add_service.add(asked(), platform, dry_run=True).files} == {"new"}
    assert list(platform.iterdir()) == []


@pytest.mark.parametrize("chat", ["slack", "teams"])
def test_the_route_of_the_alerts_is_one_that_the_operator_knows(
    chat: str, asked: Callable[..., Path], platform: Path
) -> None:
    add_service.add(asked(REQUEST.replace("chat: slack", f"chat: {chat}")), platform)
    *_, route = yaml.safe_load_all((platform / "services/pay-api/objects.yaml").read_text())
    assert route["spec"]["receivers"][0]["name"] == route["spec"]["route"]["receiver"]
    if (route["apiVersion"], route["kind"]) in custom_resources.kinds():
        assert custom_resources.violations(route) == ()


def test_a_service_without_monitoring_has_no_route(
    asked: Callable[..., Path], platform: Path
) -> None:
    add_service.add(
        asked("\n".join(REQUEST.splitlines()[:-2]) + "\nobjects: [objects.yaml]\n"), platform
    )
    assert "AlertmanagerConfig" not in (platform / "services/pay-api/objects.yaml").read_text()


def test_a_job_has_no_address(asked: Callable[..., Path], platform: Path) -> None:
    request = "".join(
        line for line in REQUEST.splitlines(keepends=True) if not line.startswith("hosts:")
    )
    added = add_service.add(asked(request), platform)
    assert [one.action for one in added.files] == ["new", "new"]


def test_a_namesake_of_another_repository_is_refused(
    asked: Callable[..., Path], platform: Path
) -> None:
    add_service.add(asked(), platform)
    with pytest.raises(AnswersError, match="is the service of https://github"):
        add_service.add(asked(REQUEST.replace("acme", "evil")), platform)


GENERATED = {
    "aws": ({"cluster": "shared"}, "create-access-entry"),
    "azure": ({"cluster": "shared"}, "DEPLOY_PRINCIPAL_ID"),
    "none": ({"platform_parts": "existing"}, "my-service-pipeline logs in"),
}


@pytest.mark.parametrize("cloud", GENERATED)
def test_the_request_of_a_generated_service_is_taken(
    cloud: str, pristine: Repository, platform: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given, next_step = GENERATED[cloud]
    file = pristine(cloud=cloud, **given) / "platform-request.yaml"
    words = ["add", "service", str(file), "--path", str(platform)]
    assert cli.run([*words, "--format", "json", "--dry-run"]) == 0
    assert json.loads(capsys.readouterr().out)["files"] == [
        {"path": "services/my-service/request.yaml", "action": "new"},
        {"path": "services/my-service/objects.yaml", "action": "new"},
    ]
    assert cli.run(words) == 0
    said = capsys.readouterr().out
    assert "my-service: namespace my-service, team my-service-team" in said
    assert next_step in said

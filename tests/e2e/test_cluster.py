"""`scaffold check --context`: a strict dry-run against an API server.

By default the server is kmock, which knows addresses and kinds; what it says of an object is recorded from real servers
or made of the published schemas. `make e2e-cluster` asks the same of the API server that KUBECONFIG names.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from api_server import ScriptedServer
from support import Repository

from scaffolder import checks, cluster
from scaffolder.cluster import Ruling
from scaffolder.errors import ClusterError, ExitCode
from scaffolder.model import Outcome, Report
from scaffolder.project import Project
from scaffolder.toolchain import SystemToolchain
from scaffolder.tools import HELM

SCRIPTED = "the answers are a script's"
"""Why a test is skipped with a real API server: it needs one that refuses, or is ill."""


@dataclass(frozen=True, kw_only=True)
class Api:
    """A context of a kubeconfig with an API server behind it, and a namespace that exists there."""

    context: str
    namespace: str


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as started:
        yield started


@pytest.fixture
def api(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Api:
    """The API server to ask: KUBECONFIG's with --cluster, else the scripted one."""
    if request.config.getoption("--cluster"):
        current = [one for one in cluster.contexts() if one.current] if os.environ.get("KUBECONFIG") else []
        if not current:
            pytest.skip("KUBECONFIG names no file with a current context")
        return Api(context=current[0].name, namespace=current[0].namespace)
    scripted: ScriptedServer = request.getfixturevalue("server")
    scripted.requests.clear()
    scripted.says = lambda path, one: None
    return context(tmp_path, monkeypatch, scripted.port)


@pytest.fixture
def scripted(request: pytest.FixtureRequest, api: Api, server: ScriptedServer) -> ScriptedServer:
    if request.config.getoption("--cluster"):
        pytest.skip(SCRIPTED)
    return server


def context(folder: Path, monkeypatch: pytest.MonkeyPatch, port: int, user: dict[str, Any] | None = None) -> Api:
    """A kubeconfig with one context, whose API server is this port of this machine."""
    file = folder / "kubeconfig"
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me", "namespace": "team"}}],
        "clusters": [{"name": "here", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "me", "user": user or {"token": "of-a-test"}}],
    }
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    # The client reads the variable once, when it is imported.
    monkeypatch.setattr("kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(file))
    return Api(context="here", namespace="team")


CONFIG = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "scaffold-dry-run"}, "data": {"a": "b"}}

DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "scaffold-dry-run"},
    "spec": {
        "selector": {"matchLabels": {"app": "x"}},
        "template": {
            "metadata": {"labels": {"app": "x"}},
            "spec": {"containers": [{"name": "x", "image": "registry.example.com/x:1"}]},
        },
    },
}


def ruling(api: Api, *objects: dict[str, Any]) -> list[tuple[Ruling, str]]:
    answers = cluster.dry_run(api.context, objects, namespace=api.namespace)
    return [(answer.ruling, answer.message) for answer in answers]


def test_sound_objects_are_accepted(api: Api) -> None:
    assert ruling(api, CONFIG, DEPLOYMENT) == [(Ruling.ACCEPTED, ""), (Ruling.ACCEPTED, "")]


def test_a_field_that_does_not_exist_is_refused_by_name(api: Api) -> None:
    wrong = {**DEPLOYMENT, "spec": {**DEPLOYMENT["spec"], "replicass": 2}}
    ((ruled, message),) = ruling(api, wrong)
    assert ruled is Ruling.REFUSED
    assert ".spec.replicass: field not declared in schema" in message


def test_a_kind_that_nobody_installed_is_unknown(api: Api) -> None:
    unknown = {"apiVersion": "nobody.example.com/v1", "kind": "Nothing", "metadata": {"name": "x"}}
    assert ruling(api, unknown, CONFIG) == [
        (Ruling.UNKNOWN, "the cluster serves no Nothing in nobody.example.com/v1"),
        (Ruling.ACCEPTED, ""),
    ]


def test_an_object_without_a_namespace_is_not_judged(api: Api) -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "scaffold-dry-run"}}
    assert ruling(api, namespace) == [(Ruling.UNJUDGED, "Namespace belongs to no namespace")]


def test_a_context_that_does_not_exist_is_no_verdict_and_names_those_that_do(api: Api) -> None:
    with pytest.raises(ClusterError, match="context nowhere cannot be used") as raised:
        cluster.dry_run("nowhere", [CONFIG], namespace="team")
    assert api.context in raised.value.hint


def test_a_dry_run_says_what_it_is(scripted: ScriptedServer, api: Api) -> None:
    ruling(api, DEPLOYMENT)
    ((path, query, _),) = scripted.requests
    assert path == "/apis/apps/v1/namespaces/team/deployments/scaffold-dry-run"
    assert query == {"dryRun": "All", "fieldValidation": "Strict", "fieldManager": "scaffold-check", "force": "true"}


def test_the_namespace_of_an_object_comes_before_that_of_the_context(scripted: ScriptedServer, api: Api) -> None:
    elsewhere = {**CONFIG, "metadata": {"name": "x", "namespace": "elsewhere"}}
    with pytest.raises(ClusterError, match="has no namespace elsewhere") as raised:
        ruling(api, elsewhere)
    assert "create namespace elsewhere" in raised.value.hint


RECORDED = {
    "a right is missing": (
        403,
        'configmaps "x" is forbidden: User "me" cannot patch resource "configmaps" in API group "" in the namespace "team"',
        Ruling.UNJUDGED,
    ),
    "a right to create is missing": (
        403,
        'configmaps "x" is forbidden: User "me" cannot create resource "configmaps" in API group "" in the namespace "team"',
        Ruling.UNJUDGED,
    ),
    "a quota is used up": (
        403,
        'pods "x" is forbidden: exceeded quota: team, requested: cpu=1, used: cpu=4, limited: cpu=4',
        Ruling.REFUSED,
    ),
    "Pod Security": (
        403,
        'pods "x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
        Ruling.REFUSED,
    ),
    "a webhook with side effects": (
        400,
        'admission webhook "policy.example.com" does not support dry run',
        Ruling.UNJUDGED,
    ),
    "a webhook that says no": (400, 'admission webhook "policy.example.com" denied the request: no', Ruling.REFUSED),
    "a value out of range": (422, 'Deployment.apps "x" is invalid: spec.replicas: Invalid value: -1', Ruling.REFUSED),
    "the server is ill": (500, "etcdserver: leader changed", Ruling.UNJUDGED),
    "the server is busy": (429, "Too many requests, please try again later.", Ruling.UNJUDGED),
}


@pytest.mark.parametrize(("status", "message", "expected"), RECORDED.values(), ids=RECORDED)
def test_recorded_answers_are_told_apart(
    scripted: ScriptedServer, api: Api, status: int, message: str, expected: Ruling
) -> None:
    scripted.says = lambda path, one: (status, message)
    assert ruling(api, CONFIG) == [(expected, message)]


def test_a_server_that_does_not_know_us_is_no_verdict(scripted: ScriptedServer, api: Api) -> None:
    scripted.says = lambda path, one: (401, "Unauthorized")
    with pytest.raises(ClusterError, match="does not know who is asking: it said 401"):
        ruling(api, CONFIG)


def test_a_dead_server_is_no_verdict_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dead = context(tmp_path, monkeypatch, free.getsockname()[1])
        started = time.monotonic()
        with pytest.raises(ClusterError, match=r"cannot be reached at http://127\.0\.0\.1") as raised:
            ruling(dead, CONFIG)
    assert "refused" in str(raised.value)
    assert time.monotonic() - started < 5


def test_a_server_that_does_not_answer_is_no_verdict_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        slow = context(tmp_path, monkeypatch, silent.getsockname()[1])
        with pytest.raises(ClusterError, match=r"did not answer within 0\.2 s"):
            cluster.dry_run(slow.context, [CONFIG], namespace="team", call=0.2)


def test_answers_that_take_too_long_together_are_no_verdict(scripted: ScriptedServer, api: Api) -> None:
    with pytest.raises(ClusterError, match="answers too slowly: 0 of 1 objects in 0 s"):
        cluster.dry_run(api.context, [CONFIG], namespace="team", all_calls=0)


def test_a_plugin_that_never_gives_credentials_is_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": sys.executable,
            "args": ["-c", "import time; time.sleep(2)"],
        }
    }
    slow = context(tmp_path, monkeypatch, 1, {**waiting, "interactiveMode": "Never"})
    with pytest.raises(ClusterError, match=r"the credentials of context here were not there within 0\.2 s"):
        cluster.dry_run(slow.context, [CONFIG], namespace="team", call=0.1)


# ---- the check ----------------------------------------------------------------------------------------------------


def checked(root: Path, api: Api, toolchain: SystemToolchain) -> Report:
    if toolchain.find(HELM) is None:
        pytest.skip(f"helm is not installed: {HELM.install_hint}")
    return checks.run(Project(root), checks.choose(select=["K8003"], ignore=[], context=api.context), toolchain)


def test_a_repository_s_objects_are_accepted_or_of_a_kind_that_is_not_installed(
    api: Api, pristine: Repository, toolchain: SystemToolchain
) -> None:
    report = checked(pristine(), api, toolchain)
    (result,) = report.results
    assert result.findings == ()
    if result.outcome is not Outcome.PASSED:
        assert result.outcome is Outcome.BROKEN
        reasons = result.reason.partition("objects: ")[2].split("; ")
        assert all(reason.startswith("the cluster serves no ") for reason in reasons), result.reason
        assert report.exit_code is ExitCode.NO_VERDICT


def test_a_misspelt_field_is_found_in_its_template(
    api: Api, repository: Repository, toolchain: SystemToolchain
) -> None:
    root = repository()
    template = root / "helm/my-service/templates/service.yaml"
    template.write_text(template.read_text().replace("spec:\n", "spec:\n  nonsense: true\n", 1))
    (result,) = checked(root, api, toolchain).results
    assert result.outcome is Outcome.FAILED
    assert result.level == "server"
    (finding,) = result.findings
    assert finding.path.as_posix() == "helm/my-service/templates/service.yaml"
    assert "nonsense: field not declared in schema" in finding.message


def test_a_removed_api_is_a_finding_and_not_a_missing_kind(
    api: Api, repository: Repository, toolchain: SystemToolchain
) -> None:
    root = repository()
    template = root / "helm/my-service/templates/poddisruptionbudget.yaml"
    template.write_text(template.read_text().replace("policy/v1\n", "policy/v1beta1\n", 1))
    (result,) = checked(root, api, toolchain).results
    assert [finding.path.name for finding in result.findings] == ["poddisruptionbudget.yaml"]
    assert "serves no PodDisruptionBudget in policy/v1beta1" in result.findings[0].message


def test_without_a_context_there_is_nothing_to_look_at(pristine: Repository, toolchain: SystemToolchain) -> None:
    report = checks.run(Project(pristine()), checks.choose(select=["K8003"], ignore=[]), toolchain)
    assert [one.reason for one in report.inapplicable] == ["no cluster is named: --context NAME asks one"]

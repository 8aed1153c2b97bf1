"""`scaffold check --context`: a strict dry-run against an API server.

By default the server is kmock, which knows addresses and kinds; its answers about an object are
recorded from real servers or made of the published schemas. `make e2e-cluster` asks the same of the
API server that KUBECONFIG names.
"""

from __future__ import annotations

import copy
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from api_server import Reply, ScriptedServer, answering, patched, recorded, refusal, replayed
from support import Repository

from scaffolder import checks
from scaffolder.errors import ClusterError, ExitCode
from scaffolder.model import Outcome, Report, Severity
from scaffolder.repository.project import Project
from scaffolder.tools import cluster
from scaffolder.tools.cluster import Ruling
from scaffolder.tools.programs import HELM
from scaffolder.tools.toolchain import SystemToolchain

pytestmark = pytest.mark.packaged

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
        current = (
            [one for one in cluster.contexts() if one.current]
            if os.environ.get("KUBECONFIG")
            else []
        )
        if not current:
            pytest.skip("KUBECONFIG names no file with a current context")
        return Api(context=current[0].name, namespace=current[0].namespace)
    scripted: ScriptedServer = request.getfixturevalue("server")
    scripted.reset()
    return context(tmp_path, monkeypatch, scripted.port)


@pytest.fixture
def scripted(request: pytest.FixtureRequest, api: Api, server: ScriptedServer) -> ScriptedServer:
    if request.config.getoption("--cluster"):
        pytest.skip(SCRIPTED)
    return server


def context(
    folder: Path, monkeypatch: pytest.MonkeyPatch, port: int, user: dict[str, Any] | None = None
) -> Api:
    """A kubeconfig with one context, whose API server is this port of this machine."""
    file = folder / "kubeconfig"
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "contexts": [
            {"name": "here", "context": {"cluster": "here", "user": "me", "namespace": "team"}}
        ],
        "clusters": [{"name": "here", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "me", "user": user or {"token": "of-a-test"}}],
    }
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    # The client reads the variable once, when it is imported.
    monkeypatch.setattr("kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(file))
    return Api(context="here", namespace="team")


CONFIG = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "scaffold-dry-run"},
    "data": {"a": "b"},
}

DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "scaffold-dry-run"},
    "spec": {
        "selector": {"matchLabels": {"app": "x"}},
        "template": {
            "metadata": {"labels": {"app": "x"}},
            "spec": {
                "securityContext": {
                    "runAsNonRoot": True,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "containers": [
                    {
                        "name": "x",
                        "image": "registry.example.com/x:1",
                        "securityContext": {
                            "allowPrivilegeEscalation": False,
                            "capabilities": {"drop": ["ALL"]},
                        },
                    }
                ],
            },
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


def test_a_dry_run_asks_as_helm_does(scripted: ScriptedServer, api: Api) -> None:
    ruling(api, DEPLOYMENT)
    ((path, query, _),) = scripted.requests
    assert path == "/apis/apps/v1/namespaces/team/deployments/scaffold-dry-run"
    assert query == {
        "dryRun": "All",
        "fieldValidation": "Strict",
        "fieldManager": "helm",
        "force": "true",
    }


def test_the_namespace_of_an_object_comes_before_that_of_the_context(
    scripted: ScriptedServer, api: Api
) -> None:
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
    "a webhook that says no": (
        400,
        'admission webhook "policy.example.com" denied the request: no',
        Ruling.REFUSED,
    ),
    "a value out of range": (
        422,
        'Deployment.apps "x" is invalid: spec.replicas: Invalid value: -1',
        Ruling.REFUSED,
    ),
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
    with pytest.raises(ClusterError, match="refused the credentials: HTTP status 401"):
        ruling(api, CONFIG)


def test_a_dead_server_is_no_verdict_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dead = context(tmp_path, monkeypatch, free.getsockname()[1])
        started = time.monotonic()
        with pytest.raises(
            ClusterError, match=r"cannot be reached at http://127\.0\.0\.1"
        ) as raised:
            ruling(dead, CONFIG)
    assert "refused" in str(raised.value)
    assert time.monotonic() - started < 5


def test_a_server_that_does_not_answer_is_no_verdict_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        slow = context(tmp_path, monkeypatch, silent.getsockname()[1])
        with pytest.raises(ClusterError, match=r"did not answer within 0\.2 s"):
            cluster.dry_run(slow.context, [CONFIG], namespace="team", call=0.2)


def test_answers_that_take_too_long_together_are_no_verdict(
    scripted: ScriptedServer, api: Api
) -> None:
    with pytest.raises(ClusterError, match="answers too slowly: 0 of 1 objects in 0 s"):
        cluster.dry_run(api.context, [CONFIG], namespace="team", all_calls=0)


def test_a_plugin_that_never_gives_credentials_is_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": sys.executable,
            "args": ["-c", "import time; time.sleep(2)"],
        }
    }
    slow = context(tmp_path, monkeypatch, 1, {**waiting, "interactiveMode": "Never"})
    with pytest.raises(
        ClusterError, match=r"the credentials of context here were not there within 0\.2 s"
    ):
        cluster.dry_run(slow.context, [CONFIG], namespace="team", call=0.1)


# ---- over what is installed ---------------------------------------------------------------------------------------

UPGRADES = recorded("upgrades")
CHANGES = list(UPGRADES["changes"])
ADDRESSES = {
    "Deployment": "/apis/apps/v1/namespaces/team/deployments/billing",
    "HorizontalPodAutoscaler": "/apis/autoscaling/v2/namespaces/team/horizontalpodautoscalers/billing",
    "PodDisruptionBudget": "/apis/policy/v1/namespaces/team/poddisruptionbudgets/billing",
    "Service": "/api/v1/namespaces/team/services/billing",
    "Pod": "/api/v1/namespaces/team/pods/billing-test",
}
TERRAFORM = "terraform-provider-helm_v3.1.0_x5"


def rendered(change: str) -> dict[str, Any]:
    """The object that a recorded change sent."""
    entry: dict[str, Any] = UPGRADES["changes"][change]
    return entry.get("object") or patched(
        UPGRADES["changes"]["unchanged"]["object"], entry["change"]
    )


def live(base: str, kind: str) -> dict[str, Any]:
    """An object as Helm 3, Helm 4 or Terraform's provider, which is Helm 3 under another name, installed it."""
    installed: dict[str, Any] = copy.deepcopy(
        UPGRADES["installed"][base.replace("terraform", "helm3")][kind]
    )
    for entry in installed["metadata"]["managedFields"]:
        if base == "terraform" and entry["manager"] == "helm":
            entry["manager"] = TERRAFORM
    return installed


@pytest.mark.parametrize("base", ["helm3", "helm4", "terraform"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_an_upgrade_accepts_is_accepted(
    scripted: ScriptedServer, api: Api, base: str, change: str
) -> None:
    one = rendered(change)
    scripted.installed[ADDRESSES[one["kind"]]] = live(base, one["kind"])
    assert ruling(api, one) == [(Ruling.ACCEPTED, "")]


IMMUTABLE = {
    "a Deployment's selector": (
        "unchanged",
        {"spec": {"selector": {"matchLabels": {"app": "x"}}}},
        "is immutable",
    ),
    "a Service's address": (
        "service-targetPort",
        {"spec": {"clusterIP": "None"}},
        "may not change once set",
    ),
    "both limits of a PDB": (
        "pdb-maxUnavailable-to-minAvailable",
        {"spec": {"maxUnavailable": 1}},
        "both set",
    ),
}


@pytest.mark.parametrize("base", ["helm3", "helm4", "terraform"])
@pytest.mark.parametrize(("change", "patch", "message"), IMMUTABLE.values(), ids=IMMUTABLE)
def test_a_change_that_an_upgrade_refuses_is_refused(
    scripted: ScriptedServer, api: Api, base: str, change: str, patch: dict[str, Any], message: str
) -> None:
    one = patched(rendered(change), patch)
    scripted.installed[ADDRESSES[one["kind"]]] = live(base, one["kind"])
    ((ruled, said),) = ruling(api, one)
    assert ruled is Ruling.REFUSED
    assert message in said


def test_a_field_that_was_edited_by_hand_stays_when_helm_3_upgrades(
    scripted: ScriptedServer, api: Api
) -> None:
    edited = live("helm3", "Deployment")
    edited["spec"]["template"]["spec"]["containers"][0]["env"].append(
        {"name": "DEBUG", "value": "1"}
    )
    debug: dict[str, Any] = {'k:{"name":"DEBUG"}': {".": {}, "f:name": {}, "f:value": {}}}
    containers = {'k:{"name":"service"}': {"f:env": debug}}
    fields = {"f:spec": {"f:template": {"f:spec": {"f:containers": containers}}}}
    edit = {
        "manager": "kubectl-edit",
        "operation": "Update",
        "apiVersion": "apps/v1",
        "fieldsV1": fields,
    }
    edited["metadata"]["managedFields"].append(edit)
    scripted.installed[ADDRESSES["Deployment"]] = edited
    assert ruling(api, rendered("probe-httpGet-to-tcpSocket")) == [(Ruling.ACCEPTED, "")]
    (container,) = scripted.requests[-1][2]["spec"]["template"]["spec"]["containers"]
    assert {"name": "DEBUG", "value": "1"} in container["env"]


def test_what_an_upgrade_removes_causes_no_warning(scripted: ScriptedServer, api: Api) -> None:
    before = live("helm3", "Deployment")
    before["spec"]["template"]["spec"]["hostNetwork"] = True
    helm = next(
        entry for entry in before["metadata"]["managedFields"] if entry["manager"] == "helm"
    )
    helm["fieldsV1"]["f:spec"]["f:template"]["f:spec"]["f:hostNetwork"] = {}
    scripted.installed[ADDRESSES["Deployment"]] = before
    scripted.enforces = "restricted:latest"
    (answer,) = cluster.dry_run(api.context, [rendered("image")], namespace="team")
    assert (answer.ruling, answer.warnings) == (Ruling.ACCEPTED, ())


@pytest.mark.parametrize("kind", ["Deployment", "HorizontalPodAutoscaler"])
def test_drift_over_helm_4_s_objects_is_overwritten_as_an_upgrade_does(
    scripted: ScriptedServer, api: Api, kind: str
) -> None:
    edited = live("helm4", kind)
    field = "replicas" if kind == "Deployment" else "maxReplicas"
    edited["spec"][field] = 20
    edit = {"manager": "kubectl-patch", "operation": "Update", "apiVersion": edited["apiVersion"]}
    edited["metadata"]["managedFields"].append(edit | {"fieldsV1": {"f:spec": {f"f:{field}": {}}}})
    scripted.installed[ADDRESSES[kind]] = edited
    change = "strategy-RollingUpdate-to-Recreate" if kind == "Deployment" else "hpa-metric-type"
    assert ruling(api, rendered(change)) == [(Ruling.ACCEPTED, "")]


def test_an_object_of_another_release_is_inconclusive(scripted: ScriptedServer, api: Api) -> None:
    scripted.installed[ADDRESSES["Service"]] = live("helm4", "Service")
    (answer,) = cluster.dry_run(
        api.context, [rendered("service-targetPort")], namespace="team", release="shop"
    )
    assert answer.ruling is Ruling.UNJUDGED
    assert cluster.reasons([answer]) == [
        "Service billing exists and belongs to the Helm release billing; Helm refuses to adopt it for shop"
    ]


def test_an_object_that_helm_did_not_install_is_inconclusive(
    scripted: ScriptedServer, api: Api
) -> None:
    created = live("helm4", "Service")
    created["metadata"].pop("annotations")
    created["metadata"]["managedFields"][0] |= {"manager": "kubectl-create", "operation": "Update"}
    scripted.installed[ADDRESSES["Service"]] = created
    ((ruled, said),) = ruling(api, rendered("service-targetPort"))
    assert (ruled, said) == (
        Ruling.UNJUDGED,
        "exists and belongs to no Helm release; Helm refuses to adopt it",
    )


def test_a_refusal_over_an_object_that_cannot_be_read_is_inconclusive(
    scripted: ScriptedServer, api: Api
) -> None:
    one = rendered("strategy-RollingUpdate-to-Recreate")
    scripted.installed[ADDRESSES["Deployment"]] = live("helm3", "Deployment")
    scripted.reads = lambda path: refusal(
        403, 'deployments.apps "billing" is forbidden: User "me" cannot get resource'
    )
    ((ruled, said),) = ruling(api, one)
    assert ruled is Ruling.UNJUDGED
    assert "the installed object cannot be read" in said


def test_a_server_that_takes_no_merge_patch_leaves_helm_3_s_objects_inconclusive(
    scripted: ScriptedServer, api: Api
) -> None:
    one = rendered("strategy-RollingUpdate-to-Recreate")
    scripted.installed[ADDRESSES["Deployment"]] = live("helm3", "Deployment")
    scripted.says = lambda path, sent: (
        None if "kind" in sent else (415, "415: Unsupported Media Type")
    )
    ((ruled, said),) = ruling(api, one)
    assert ruled is Ruling.UNJUDGED
    assert "was installed client-side (by Helm 3 or Terraform)" in said


def hook(image: str) -> dict[str, Any]:
    annotations = {"helm.sh/hook": "test", "helm.sh/hook-delete-policy": "before-hook-creation"}
    metadata = {"name": "billing-test", "annotations": annotations}
    spec = {"containers": [{"name": "test", "image": image}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def test_a_hook_that_helm_creates_again_may_differ_from_the_last_one(
    scripted: ScriptedServer, api: Api
) -> None:
    scripted.installed[ADDRESSES["Pod"]] = hook("registry.example.com/test:1")
    assert ruling(api, hook("registry.example.com/test:2")) == [(Ruling.ACCEPTED, "")]


def test_what_belongs_to_a_release_is_sent_with_helm_s_marks(
    scripted: ScriptedServer, api: Api
) -> None:
    cluster.dry_run(api.context, [CONFIG, hook("x")], namespace="team", release="billing")
    config, pod = (sent["metadata"] for _, _, sent in scripted.requests)
    assert config["labels"] == {"app.kubernetes.io/managed-by": "Helm"}
    assert config["annotations"] == {
        "meta.helm.sh/release-name": "billing",
        "meta.helm.sh/release-namespace": "team",
    }
    assert set(pod["annotations"]) == {"helm.sh/hook", "helm.sh/hook-delete-policy"}


# ---- what a real server was recorded saying -----------------------------------------------------------------------

REFUSALS = recorded("refusals")["answers"]
FAULTS = {
    name: answer for name, answer in recorded("faults")["answers"].items() if answer["code"] >= 400
}
SECURITY = recorded("pod-security")


@pytest.mark.parametrize("name", REFUSALS)
def test_a_recorded_refusal_is_a_refusal(scripted: ScriptedServer, api: Api, name: str) -> None:
    scripted.says = lambda path, one: replayed(REFUSALS[name])
    assert ruling(api, CONFIG) == [(Ruling.REFUSED, REFUSALS[name]["status"]["message"])]


@pytest.mark.parametrize(
    "name", [name for name in FAULTS if name != "namespace-not-there.as-admin"]
)
def test_a_recorded_fault_is_inconclusive(scripted: ScriptedServer, api: Api, name: str) -> None:
    scripted.says = lambda path, one: replayed(FAULTS[name])
    ((ruled, said),) = ruling(api, CONFIG)
    assert ruled is Ruling.UNJUDGED
    assert said


def accepts_with(name: str) -> Callable[[str, dict[str, Any]], Reply]:
    """Answer as was recorded in a namespace with Pod Security: a Deployment with a warning, a Pod with a refusal."""

    def says(path: str, one: dict[str, Any]) -> Reply:
        if one["kind"] == "Pod":
            return replayed(SECURITY["pods"][name])
        return Reply(201, one, replayed(SECURITY["deployments"][name]).warnings)

    return says


@pytest.mark.parametrize("name", SECURITY["changes"])
def test_a_deployment_whose_pods_pod_security_refuses_is_refused(
    scripted: ScriptedServer, api: Api, name: str
) -> None:
    scripted.says = accepts_with(name)
    ((ruled, said),) = ruling(api, patched(SECURITY["good"], SECURITY["changes"][name]))
    assert ruled is Ruling.PODS_REFUSED
    assert said.startswith('would violate PodSecurity "restricted:latest": ')


def test_a_deployment_that_pod_security_accepts_is_accepted(
    scripted: ScriptedServer, api: Api
) -> None:
    scripted.enforces = "restricted:latest"
    assert ruling(api, SECURITY["good"]) == [(Ruling.ACCEPTED, "")]


def test_a_namespace_that_only_warns_accepts_the_pods(scripted: ScriptedServer, api: Api) -> None:
    scripted.warns = "restricted:latest"
    one = patched(SECURITY["good"], SECURITY["changes"]["hostNetwork"])
    (answer,) = cluster.dry_run(api.context, [one], namespace="team")
    assert answer.ruling is Ruling.ACCEPTED
    assert answer.warnings == (
        'would violate PodSecurity "restricted:latest": host namespaces (hostNetwork=true)',
    )


def test_warnings_are_read_from_headers_of_one_and_of_several(
    scripted: ScriptedServer, api: Api
) -> None:
    deprecated = (
        'v1 Endpoints is deprecated in v1.33+; use "EndpointSlice"',
        "a second, with a comma",
    )
    scripted.says = lambda path, one: Reply(201, one, deprecated)
    (answer,) = cluster.dry_run(api.context, [CONFIG], namespace="team")
    assert answer.warnings == deprecated


# ---- a server that is none, or ill --------------------------------------------------------------------------------

VERSION = recorded("discovery")["answers"]["plain_version"]["body"]
LOGIN = Reply(200, "<html><title>Sign in</title></html>", media_type="text/html")


def elsewhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch, answer: Callable[[str, str], Reply]
) -> ClusterError:
    """The error of a dry-run against a server that gives this answer to each method and path."""
    with answering(answer) as port, pytest.raises(ClusterError) as raised:
        ruling(context(folder, monkeypatch, port), CONFIG, DEPLOYMENT)
    return raised.value


FOREIGN: dict[str, Callable[[str], Reply]] = {
    "a login page": lambda path: LOGIN,
    "a page for everything that is not there": lambda path: Reply(
        404, "<html>no such page</html>", media_type="text/html"
    ),
    "JSON for everything that is not there": lambda path: Reply(404, {"error": "not found"}),
    "another JSON API": lambda path: Reply(200, {"status": "ok"}),
    "a list": lambda path: Reply(200, "[]"),
    "a redirect": lambda path: Reply(302, "", media_type="text/html"),
    "a firewall": lambda path: Reply(403, "<html>blocked</html>", media_type="text/html"),
    "a version and pages": lambda path: Reply(200, VERSION) if path == "/version" else LOGIN,
    "a version for everything": lambda path: Reply(200, VERSION),
    "a version and nothing": lambda path: (
        Reply(200, VERSION) if path == "/version" else Reply(404, "", (), "text/plain")
    ),
}


@pytest.mark.parametrize("answer", FOREIGN.values(), ids=FOREIGN)
def test_a_server_that_is_no_kubernetes_is_inconclusive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Callable[[str], Reply]
) -> None:
    error = elsewhere(tmp_path, monkeypatch, lambda method, path: answer(path))
    assert error.message.startswith(
        "the server of context here is not a Kubernetes API server: GET /"
    )


@pytest.mark.parametrize("name", ["too-many-requests.version", "aggregated-api-away"])
def test_a_server_that_cannot_answer_now_is_inconclusive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    answer = replayed(recorded("faults")["answers"][name])
    error = elsewhere(tmp_path, monkeypatch, lambda method, path: answer)
    assert str(answer.content).strip() in error.message
    assert error.message.startswith(
        f"the cluster of context here cannot answer now: {answer.status} to GET /version"
    )


def test_a_user_without_the_right_to_read_the_version_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(method: str, path: str) -> Reply:
        if path == "/version":
            return refusal(403, 'forbidden: User "me" cannot get path "/version"', "Forbidden")
        return replayed(recorded("discovery")["answers"]["plain_apis_policy_v1"])

    with answering(answer) as port:
        budget = {"apiVersion": "policy/v1", "kind": "Budget", "metadata": {"name": "x"}}
        assert ruling(context(tmp_path, monkeypatch, port), budget) == [
            (Ruling.UNKNOWN, "the cluster serves no Budget in policy/v1")
        ]


@contextmanager
def dripping(start: bytes, *, pause: float) -> Iterator[int]:
    """Provide a server that sends `start` and then a byte now and then, without end."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(start)
                while not over.wait(pause):
                    connection.sendall(b"a")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            thread.join(5)


@pytest.mark.parametrize(
    "start",
    [b"HTTP/1.1 200 OK\r\nX-Header: ", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"],
    ids=["headers", "body"],
)
def test_a_server_that_drips_is_inconclusive_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    with dripping(start, pause=0.05) as port:
        slow = context(tmp_path, monkeypatch, port)
        started = time.monotonic()
        with pytest.raises(ClusterError, match=r"did not answer within 0\.3 s"):
            cluster.dry_run(slow.context, [CONFIG], namespace="team", call=0.3)
        assert time.monotonic() - started < 3


def test_an_answer_that_is_too_large_is_inconclusive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = elsewhere(tmp_path, monkeypatch, lambda method, path: Reply(200, "x" * (17 * 2**20)))
    assert "sent an answer of more than 16 MiB" in error.message


def plugin(command: str, *args: str, **settings: Any) -> dict[str, Any]:
    entry = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": command,
        "args": list(args),
        **settings,
    }
    return {"exec": entry | {"interactiveMode": "Never"}}


def refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, user: dict[str, Any], call: float = 10
) -> ClusterError:
    with pytest.raises(ClusterError) as raised:
        cluster.dry_run(
            context(folder, monkeypatch, 1, user).context, [CONFIG], namespace="team", call=call
        )
    return raised.value


def test_a_missing_plugin_is_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    error = refused(
        tmp_path, monkeypatch, plugin("no-such-plugin", installHint="install no-such-plugin")
    )
    assert error.message == (
        "the credentials plugin no-such-plugin of context here could not be started: No such file or directory"
    )
    assert error.hint == "install no-such-plugin"
    assert capfd.readouterr() == ("", "")


def test_a_failing_plugin_s_message_is_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    code = "import sys; sys.exit('The SSO session has expired')"
    error = refused(tmp_path, monkeypatch, plugin(sys.executable, "-c", code))
    assert error.message.endswith(
        "of context here failed with exit code 1: The SSO session has expired"
    )
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "output", ["", "[]", "{}", '{"status": {}}', '{"status": {"clientCertificateData": "x"}}']
)
def test_a_plugin_that_gives_no_credentials_is_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    error = refused(tmp_path, monkeypatch, plugin(sys.executable, "-c", f"print({output!r})"))
    assert error.message.startswith(f"the credentials plugin {sys.executable} of context here ")


def test_a_plugin_s_token_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import json, os; info = json.loads(os.environ['KUBERNETES_EXEC_INFO']); "
        "print(json.dumps({**info, 'status': {'token': os.environ['GIVEN']}}))"
    )
    user = plugin(sys.executable, "-c", code, env=[{"name": "GIVEN", "value": "secret"}])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        here = context(tmp_path, monkeypatch, listening.getsockname()[1], user)
        with pytest.raises(ClusterError):
            cluster.dry_run(here.context, [CONFIG], namespace="team", call=0.5)
        connection, _ = listening.accept()
        with connection:
            assert b"Bearer secret" in connection.recv(65536)


def test_no_process_of_a_hanging_plugin_outlives_the_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = tmp_path / "pid"
    started = "subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(60)'])"
    code = f"import pathlib, subprocess, sys; child = {started}; pathlib.Path({str(noted)!r}).write_text(str(child.pid)); child.wait()"
    user = plugin(sys.executable, "-S", "-c", code)
    error = refused(tmp_path, monkeypatch, user, call=1)
    assert "were not there within 2 s" in error.message
    child = int(noted.read_text())
    deadline = time.monotonic() + 5
    while _is_running(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _is_running(child)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


# ---- the check ----------------------------------------------------------------------------------------------------


def checked(root: Path, api: Api, toolchain: SystemToolchain) -> Report:
    if toolchain.find(HELM) is None:
        pytest.skip(f"helm is not installed: {HELM.how_to_get}")
    return checks.run(
        Project(root), checks.choose(select=["K8003"], ignore=[], context=api.context), toolchain
    )


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


def test_without_a_context_there_is_nothing_to_look_at(
    pristine: Repository, toolchain: SystemToolchain
) -> None:
    report = checks.run(Project(pristine()), checks.choose(select=["K8003"], ignore=[]), toolchain)
    assert [one.reason for one in report.inapplicable] == [
        "no cluster is named: --context NAME asks one"
    ]


def test_pods_that_pod_security_refuses_are_a_finding(
    scripted: ScriptedServer, api: Api, pristine: Repository, toolchain: SystemToolchain
) -> None:
    scripted.says = lambda path, one: (
        accepts_with("nfs-volume")(path, one) if one["kind"] == "Deployment" else None
    )
    (result,) = checked(pristine(), api, toolchain).results
    assert result.outcome is Outcome.FAILED
    (finding,) = result.findings
    assert finding.path.name == "deployment.yaml"
    assert (
        'accepts it and refuses its pods: would violate PodSecurity "restricted:latest"'
        in finding.message
    )


def without_custom_resources(root: Path) -> None:
    """Take away what the scripted server has no kinds for, as a cluster without those would leave the check open."""
    for name in ("httproute", "prometheusrule", "servicemonitor", "targetgroupconfiguration"):
        (root / f"helm/my-service/templates/{name}.yaml").unlink()


def test_another_warning_is_a_finding_that_does_not_fail(
    scripted: ScriptedServer, api: Api, repository: Repository, toolchain: SystemToolchain
) -> None:
    root = repository()
    without_custom_resources(root)
    scripted.says = lambda path, one: (
        Reply(201, one, ("it is old",)) if one["kind"] == "Service" else None
    )
    (result,) = checked(root, api, toolchain).results
    assert result.outcome is Outcome.PASSED
    (finding,) = result.findings
    assert (finding.path.name, finding.severity) == ("service.yaml", Severity.WARNING)
    assert finding.message.endswith("warns: it is old")


def test_an_environment_that_does_not_render_is_said(
    scripted: ScriptedServer, api: Api, repository: Repository, toolchain: SystemToolchain
) -> None:
    root = repository()
    values = root / "helm/my-service/values-prod.yaml"
    values.write_text(values.read_text().replace("minReplicas: 3", "minReplicas: many"))
    without_custom_resources(root)
    report = checked(root, api, toolchain)
    assert report.exit_code is ExitCode.NO_VERDICT
    assert (
        "environment prod does not render, so the cluster was not asked about that: see HL002"
        in (report.results[0].reason)
    )


def test_one_reason_for_several_groups_is_said_once(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pristine: Repository,
    toolchain: SystemToolchain,
) -> None:
    busy = replayed(recorded("faults")["answers"]["too-many-requests.apply"])
    with answering(
        lambda method, path: Reply(200, VERSION) if path == "/version" else busy
    ) as port:
        report = checked(pristine(), context(tmp_path, monkeypatch, port), toolchain)
    assert report.exit_code is ExitCode.NO_VERDICT
    assert report.results[0].reason.count("Too many requests") == 1
    assert "apps/v1, autoscaling/v2" in report.results[0].reason

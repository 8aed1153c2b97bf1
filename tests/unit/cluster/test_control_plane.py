"""The parts of the stand-in for a control plane that no recording covers: protobuf, patches, selectors, quota, pods."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from control_plane import kinds, patches, protobuf, quota, selectors
from control_plane.api import ADMIN, Api
from control_plane.pods import PODS, Fate, Pods, digest_of
from control_plane.requests import Call
from control_plane.workloads import DEPLOYMENTS, Workloads
from rbac import Identity

pytestmark = pytest.mark.only_git

Object = dict[str, Any]
ROOT_USER = Identity("admin", (ADMIN,))
SECURE = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2, len(content)]) + content


def test_a_secret_is_read_from_protobuf() -> None:
    label = field(1, b"owner") + field(2, b"helm")
    metadata = field(1, b"sh.helm.release.v1.x.v1") + field(11, label)
    secret = (
        field(1, metadata)
        + field(2, field(1, b"release") + field(2, b"H4s"))
        + field(3, b"helm.sh/release.v1")
    )
    kind = field(1, b"v1") + field(2, b"Secret")
    read = protobuf.decode(b"k8s\x00" + field(1, kind) + field(2, secret))
    assert read == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "sh.helm.release.v1.x.v1", "labels": {"owner": "helm"}},
        "data": {"release": "SDRz"},
        "type": "helm.sh/release.v1",
    }


def test_a_review_is_read_from_protobuf_and_answered_by_the_roles_that_are_there() -> None:
    wish = (
        field(1, b"shop") + field(2, b"get") + field(3, b"") + field(5, b"pods") + field(6, b"log")
    )
    kind = field(1, b"authorization.k8s.io/v1") + field(2, b"SelfSubjectAccessReview")
    body = b"k8s\x00" + field(1, kind) + field(2, field(2, field(1, wish)))
    address = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    api = Api()

    def allowed(who: Identity | None) -> Any:
        call = Call("POST", address, body=body, media_type=protobuf.MEDIA_TYPE, identity=who)
        return json.loads(api.answer(call).body).get("status")

    deployer = Identity("pipeline", ("shop-deployers",))
    assert allowed(ROOT_USER) == {"allowed": True}
    assert allowed(deployer) == {"allowed": False}
    assert allowed(None) == "Failure"
    metadata = {"name": "deployer", "namespace": "shop"}
    version = "rbac.authorization.k8s.io/v1"
    rule = {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]}
    api.admit(
        {"apiVersion": version, "kind": "Role", "metadata": metadata, "rules": [rule]},
        {
            "apiVersion": version,
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"kind": "Role", "name": "deployer"},
            "subjects": [{"kind": "Group", "name": "shop-deployers"}],
        },
    )
    assert allowed(deployer) == {"allowed": True}
    assert allowed(Identity("pipeline", ("pay-deployers",))) == {"allowed": False}


@pytest.mark.parametrize("body", [b"{}", b"k8s\x00" + field(1, field(2, b"Pod"))])
def test_nothing_else_is_read_from_protobuf(body: bytes) -> None:
    with pytest.raises(ValueError, match="protobuf"):
        protobuf.decode(body)


CONTAINER = {
    "name": "service",
    "image": "a",
    "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
}
STRATEGIC = {
    "a value of one container": (
        {"containers": [{"name": "service", "image": "b"}]},
        {"containers": [{**CONTAINER, "image": "b"}]},
    ),
    "an entry is deleted": (
        {"containers": [{"name": "service", "env": [{"name": "A", "$patch": "delete"}]}]},
        {"containers": [{**CONTAINER, "env": [{"name": "B", "value": "2"}]}]},
    ),
    "an entry comes first": (
        {
            "containers": [
                {
                    "name": "service",
                    "$setElementOrder/env": [{"name": "B"}, {"name": "A"}],
                    "env": [{"name": "B", "value": "3"}],
                }
            ]
        },
        {
            "containers": [
                {**CONTAINER, "env": [{"name": "B", "value": "3"}, {"name": "A", "value": "1"}]}
            ]
        },
    ),
    "null takes a field away": ({"containers": None}, {}),
}


@pytest.mark.parametrize(("patch", "expected"), STRATEGIC.values(), ids=STRATEGIC)
def test_a_strategic_patch_merges_lists_by_their_key(patch: Object, expected: Object) -> None:
    assert patches.strategic({"containers": [CONTAINER]}, patch) == expected


def test_a_choice_between_kinds_keeps_the_one_that_is_named() -> None:
    live = {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}
    patch = {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}
    assert patches.strategic(live, patch) == {"strategy": {"type": "Recreate"}}


@pytest.mark.parametrize(
    ("labels", "fields", "chosen"),
    [
        ("", "", True),
        ("app=x", "", True),
        ("app=y", "", False),
        ("app!=y,owner", "", True),
        ("!owner", "", False),
        ("app in (x, y)", "", True),
        ("app notin (x, y)", "", False),
        ("", "metadata.name=one", True),
        ("", "metadata.name!=one", False),
        ("app=x", "involvedObject.name=two", False),
    ],
)
def test_selectors(labels: str, fields: str, chosen: bool) -> None:
    one = {"metadata": {"name": "one", "labels": {"app": "x", "owner": "helm"}}}
    assert selectors.matches(one, labels, fields) is chosen


def pod(name: str, memory: str) -> Object:
    amounts = {"cpu": "250m", "memory": memory}
    container = {
        "name": "service",
        "image": "registry.example.com/x@sha256:" + "a" * 64,
        "resources": {"requests": amounts, "limits": {"memory": memory}},
        "securityContext": SECURE,
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [container]},
    }


HARD = {"spec": {"hard": {"pods": "2", "requests.memory": "1Gi"}}, "metadata": {"name": "limits"}}


def test_a_quota_counts_what_is_there() -> None:
    there = [pod("one", "512Mi")]
    assert quota.refusal_of(pod("two", "512Mi"), None, there, HARD) == ""
    assert quota.refusal_of(pod("two", "768Mi"), None, there, HARD) == (
        "exceeded quota: limits, requested: requests.memory=768Mi, used: requests.memory=512Mi, limited: requests.memory=1Gi"
    )
    ended = {**pod("one", "1Gi"), "status": {"phase": "Succeeded"}}
    assert quota.refusal_of(pod("two", "768Mi"), None, [ended], HARD) == ""


def server(*objects: Object) -> Api:
    api = Api()
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "team", "labels": labels},
    }
    api.admit(namespace, *objects)
    return api


def post(api: Api, path: str, one: Object) -> Any:
    body = json.dumps(one).encode()
    return api.answer(Call("POST", path, {}, body, "application/json", "test/1", ROOT_USER))


def test_a_limit_range_completes_a_pod_before_the_quota_counts_it() -> None:
    limits = {
        "type": "Container",
        "default": {"memory": "128Mi"},
        "defaultRequest": {"memory": "128Mi"},
    }
    limit_range = {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": "defaults", "namespace": "team"},
        "spec": {"limits": [limits]},
    }
    quotas = {**HARD, "apiVersion": "v1", "kind": "ResourceQuota"}
    quotas["metadata"] = {"name": "limits", "namespace": "team"}
    bare = pod("bare", "1Mi")
    del bare["spec"]["containers"][0]["resources"]
    path = "/api/v1/namespaces/team/pods"
    assert (
        "must specify requests.memory for: service"
        in post(server(quotas), path, bare).content["message"]
    )
    reply = post(server(quotas, limit_range), path, bare)
    assert reply.status == 201
    assert reply.content["spec"]["containers"][0]["resources"]["limits"] == {"memory": "128Mi"}


def deployment(**context: object) -> Object:
    template = pod("x", "128Mi")["spec"]
    template["containers"][0]["securityContext"] = {**SECURE, **context}
    labels = {"app": "x"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "x", "namespace": "team"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": template},
        },
    }


def conditions(api: Api) -> dict[str, str]:
    one = api.storage.get(DEPLOYMENTS, "team", "x")
    assert one is not None
    return {entry["type"]: entry["reason"] for entry in one["status"]["conditions"]}


def test_pods_that_pod_security_refuses_never_come_though_the_deployment_is_taken() -> None:
    api = server()
    reply = post(api, "/apis/apps/v1/namespaces/team/deployments", deployment(runAsNonRoot=False))
    assert reply.status == 201
    assert reply.warnings[0].startswith(
        'would violate PodSecurity "restricted:latest": runAsNonRoot'
    )
    Workloads(api, Pods(api)).step()
    assert api.storage.select(PODS) == []
    assert conditions(api)["ReplicaFailure"] == "FailedCreate"


@pytest.mark.parametrize(
    ("fate", "reason", "ready"),
    [(Fate(), "NewReplicaSetAvailable", 2), (Fate(ready=False), "ProgressDeadlineExceeded", 0)],
)
def test_a_rollout_ends_as_its_pods_do(fate: Fate, reason: str, ready: int) -> None:
    api = server(deployment())
    workloads = Workloads(api, Pods(api, fates={"sha256:" + "a" * 64: fate}), deadline=0)
    for _ in range(3):
        workloads.step()
        time.sleep(0.001)
    one = api.storage.get(DEPLOYMENTS, "team", "x")
    assert one is not None
    assert one["status"]["readyReplicas"] == ready
    assert conditions(api)["Progressing"] == reason


@pytest.mark.parametrize("strategy", ["Recreate", "RollingUpdate"])
def test_recreate_alone_ends_the_old_pods_before_a_new_one_starts(strategy: str) -> None:
    api = server(deployment())
    workloads = Workloads(api, Pods(api), old_pods_stay=0)
    for _ in range(2):
        workloads.step()
    one = api.storage.get(DEPLOYMENTS, "team", "x")
    assert one is not None
    one["spec"]["strategy"] = {"type": strategy}
    one["spec"]["template"]["spec"]["containers"][0]["image"] = f"x@sha256:{'b' * 64}"
    api.storage.put(DEPLOYMENTS, one)
    together = 0
    for _ in range(6):
        workloads.step()
        running = {digest_of(pod) for pod in api.storage.select(PODS)}
        together = max(together, len(running))
    assert running == {"sha256:" + "b" * 64}
    assert together == (1 if strategy == "Recreate" else 2)


def test_recreate_ends_old_pods_in_their_own_time_and_sends_them_no_request() -> None:
    api = server(deployment())
    workloads = Workloads(api, Pods(api), old_pods_stay=60)
    for _ in range(2):
        workloads.step()
    one = api.storage.get(DEPLOYMENTS, "team", "x")
    assert one is not None
    one["spec"]["strategy"] = {"type": "Recreate"}
    one["spec"]["template"]["spec"]["containers"][0]["image"] = f"x@sha256:{'b' * 64}"
    api.storage.put(DEPLOYMENTS, one)
    for _ in range(3):
        workloads.step()
    pods = api.storage.select(PODS)
    assert {digest_of(pod) for pod in pods} == {"sha256:" + "a" * 64}
    assert all("deletionTimestamp" in pod["metadata"] for pod in pods)
    one = api.storage.get(DEPLOYMENTS, "team", "x")
    assert one is not None
    assert one["status"]["readyReplicas"] == 0


def test_a_test_that_never_ends_runs_on() -> None:
    api = server()
    tested = pod("x", "1Mi")
    tested["spec"]["restartPolicy"] = "Never"
    tested["status"] = {"phase": "Pending"}
    api.storage.put(PODS, tested)
    pods = Pods(api, fates={digest_of(tested): Fate(test_ends=False)})
    pods.step()
    (one,) = api.storage.select(PODS)
    assert one["status"]["phase"] == "Running"


def test_a_crash_has_a_log_of_the_container_before() -> None:
    digest = "sha256:" + "a" * 64
    crashing = Pods(Api(), fates={digest: Fate(crashes=True, log="no database\n")})
    assert crashing.log(pod("x", "1Mi"), previous=True) == "no database\n"
    assert Pods(Api()).log(pod("x", "1Mi"), previous=True) is None


def test_discovery_names_each_group_once_with_its_versions() -> None:
    listed = (kinds.document("apis") or {})["groups"]
    assert len({group["name"] for group in listed}) == len(listed)
    (monitoring,) = [one for one in listed if one["name"] == "monitoring.coreos.com"]
    assert [one["version"] for one in monitoring["versions"]] == ["v1", "v1alpha1"]
    assert monitoring["preferredVersion"]["version"] == "v1"

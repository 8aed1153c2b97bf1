"""The stand-in for a control plane answers the recorded requests as the real API server answered them.

Compared are the status, the reason and the words of a refusal, the warnings; of an object its spec,
labels and annotations, and who owns which field. If the stand-in does less than the real one,
`NOT_ENFORCED` has its name, and that list may only shrink.
"""

from __future__ import annotations

import functools
import json
import os
import re
import urllib.parse
from typing import Any

import pytest
import real_cluster
import yaml
from api_server import APPLY, Reply, recorded, replayed
from control_plane import kinds, ownership
from control_plane.api import ADMIN, Api
from control_plane.requests import Call
from rbac import Identity
from support import ROOT

pytestmark = pytest.mark.only_git

RECORDING = recorded("replay")
REVIEWS = yaml.safe_load((ROOT / "tests/data/access_reviews.yml").read_text(encoding="utf-8"))
SCENARIOS = RECORDING["scenarios"]
SINGLE = ("pod-security", "conflict-and-quota", "validation")
RELEASES = [name for name in SCENARIOS if name not in SINGLE]

_CUSTOM = "the schemas of custom resources are not part of it: kinds of others, which scaffold checks by their own schema"
_TYPES = "it refuses the type of a value, in other words than the decoder of the real one"
NOT_ENFORCED = {
    "quota.pvc-as-admin": "it serves no PersistentVolumeClaim: no chart has one",
    "bad-quantity.apply": "it does not read a quantity before something counts it",
    "bad-quantity.create": "it does not read a quantity before something counts it",
    "env-number-instead-of-string.apply": _TYPES,
    "env-number-instead-of-string.create": _TYPES,
    "label-not-a-string.apply": _TYPES,
    "label-not-a-string.create": _TYPES,
    "httproute-bad-hostname.apply": _CUSTOM,
    "httproute-bad-hostname.create": _CUSTOM,
    "httproute-cel-double-slash.apply": _CUSTOM,
    "httproute-cel-double-slash.create": _CUSTOM,
    "httproute-cel-redirect-and-backend.apply": _CUSTOM,
    "httproute-cel-redirect-and-backend.create": _CUSTOM,
    "prometheusrule-duplicate-group.apply": "the extract leaves groups out",
    "prometheusrule-duplicate-group.create": "the extract leaves groups out",
    "servicemonitor-bad-interval.apply": _CUSTOM,
    "servicemonitor-bad-interval.create": _CUSTOM,
    "unknown-field-in-httproute.apply": _CUSTOM,
    "unknown-field-in-httproute.create": _CUSTOM,
    "unknown-field.ignore.create": "it keeps a field that the real one drops; Helm and kubectl ask for Strict",
    "unknown-field.warn.create": "it keeps a field that the real one drops; Helm and kubectl ask for Strict",
    "duplicate-port.create": "it does not warn of a port that is stated twice",
}
"""The recorded refusals that the stand-in does not know, and why none of its tests needs them."""


@functools.cache
def value(number: int) -> Any:
    """Return an entry of `values`, with those that it stands on."""
    return unfolded(RECORDING["values"][number])


def unfolded(one: Any) -> Any:
    if isinstance(one, dict):
        if set(one) == {"value"} and isinstance(one["value"], int):
            return value(one["value"])
        return {key: unfolded(below) for key, below in one.items()}
    return [unfolded(below) for below in one] if isinstance(one, list) else one


def server(namespace: str, installed: list[dict[str, Any]], *, patches_pods: bool) -> Api:
    """Return a stand-in with the namespace, the Role, the quota and the objects that were there."""
    api = Api()
    level = "restricted" if namespace in ("restricted", "billing") else "privileged"
    labels = {f"pod-security.kubernetes.io/{mode}": level for mode in ("enforce", "warn")}
    api.admit(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}}
    )
    rules = [
        {**rule, "verbs": [*rule["verbs"], "patch"]}
        if patches_pods and rule["resources"] == ["pods"]
        else rule
        for rule in REVIEWS["rules"]
    ]
    group = "rbac.authorization.k8s.io"
    metadata = {"name": "deployer", "namespace": namespace}
    reference = {"apiGroup": group, "kind": "Role", "name": "deployer"}
    subjects = [{"apiGroup": group, "kind": "Group", "name": "deployers"}]
    api.admit(
        {"apiVersion": f"{group}/v1", "kind": "Role", "metadata": metadata, "rules": rules},
        {
            "apiVersion": f"{group}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": reference,
            "subjects": subjects,
        },
        *(one for one in installed if one["kind"] in {kind.name for kind in kinds.KINDS}),
    )
    if namespace == "errors":
        api.admit(
            {
                "apiVersion": "v1",
                "kind": "ResourceQuota",
                "metadata": {"name": "limits-of-the-namespace", "namespace": namespace},
                "spec": {"hard": RECORDING["quota"]},
            }
        )
    return api


def call(api: Api, step: dict[str, Any]) -> Call:
    """Return the recorded request; a version that it names is the one that this server has given."""
    address = urllib.parse.urlsplit(step["path"])
    body = step.get("request", {})
    if isinstance(body, list):
        *_, resource, name = address.path.split("/")
        live = next(
            one
            for (kind, _, known), one in api.storage.objects.items()
            if known == name and kind.split(".")[0] == resource
        )
        version = live["metadata"]["resourceVersion"]
        body = [
            {**one, "value": version} if one["path"] == "/metadata/resourceVersion" else one
            for one in body
        ]
    groups = (ADMIN,) if step["user"] == "admin" else tuple(step.get("groups", ()))
    return Call(
        method=step["method"],
        path=address.path,
        query=dict(urllib.parse.parse_qsl(address.query)),
        body=json.dumps(body).encode(),
        media_type=step.get("content_type", ""),
        agent="recorder/1",
        identity=Identity(step["user"] or "", groups),
    )


def shown(reply: Reply) -> dict[str, Any]:
    """Return of an answer what is compared."""
    told: dict[str, Any] = {"code": reply.status, "warnings": sorted(reply.warnings)}
    content = reply.content
    if isinstance(content, str):
        return {**told, "message": content}
    if content.get("kind") == "Status":
        if content.get("status") == "Failure":
            told |= {"message": content.get("message", ""), "reason": content.get("reason", "")}
        return told
    metadata = content["metadata"]
    spec: dict[str, Any] = content.get("spec") or {}
    if content["kind"] == "Service":  # the address is the server's to choose
        spec = {key: held for key, held in spec.items() if key not in ("clusterIP", "clusterIPs")}
    told |= {"spec": spec, "data": content.get("data")}
    told |= {key: metadata.get(key) or {} for key in ("labels", "annotations")}
    return told


def owners(reply: Reply) -> dict[str, list[str]]:
    """Return who owns which field, but for what a controller wrote."""
    assert isinstance(reply.content, dict)
    return {
        f"{entry['manager']} {entry['operation']}": sorted(
            ownership.dotted(path) for path in ownership.owned_by(entry)
        )
        for entry in reply.content.get("metadata", {}).get("managedFields", [])
        if "subresource" not in entry
    }


def expected(step: dict[str, Any]) -> Reply:
    answer = step.get("answer") or {}
    given: dict[str, Any] = {"code": step["code"], "warnings": step.get("warnings", [])}
    if step["code"] < 400:
        return replayed({**given, "body": answer or {"kind": "Status"}})
    if "reason" not in answer and "kind" not in answer and step["code"] == 404:
        return replayed({**given, "text": answer.get("message", ""), "type": "text/plain"})
    return replayed({**given, "status": answer})


def steps(name: str) -> list[dict[str, Any]]:
    return [unfolded(step) for step in SCENARIOS[name]["steps"]]


@pytest.mark.parametrize("name", RELEASES)
def test_a_release_is_answered_as_recorded(name: str) -> None:
    scenario = SCENARIOS[name]
    api = server(
        scenario["namespace"],
        [unfolded(one) for one in scenario["installed"]],
        patches_pods="with-pods-patch" in name or "over-helm" in name,
    )
    for step in steps(name):
        reply = api.answer(call(api, step))
        where = f"{step['method']} {step['path']}"
        assert (where, shown(reply)) == (where, shown(expected(step)))
        if step["method"] == "PATCH" and step["code"] < 300:
            assert (where, owners(reply)) == (where, owners(expected(step)))


CASES = [
    pytest.param(scenario, step, id=f"{scenario}-{step['name']}")
    for scenario in SINGLE
    for step in SCENARIOS[scenario]["steps"]
]


SETUP = [step for step in steps("conflict-and-quota") if step["name"].startswith("00-")]
"""The objects of the recorded conflicts: a Deployment and a Service that Helm 3 made."""


@pytest.fixture(scope="module")
def installed() -> list[dict[str, Any]]:
    api = server("errors", [], patches_pods=False)
    replies = [api.answer(call(api, step)) for step in SETUP]
    assert {reply.status for reply in replies} == {201}
    return [reply.content for reply in replies if isinstance(reply.content, dict)]


@pytest.mark.parametrize(("scenario", "step"), CASES)
def test_a_single_request_is_answered_as_recorded(
    scenario: str, step: dict[str, Any], installed: list[dict[str, Any]]
) -> None:
    step = unfolded(step)
    before = [] if step in SETUP or scenario != "conflict-and-quota" else installed
    namespace = SCENARIOS[scenario]["namespace"]
    api = server(namespace, before, patches_pods=namespace == "restricted")
    given, wanted = shown(api.answer(call(api, step))), shown(expected(step))
    if step["name"] in NOT_ENFORCED:
        assert given != wanted, f"{step['name']} is enforced: take it off the list"
    else:
        assert _without_quotes(given) == _without_quotes(wanted)


def _may_be_sent(scenario: str, step: dict[str, Any]) -> bool:
    """A dry-run that is not about who asks, nor about a namespace, a quota or a kind that a cluster may lack."""
    text = json.dumps(step)
    if step in SETUP:
        return True
    return (
        "dryRun=All" in step["path"]
        and "quota" not in step["name"]
        and "nowhere" not in step["path"]
        and not step["name"].startswith("namespace-")
        and 'User \\"' not in text
        and not re.search(
            r"/(gateway\.networking|monitoring\.coreos|example|extensions)", step["path"]
        )
        and scenario in SINGLE
    )


def test_a_real_server_answers_as_recorded(request: pytest.FixtureRequest) -> None:
    """With --cluster: the same requests, sent to the API server that KUBECONFIG names; other releases may use other words."""
    if not request.config.getoption("--cluster"):
        pytest.skip("asks a real cluster: make e2e-cluster")
    context = real_cluster.current() if os.environ.get("KUBECONFIG") else ""
    if not context:
        pytest.skip("KUBECONFIG names no file with a current context")
    differences = []
    with real_cluster.namespaces(context, "errors", "restricted") as send:
        api = Api()
        for scenario in ("pod-security", "validation", "conflict-and-quota"):
            for step in steps(scenario):
                if not _may_be_sent(scenario, step):
                    continue
                told, wanted = shown(send(call(api, step))), shown(expected(step))
                kept = ("code", "reason", "warnings")
                if [told.get(key) for key in kept] != [wanted.get(key) for key in kept]:
                    differences.append((step["name"], told, wanted))
    assert differences == []


def _without_quotes(told: dict[str, Any]) -> dict[str, Any]:
    """Sort the members of a JSON object, whose order no server promises."""
    return {
        key: re.sub(r"\{.*\}", "{}", held) if key == "message" else held
        for key, held in told.items()
    }


def test_an_apply_as_another_manager_says_whose_field_it_would_take() -> None:
    (step,) = [
        step
        for step in steps("helm4.over-helm3.06-upgrade-without-force-conflicts")
        if step["code"] == 409 and step["content_type"] == APPLY
    ]
    assert 'conflict with "kubectl-patch"' in step["answer"]["message"]

"""An emulator of AWS: moto's server, and in front of it what moto lacks of EKS.

    python tests/emulator/server.py PORT

moto knows no add-ons, access entries and pod identity associations, and leaves out fields of a
cluster that Terraform reads back. The policy of a bucket is judged without its conditions; one that
refuses requests without TLS would refuse all of them, so a statement with a condition is left out.
The tags of a launch template are not those of its machines.
"""

from __future__ import annotations

import io
import json
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from moto.ec2.responses.launch_templates import LaunchTemplates
from moto.s3.models import FakeBucket
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

Object = dict[str, Any]
Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]

ACCOUNT, REGION = "123456789012", "eu-central-1"

ADDONS, ENTRIES, ASSOCIATIONS = "addons", "access-entries", "pod-identity-associations"
KINDS = {ADDONS: "addon", ENTRIES: "accessEntry", ASSOCIATIONS: "association"}
"""Part of the address, and the field of the answer."""


class NotFound(Exception):
    """EKS has no such object."""


@dataclass
class Eks:
    """The WSGI application: EKS's objects by cluster, kind and name; everything else is moto's."""

    moto: Application
    objects: dict[tuple[str, str, str], Object] = field(default_factory=dict)
    policies: dict[tuple[str, str], dict[str, Object]] = field(default_factory=dict)
    asked: dict[str, Object] = field(default_factory=dict)
    """The requests that made clusters and node groups, by address."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    made: int = 0

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer what is EKS's and not moto's."""
        if "/eks/aws4_request" not in environ.get("HTTP_AUTHORIZATION", ""):
            return self.moto(environ, start)
        address = environ["RAW_URI"].partition("?")[0]
        path = [unquote(part) for part in address.strip("/").split("/")]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        sent = json.loads(body) if body else {}
        verb = environ["REQUEST_METHOD"]
        if len(path) >= 3 and path[0] == "clusters" and path[2] in KINDS:
            with self.lock:
                return _answered(start, lambda: self._own(verb, path[1], path[2], path[3:], sent))
        return self._of_moto(environ, start, path, body, sent)

    def _of_moto(
        self, environ: Environ, start: Start, path: list[str], body: bytes, sent: Object
    ) -> Iterable[bytes]:
        """Ask moto, and put into its answer what the request said and moto forgets."""
        said: list[Any] = []
        environ["wsgi.input"] = io.BytesIO(body)
        answer = b"".join(self.moto(environ, lambda *given: said.extend(given)))
        found = json.loads(answer) if answer[:1] == b"{" else {}
        for kind, completed in (("cluster", _cluster), ("nodegroup", _node_group)):
            if kind in found:
                address = f"{path[1] if len(path) > 1 else sent['name']}/{found[kind].get('nodegroupName', '')}"
                if environ["REQUEST_METHOD"] == "POST":
                    self.asked[address] = sent
                found[kind] |= completed(self.asked.get(address, {}))
                answer = json.dumps(found).encode()
        headers = [one for one in said[1] if one[0].lower() != "content-length"]
        start(said[0], [*headers, ("Content-Length", str(len(answer)))])
        return [answer]

    def _own(self, verb: str, cluster: str, kind: str, rest: list[str], sent: Object) -> Object:
        if not rest:
            if verb == "POST":
                return {KINDS[kind]: self._create(cluster, kind, sent)}
            names = [one for place, group, one in self.objects if (place, group) == (cluster, kind)]
            return {kind: names, "accessEntries": names, "associations": []}
        name = rest[0]
        if (cluster, kind, name) not in self.objects:
            raise NotFound(f"No {KINDS[kind]} {name} in {cluster}")
        if rest[1:2] == ["access-policies"]:
            return self._policy(verb, cluster, name, rest[2:], sent)
        one = self.objects[cluster, kind, name]
        if verb == "DELETE":
            del self.objects[cluster, kind, name]
        if verb == "POST":
            one |= {key: value for key, value in sent.items() if value is not None}
            if kind == ADDONS:
                return {"update": {"id": "1", "status": "Successful", "errors": []}}
        return {KINDS[kind]: one}

    def _create(self, cluster: str, kind: str, sent: Object) -> Object:
        self.made += 1
        number = f"a-{self.made:017d}"
        arn = f"arn:aws:eks:{REGION}:{ACCOUNT}"
        time = {"createdAt": 1.0, "modifiedAt": 1.0, "clusterName": cluster}
        if kind == ADDONS:
            inside = [
                self._create(cluster, ASSOCIATIONS, {"namespace": "kube-system", **one})
                for one in sent.get("podIdentityAssociations") or []
            ]
            name = sent["addonName"]
            own: Object = {
                "addonArn": f"{arn}:addon/{cluster}/{name}/{number}",
                "status": "ACTIVE",
                "health": {"issues": []},
                "podIdentityAssociations": [one["associationArn"] for one in inside],
            }
        elif kind == ENTRIES:
            name = sent["principalArn"]
            own = {
                "accessEntryArn": f"{arn}:access-entry/{cluster}/role/{ACCOUNT}/{number}",
                "kubernetesGroups": sent.get("kubernetesGroups") or [],
                "type": sent.get("type") or "STANDARD",
                "username": sent.get("username") or name,
            }
        else:
            name = number
            own = {
                "associationId": name,
                "associationArn": f"{arn}:podidentityassociation/{cluster}/{name}",
            }
        self.objects[cluster, kind, name] = {**sent, **time, "tags": sent.get("tags") or {}, **own}
        return self.objects[cluster, kind, name]

    def _policy(
        self, verb: str, cluster: str, principal: str, rest: list[str], sent: Object
    ) -> Object:
        there = self.policies.setdefault((cluster, principal), {})
        alike = {"clusterName": cluster, "principalArn": principal}
        if verb == "POST":
            there[sent["policyArn"]] = {**sent, "associatedAt": 1.0, "modifiedAt": 1.0}
            return {**alike, "associatedAccessPolicy": there[sent["policyArn"]]}
        if verb == "DELETE":
            there.pop("/".join(rest), None)
            return {}
        return {**alike, "associatedAccessPolicies": list(there.values())}


def _cluster(asked: Object) -> Object:
    """Return the fields of a cluster that moto leaves out."""
    access = asked.get("accessConfig", {})
    return {
        "accessConfig": {"authenticationMode": access.get("authenticationMode", "CONFIG_MAP")},
        "upgradePolicy": asked.get("upgradePolicy", {"supportType": "EXTENDED"}),
        "deletionProtection": bool(asked.get("deletionProtection")),
    }


def _node_group(asked: Object) -> Object:
    """Return the fields of a node group that moto leaves out or makes up."""
    return {
        "remoteAccess": asked.get("remoteAccess"),
        "updateConfig": asked.get("updateConfig", {"maxUnavailable": 1}),
        "nodeRepairConfig": asked.get("nodeRepairConfig"),
        "version": asked.get("version"),
    }


def _answered(start: Start, ask: Callable[[], Object]) -> Iterable[bytes]:
    status, headers = "200 OK", [("Content-Type", "application/json")]
    try:
        answer = ask()
    except NotFound as error:
        answer, status = {"message": str(error)}, "404 Not Found"
        headers.append(("x-amzn-ErrorType", "ResourceNotFoundException"))
    text = json.dumps(answer).encode()
    start(status, [*headers, ("Content-Length", str(len(text)))])
    return [text]


def _without_conditions(permission: Callable[..., Any]) -> Callable[..., Any]:
    """Return moto's judgement on a request to a bucket, without statements that have a condition."""

    def judged(bucket: Any, action: str, resource: str) -> Any:
        whole = bucket.policy
        if whole is not None:
            policy = json.loads(whole)
            kept = [one for one in policy["Statement"] if "Condition" not in one]
            bucket.policy = json.dumps({**policy, "Statement": kept}).encode() if kept else None
        try:
            return permission(bucket, action, resource)
        finally:
            bucket.policy = whole

    return judged


def _with_tags_of_its_own(create: Callable[..., Any]) -> Callable[..., Any]:
    """Return how moto makes a launch template, whose own tags are no tags of its machines."""

    def made(request: Any) -> Any:
        answer = create(request)
        name = request._get_param("LaunchTemplateName")
        data = request.ec2_backend.get_launch_template_by_name(name).default_version().data
        given = data.pop("TagSpecifications", [])
        if kept := [one for one in given if one.get("ResourceType") != "launch-template"]:
            data["TagSpecifications"] = kept
        return answer

    return made


if __name__ == "__main__":
    LaunchTemplates.create_launch_template = _with_tags_of_its_own(
        LaunchTemplates.create_launch_template
    )
    FakeBucket.get_permission = _without_conditions(FakeBucket.get_permission)
    moto = DomainDispatcherApplication(create_backend_app)
    run_simple("127.0.0.1", int(sys.argv[1]), Eks(moto), threaded=True)

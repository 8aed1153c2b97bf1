"""Answer a request as a stand-in for an API server, in the order of a real one.

Who, may they, is it right.

Each behaviour names where it was read. "recorded" is kube-apiserver 1.36.2, in `tests/data/api-recordings`; the replay of
these recordings is `tests/unit/cluster/test_control_plane_replays.py`.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import api_server
import rbac
import yaml
from api_server import APPLY, Reply
from control_plane import (
    defaults,
    kinds,
    ownership,
    patches,
    pod_security,
    quota,
    schema,
    validation,
)
from control_plane.kinds import Object
from control_plane.requests import Address, Call, Refused, Target, forbidden, parse, read_body
from control_plane.selectors import matches
from control_plane.storage import Storage, now, stamp

ADMIN = "system:masters"
"""The group that may do everything: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles"""

_NAMESPACE = kinds.find("", "v1", "namespaces") or kinds.KINDS[0]
_QUOTA = kinds.find("", "v1", "resourcequotas") or kinds.KINDS[0]
_LIMITS = kinds.find("", "v1", "limitranges") or kinds.KINDS[0]
_PODS = kinds.find("", "v1", "pods") or kinds.KINDS[0]
_SERVICES = kinds.find("", "v1", "services") or kinds.KINDS[0]
_RULES = [kind for kind in kinds.KINDS if kind.group == "rbac.authorization.k8s.io"]
_REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
"""The address of `kubectl auth can-i`: everyone who is known may ask it for themselves."""
_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


@dataclass
class Api:
    """The server without its sockets: `answer` takes a request and changes the storage."""

    storage: Storage = field(default_factory=Storage)
    addresses: int = 10

    def admit(self, *objects: Object) -> None:
        """Keep objects as an administrator would apply them, such as those of `platform/`."""
        for one in objects:
            kind = next((k for k in kinds.KINDS if k.name == one["kind"]), None)
            if kind is not None:
                self.storage.put(kind, defaults.completed(one))

    def admit_text(self, text: str) -> None:
        """Keep the objects of a YAML text."""
        self.admit(*(one for one in yaml.safe_load_all(text) if one))

    def answer(self, call: Call) -> Reply:
        """Return the answer to a request outside watches."""
        try:
            return self._answer(call)
        except Refused as refused:
            return refused.reply

    def authorized(self, call: Call) -> Target:
        """Return what is asked for; raises Refused for who is not known, may not, or asks for nothing that is served."""
        if call.identity is None:  # recorded: access.jsonl, a bad token
            raise Refused(401, "Unauthorized", "Unauthorized")
        address = parse(call.path)
        if address is None:
            raise Refused(404, "the server could not find the requested resource", "NotFound")
        self._authorize(call, address)
        kind = kinds.find(address.group, address.version, address.plural)
        if kind is None:
            known = any(k.built_in and k.group == address.group for k in kinds.KINDS)
            if not known:  # recorded: missing-crd-group.admin
                raise Refused(404, "404 page not found\n", "")
            raise Refused(404, "the server could not find the requested resource", "NotFound")
        return Target(kind, address.namespace, address.name, address.subresource)

    def _authorize(self, call: Call, address: Address) -> None:
        """RBAC, before anything else: also what does not exist is forbidden first (recorded: missing-crd-group.deployer)."""
        identity = call.identity
        if identity is None or ADMIN in identity.groups:
            return
        verb = _VERBS.get(call.method) or self._reading(call, address)
        resource = "/".join(filter(None, (address.plural, address.subresource)))
        verbs = [verb]
        applies = call.media_type == APPLY and self._missing(address)
        if applies:
            verbs.append("create")  # recorded: access-review, apply-with-patch-but-no-create
        if (resource, verb) == ("pods/portforward", "get"):
            verbs.append("create")  # recorded: port-forward-with-get-but-no-create
        for needed in verbs:
            asked = rbac.Request(
                needed, resource, address.group, address.namespace, address.name or ""
            )
            if not self._allows(identity, asked):
                raise Refused(403, forbidden(identity, address, needed, resource), "Forbidden")

    def _allows(self, identity: rbac.Identity, asked: rbac.Request) -> bool:
        rules = [one for kind in _RULES for one in self.storage.select(kind)]
        return ADMIN in identity.groups or rbac.allowed(rules, identity, asked)

    def _reviewed(self, call: Call) -> Object:
        """Answer whether who asks may do it: https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/"""
        if call.identity is None:
            raise Refused(401, "Unauthorized", "Unauthorized")
        review: Object = read_body(call)
        wish = review["spec"]["resourceAttributes"]
        parts = (wish.get("resource", ""), wish.get("subresource", ""))
        asked = rbac.Request(
            wish.get("verb", ""),
            "/".join(filter(None, parts)),
            wish.get("group", ""),
            wish.get("namespace", ""),
            wish.get("name", ""),
        )
        return {**review, "status": {"allowed": self._allows(call.identity, asked)}}

    def _missing(self, address: Address) -> bool:
        key = (address.resource, address.namespace, address.name)
        return key not in self.storage.objects

    @staticmethod
    def _reading(call: Call, address: Address) -> str:
        if address.name:
            return "get"
        return "watch" if call.query.get("watch") in ("true", "1") else "list"

    def _answer(self, call: Call) -> Reply:
        if call.method == "GET":
            document = kinds.document(call.path)
            if document is not None:
                return Reply(200, document)
        if (call.method, call.path) == ("POST", _REVIEW):
            return Reply(201, self._reviewed(call))
        target = self.authorized(call)
        match call.method:
            case "GET":
                return self._read(call, target)
            case "DELETE":
                return self._delete(target)
            case _:
                reply = self._write(call, target)
        return reply

    # ---- reading -----------------------------------------------------------------------------------------------

    def _read(self, call: Call, target: Target) -> Reply:
        if target.name:
            return Reply(200, self._existing(target))
        return Reply(200, self.listed(call, target))

    def listed(self, call: Call, target: Target) -> Object:
        """Return the list of what a request chooses."""
        with self.storage.changed:
            chosen = [
                one
                for one in self.storage.select(target.kind, target.namespace)
                if matches(
                    one, call.query.get("labelSelector", ""), call.query.get("fieldSelector", "")
                )
            ]
            return {
                "kind": f"{target.kind.name}List",
                "apiVersion": target.kind.api_version,
                "metadata": {"resourceVersion": str(self.storage.version)},
                "items": chosen,
            }

    def _existing(self, target: Target) -> Object:
        one = self.storage.get(target.kind, target.namespace, target.name)
        if one is None:
            raise Refused(404, f'{target.kind.resource} "{target.name}" not found', "NotFound")
        return one

    def _delete(self, target: Target) -> Reply:
        """Recorded (21-uninstall): the answer to a deletion is a Status, but for Services and Pods, which are shown."""
        gone = self._existing(target)
        self.storage.remove(target.kind, target.namespace, target.name)
        if target.kind.name in ("Service", "Pod", "ServiceAccount"):
            return Reply(200, gone)
        details = {"name": target.name, "kind": target.kind.plural, "uid": gone["metadata"]["uid"]}
        return Reply(
            200, {"kind": "Status", "apiVersion": "v1", "status": "Success", "details": details}
        )

    # ---- writing -----------------------------------------------------------------------------------------------

    def _write(self, call: Call, target: Target) -> Reply:
        with self.storage.changed:
            sent = read_body(call)
            live = self._live(call, target, sent)
            if call.method != "PATCH" or call.media_type == APPLY:
                self._fits(target, sent)
            result = self._merged(call, target, sent, live)
            result = self._made_whole(target, result, live)
            warnings = self._admitted(target, result, live)
            if call.query.get("dryRun"):
                stamp(result, live, target.kind)
            else:
                result = self.storage.put(target.kind, result)
        return Reply(200 if live else 201, result, warnings)

    def _live(self, call: Call, target: Target, sent: Any) -> Object | None:
        name = target.name or sent["metadata"].get("name", "")
        live = self.storage.get(target.kind, target.namespace, name)
        if call.method == "POST" and live is not None:  # recorded: already-exists
            raise Refused(409, f'{target.kind.resource} "{name}" already exists', "AlreadyExists")
        if live is None and (call.method == "PUT" or self._is_plain_patch(call)):
            raise Refused(404, f'{target.kind.resource} "{name}" not found', "NotFound")
        version = sent.get("metadata", {}).get("resourceVersion") if isinstance(sent, dict) else ""
        if isinstance(sent, list):
            version = next(
                (one["value"] for one in sent if one["path"] == "/metadata/resourceVersion"), ""
            )
        if live and version and version != live["metadata"]["resourceVersion"]:
            raise Refused(  # recorded: stale-resourceVersion
                409,
                f'Operation cannot be fulfilled on {target.kind.resource} "{name}": the object has been modified; '
                "please apply your changes to the latest version and try again",
                "Conflict",
            )
        return live

    @staticmethod
    def _is_plain_patch(call: Call) -> bool:
        return call.method == "PATCH" and call.media_type != APPLY

    def _fits(self, target: Target, sent: Object) -> None:
        kind = target.kind
        version = sent.setdefault("apiVersion", kind.api_version)  # recorded: no-kind
        if sent.setdefault("kind", kind.name) != kind.name:  # recorded: kind-in-body-differs
            raise Refused(400, schema.other_kind(sent, kind), "BadRequest")
        if version != kind.api_version:  # recorded: old-version-in-body
            text = f"the API version in the data ({version}) does not match the expected API version ({kind.api_version})"
            raise Refused(400, text, "BadRequest")
        given = sent["metadata"].get("namespace", target.namespace)
        if given != target.namespace:  # recorded: namespace-in-body-differs
            text = "the namespace of the provided object does not match the namespace sent on the request"
            raise Refused(400, text, "BadRequest")
        if target.kind.namespaced and not self.storage.get(_NAMESPACE, "", target.namespace):
            raise Refused(404, f'namespaces "{target.namespace}" not found', "NotFound")

    def _merged(self, call: Call, target: Target, sent: Any, live: Object | None) -> Object:
        manager = call.query.get("fieldManager") or call.agent.partition("/")[0]
        if call.media_type == APPLY:
            schema.declared(target, sent)
            merged, conflicts = ownership.after_apply(
                live, sent, manager, force=call.query.get("force") == "true", now=now()
            )
            if conflicts:
                raise Refused(409, ownership.conflict_message(sent, conflicts), "Conflict")
            return merged
        if call.method == "PATCH":
            assert live is not None
            new = patches.apply_patch(live, sent, call.media_type)
            if isinstance(sent, list):  # it writes managedFields itself, as Helm 4 does over Helm 3
                return new
        else:
            if call.query.get("fieldValidation") == "Strict":
                schema.decoded(target, sent)
            new = copy.deepcopy(sent)
            if live:
                new["status"] = live.get("status", {})
                new["metadata"]["managedFields"] = live["metadata"].get("managedFields", [])
        new["metadata"].setdefault("managedFields", [])
        whole = defaults.completed(new)
        ownership.after_update(live, whole, manager, now())
        return whole

    def _made_whole(self, target: Target, result: Object, live: Object | None) -> Object:
        whole = defaults.completed(result)
        whole["metadata"].setdefault("namespace", target.namespace)
        if target.kind.name == "Service":
            self._address(whole["spec"], live)
        if target.kind.name == "Pod" and live is None:
            ranges = self.storage.select(_LIMITS, target.namespace)
            whole["spec"] = quota.with_limit_ranges(whole["spec"], ranges)
            whole.setdefault("status", {"phase": "Pending"})
        return whole

    def _address(self, spec: Object, live: Object | None) -> None:
        """A Service gets an address once, and keeps it."""
        if live and "clusterIP" not in spec:
            spec["clusterIP"] = live["spec"]["clusterIP"]
        if "clusterIP" not in spec:
            self.addresses += 1
            spec["clusterIP"] = f"10.96.0.{self.addresses}"
        spec["clusterIPs"] = [spec["clusterIP"]]

    def _admitted(self, target: Target, result: Object, live: Object | None) -> tuple[str, ...]:
        """Validation, Pod Security and quota; returns the warnings (recorded: pod-security.json, quota.json)."""
        name = result["metadata"]["name"]
        faults = [*validation.faults(result), *api_server.faults_of(result, live)]
        if faults:
            shown = faults[0] if len(faults) == 1 else f"[{', '.join(faults)}]"
            raise Refused(422, f'{target.kind.title} "{name}" is invalid: {shown}', "Invalid")
        warnings = (
            *validation.hidden_variables(result),
            *self._pod_security(target, result, live),
        )
        for limit in self.storage.select(_QUOTA, target.namespace):
            there = [
                one
                for kind in (_PODS, _SERVICES)
                for one in self.storage.select(kind, target.namespace)
            ]
            why = quota.refusal_of(result, live, there, limit)
            if why:
                raise Refused(
                    403, f'{target.kind.resource} "{name}" is forbidden: {why}', "Forbidden"
                )
        return warnings

    def _pod_security(self, target: Target, result: Object, live: Object | None) -> tuple[str, ...]:
        namespace = self.storage.get(_NAMESPACE, "", target.namespace) or {"metadata": {}}
        labels = namespace["metadata"].get("labels") or {}
        spec = result.get("spec") or {}
        pod = spec if target.kind.name == "Pod" else (spec.get("template") or {}).get("spec")
        if not pod or (target.kind.name == "Pod" and live):
            return ()
        found = ", ".join(pod_security.violations(pod))
        level = "restricted:latest"
        if (
            found
            and target.kind.name == "Pod"
            and labels.get("pod-security.kubernetes.io/enforce") == "restricted"
        ):
            name = result["metadata"]["name"]
            text = f'pods "{name}" is forbidden: violates PodSecurity "{level}": {found}'
            raise Refused(403, text, "Forbidden")
        modes = ("warn", "enforce")  # a Deployment is only warned of (recorded: deployment.*)
        told = any(
            labels.get(f"pod-security.kubernetes.io/{mode}") == "restricted" for mode in modes
        )
        return (f'would violate PodSecurity "{level}": {found}',) if found and told else ()

"""An RBAC authorizer for tests: may this identity send this request, given these Roles and RoleBindings?

It decides as the API server does (https://kubernetes.io/docs/reference/access-authn-authz/rbac/): rights only add up, a
Role reaches no further than its namespace, a subresource is not part of its resource. tests/unit/test_rbac.py holds it
against recorded answers of a real one. Left out: nonResourceURLs, and what Kubernetes grants to system:* by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]

_API_GROUP = "rbac.authorization.k8s.io"


@dataclass(frozen=True)
class Identity:
    """The identity of a request.

    The common name and organizations of a certificate, or the login's other fields.
    """

    user: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Request:
    """A request to the authorizer.

    `resource` has its subresource after a slash; no namespace is the whole cluster.
    """

    verb: str
    resource: str
    group: str = ""
    namespace: str = ""
    name: str = ""


def request(text: str, namespace: str = "") -> Request:
    """Return the request that `text` writes in short, such as "create pods/exec" or "patch deployments.apps"."""
    verb, _, target = text.partition(" ")
    resource, _, group = target.partition(".")
    return Request(verb=verb, resource=resource, group=group, namespace=namespace)


def allowed(objects: Iterable[Object], identity: Identity, asked: Request) -> bool:
    """Return whether any binding among `objects` gives `identity` a rule that covers the request."""
    known = [one for one in objects if one.get("apiVersion", "").partition("/")[0] == _API_GROUP]
    return any(
        _covers(rule, asked)
        for binding in known
        if _reaches(binding, asked) and _names(binding, identity)
        for rule in _rules(known, binding)
    )


def _reaches(binding: Object, asked: Request) -> bool:
    if binding["kind"] == "ClusterRoleBinding":
        return True
    return (
        binding["kind"] == "RoleBinding"
        and asked.namespace != ""
        and _namespace(binding) == asked.namespace
    )


def _names(binding: Object, identity: Identity) -> bool:
    return any(
        _is(subject, identity, _namespace(binding)) for subject in binding.get("subjects") or ()
    )


def _is(subject: Object, identity: Identity, namespace: str) -> bool:
    match subject["kind"]:
        case "User":
            return bool(subject["name"] == identity.user)
        case "Group":
            return subject["name"] in identity.groups
        case "ServiceAccount":
            owner = subject.get("namespace") or namespace
            return identity.user == f"system:serviceaccount:{owner}:{subject['name']}"
    return False


def _rules(objects: Iterable[Object], binding: Object) -> Iterator[Object]:
    reference = binding["roleRef"]
    for role in objects:
        if (role["kind"], role["metadata"]["name"]) != (reference["kind"], reference["name"]):
            continue
        if role["kind"] == "ClusterRole" or _namespace(role) == _namespace(binding):
            yield from role.get("rules") or ()


def _covers(rule: Object, asked: Request) -> bool:
    return (
        _lists(rule.get("verbs"), asked.verb)
        and _lists(rule.get("apiGroups"), asked.group)
        and any(_is_resource(pattern, asked.resource) for pattern in rule.get("resources") or ())
        and (not rule.get("resourceNames") or asked.name in rule["resourceNames"])
    )


def _lists(values: list[str] | None, wanted: str) -> bool:
    return bool(values) and ("*" in (values or ()) or wanted in (values or ()))


def _is_resource(pattern: str, resource: str) -> bool:
    if pattern in ("*", resource):
        return True
    _, _, subresource = resource.partition("/")
    return subresource != "" and pattern == f"*/{subresource}"


def _namespace(one: Object) -> str:
    return str(one["metadata"].get("namespace", ""))

"""The objects of a service's namespace: which a platform accepts, and what it adds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any

from scaffolder.errors import AnswersError
from scaffolder.operate.services.request import ServiceRequest, read

Object = dict[str, Any]

PRINCIPAL = "DEPLOY_PRINCIPAL_ID"
"""Stands for the object id of an identity of Azure, another one in each environment."""

_ENFORCE = "pod-security.kubernetes.io/enforce"
_OUTSIDE = frozenset({"bind", "escalate", "impersonate"})
"""Verbs with which a Role reaches beyond itself.

https://kubernetes.io/docs/concepts/security/rbac-good-practices/
"""
_SHELLS = frozenset(
    {"pods/exec", "pods/attach", "pods/ephemeralcontainers", "serviceaccounts/token"}
)
"""Resources with which a pipeline becomes whatever runs in a pod."""


def of(request: ServiceRequest, file: Path) -> tuple[Object, ...]:
    """Return the objects that the request names, checked, and what the platform adds.

    Raises:
        AnswersError: a file is not beside the request, or an object is not one of this namespace,
            gives more rights than a deployment needs, or is missing.

    """
    objects = list(chain.from_iterable(_read(name, file) for name in request.objects))
    for one in objects:
        _refuse_outside(one, request)
        kind = str(one.get("kind"))
        if kind not in _ALLOWED:
            raise AnswersError(
                f"{_named(one)} cannot be asked for: a request may hold {', '.join(_ALLOWED)}",
                hint="what all services share belongs to the platform itself",
            )
        _ALLOWED[kind](one, request)
    _refuse_missing(objects, request)
    return (*(_open_to_the_gateway(one) for one in objects), *_routes(request))


def _read(name: str, file: Path) -> Iterator[Object]:
    import yaml

    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise AnswersError(f"{file}: {name} is not beside the request", hint="name files below it")
    beside = file.parent / path
    if not beside.resolve().is_relative_to(file.parent.resolve()):
        raise AnswersError(f"{file}: {name} leads out of its folder", hint="replace the link")
    if not beside.is_file():
        raise AnswersError(
            f"{name} is not beside {file}", hint="take the request from a clone of its repository"
        )
    try:
        documents = list(yaml.safe_load_all(read(beside)))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        said = " ".join(str(error).split())
        raise AnswersError(f"{beside} is not YAML: {said}", hint="correct the file") from error
    for document in documents:
        if document is None:
            continue
        if not isinstance(document, dict) or not isinstance(document.get("metadata"), dict):
            raise AnswersError(f"{beside} has a document that is not a Kubernetes object")
        yield document


def _named(one: Object) -> str:
    return f"{one.get('kind')}/{one['metadata'].get('name')}"


def _refuse_outside(one: Object, request: ServiceRequest) -> None:
    metadata = one["metadata"]
    found = metadata.get("name") if one.get("kind") == "Namespace" else metadata.get("namespace")
    if found != request.namespace:
        raise AnswersError(
            f"{_named(one)} is not in the namespace {request.namespace}, but in {found}",
            hint=f"a request of {request.service} may hold objects of {request.namespace} alone",
        )


def _namespace(one: Object, request: ServiceRequest) -> None:
    labels = _mapping(one["metadata"].get("labels"))
    if labels.get(_ENFORCE) != "restricted":
        raise AnswersError(
            f"{_named(one)} does not enforce the Pod Security level restricted",
            hint=f"{_ENFORCE}: restricted",
        )


def _role(one: Object, request: ServiceRequest) -> None:
    for rule in _mappings(one.get("rules")):
        words = {
            field: {str(word) for word in _items(rule.get(field))}
            for field in ("apiGroups", "resources", "verbs")
        }
        everything = sorted(field for field, given in words.items() if "*" in given)
        beyond = sorted(words["verbs"] & _OUTSIDE | words["resources"] & _SHELLS)
        if "rbac.authorization.k8s.io" in words["apiGroups"]:
            beyond.append("rbac.authorization.k8s.io")
        if everything or beyond:
            asked = ", ".join([*(f"* in {field}" for field in everything), *beyond])
            raise AnswersError(
                f"{_named(one)} asks for more than a deployment needs: {asked}",
                hint="list the resources and verbs of the chart, one by one",
            )


def _role_binding(one: Object, request: ServiceRequest) -> None:
    group = f"{request.service}-deployers"
    subjects = [(subject.get("kind"), subject.get("name")) for subject in one.get("subjects") or ()]
    if subjects not in ([("Group", group)], [("User", PRINCIPAL)]):
        raise AnswersError(
            f"{_named(one)} must bind the Group {group} or the User {PRINCIPAL}, and no one else",
            hint="a group of another name may belong to another service",
        )
    if _mapping(one.get("roleRef")).get("kind") != "Role":
        raise AnswersError(
            f"{_named(one)} binds a ClusterRole, which this request does not hold",
            hint="bind a Role of the namespace",
        )


def _anything(one: Object, request: ServiceRequest) -> None:
    """Accept an object that gives no right."""


_ALLOWED: Mapping[str, Callable[[Object, ServiceRequest], None]] = {
    "Namespace": _namespace,
    "NetworkPolicy": _anything,
    "ResourceQuota": _anything,
    "LimitRange": _anything,
    "Role": _role,
    "RoleBinding": _role_binding,
}

_NEEDED = ("Namespace", "NetworkPolicy", "ResourceQuota", "Role", "RoleBinding")


def _refuse_missing(objects: list[Object], request: ServiceRequest) -> None:
    kinds = {one.get("kind") for one in objects}
    if missing := [kind for kind in _NEEDED if kind not in kinds]:
        raise AnswersError(
            f"the request of {request.service} lacks {', '.join(missing)}",
            hint="list the files that hold them under objects",
        )
    if not any(_denies_all(one) for one in objects):
        raise AnswersError(
            f"the request of {request.service} has no NetworkPolicy that denies all traffic",
            hint="podSelector: {}, policyTypes: [Ingress, Egress], and no rules",
        )
    roles = {one["metadata"].get("name") for one in objects if one["kind"] == "Role"}
    for one in objects:
        if one["kind"] == "RoleBinding" and one["roleRef"].get("name") not in roles:
            raise AnswersError(
                f"{_named(one)} binds the Role {one['roleRef'].get('name')}, which is not there",
                hint=f"the request holds {', '.join(sorted(map(str, roles)))}",
            )


def _denies_all(one: Object) -> bool:
    spec = _mapping(one.get("spec"))
    return (
        one["kind"] == "NetworkPolicy"
        and spec.get("podSelector") == {}
        and set(map(str, _items(spec.get("policyTypes")))) == {"Ingress", "Egress"}
        and not spec.get("ingress")
        and not spec.get("egress")
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [one for one in _items(value) if isinstance(one, dict)]


def _open_to_the_gateway(one: Object) -> Object:
    """Let routes of the namespace attach to the Gateway, which selects this label."""
    if one["kind"] != "Namespace":
        return one
    metadata = one["metadata"]
    return {**one, "metadata": {**metadata, "labels": {**metadata["labels"], "gateway": "public"}}}


def _routes(request: ServiceRequest) -> Iterator[Object]:
    """Yield the route of the alerts of this namespace to the team's chat.

    The operator of Prometheus adds the condition that they are of it (OnNamespace).
    """
    if request.alerts is None:
        return
    secret = {"name": "alertmanager-chat", "key": "url"}
    receiver: dict[str, Any] = {"name": "team-chat"}
    if request.alerts.chat == "slack":
        receiver["slackConfigs"] = [
            {"apiURL": secret, "channel": request.alerts.channel, "sendResolved": True}
        ]
    else:
        receiver["msteamsv2Configs"] = [{"webhookURL": secret, "sendResolved": True}]
    critical = {
        "receiver": "team-chat",
        "matchers": [{"name": "severity", "value": "critical", "matchType": "="}],
        "groupWait": "10s",
        "repeatInterval": "1h",
    }
    yield {
        "apiVersion": "monitoring.coreos.com/v1alpha1",
        "kind": "AlertmanagerConfig",
        "metadata": {"name": "team-chat", "namespace": request.namespace},
        "spec": {
            "route": {
                "receiver": "team-chat",
                "groupBy": ["alertname", "environment", "service"],
                "groupWait": "30s",
                "groupInterval": "5m",
                "repeatInterval": "4h",
                "routes": [critical],
            },
            "receivers": [receiver],
        },
    }

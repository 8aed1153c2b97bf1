"""Which kinds of objects the stand-in for a control plane serves, and how its discovery describes them.

The documents have the form that kube-apiserver 1.36.2 was recorded giving (`tests/data/api-recordings/discovery.json`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]

VERSION = {
    "major": "1",
    "minor": "36",
    "gitVersion": "v1.36.2",
    "gitCommit": "0",
    "gitTreeState": "clean",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "go1.27.3",
    "compiler": "gc",
    "platform": "linux/amd64",
}

_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]


@dataclass(frozen=True)
class Kind:
    """A kind of object: what it is called in addresses, and whether Kubernetes itself brings it."""

    group: str
    version: str
    name: str
    plural: str
    namespaced: bool = True
    built_in: bool = True

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def resource(self) -> str:
        """The plural with its group, as messages name it: "deployments.apps"."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def title(self) -> str:
        """The kind with its group, as messages of validation name it: "Deployment.apps"."""
        return f"{self.name}.{self.group}" if self.group else self.name


_NAMESPACES = Kind("", "v1", "Namespace", "namespaces", namespaced=False)
_CORE = [
    _NAMESPACES,
    *(
        Kind("", "v1", name, plural)
        for name, plural in (
            ("ConfigMap", "configmaps"),
            ("Event", "events"),
            ("LimitRange", "limitranges"),
            ("Pod", "pods"),
            ("ResourceQuota", "resourcequotas"),
            ("Secret", "secrets"),
            ("Service", "services"),
            ("ServiceAccount", "serviceaccounts"),
        )
    ),
]
_NAMED = [
    Kind("apps", "v1", "Deployment", "deployments"),
    Kind("apps", "v1", "ReplicaSet", "replicasets"),
    Kind("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
    Kind("batch", "v1", "CronJob", "cronjobs"),
    Kind("batch", "v1", "Job", "jobs"),
    Kind("coordination.k8s.io", "v1", "Lease", "leases"),
    Kind("networking.k8s.io", "v1", "Ingress", "ingresses"),
    Kind("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies"),
    Kind("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets"),
    Kind("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", namespaced=False),
    Kind(
        "rbac.authorization.k8s.io",
        "v1",
        "ClusterRoleBinding",
        "clusterrolebindings",
        namespaced=False,
    ),
    Kind("rbac.authorization.k8s.io", "v1", "Role", "roles"),
    Kind("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings"),
]
_CUSTOM = [
    Kind("gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes", built_in=False),
    Kind("monitoring.coreos.com", "v1", "PrometheusRule", "prometheusrules", built_in=False),
    Kind("monitoring.coreos.com", "v1", "PodMonitor", "podmonitors", built_in=False),
    Kind("monitoring.coreos.com", "v1", "ServiceMonitor", "servicemonitors", built_in=False),
    Kind(
        "monitoring.coreos.com",
        "v1alpha1",
        "AlertmanagerConfig",
        "alertmanagerconfigs",
        built_in=False,
    ),
]
KINDS: tuple[Kind, ...] = (*_CORE, *_NAMED, *_CUSTOM)


def find(group: str, version: str, plural: str) -> Kind | None:
    """Return the kind behind an address, or None if this server does not serve it."""
    wanted = (group, version, plural)
    return next((kind for kind in KINDS if (kind.group, kind.version, kind.plural) == wanted), None)


def of(one: Object) -> Kind:
    """Return the kind of an object; StopIteration if it is not served."""
    wanted = (one["apiVersion"], one["kind"])
    return next(kind for kind in KINDS if (kind.api_version, kind.name) == wanted)


def groups() -> list[tuple[str, str]]:
    """Return the served groups but the core one, each with its version."""
    return sorted({(kind.group, kind.version) for kind in KINDS if kind.group})


def document(path: str) -> Object | None:
    """Return what discovery answers at `path` (without its query), or None where it answers nothing."""
    match path.strip("/").split("/"):
        case ["version"]:
            return dict(VERSION)
        case ["api"]:
            return {"kind": "APIVersions", "apiVersion": "v1", "versions": ["v1"]}
        case ["apis"]:
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": _group_list()}
        case ["api", "v1"]:
            return _resources("", "v1")
        case ["apis", group, version] if (group, version) in groups():
            return _resources(group, version)
        case ["openapi", "v3"]:
            return _openapi()
        case ["openapi", "v3", "api", "v1"]:
            return _parameters("", "v1")
        case ["openapi", "v3", "apis", group, version] if (group, version) in groups():
            return _parameters(group, version)
        case _:
            return None


def _group_list() -> list[Object]:
    """Return one entry a group, as a server gives: the first of its versions is the preferred one."""
    entries: dict[str, Object] = {}
    for group, version in groups():
        offered = {"groupVersion": f"{group}/{version}", "version": version}
        entry = entries.setdefault(
            group, {"name": group, "versions": [], "preferredVersion": offered}
        )
        entry["versions"].append(offered)
    return list(entries.values())


def _resources(group: str, version: str) -> Object:
    entries = [
        {
            "name": kind.plural,
            "singularName": kind.name.lower(),
            "namespaced": kind.namespaced,
            "kind": kind.name,
            "verbs": _VERBS,
        }
        for kind in KINDS
        if (kind.group, kind.version) == (group, version)
    ]
    api_version = f"{group}/{version}" if group else version
    return {"kind": "APIResourceList", "groupVersion": api_version, "resources": entries}


def _openapi() -> Object:
    paths = {"api/v1": {"serverRelativeURL": "/openapi/v3/api/v1?hash=0"}}
    for group, version in groups():
        address = f"apis/{group}/{version}"
        paths[address] = {"serverRelativeURL": f"/openapi/v3/{address}?hash=0"}
    return {"paths": paths}


def _parameters(group: str, version: str) -> Object:
    """Return the part of a group's OpenAPI that Helm and kubectl read: that a PATCH takes `fieldValidation`."""
    root = f"/apis/{group}/{version}" if group else f"/api/{version}"
    paths = {}
    for kind in KINDS:
        if (kind.group, kind.version) == (group, version):
            parameters = [
                {"name": name, "in": "query", "schema": {"type": "string"}}
                for name in ("dryRun", "fieldManager", "fieldValidation", "force")
            ]
            patch = {
                "parameters": parameters,
                "responses": {},
                "x-kubernetes-group-version-kind": {
                    "group": group,
                    "version": version,
                    "kind": kind.name,
                },
            }
            paths[f"{root}/namespaces/{{namespace}}/{kind.plural}/{{name}}"] = {"patch": patch}
    info = {"title": "Kubernetes", "version": "v1.36.2"}
    return {"openapi": "3.0.0", "info": info, "paths": paths}

"""The schemas of custom resources: what is right passes, what the API server would drop or refuse does not."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from scaffolder.tools.offline.custom_resources import Violation, kinds, violations

SERVICE_MONITOR: dict[str, Any] = {
    "apiVersion": "monitoring.coreos.com/v1",
    "kind": "ServiceMonitor",
    "metadata": {"name": "a", "labels": {"app": "a"}, "annotations": None},
    "spec": {
        "selector": {"matchLabels": {"app": "a"}},
        "endpoints": [{"port": "http", "interval": "30s"}],
    },
}
HTTP_ROUTE: dict[str, Any] = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "HTTPRoute",
    "metadata": {"name": "a"},
    "spec": {
        "parentRefs": [{"name": "public", "namespace": "gateway"}],
        "hostnames": ["a.example.org"],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                "filters": [
                    {
                        "type": "RequestRedirect",
                        "requestRedirect": {"scheme": "https", "statusCode": 301},
                    }
                ],
                "backendRefs": [{"name": "a", "port": 80}],
            }
        ],
    },
}
PROMETHEUS_RULE: dict[str, Any] = {
    "apiVersion": "monitoring.coreos.com/v1",
    "kind": "PrometheusRule",
    "metadata": {"name": "a"},
    "spec": {
        "groups": [
            {
                "name": "g",
                "rules": [{"alert": "Down", "expr": "up == 0", "for": "5m", "labels": {"a": "b"}}],
            }
        ]
    },
}
TARGET_GROUP: dict[str, Any] = {
    "apiVersion": "gateway.k8s.aws/v1",
    "kind": "TargetGroupConfiguration",
    "metadata": {"name": "a"},
    "spec": {"targetReference": {"name": "a"}, "defaultConfiguration": {"targetType": "ip"}},
}


@pytest.mark.parametrize("resource", [SERVICE_MONITOR, HTTP_ROUTE, PROMETHEUS_RULE, TARGET_GROUP])
def test_a_right_resource_has_no_violations(resource: dict[str, Any]) -> None:
    assert violations(resource) == ()


@pytest.mark.parametrize(
    ("resource", "path", "value", "place", "message"),
    [
        (SERVICE_MONITOR, ("spec", "endpointz"), [], "spec", "'endpointz' was unexpected"),
        (
            SERVICE_MONITOR,
            ("spec", "endpoints", 0, "intervall"),
            "30s",
            "spec.endpoints[0]",
            "'intervall' was unexpected",
        ),
        (
            SERVICE_MONITOR,
            ("spec", "endpoints", 0, "port"),
            8080,
            "spec.endpoints[0].port",
            "not of type 'string'",
        ),
        (
            SERVICE_MONITOR,
            ("spec", "endpoints", 0, "interval"),
            "30 s",
            "spec.endpoints[0].interval",
            "does not match",
        ),
        (SERVICE_MONITOR, ("spec", "selector"), None, "spec", "'selector' is a required property"),
        (SERVICE_MONITOR, ("metadata", "label"), {}, "metadata", "'label' was unexpected"),
        (HTTP_ROUTE, ("spec", "hostnames", 0), "A_b", "spec.hostnames[0]", "does not match"),
        (
            HTTP_ROUTE,
            ("spec", "rules", 0, "backendRefs", 0, "port"),
            "80",
            "spec.rules[0].backendRefs[0].port",
            "not of type",
        ),
        (
            HTTP_ROUTE,
            ("spec", "rules", 0, "matches", 0, "path", "type"),
            "Prefix",
            "spec.rules[0].matches[0].path.type",
            "'Prefix' is not one of",
        ),
        (
            PROMETHEUS_RULE,
            ("spec", "groups", 0, "rules", 0, "expr"),
            None,
            "spec.groups[0].rules[0]",
            "'expr' is a required",
        ),
        (
            TARGET_GROUP,
            ("spec", "defaultConfiguration", "targetType"),
            "pod",
            "spec.defaultConfiguration.targetType",
            "not one of",
        ),
        (TARGET_GROUP, ("spec", "targetRef"), {}, "spec", "'targetRef' was unexpected"),
    ],
)
def test_a_wrong_field_is_found_at_its_place(
    resource: dict[str, Any], path: tuple[str | int, ...], value: object, place: str, message: str
) -> None:
    changed = copy.deepcopy(resource)
    inner: Any = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    (found,) = violations(changed)
    assert isinstance(found, Violation)
    assert found.place == place
    assert message in found.message


def test_kinds_are_pairs_of_version_and_kind() -> None:
    assert ("gateway.networking.k8s.io/v1", "Gateway") in kinds()
    with pytest.raises(KeyError):
        violations({"apiVersion": "v1", "kind": "Pod"})

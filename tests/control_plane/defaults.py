"""Write a server's defaults into an object that leaves them out.

Read off the objects that kube-apiserver 1.36.2 answered with (`tests/data/api-recordings/replay`); the kinds of a generated
chart, no more.
"""

from __future__ import annotations

import copy
from typing import Any

Object = dict[str, Any]

_POD: Object = {
    "dnsPolicy": "ClusterFirst",
    "restartPolicy": "Always",
    "schedulerName": "default-scheduler",
    "terminationGracePeriodSeconds": 30,
}
_CONTAINER: Object = {
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
}
_PROBE: Object = {
    "failureThreshold": 3,
    "periodSeconds": 10,
    "successThreshold": 1,
    "timeoutSeconds": 1,
}
_SERVICE: Object = {
    "type": "ClusterIP",
    "sessionAffinity": "None",
    "internalTrafficPolicy": "Cluster",
    "ipFamilies": ["IPv4"],
    "ipFamilyPolicy": "SingleStack",
}
_TOLERATIONS = [
    {
        "key": f"node.kubernetes.io/{key}",
        "operator": "Exists",
        "effect": "NoExecute",
        "tolerationSeconds": 300,
    }
    for key in ("not-ready", "unreachable")
]


def completed(one: Object) -> Object:
    """Return the object with what the server adds to it."""
    result = copy.deepcopy(one)
    spec: Object = result.get("spec") or {}
    match result["kind"]:
        case "Deployment":
            _deployment(spec)
        case "CronJob":
            _fill(spec, {"concurrencyPolicy": "Allow", "suspend": False})
            _job(spec["jobTemplate"]["spec"])
        case "Job":
            _job(spec)
        case "Pod":
            _pod(spec)
            spec.setdefault("serviceAccountName", "default")
            spec["serviceAccount"] = spec["serviceAccountName"]
            spec.setdefault("tolerations", copy.deepcopy(_TOLERATIONS))
            spec.setdefault("priority", 0)
            spec.setdefault("preemptionPolicy", "PreemptLowerPriority")
        case "Service":
            _service(spec)
        case "HorizontalPodAutoscaler":
            _autoscaler(spec)
        case "NetworkPolicy":
            _network_policy(spec)
        case "HTTPRoute":
            _route(spec)
        case "Secret":
            result.setdefault("type", "Opaque")
    return result


def _fill(one: Object, defaults: Object) -> None:
    for key, value in defaults.items():
        one.setdefault(key, copy.deepcopy(value))


def _deployment(spec: Object) -> None:
    _fill(spec, {"replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600})
    strategy = spec.setdefault("strategy", {})
    strategy.setdefault("type", "RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _fill(
            strategy.setdefault("rollingUpdate", {}), {"maxSurge": "25%", "maxUnavailable": "25%"}
        )
    pod = spec["template"]["spec"]
    _pod(pod)
    if "serviceAccountName" in pod:
        pod["serviceAccount"] = pod["serviceAccountName"]


def _job(spec: Object) -> None:
    _fill(spec, {"backoffLimit": 6, "completions": 1, "parallelism": 1})
    pod = spec["template"]["spec"]
    _pod(pod)
    if "serviceAccountName" in pod:
        pod["serviceAccount"] = pod["serviceAccountName"]


def _pod(pod: Object) -> None:
    _fill(pod, {**_POD, "securityContext": {}})
    for container in pod["containers"]:
        _fill(container, _CONTAINER)
        image = container.get("image", "")
        latest = "@" not in image and (image.endswith(":latest") or ":" not in image)
        container.setdefault("imagePullPolicy", "Always" if latest else "IfNotPresent")
        container.setdefault("resources", {})
        for port in container.get("ports", []):
            port.setdefault("protocol", "TCP")
        for key in ("livenessProbe", "readinessProbe", "startupProbe"):
            if key in container:
                _fill(container[key], _PROBE)
                if "httpGet" in container[key]:
                    container[key]["httpGet"].setdefault("scheme", "HTTP")
    for volume in pod.get("volumes", []):
        for kind in ("configMap", "secret"):
            if kind in volume:
                volume[kind].setdefault("defaultMode", 420)
        if "hostPath" in volume:
            volume["hostPath"].setdefault("type", "")


def _service(spec: Object) -> None:
    _fill(spec, _SERVICE)
    for port in spec.get("ports", []):
        _fill(port, {"protocol": "TCP", "targetPort": port["port"]})


def _autoscaler(spec: Object) -> None:
    spec.setdefault("minReplicas", 1)
    for direction in ("scaleUp", "scaleDown"):
        if direction in spec.get("behavior", {}):
            spec["behavior"][direction].setdefault("selectPolicy", "Max")


def _network_policy(spec: Object) -> None:
    for direction in ("ingress", "egress"):
        for rule in spec.get(direction) or []:
            for port in rule.get("ports", []):
                port.setdefault("protocol", "TCP")
        if spec.get(direction) == []:
            del spec[direction]
    if "policyTypes" not in spec:
        spec["policyTypes"] = ["Ingress", *(["Egress"] if "egress" in spec else [])]


def _route(spec: Object) -> None:
    for parent in spec.get("parentRefs", []):
        _fill(parent, {"group": "gateway.networking.k8s.io", "kind": "Gateway"})
    for rule in spec.get("rules", []):
        for backend in rule.get("backendRefs", []):
            _fill(backend, {"group": "", "kind": "Service", "weight": 1})
        rule.setdefault("matches", [{"path": {"type": "PathPrefix", "value": "/"}}])

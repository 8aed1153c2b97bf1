"""The controller of Jobs in the stand-in for a control plane: one pod, no second attempt.

A CronJob is kept and makes no Job by itself: the generated scripts make theirs from it, and no test waits for a time of day.
"""

from __future__ import annotations

import copy
import json

from control_plane.api import Api
from control_plane.kinds import Object
from control_plane.pods import PODS, Pods, place_of, served
from control_plane.requests import Call, Refused
from control_plane.storage import now
from rbac import Identity

JOBS = served("batch", "v1", "jobs")
CRON_JOBS = served("batch", "v1", "cronjobs")
_CONTROLLER = Identity("system:kube-controller-manager", ("system:masters",))


def step(api: Api, pods: Pods, job: Object) -> None:
    """Start the pod of a Job, or note how it ended."""
    namespace, name = place_of(job)
    status = job.get("status") or {}
    if status.get("conditions"):
        return
    pod = api.storage.get(PODS, namespace, f"{name}-pod")
    if pod is None:
        refused = _start(api, job)
        if refused:
            pods.event(job, "Job", "FailedCreate", f"Error creating: {refused}")
        return
    phase = pod["status"].get("phase")
    job["status"] = {"startTime": now(), "active": 1}
    if phase == "Succeeded":
        job["status"] = {
            "succeeded": 1,
            "conditions": [_condition("Complete", "CompletionsReached")],
        }
    elif phase == "Failed":
        job["status"] = {"failed": 1, "conditions": [_condition("Failed", "BackoffLimitExceeded")]}
    if job["status"] != status:
        api.storage.put(JOBS, job)


def _condition(kind: str, reason: str) -> Object:
    return {"type": kind, "status": "True", "reason": reason, "lastTransitionTime": now()}


def _start(api: Api, job: Object) -> str:
    """Create the pod through admission, as the controller does; returns why it was refused, or ""."""
    namespace, name = place_of(job)
    template = job["spec"]["template"]
    labels = {**template["metadata"].get("labels", {}), "job-name": name}
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": name, "controller": True}
    metadata = {
        "name": f"{name}-pod",
        "namespace": namespace,
        "labels": labels,
        "ownerReferences": [{**owner, "uid": job["metadata"]["uid"]}],
    }
    spec = copy.deepcopy(template["spec"])
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
    path = f"/api/v1/namespaces/{namespace}/pods"
    body = json.dumps(pod).encode()
    call = Call("POST", path, {}, body, "application/json", "kcm", _CONTROLLER)
    try:
        api._write(call, api.authorized(call))
    except Refused as refused:
        return str(refused)
    return ""

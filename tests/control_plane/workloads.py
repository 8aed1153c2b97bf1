"""The controllers of the stand-in for a control plane: what becomes of a Deployment.

Real controllers were held beside it while the recordings were made; this one knows what the generated scripts look at. Time
is short: a second here is a minute and more there, and a surge is not counted out pod by pod.
"""

from __future__ import annotations

import copy
import hashlib
import json
import threading
import time
from dataclasses import dataclass, field

from control_plane import jobs
from control_plane.api import Api
from control_plane.jobs import JOBS
from control_plane.kinds import Object
from control_plane.pods import PODS, Pods, is_ready, place_of, served
from control_plane.requests import Call, Refused
from control_plane.storage import now
from rbac import Identity

_CONTROLLER = Identity("system:kube-controller-manager", ("system:masters",))


DEPLOYMENTS = served("apps", "v1", "deployments")
REPLICA_SETS = served("apps", "v1", "replicasets")
AUTOSCALERS = served("autoscaling", "v2", "horizontalpodautoscalers")


@dataclass
class Workloads:
    """Runs the controllers and the nodes in a thread until it is left."""

    api: Api
    pods: Pods
    deadline: float = 1.5
    old_pods_stay: float = 0.3
    _since: dict[str, float] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Workloads:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def _run(self) -> None:
        seen, rested = -1, 0
        while not self._stop.wait(0.03):
            # Where nothing has changed only time passes, and a look now and then is enough.
            rested = rested + 1 if self.api.storage.version == seen else 0
            if rested % 4 == 0:
                seen = self.api.storage.version
                self.step()

    def step(self) -> None:
        """Do once what the controllers do all the time."""
        storage = self.api.storage
        with storage.changed:
            for deployment in storage.select(DEPLOYMENTS):
                self._scale(deployment)
                self._roll_out(storage.get(DEPLOYMENTS, *place_of(deployment)) or deployment)
            for job in storage.select(JOBS):
                jobs.step(self.api, self.pods, job)
            self._collect()
            self.pods.step()

    # ---- deployments -------------------------------------------------------------------------------------------

    def _scale(self, deployment: Object) -> None:
        """An autoscaler keeps its minimum, by the subresource `scale`, which managedFields remember."""
        namespace, name = place_of(deployment)
        scaler = self.api.storage.get(AUTOSCALERS, namespace, name)
        if scaler and deployment["spec"]["replicas"] < scaler["spec"]["minReplicas"]:
            deployment["spec"]["replicas"] = scaler["spec"]["minReplicas"]
            fields: Object = {"f:spec": {"f:replicas": {}}}
            entry = {
                "manager": "kube-controller-manager",
                "operation": "Update",
                "apiVersion": "apps/v1",
                "fieldsType": "FieldsV1",
                "fieldsV1": fields,
                "subresource": "scale",
            }
            owners = deployment["metadata"].setdefault("managedFields", [])
            if not any(one.get("subresource") == "scale" for one in owners):
                owners.append(entry)
            self.api.storage.put(DEPLOYMENTS, deployment)

    def _roll_out(self, deployment: Object) -> None:
        namespace, name = place_of(deployment)
        digest = hashlib.sha256(
            json.dumps(deployment["spec"]["template"], sort_keys=True).encode()
        ).hexdigest()[:9]
        current = f"{name}-{digest}"
        self._keep_replica_set(deployment, current, digest)
        mine = [pod for pod in self.api.storage.select(PODS, namespace) if _owner(pod)]
        ours = [pod for pod in mine if _owner(pod).rpartition("-")[0] == name]
        fresh = [pod for pod in ours if _owner(pod) == current and not _is_ending(pod)]
        old = [pod for pod in ours if _owner(pod) != current or _is_ending(pod)]
        wanted = deployment["spec"]["replicas"]
        key = f"{namespace}/{current}/{deployment['metadata']['generation']}"
        recreated = deployment["spec"].get("strategy", {}).get("type") == "Recreate"
        if recreated:
            old = self._ended(key, old)
        failure = ""
        for number in range(len(fresh), 0 if recreated and old else wanted):
            failure = self._start_pod(deployment, current, digest, number)
            if failure:
                break
        ready = [pod for pod in fresh if is_ready(pod)]
        began = self._since.setdefault(key, time.monotonic())
        done = len(ready) >= wanted
        if done:
            available = self._since.setdefault(f"{key}/done", time.monotonic())
            if time.monotonic() - available >= self.old_pods_stay:
                for pod in old:
                    self.api.storage.remove(PODS, *place_of(pod))
                old = []
        slow = max((self.pods.delay_of(pod) for pod in fresh), default=0)
        late = not done and time.monotonic() - began > self.deadline + slow
        serving = [pod for pod in old if is_ready(pod) and not _is_ending(pod)]
        self._report(deployment, current, fresh, ready, serving, old, failure, late)

    def _ended(self, key: str, old: list[Object]) -> list[Object]:
        """End the old pods, which get no request from now on; return those that are still there."""
        began = self._since.setdefault(f"{key}/ended", time.monotonic())
        for pod in old:
            if time.monotonic() - began >= self.old_pods_stay:
                self.api.storage.remove(PODS, *place_of(pod))
            elif not _is_ending(pod):
                pod["metadata"]["deletionTimestamp"] = now()
                self.api.storage.put(PODS, pod)
        there = (self.api.storage.get(PODS, *place_of(pod)) for pod in old)
        return [pod for pod in there if pod is not None]

    def _keep_replica_set(self, deployment: Object, current: str, digest: str) -> None:
        namespace, name = place_of(deployment)
        storage = self.api.storage
        for one in storage.select(REPLICA_SETS, namespace):
            if (
                _owner(one) == name
                and one["metadata"]["name"] != current
                and one["spec"]["replicas"]
            ):
                one["spec"]["replicas"] = 0
                storage.put(REPLICA_SETS, one)
        known = storage.get(REPLICA_SETS, namespace, current)
        number = len(storage.select(REPLICA_SETS, namespace)) + (0 if known else 1)
        template = copy.deepcopy(deployment["spec"]["template"])
        template["metadata"]["labels"]["pod-template-hash"] = digest
        selector = copy.deepcopy(deployment["spec"]["selector"])
        selector["matchLabels"]["pod-template-hash"] = digest
        storage.put(
            REPLICA_SETS,
            {
                "apiVersion": "apps/v1",
                "kind": "ReplicaSet",
                "metadata": {
                    "name": current,
                    "namespace": namespace,
                    "labels": template["metadata"]["labels"],
                    "annotations": (known or {}).get("metadata", {}).get("annotations")
                    or {"deployment.kubernetes.io/revision": str(number)},
                    "ownerReferences": [_reference(deployment, "apps/v1", "Deployment")],
                },
                "spec": {
                    "replicas": deployment["spec"]["replicas"],
                    "selector": selector,
                    "template": template,
                },
                "status": (known or {}).get("status", {"replicas": 0}),
            },
        )

    def _start_pod(self, deployment: Object, current: str, digest: str, number: int) -> str:
        """Create a pod as the controller does, through admission; returns why it was refused, or ""."""
        namespace, _ = place_of(deployment)
        template = deployment["spec"]["template"]
        owner = self.api.storage.get(REPLICA_SETS, namespace, current)
        assert owner is not None
        suffix = hashlib.sha256(f"{current}{number}".encode()).hexdigest()[:5]
        labels = {**template["metadata"]["labels"], "pod-template-hash": digest}
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": f"{current}-{suffix}",
                "namespace": namespace,
                "labels": labels,
                "annotations": template["metadata"].get("annotations", {}),
                "ownerReferences": [_reference(owner, "apps/v1", "ReplicaSet")],
            },
            "spec": copy.deepcopy(template["spec"]),
        }
        path = f"/api/v1/namespaces/{namespace}/pods"
        call = Call(
            "POST", path, {}, json.dumps(pod).encode(), "application/json", "kcm", _CONTROLLER
        )
        try:
            self.api._write(call, self.api.authorized(call))
        except Refused as refused:
            message = str(refused)
            self.pods.event(owner, "ReplicaSet", "FailedCreate", f"Error creating: {message}")
            return message
        return ""

    def _report(
        self,
        deployment: Object,
        current: str,
        fresh: list[Object],
        ready: list[Object],
        serving: list[Object],
        old: list[Object],
        failure: str,
        late: bool,
    ) -> None:
        wanted = deployment["spec"]["replicas"]
        available = len(ready) + len(serving)
        done = len(ready) >= wanted and not old
        if late:
            progressing = (
                "False",
                "ProgressDeadlineExceeded",
                f'ReplicaSet "{current}" has timed out progressing.',
            )
        elif done:
            text = f'ReplicaSet "{current}" has successfully progressed.'
            progressing = ("True", "NewReplicaSetAvailable", text)
        else:
            progressing = ("True", "ReplicaSetUpdated", f'ReplicaSet "{current}" is progressing.')
        enough = available >= wanted
        conditions = [
            ("Available", *_availability(enough)),
            ("Progressing", *progressing),
            *([("ReplicaFailure", "True", "FailedCreate", failure)] if failure else []),
        ]
        deployment["status"] = {
            "observedGeneration": deployment["metadata"]["generation"],
            "replicas": len(fresh) + len(old),
            "updatedReplicas": len(fresh),
            "readyReplicas": available,
            "availableReplicas": available,
            "unavailableReplicas": max(0, wanted - len(ready)),
            "conditions": [
                {"type": kind, "status": status, "reason": reason, "message": message}
                for kind, status, reason, message in conditions
            ],
        }
        self.api.storage.put(DEPLOYMENTS, deployment)
        replica_set = self.api.storage.get(REPLICA_SETS, place_of(deployment)[0], current)
        if replica_set:
            replica_set["status"] = {
                "replicas": len(fresh),
                "readyReplicas": len(ready),
                "availableReplicas": len(ready),
                "observedGeneration": replica_set["metadata"]["generation"],
            }
            self.api.storage.put(REPLICA_SETS, replica_set)

    def _collect(self) -> None:
        """Collect the objects of a deleted owner."""
        storage = self.api.storage
        owned = ((REPLICA_SETS, (DEPLOYMENTS,)), (PODS, (REPLICA_SETS, JOBS)))
        for kind, owners in owned:
            uids = {one["metadata"]["uid"] for owner in owners for one in storage.select(owner)}
            for one in storage.select(kind):
                references = one["metadata"].get("ownerReferences") or []
                if references and references[0]["uid"] not in uids:
                    storage.remove(kind, *place_of(one))


def _availability(enough: bool) -> tuple[str, str, str]:
    if enough:
        return "True", "MinimumReplicasAvailable", "Deployment has minimum availability."
    text = "Deployment does not have minimum availability."
    return "False", "MinimumReplicasUnavailable", text


def _is_ending(pod: Object) -> bool:
    return "deletionTimestamp" in pod["metadata"]


def _owner(one: Object) -> str:
    references = one["metadata"].get("ownerReferences") or []
    return str(references[0]["name"]) if references else ""


def _reference(one: Object, api_version: str, kind: str) -> Object:
    metadata = one["metadata"]
    return {
        "apiVersion": api_version,
        "kind": kind,
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
    }

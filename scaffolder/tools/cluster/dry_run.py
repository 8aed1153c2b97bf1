"""Ask an API server whether it would accept objects, without a change to any."""

from __future__ import annotations

import enum
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from scaffolder.errors import ClusterError
from scaffolder.formats.regex import regex
from scaffolder.tools.cluster import ownership
from scaffolder.tools.cluster.connection import Connection, OutOfTime, Reply
from scaffolder.tools.cluster.kubeconfig import client_of, namespace_of

CALL = 10.0
"""Seconds that one answer of an API server may take."""

ALL_CALLS = 60.0
"""Seconds that all answers together may take."""


class Ruling(enum.StrEnum):
    """An API server's ruling on an object.

    PODS_REFUSED: it accepts the object and will refuse its pods. UNKNOWN: it serves no such kind.
    UNJUDGED: inconclusive.
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    PODS_REFUSED = "pods refused"
    UNKNOWN = "unknown"
    UNJUDGED = "unjudged"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer for one object, in the server's words if it has any.

    `subject` is what the message is about, if it may be the same for other objects; `warnings` are
    what the server adds to an object that it accepts.
    """

    ruling: Ruling
    message: str = ""
    subject: str = ""
    warnings: tuple[str, ...] = ()


def dry_run(
    context: str,
    objects: Sequence[Mapping[str, Any]],
    *,
    namespace: str,
    release: str = "",
    call: float = CALL,
    all_calls: float = ALL_CALLS,
) -> tuple[Answer, ...]:
    """Return the API server's answers to an installation or upgrade of each object by Helm.

    Nothing changes. An object without a namespace goes to the one that the context names, else to
    `namespace`. An object that exists and belongs to another Helm release than `release` ("": not
    known), or to none, is UNJUDGED. The rights of a deployment (get, patch, create) are all that
    this needs. `call` and `all_calls` are seconds.

    Raises:
        ClusterError: the context does not exist, the server cannot be reached, is not a Kubernetes
        API server, does not
            know the user, does not answer in time, or has no such namespace.

    """
    deadline = time.monotonic() + all_calls
    with client_of(context, seconds=2 * call) as client:
        connection = Connection(context, client, call=call, deadline=deadline)
        server = _Server(connection, namespace_of(context) or namespace, release)
        answers: list[Answer] = []
        try:
            answers.extend(server.judge(one) for one in objects)
        except OutOfTime:
            raise ClusterError(
                f"the cluster of context {context} answers too slowly: "
                f"{len(answers)} of {len(objects)} objects in {all_calls:g} s"
            ) from None
        return tuple(answers)


def reasons(answers: Iterable[Answer]) -> list[str]:
    """Return the messages of `answers`; one message about several things is listed once."""
    subjects: dict[str, dict[str, None]] = {}
    for answer in answers:
        subject, message = _without_name(answer)
        subjects.setdefault(message, {})[subject] = None
    return sorted(message.format(", ".join(sorted(names))) for message, names in subjects.items())


def _without_name(answer: Answer) -> tuple[str, str]:
    """Return what a message is about, and the message as a format with a gap for it."""
    escaped = answer.message.replace("{", "{{").replace("}", "}}")
    if answer.subject:
        return answer.subject, f"{{}} {escaped}"
    right = _NO_RIGHT.search(escaped)
    if right:
        start, resource, end = right.groups()
        return resource, f"{start}{{}}{re.sub(_API_GROUP, '', end)}"
    return "", escaped


@dataclass(frozen=True, kw_only=True)
class _Resource:
    """Where an object is in the API: the address of its collection, and its own name."""

    kind: str
    collection: str
    namespace: str
    name: str

    def address(self, **query: str) -> str:
        return f"{self.collection}/{quote(self.name)}" + (f"?{urlencode(query)}" if query else "")


class _Server:
    """An API server, asked about one namespace."""

    def __init__(self, connection: Connection, namespace: str, release: str) -> None:
        self._connection = connection
        self._namespace = namespace
        self._release = release
        self._is_known = False
        self._kinds: dict[str, dict[str, tuple[str, bool]] | Answer] = {}
        self._live: dict[str, Reply] = {}

    def judge(self, one: Mapping[str, Any]) -> Answer:
        if not self._is_known:
            self._check_identity()
            self._is_known = True
        resource = self._resource(one)
        if isinstance(resource, Answer):
            return resource
        sent = self._as_helm_sends(one)
        query = {
            "dryRun": "All",
            "fieldValidation": "Strict",
            "fieldManager": ownership.HELM,
            "force": "true",
        }
        applied = self._connection.ask(
            "PATCH", resource.address(**query), sent, _APPLY
        )  # JSON is YAML
        answer = self._ruling(applied, resource)
        if (
            applied.status != 201
            and answer.ruling in {Ruling.ACCEPTED, Ruling.REFUSED}
            and not _is_malformed(applied)
        ):
            answer = self._over_installed(resource, sent, answer)
        return self._with_pods(answer, resource, sent)

    def _check_identity(self) -> None:
        """Raise ClusterError unless the server is a Kubernetes API server that answers."""
        reply = self._connection.ask("GET", "/version")
        if reply.status == 200 and reply.document.get("gitVersion"):
            return
        if reply.status == 403 and reply.is_status:
            return  # the right to read /version can be taken away
        if reply.status == 429 or reply.status >= 500:
            raise ClusterError(
                f"the cluster of context {self._connection.context} cannot answer now: "
                f"{reply.status} to GET /version: {reply.message}"
            )
        raise self._foreign("/version", reply)

    def _foreign(self, path: str, reply: Reply) -> ClusterError:
        return ClusterError(
            f"the server of context {self._connection.context} is not a Kubernetes API server: "
            f"GET {path} returned {_described(reply)} ({self._connection.host})",
            hint="compare the address in the kubeconfig: a login page or a proxy may have answered",
        )

    def _resource(self, one: Mapping[str, Any]) -> _Resource | Answer:
        api_version, kind = str(one.get("apiVersion", "")), str(one.get("kind", ""))
        kinds = self._served(api_version)
        if isinstance(kinds, Answer):
            return kinds
        if kind not in kinds:
            return Answer(
                ruling=Ruling.UNKNOWN, message=f"the cluster serves no {kind} in {api_version}"
            )
        plural, namespaced = kinds[kind]
        if not namespaced:
            return Answer(ruling=Ruling.UNJUDGED, message=f"{kind} belongs to no namespace")
        metadata = one.get("metadata") or {}
        namespace = str(metadata.get("namespace") or self._namespace)
        collection = f"{_root(api_version)}/namespaces/{quote(namespace)}/{plural}"
        return _Resource(
            kind=kind,
            collection=collection,
            namespace=namespace,
            name=str(metadata.get("name", "")),
        )

    def _served(self, api_version: str) -> dict[str, tuple[str, bool]] | Answer:
        """Return the kinds of a group's version.

        The plural of each, and whether it is namespaced.
        """
        if api_version not in self._kinds:
            reply = self._connection.ask("GET", _root(api_version))
            self._kinds[api_version] = self._discovered(api_version, reply)
        return self._kinds[api_version]

    def _discovered(self, api_version: str, reply: Reply) -> dict[str, tuple[str, bool]] | Answer:
        path = _root(api_version)
        if reply.status == 200 and reply.document.get("kind") == "APIResourceList":
            return {
                entry["kind"]: (entry["name"], bool(entry.get("namespaced")))
                for entry in reply.document.get("resources") or ()
                if "/" not in entry["name"]
            }
        if reply.status < 400 or (reply.status == 404 and api_version == "v1"):
            raise self._foreign(path, reply)
        if reply.status == 404:
            self._served(
                "v1"
            )  # raises if it is missing: then this cluster lacks no group, it is not one
            return {}
        message = reply.message.replace(f' "{path}"', "")
        return Answer(
            ruling=Ruling.UNJUDGED, subject=api_version, message=f"cannot be looked up: {message}"
        )

    def _as_helm_sends(self, one: Mapping[str, Any]) -> dict[str, Any]:
        """Return the object with the marks that Helm adds to a release's objects.

        Hooks have none.
        """
        metadata = dict(one.get("metadata") or {})
        if not self._release or _HOOK in (metadata.get("annotations") or {}):
            return dict(one)
        release = {
            "meta.helm.sh/release-name": self._release,
            "meta.helm.sh/release-namespace": self._namespace,
        }
        metadata["annotations"] = {**(metadata.get("annotations") or {}), **release}
        metadata["labels"] = {
            **(metadata.get("labels") or {}),
            "app.kubernetes.io/managed-by": "Helm",
        }
        return {**one, "metadata": metadata}

    def _over_installed(
        self, resource: _Resource, sent: Mapping[str, Any], answer: Answer
    ) -> Answer:
        """Return the answer, corrected for the errors of an apply alone on an installed object."""
        installed = self._installed(resource)
        if installed.status == 404:
            return answer
        if installed.status != 200 or not installed.document.get("metadata"):
            reason = f"and the installed object cannot be read ({installed.message})"
            return (
                answer
                if answer.ruling is Ruling.ACCEPTED
                else _inconclusive(resource, answer, reason)
            )
        annotations = (sent.get("metadata") or {}).get("annotations") or {}
        if _HOOK in annotations:
            recreated = "before-hook-creation" in annotations.get(
                _HOOK_POLICY, "before-hook-creation"
            )
            return self._created(resource, sent, answer) if recreated else answer
        owner = ownership.release_of(installed.document)
        if not ownership.is_installed_by_helm(installed.document):
            return _taken(resource, "belongs to no Helm release; Helm refuses to adopt it")
        if self._release and owner not in {"", self._release}:
            return _taken(
                resource,
                f"belongs to the Helm release {owner}; Helm refuses to adopt it for"
                f" {self._release}",
            )
        if ownership.installed_client_side(installed.document):
            return self._upgraded(resource, installed.document, sent, answer)
        return answer

    def _installed(self, resource: _Resource) -> Reply:
        address = resource.address()
        if address not in self._live:
            self._live[address] = self._connection.ask("GET", address)
        return self._live[address]

    def _created(self, resource: _Resource, sent: Mapping[str, Any], answer: Answer) -> Answer:
        """Judge a hook, which Helm deletes and creates again.

        An apply over the old one proves nothing.
        """
        if answer.ruling is Ruling.ACCEPTED:
            return answer
        query = urlencode(
            {"dryRun": "All", "fieldValidation": "Strict", "fieldManager": ownership.HELM}
        )
        reply = self._connection.ask("POST", f"{resource.collection}?{query}", sent)
        if reply.status == 409 and reply.document.get("reason") == "AlreadyExists":
            return Answer(
                ruling=Ruling.ACCEPTED, warnings=reply.warnings
            )  # the last thing that the server looks at
        return self._ruling(reply, resource)

    def _upgraded(
        self, resource: _Resource, live: Mapping[str, Any], sent: Mapping[str, Any], answer: Answer
    ) -> Answer:
        """Judge an object that Helm 3 or Terraform installed by what an upgrade makes of it."""
        patch = ownership.upgrade_patch(live, sent)
        reason = "and the object was installed client-side (by Helm 3 or Terraform)"
        if patch is None:
            return (
                answer
                if answer.ruling is Ruling.ACCEPTED
                else _inconclusive(resource, answer, reason)
            )
        query = {"dryRun": "All", "fieldValidation": "Strict", "fieldManager": ownership.HELM}
        reply = self._connection.ask("PATCH", resource.address(**query), patch, _MERGE_PATCH)
        upgraded = self._ruling(reply, resource)
        if upgraded.ruling is Ruling.UNJUDGED:
            return (
                answer
                if answer.ruling is Ruling.ACCEPTED
                else _inconclusive(resource, answer, reason)
            )
        # without the warnings of the apply, which are about fields that an upgrade removes too
        return upgraded

    def _with_pods(self, answer: Answer, resource: _Resource, sent: Mapping[str, Any]) -> Answer:
        """Turn the warning of Pod Security into a ruling.

        It refuses pods, and only warns of their owners.
        """
        violations = [warning for warning in answer.warnings if _POD_SECURITY in warning]
        if (
            answer.ruling is not Ruling.ACCEPTED
            or not violations
            or self._pod_is_accepted(resource, sent)
        ):
            return answer
        others = tuple(warning for warning in answer.warnings if warning not in violations)
        return Answer(ruling=Ruling.PODS_REFUSED, message="; ".join(violations), warnings=others)

    def _pod_is_accepted(self, resource: _Resource, sent: Mapping[str, Any]) -> bool:
        """Return whether a pod of the object is accepted with the same warning."""
        template = _pod_template(sent)
        if not template.get("spec"):
            return False
        labels = (template.get("metadata") or {}).get("labels") or {}
        metadata = {"generateName": f"{resource.name}-", "labels": labels}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}
        query = urlencode({"dryRun": "All", "fieldManager": ownership.HELM})
        reply = self._connection.ask(
            "POST", f"/api/v1/namespaces/{quote(resource.namespace)}/pods?{query}", pod
        )
        return reply.status == 201 and any(_POD_SECURITY in warning for warning in reply.warnings)

    def _ruling(self, reply: Reply, resource: _Resource) -> Answer:
        context = self._connection.context
        if reply.status in {200, 201}:
            if reply.document.get("kind") == resource.kind:
                return Answer(ruling=Ruling.ACCEPTED, warnings=reply.warnings)
            return Answer(
                ruling=Ruling.UNJUDGED,
                message=(
                    f"the server returned no {resource.kind}, but a body of"
                    f" {reply.media_type or 'no type'}"
                ),
            )
        if reply.status == 404 and "namespaces" in reply.message:
            raise ClusterError(
                f"the cluster of context {context} has no namespace {resource.namespace}",
                hint=(
                    f"kubectl --context {context} create namespace {resource.namespace}, "
                    "or give the context another one: kubectl config set-context --help"
                ),
            )
        ruling = Ruling.REFUSED if reply.is_status and _is_refusal(reply) else Ruling.UNJUDGED
        return Answer(ruling=ruling, message=reply.message)


_APPLY = "application/apply-patch+yaml"
_MERGE_PATCH = "application/merge-patch+json"

_HOOK = "helm.sh/hook"
_HOOK_POLICY = "helm.sh/hook-delete-policy"
"""The annotation without which Helm deletes a hook before it creates it again."""

_POD_SECURITY = "would violate PodSecurity"

_MALFORMED = regex(r"failed to create typed patch object|failed to convert new object")
"""An unknown field or a wrong type, with status 500.

https://github.com/kubernetes/kubernetes/issues/122480
"""

_API_GROUP = r' in API group "[^"]*"'

_NO_RIGHT = regex(r'(User ".*" cannot \w+ (?:resource|path) )"([^"]*)"(.*)', re.DOTALL)
"""The authorizer's message.

`deployments.apps "x" is forbidden: User "y" cannot patch resource "deployments" …`
"""

_DENIED = regex(r'admission webhook ".*" denied the request')
"""A webhook chooses the status of its refusal."""


def _is_malformed(reply: Reply) -> bool:
    """Tell whether the server refuses the object itself, whatever is installed."""
    return reply.status >= 500 and bool(_MALFORMED.search(reply.message))


def _is_refusal(reply: Reply) -> bool:
    """Tell whether the object is at fault, and not the right, the moment or the server."""
    message = reply.message
    if "does not support dry run" in message:  # an admission webhook with side effects
        return False
    if _DENIED.search(message):
        return True
    if reply.status == 403:  # else an admission rule: a quota, a policy, Pod Security
        return not _NO_RIGHT.search(message) and "because it is being terminated" not in message
    return reply.status in {400, 413, 422} or _is_malformed(reply)


def _inconclusive(resource: _Resource, answer: Answer, reason: str) -> Answer:
    message = (
        f"the server refuses the change ({answer.message}), {reason}: an upgrade may be accepted"
    )
    return Answer(ruling=Ruling.UNJUDGED, message=f"{resource.kind} {resource.name}: {message}")


def _taken(resource: _Resource, whose: str) -> Answer:
    subject = f"{resource.kind} {resource.name}"
    return Answer(ruling=Ruling.UNJUDGED, subject=subject, message=f"exists and {whose}")


def _pod_template(one: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the template of the pods that an object creates; {} if there is none."""
    spec = one.get("spec") or {}
    spec = (spec.get("jobTemplate") or {}).get("spec") or spec
    return spec.get("template") or {}


def _described(reply: Reply) -> str:
    place = f" to {reply.location}" if reply.location else ""
    return f"{reply.status}{place} with {reply.media_type or 'no content type'}"


def _root(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"

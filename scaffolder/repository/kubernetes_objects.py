"""Kubernetes objects, wherever they come from: a chart in an environment, or a file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import environments, files, kustomize, source_templates
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Unread, documents, line_of, listed, place

DIGEST = "sha256:" + "0" * 64
"""Stands for the digest that a pipeline hands over; the chart refuses to render without one."""

REVISION = "0123456789abcdef0123456789abcdef01234567"
"""Stands for the commit that a pipeline hands over to a chart that takes its image by digest."""

REPOSITORY = "registry.example.com/image"
"""Stands for the registry's address, which is known once Terraform has made the registry."""


@dataclass(frozen=True, kw_only=True)
class KubernetesObject:
    """A Kubernetes object: `scope` is what deploys it, and the environment if it is for one.

    The unit of deployment is the folder of a chart or of a kustomization, or of the file that holds
    it.

    `path` is the file that holds it, or the template that it is rendered from; `origins` are the
    lines of that template for each line of the object, if the object knows its lines. `former` are
    the names that it had before a kustomization gave it another.
    """

    scope: tuple[str, str]
    path: Path
    content: dict[Any, Any]
    origins: tuple[int, ...] = ()
    former: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def api_version(self) -> str:
        """Return the apiVersion, "" if it has none."""
        return str(self.content.get("apiVersion", ""))

    @property
    def kind(self) -> str:
        """Return the kind, "" if it has none."""
        return str(self.content.get("kind", ""))

    @property
    def identity(self) -> str:
        """Return a text that is the same for equal objects."""
        return json.dumps(self.content, sort_keys=True, default=str)

    @property
    def environment(self) -> str:
        """Return the environment that it is rendered for, "" for none."""
        return self.scope[1]

    @property
    def name(self) -> str:
        """Return metadata.name, "?" if it has none."""
        return str(self.get("metadata", "name") or "?")

    @property
    def labels(self) -> dict[str, str]:
        """Return metadata.labels, as texts."""
        return texts(self.get("metadata", "labels"))

    def get(self, *path: Any) -> Any:
        """Return the value at the end of this path, or None."""
        return dig(self.content, *path)

    def place(self, project: Project, *path: Any) -> Location:
        """The line of the file that the entry came from."""
        line = line_of(self.content, *path)
        if self.origins:
            line = self.origins[min(line, len(self.origins)) - 1] if line else 0
        return place(project, kustomize.source_of(self.content, *path) or self.path, line)

    @property
    def is_kustomized(self) -> bool:
        """Return whether a kustomization made it, so that its entries may be of several files."""
        return isinstance(self.content, kustomize.SourcedTable)

    @property
    def namespace(self) -> str:
        """Return the namespace that it names, empty if it names none."""
        named = self.get("metadata", "namespace")
        return named if isinstance(named, str) else ""

    @property
    def pod(self) -> tuple[Any, ...] | None:
        """The way to the pod that a workload makes; None where the object makes none."""
        return _PODS.get(self.kind)

    def containers(self) -> Iterator[tuple[tuple[Any, ...], dict[Any, Any]]]:
        """Each container of a workload, with the way to it."""
        if self.pod is not None:
            way = (*self.pod, "spec", "containers")
            for number, one in enumerate(listed(self.get(*way))):
                if isinstance(one, dict):
                    yield (*way, number), one

    @property
    def pod_spec(self) -> dict[Any, Any] | None:
        """Return the specification of the pods that the object makes; None if it makes none."""
        found = None if self.pod is None else self.get(*self.pod, "spec")
        return found if isinstance(found, dict) else None

    def all_containers(self) -> Iterator[dict[Any, Any]]:
        """Yield each container of the object's pods, with init and ephemeral ones."""
        for key in ("initContainers", "containers", "ephemeralContainers"):
            yield from (
                one for one in listed((self.pod_spec or {}).get(key)) if isinstance(one, dict)
            )


def plain(project: Project) -> tuple[KubernetesObject, ...]:
    """Return the objects in plain files, without those of charts and kustomizations."""
    return project.once("plain objects", lambda: tuple(_plain(project)))


def kustomized(project: Project) -> tuple[KubernetesObject, ...]:
    """Return the objects of each kustomization that no other one includes, as it renders them."""
    return project.once("kustomized objects", lambda: tuple(_kustomized(project)))


def without_charts(project: Project) -> tuple[KubernetesObject, ...]:
    """Return the objects of files and of kustomizations."""
    return (*plain(project), *kustomized(project))


def unread(project: Project) -> tuple[Unread, ...]:
    """Return what kustomizations name and is not rendered, with the reason."""
    missing = list(chain.from_iterable(build.missing for build in kustomize.builds(project)))
    return tuple(dict.fromkeys(missing))


def placeholders(values: Mapping[Any, Any]) -> dict[str, str]:
    """Return what stands for repository and digest, if values leave them to a pipeline."""
    image = values.get("image")
    if not isinstance(image, Mapping):
        return {}
    given = {"repository": REPOSITORY, "digest": DIGEST}
    if image.get("tag"):
        given.pop("digest")
    return {key: value for key, value in given.items() if key in image and image[key] in ("", None)}


def takes_revision(values: Mapping[Any, Any], given: Mapping[str, str]) -> bool:
    """Return whether a pipeline also hands the commit over: it is empty beside an empty digest."""
    return "digest" in given and values.get("revision") == ""


def _plain(project: Project) -> Iterator[KubernetesObject]:
    left_to_kustomize = kustomize.named_files(project)
    folders = kustomize.folders(project)
    for file in files.plain_manifests(project):
        text = project.text(file)
        if file in left_to_kustomize or "kind:" not in text or "apiVersion:" not in text:
            continue
        if _is_of_kustomization(file, folders) or source_templates.is_written_by_a_script(
            project, file
        ):
            continue
        scope = (file.parent.as_posix(), environments.named_in(file))
        for document in documents(project, file):
            for content in kustomize.expanded(document):
                if content.get("apiVersion"):
                    yield KubernetesObject(scope=scope, path=file, content=content)


def _is_of_kustomization(file: Path, folders: frozenset[Path]) -> bool:
    """Return whether a kustomization beside the file does not name it, or it is a patch below one.

    Kustomize deploys what it is told to, so nothing deploys such a file.
    """
    if file.parent in folders:
        return True
    is_patch = "patch" in file.stem or "patch" in file.parent.name
    return is_patch and not folders.isdisjoint(file.parents)


def _kustomized(project: Project) -> Iterator[KubernetesObject]:
    for build in kustomize.builds(project):
        if any(_is_of_a_chart(resource.content) for resource in build.resources):
            continue  # its output is a template of Helm, and no cluster takes it as it is
        scope = (build.folder.as_posix(), environments.named_in(build.folder))
        for resource in build.resources:
            if resource.content.get("apiVersion"):
                former = tuple(name for _, name in resource.names if name != resource.name)
                yield KubernetesObject(
                    scope=scope, path=resource.path, content=resource.content, former=former
                )


def _is_of_a_chart(content: Mapping[Any, Any]) -> bool:
    """Return whether name, namespace or a label of an object is an action of a Helm template."""
    metadata = content.get("metadata")
    named = [dig(metadata, "name"), dig(metadata, "namespace")]
    named += list(texts(dig(metadata, "labels")).values())
    return any(isinstance(one, str) and "{{" in one for one in named)


_BUILT_IN_GROUPS = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "extensions",
        "flowcontrol.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
    }
)
"""The groups that the API server itself serves; an unknown kind in these is an error."""

_OF_CLIENTS = frozenset({"Config", "List", "Template", "Status"})
"""Kinds in the core group that a program reads, and no cluster takes."""

_OF_OPENSHIFT = frozenset({"BuildConfig", "DeploymentConfig", "ImageStream", "Route"})
"""Kinds that OpenShift once served in the core group."""

_FILLED_IN_LATER = regex(r"\$\{|\$\(|\{\{|^\$\w+$|^<[^>]+>$|^%\w+%$|^__\w+__$|^ENC\[|^@\w+@$")
"""A placeholder for envsubst, Flux, SOPS or another program."""


def is_built_in(one: KubernetesObject) -> bool:
    """Return whether the object's API is built in, in any version of Kubernetes."""
    group, slash, version = one.api_version.rpartition("/")
    if not slash and (one.kind in _OF_CLIENTS | _OF_OPENSHIFT or not one.get("metadata")):
        return False
    return group in _BUILT_IN_GROUPS and re.fullmatch(r"v\d\w*", version) is not None


def is_custom(one: KubernetesObject) -> bool:
    """Return whether it is a custom resource: its group has a domain and is not built in."""
    group = one.api_version.rpartition("/")[0]
    return "." in group and not is_built_in(one) and bool(one.get("metadata"))


def is_filled_in_later(value: Any) -> bool:
    """Return whether a value is, or holds, a place that a program fills in before it is applied."""
    if isinstance(value, dict):  # {{ name }} without quotes is YAML: a table whose key is a table
        return any(str(key).startswith("{") for key in value)
    return isinstance(value, str) and _FILLED_IN_LATER.search(value) is not None


_PODS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(
        (
            "Deployment",
            "StatefulSet",
            "DaemonSet",
            "ReplicaSet",
            "ReplicationController",
            "Rollout",
            "Job",
        ),
        ("spec", "template"),
    ),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Pod": (),
}
WITH_PODS = tuple(_PODS)
LONG_RUNNING = frozenset(
    {
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "ReplicaSet",
        "ReplicationController",
        "Rollout",
    }
)


def dig(value: Any, *path: Any) -> Any:
    """Return the value at the end of this path through tables and lists, or None."""
    for part in path:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value


def texts(value: Any) -> dict[str, str]:
    """A table of texts, such as labels."""
    return {str(key): str(one) for key, one in value.items()} if isinstance(value, Mapping) else {}

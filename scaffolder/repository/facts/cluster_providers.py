"""Which providers of Terraform speak to a cluster that the same configuration makes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import files
from scaffolder.repository.clouds import of_each
from scaffolder.repository.facts import terraform_roots
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Attribute, Block, blocks, place

PROVIDERS = ("helm", "kubectl", "kubernetes", "kustomization")
"""Providers that need the API of a cluster."""

_SIGNS = (
    *of_each(lambda cloud: cloud.CLUSTER_SIGNS),
    *("google_container_cluster", "digitalocean_kubernetes_cluster", "linode_lke_cluster"),
    *("scaleway_k8s_cluster", "oci_containerengine_cluster", "ovh_cloud_project_kube"),
    *("civo_kubernetes_cluster", "vultr_kubernetes", "kind_cluster", "k3d_cluster"),
    *("terraform-google-modules/kubernetes-engine", "Azure/aks"),
)
"""Resources that make a cluster, and the sources of published modules that do."""

_NO_CLUSTER = regex(
    r"//(?:\./)?modules/(?:[\w-]*(?:auth|karpenter|node-group|node-pool|fargate|user-data|iam|hub|"
    r"workload-identity|asm|acm|services)[\w-]*)"
)
"""Parts of these modules that make no cluster.

https://registry.terraform.io/modules/terraform-aws-modules/eks/aws
"""

_REFERENCE = regex(
    r"(?<![\w.\"-])([A-Za-z_][\w-]*)\.([A-Za-z_][\w-]*)(?:\[[^\]]*\])*(?:\.([A-Za-z_][\w-]*))?"
)
_DEEPEST = 8


@dataclass(frozen=True, kw_only=True)
class ClusterProvider:
    """A provider, where its settings come from the cluster, and what makes the cluster."""

    name: str
    at: Location
    cluster: str
    made_at: Location


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A block of a folder, with the file that it is in."""

    file: Path
    block: Block


def beside_their_cluster(project: Project) -> Iterator[ClusterProvider]:
    """Yield each provider whose settings come from a cluster of its own configuration."""
    for configuration in terraform_roots.configurations(project):
        reader = _Reader(project, configuration)
        found = list(reader.providers())
        if found and reader.uses_providers():
            for part in found:
                yield from reader.provider(part)


def providers(project: Project) -> int:
    """Return how many providers speak to a cluster."""
    found = (types.get("provider", ()) for types in _parts(project).values())
    return sum(map(_is_of_a_cluster, chain.from_iterable(found)))


def _is_of_a_cluster(part: _Part) -> bool:
    return part.block.labels[:1] != () and part.block.labels[0] in PROVIDERS


def _parts(project: Project) -> dict[Path, dict[str, list[_Part]]]:
    """Return the blocks of each folder by type; a repository may have hundreds of folders."""

    def make() -> dict[Path, dict[str, list[_Part]]]:
        found: dict[Path, dict[str, list[_Part]]] = {}
        for file in files.terraform(project):
            top = blocks(project, file)
            types = found.setdefault(file.parent, {})
            for block in top.blocks if top else ():
                types.setdefault(block.type, []).append(_Part(file=file, block=block))
        return found

    return project.once("blocks of Terraform by folder", make)


def _calls(project: Project) -> dict[Path, list[_Part]]:
    """Return the calls of each local module, in the order of the folders that they are in."""

    def make() -> dict[Path, list[_Part]]:
        found: dict[Path, list[_Part]] = {}
        for _, types in sorted(_parts(project).items(), key=lambda entry: entry[0]):
            for call in types.get("module", ()):
                target = _target(project, call)
                if target is not None:
                    found.setdefault(target, []).append(call)
        return found

    return project.once("calls of local modules of Terraform", make)


def _target(project: Project, call: _Part) -> Path | None:
    source = call.block.attributes.get("source")
    if source is None or not source.text.startswith("."):
        return None
    return project.relative((call.file.parent / source.text).as_posix())


class _Reader:
    """Follow the references of one configuration."""

    def __init__(self, project: Project, configuration: frozenset[Path]) -> None:
        self._project = project
        self._folders = configuration
        self._parts = _parts(project)
        # An expression that many others read is followed once, not once for each way to it.
        self._made: dict[tuple[Path, str, int], _Part | None] = {}

    def parts(self, folder: Path, *types: str) -> Iterator[_Part]:
        """Yield the blocks of a folder of one of these types."""
        known = self._parts.get(folder, {}) if folder in self._folders else {}
        for kind in types:
            yield from known.get(kind, ())

    def providers(self) -> Iterator[_Part]:
        """Yield the providers that speak to a cluster."""
        for folder in sorted(self._folders):
            yield from filter(_is_of_a_cluster, self.parts(folder, "provider"))

    def uses_providers(self) -> bool:
        """Return whether a resource needs a cluster, here or in a module that is not here."""
        starts = tuple(f"{name}_" for name in PROVIDERS)
        for folder in self._folders:
            for part in self.parts(folder, "resource", "module"):
                source = part.block.attributes.get("source")
                if part.block.type == "resource" and part.block.labels[0].startswith(starts):
                    return True
                if source and not source.text.startswith(".") and not _makes(source.text):
                    return True
        return False

    def provider(self, part: _Part) -> Iterator[ClusterProvider]:
        """Yield a provider if one of its settings leads to a cluster of the configuration."""
        # The name of the cluster itself identifies it; a local may hold those of many.
        for attribute in sorted(_attributes(part.block), key=_is_indirect):
            made = self._cluster(part.file.parent, attribute.expression, _DEEPEST)
            if made:
                yield ClusterProvider(
                    name=part.block.labels[0],
                    at=place(self._project, part.file, attribute.line),
                    cluster=_name(made.block),
                    made_at=place(self._project, made.file, made.block.line),
                )
                return

    def _cluster(self, folder: Path, expression: str, depth: int) -> _Part | None:
        """Return what makes the cluster that an expression reads, or None."""
        key = (folder, expression, depth)
        if depth and key not in self._made:
            self._made[key] = self._followed(folder, expression, depth)
        return self._made.get(key)

    def _followed(self, folder: Path, expression: str, depth: int) -> _Part | None:
        references = _REFERENCE.findall(_code(expression))
        for kind, name, attribute in sorted(references, key=lambda one: one[0] in _INDIRECT):
            made = self._referred(folder, (kind, name, attribute), depth - 1)
            if made:
                return made
        return None

    def _referred(self, folder: Path, words: tuple[str, str, str], depth: int) -> _Part | None:
        kind, name, attribute = words
        if kind == "local":
            return self._local(folder, name, depth)
        if kind == "var":
            return self._variable(folder, name, depth)
        if kind == "module":
            return self._module(folder, name, attribute, depth)
        if kind == "data" and attribute:
            return self._data(folder, name, attribute, depth)
        if kind in _SIGNS:
            return self._named(folder, "resource", kind, name)
        return None

    def _local(self, folder: Path, name: str, depth: int) -> _Part | None:
        for part in self.parts(folder, "locals"):
            if name in part.block.attributes:
                return self._cluster(folder, part.block.attributes[name].expression, depth)
        return None

    def _variable(self, folder: Path, name: str, depth: int) -> _Part | None:
        """Return the cluster that a caller hands to a variable of the module in `folder`."""
        for call in _calls(self._project).get(folder, ()):
            given = call.block.attributes.get(name)
            if given and call.file.parent in self._folders:
                return self._cluster(call.file.parent, given.expression, depth)
        return None

    def _data(self, folder: Path, kind: str, name: str, depth: int) -> _Part | None:
        """Return the cluster of this configuration that a data source looks up.

        It is read when the cluster is made: until then the provider has no settings.
        """
        found = self._named(folder, "data", kind, name)
        argument = found.block.attributes.get("name") if found else None
        waits_for = found.block.attributes.get("depends_on") if found else None
        for given in (argument, waits_for):
            if given and (made := self._cluster(folder, given.expression, depth)):
                return made
        return None

    def _module(self, folder: Path, name: str, output: str, depth: int) -> _Part | None:
        call = self._named(folder, "module", name)
        source = call.block.attributes.get("source") if call else None
        if call is None or source is None:
            return None
        target = _target(self._project, call)
        if target is not None:
            return self._output(target, output, depth)
        if _makes(source.text):
            return call
        if (
            "auth" in source.text.rpartition("/")[2]
        ):  # hands on the access to the cluster it is given
            expressions = [one.expression for one in call.block.attributes.values()]
            found = (self._cluster(folder, one, depth) for one in expressions)
            return next((made for made in found if made), None)
        return None

    def _output(self, folder: Path, name: str, depth: int) -> _Part | None:
        """Return the cluster that an output of a local module reads; of all if it is not named."""
        for part in self.parts(folder, "output"):
            if part.block.labels[0] == name or not name:
                value = part.block.attributes.get("value")
                made = self._cluster(folder, value.expression, depth) if value else None
                if made:
                    return made
        return None

    def _named(self, folder: Path, kind: str, *labels: str) -> _Part | None:
        return next(
            (part for part in self.parts(folder, kind) if part.block.labels == labels), None
        )


_INDIRECT = frozenset({"local", "var"})


def _is_indirect(attribute: Attribute) -> bool:
    """Return whether a setting names no resource, data source or module."""
    kinds = {kind for kind, _, _ in _REFERENCE.findall(_code(attribute.expression))}
    return kinds <= _INDIRECT


def _makes(source: str) -> bool:
    """Return whether a published module makes a cluster, by its source."""
    named = any("/" in sign and sign.lower() in source.lower() for sign in _SIGNS)
    return (named or "terraform-aws-eks" in source) and not _NO_CLUSTER.search(source)


def _name(block: Block) -> str:
    return ".".join(("module", *block.labels) if block.type == "module" else block.labels)


def _attributes(block: Block) -> Iterator[Attribute]:
    """Yield the settings of a provider, those of the blocks in it included."""
    yield from block.attributes.values()
    for inner in block.blocks:
        yield from _attributes(inner)


def _code(expression: str) -> str:
    """Return an expression without its comments, and without the text around `${…}`."""
    code = re.sub(r"(?m)(?:^|\s)(?:#|//).*$", "", expression)
    return re.sub(r'"((?:[^"\\]|\\.)*)"', lambda text: _inserted(text[1]), code)


def _inserted(text: str) -> str:
    return " ".join(re.findall(r"(?<!\$)\$\{([^}]*)\}", text)) or '""'

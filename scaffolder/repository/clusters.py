"""Read the Kubernetes version of the repository's clusters from its Terraform."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scaffolder.repository import files, reading
from scaffolder.repository.clouds import CLOUDS, of_each
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Attribute, Block

NAMES = frozenset(
    {
        *("kubernetes_version", "cluster_version", "k8s_version", "min_master_version"),
        *of_each(lambda cloud: cloud.CLUSTER_VERSIONS),
    }
)
"""Names of variables and arguments that hold the version."""

_WITH_VERSION = of_each(lambda cloud: cloud.CLUSTERS_WITH_VERSION)


def versions(project: Project) -> Iterator[tuple[Path, Attribute]]:
    """Yield each version of Kubernetes in Terraform with its file, values of variables first.

    Raises:
        ToolMissing: there is Terraform, and the packages that read HCL are not installed.

    """
    for file in (*files.terraform_variables(project), *files.terraform(project)):
        block = reading.blocks(project, file)
        for attribute in named_in(file, block) if block else ():
            yield file, attribute


def managed(project: Project, file: Path) -> str:
    """Return the managed cluster whose version a file names: "eks", "aks", "gke", or "".

    It is the one that the folder of the file makes, else the nearest folder around it: several
    clouds may be in one repository.
    """
    for folder in file.parents:
        near = _made_in(project, folder)
        if near:
            return next(iter(near)) if len(near) == 1 else ""
    return ""


_OTHERS = {"gke": ("google_container_cluster", "terraform-google-modules/kubernetes-engine")}
"""The signs of clusters of clouds that the template does not know."""


def _made_in(project: Project, folder: Path) -> frozenset[str]:
    """Return the managed clusters that the Terraform of a folder, or of one below it, makes."""
    return project.once(("managed clusters", folder), lambda: _found_in(project, folder))


def _found_in(project: Project, folder: Path) -> frozenset[str]:
    text = "\n".join(map(project.text, files.terraform_inputs(project, folder)))
    signs = {cloud.CLUSTER: cloud.CLUSTER_SIGNS for cloud in CLOUDS.values()} | _OTHERS
    return frozenset(
        cluster for cluster, named in signs.items() if any(sign in text for sign in named)
    )


def named_in(file: Path, block: Block) -> list[Attribute]:
    """Return the versions in variables, locals, resources and modules of one file."""
    if file.suffix == ".tfvars":
        found = [one for name, one in block.attributes.items() if name in NAMES]
    else:
        found = [*_defaults(block), *_locals(block), *_arguments(block)]
    return [one for one in found if one.text[:1].isdigit()]


def _defaults(block: Block) -> list[Attribute]:
    named = [one for one in block.each("variable") if one.labels and one.labels[0] in NAMES]
    return [one.attributes["default"] for one in named if "default" in one.attributes]


def _locals(block: Block) -> Iterator[Attribute]:
    for one in block.each("locals"):
        yield from (attribute for name, attribute in one.attributes.items() if name in NAMES)


def _arguments(block: Block) -> Iterator[Attribute]:
    for one in block.each("resource", "module"):
        for name, attribute in one.attributes.items():
            if name in NAMES or (
                name == "version" and one.labels and one.labels[0] in _WITH_VERSION
            ):
                yield attribute

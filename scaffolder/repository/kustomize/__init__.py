"""Kustomizations, rendered without Kustomize: objects, and the file and line of each entry.

Follows https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/. Parts outside the
repository (remote bases) and parts that only a program makes (Helm charts, plug-ins) are left out,
and the build names them.
"""

from __future__ import annotations

from scaffolder.repository.kustomize.build import (
    Build,
    builds,
    expanded,
    folders,
    has_its_inputs,
    named_files,
)
from scaffolder.repository.kustomize.resource import Resource
from scaffolder.repository.kustomize.sourced import SourcedTable, source_of

__all__ = [
    "Build",
    "Resource",
    "SourcedTable",
    "builds",
    "expanded",
    "folders",
    "has_its_inputs",
    "named_files",
    "source_of",
]

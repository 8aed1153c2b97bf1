"""Which secrets of a store the charts read, and which of them Terraform makes or grants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import files, reading
from scaffolder.repository.facts import charts
from scaffolder.repository.facts.charts import KubernetesObject, dig
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Block, listed, place

_LISTS = ("secrets", "secret_names")
_PLACES = ("aws_secretsmanager_secret", "azurerm_key_vault_secret")
"""Resources that are a secret of a store; their data sources only read one."""
_STORES = ("aws", "azurekv")
"""Providers of External Secrets whose rights Terraform gives."""
_LITERAL = regex(r'"([^"$]+)"')
_VARIABLE = regex(r"\bvar\.(\w+)")


@dataclass(frozen=True, kw_only=True)
class SecretName:
    """The name of a secret in the file at `place`; `is_listed` if it is in a list of names."""

    name: str
    place: Location
    is_listed: bool = False


def reads_secrets(project: Project) -> bool:
    """Return whether a chart has a template of an ExternalSecret, whatever its values are."""
    templates = chain.from_iterable(
        files.chart_templates(project, chart) for chart in files.charts(project)
    )
    return any("kind: ExternalSecret" in project.text(file) for file in templates)


def read(project: Project) -> tuple[SecretName, ...]:
    """Return the names that ExternalSecrets ask a store of AWS or Azure for, each once."""
    objects = charts.objects(project)
    ours = {one.name for one in objects if _is_in_a_cloud(one)}
    names: dict[str, SecretName] = {}
    for external in objects:
        if external.kind != "ExternalSecret":
            continue
        if external.get("spec", "secretStoreRef", "name") not in ours:
            continue
        for key, way in _keys(external):
            short = key.rpartition("/")[2]
            at = _in_values(project, external, short) or external.place(project, *way)
            names.setdefault(key, SecretName(name=key, place=at))
    return tuple(names.values())


def granted(project: Project) -> tuple[SecretName, ...] | None:
    """Return the names that Terraform makes or grants; None if it computes any."""
    found: list[SecretName] = []
    known: set[str] = set()
    for file in files.terraform_variables(project):
        block = reading.blocks(project, file)
        for name in _LISTS:
            if block and (attribute := block.attributes.get(name)):
                known.add(name)
                found += _literals(project, file, attribute.line, attribute.expression)
    for file in files.terraform(project):
        for resource in _places(reading.blocks(project, file)):
            names = _of_resource(project, file, resource, known)
            if names is None:
                return None
            found += names
    return tuple(found)


def list_place(project: Project) -> Location | None:
    """Return where values of Terraform list secrets, be the list empty."""
    for file in files.terraform_variables(project):
        block = reading.blocks(project, file)
        for name in _LISTS:
            if block and (attribute := block.attributes.get(name)):
                return place(project, file, attribute.line)
    return None


def _is_in_a_cloud(one: KubernetesObject) -> bool:
    provider = one.get("spec", "provider")
    is_store = one.kind in {"SecretStore", "ClusterSecretStore"}
    return is_store and isinstance(provider, dict) and any(name in provider for name in _STORES)


def _keys(external: KubernetesObject) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for at, entry in enumerate(listed(external.get("spec", "data"))):
        key = dig(entry, "remoteRef", "key")
        if isinstance(key, str):
            yield key, ("spec", "data", at, "remoteRef", "key")
    for at, entry in enumerate(listed(external.get("spec", "dataFrom"))):
        key = dig(entry, "extract", "key")
        if isinstance(key, str):
            yield key, ("spec", "dataFrom", at, "extract", "key")


def _in_values(project: Project, external: KubernetesObject, short: str) -> Location | None:
    """Return the line of the chart's values that names the secret, if one does."""
    if not external.origins:
        return None
    named = re.compile(rf"\b(?:name|key):\s*[\"']?{re.escape(short)}(?![\w-])")
    for file in files.values_files(project, Path(external.scope[0])):
        for number, line in enumerate(project.text(file).split("\n"), 1):
            if named.search(line):
                return place(project, file, number)
    return None


def _places(block: Block | None) -> Iterator[Block]:
    for resource in block.each("resource") if block else ():
        if resource.labels and resource.labels[0] in _PLACES:
            yield resource


def _of_resource(
    project: Project, file: Path, resource: Block, known: set[str]
) -> list[SecretName] | None:
    """Return the names of a resource; None if they cannot be read here."""
    each, name = resource.attributes.get("for_each"), resource.attributes.get("name")
    if each is not None:
        variable = _VARIABLE.search(each.expression)
        if variable:
            return [] if variable[1] in known else None
        return list(_literals(project, file, each.line, each.expression)) or None
    if name is None or "$" in name.expression or not name.expression.strip().startswith('"'):
        return None
    return [SecretName(name=name.text, place=place(project, file, name.line))]


def _literals(project: Project, file: Path, line: int, expression: str) -> Iterator[SecretName]:
    for number, text in enumerate(expression.split("\n")):
        for name in _LITERAL.findall(text.partition("#")[0]):
            at = place(project, file, line + number)
            yield SecretName(name=name, place=at, is_listed=True)

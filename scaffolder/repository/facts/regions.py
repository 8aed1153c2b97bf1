"""Which regions of a cloud the Terraform code names, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from scaffolder.formats.regex import regex
from scaffolder.model import Location
from scaffolder.repository import files
from scaffolder.repository.clouds import doubt_about
from scaffolder.repository.facts import terraform_roots
from scaffolder.repository.project import Project
from scaffolder.repository.reading import Attribute, Block, blocks, place

_ELSEWHERE = ("skip_region_validation", "endpoint", "endpoints")
"""Settings of what speaks AWS's language and is not AWS, such as MinIO and LocalStack."""

_CLOSED = regex(r"(?:us|eu)-iso[a-z]*-|eusc-|aws-(?:cn-|us-gov-)?global\Z")
"""Partitions with limited access.

https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
"""

_WIDE = frozenset({"asia", "asiapacific", "europe", "global", "unitedstates", "us"})
"""Values of `location` that Azure has for services outside any region."""

_PREVIEW = ("euap", "stage", "stg")
_NAME = regex(r"[A-Za-z][A-Za-z0-9 -]*")
_VARIABLE = regex(r"var\.([\w-]+)")
_OF_AZURE = frozenset({"azure_location", "azure_region", "location", "region"})


@dataclass(frozen=True, kw_only=True)
class StatedRegion:
    """A region that a file names; `doubt` is the reason why it may not exist, "" if it is known."""

    value: str
    doubt: str
    at: Location


@dataclass(frozen=True, kw_only=True)
class _File:
    path: Path
    block: Block


def stated(project: Project) -> Iterator[StatedRegion]:
    """Yield each region that is written out: of providers, backends, resources and variables."""
    configurations = tuple(_read(project, files.terraform(project)))
    for file in configurations:
        for cloud, attribute in _settings(file.block):
            yield from _region(project, file.path, cloud, attribute)
    named = _variables(configurations)
    for file in configurations:
        for variable in file.block.each("variable"):
            cloud = named[file.path.parent].get(variable.labels[0] if variable.labels else "", "")
            default = variable.attributes.get("default")
            if cloud and default:
                yield from _region(project, file.path, cloud, default)
    for file in _read(project, files.terraform_variables(project)):
        folder = terraform_roots.root_of_values(project, file.path.parent)
        for name, cloud in named.get(folder, {}).items():
            if given := file.block.attributes.get(name):
                yield from _region(project, file.path, cloud, given)


def _read(project: Project, paths: tuple[Path, ...]) -> Iterator[_File]:
    for path in paths:
        if (block := blocks(project, path)) is not None:
            yield _File(path=path, block=block)


def _settings(block: Block) -> Iterator[tuple[str, Attribute]]:
    """Yield the attributes of a file that are a region, with their cloud."""
    for provider in block.each("provider"):
        if provider.labels[:1] == ("aws",) and _is_aws(provider):
            yield from _attribute("aws", provider, "region")
    for settings in block.each("terraform"):
        for backend in settings.each("backend"):
            if backend.labels[:1] == ("s3",) and _is_aws(backend):
                yield from _attribute("aws", backend, "region")
    for resource in block.each("resource"):
        if resource.labels and resource.labels[0].startswith("azurerm_"):
            yield from _attribute("azure", resource, "location")


def _attribute(cloud: str, block: Block, name: str) -> Iterator[tuple[str, Attribute]]:
    if attribute := block.attributes.get(name):
        yield cloud, attribute


def _is_aws(block: Block) -> bool:
    return not any(name in block.attributes or [*block.each(name)] for name in _ELSEWHERE)


def _variables(configurations: tuple[_File, ...]) -> dict[Path, dict[str, str]]:
    """Return the variables of each folder that hold a region, each with its cloud."""
    folders: dict[Path, list[Block]] = {}
    for file in configurations:
        folders.setdefault(file.path.parent, []).append(file.block)
    return {folder: _of_a_folder(inside) for folder, inside in folders.items()}


def _of_a_folder(inside: list[Block]) -> dict[str, str]:
    """Return the variables of one folder.

    A module of Azure takes its location from the caller, so that there a name tells it as well.
    """
    named: dict[str, str] = {}
    for block in inside:
        for cloud, attribute in _settings(block):
            if variable := _VARIABLE.fullmatch(attribute.expression.strip()):
                named[variable[1]] = cloud
    providers = set(chain.from_iterable(map(_providers, inside)))
    if "azurerm" in providers and not providers & {"aws", "google", "google-beta"}:
        named |= dict.fromkeys(_OF_AZURE, "azure")
    return named


def _providers(block: Block) -> Iterator[str]:
    yield from (provider.labels[0] for provider in block.each("provider") if provider.labels)


def _region(
    project: Project, file: Path, cloud: str, attribute: Attribute
) -> Iterator[StatedRegion]:
    """Yield the region of an attribute that is a plain text."""
    text = attribute.text
    if attribute.expression.strip()[:1] != '"' or not _NAME.fullmatch(text):
        return
    yield StatedRegion(
        value=text,
        doubt="" if _is_special(cloud, text) else doubt_about(cloud, _plain(cloud, text)),
        at=place(project, file, attribute.line),
    )


def _is_special(cloud: str, text: str) -> bool:
    if cloud == "aws":
        return _CLOSED.match(text) is not None
    plain = _plain(cloud, text)
    return plain in _WIDE or plain.endswith(_PREVIEW)


def _plain(cloud: str, text: str) -> str:
    """Return the name for programs; Azure takes that for people, "West Europe", as well."""
    return text.replace(" ", "").lower() if cloud == "azure" else text

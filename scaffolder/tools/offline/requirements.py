"""Which providers a configuration needs, and which packaged schema stands in for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from scaffolder.formats import hcl
from scaffolder.formats.hcl import Block
from scaffolder.tools.offline.catalog import ProviderSchema, matching

_BUILT_IN = "builtin/terraform"  # part of Terraform itself


def required_providers(configuration: Iterable[Block]) -> dict[str, str]:
    """Return each provider that the files need, with all constraints on its version.

    A provider is "hashicorp/aws", whichever registry its address names.
    """
    constraints: dict[str, list[str]] = {}
    named: set[str] = set()
    used: set[str] = set()
    for file in configuration:
        for name, address, version in _declared(file):
            constraints.setdefault(address, []).append(version)
            named.add(name)
        used |= {
            block.labels[0].partition("_")[0]
            for block in file.each("resource", "data", "ephemeral")
            if block.labels
        }
        for address, version in _of_providers(file, constraints):
            constraints.setdefault(address, []).append(version)
        # A name that only a provider block has is needed too.
        used |= {
            block.labels[0] for block in file.each("provider", "mock_provider") if block.labels
        }
    for prefix in used - named - {"terraform"}:  # needed without being declared
        constraints.setdefault(f"hashicorp/{prefix}", [])
    return {
        address: ", ".join(filter(None, given)) for address, given in sorted(constraints.items())
    }


def _declared(file: Block) -> Iterator[tuple[str, str, str]]:
    """Yield the local name, the address and the constraint of each declared provider."""
    for block in file.within("required_providers"):
        for name, attribute in block.attributes.items():
            settings = hcl.object_of(attribute.expression)
            given = {key: entry.text for key, entry in settings.items()}
            version = given.get("version", "") if given else attribute.text  # aws = "~> 5.0"
            address = "/".join(given.get("source", f"hashicorp/{name}").split("/")[-2:])
            if address != _BUILT_IN:
                yield name, address, version


def _of_providers(file: Block, declared: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Yield address and version of provider blocks that pin one, as before Terraform 0.13."""
    for block in file.each("provider"):
        if block.labels and "version" in block.attributes:
            name = block.labels[0]
            known = next((one for one in declared if one.endswith(f"/{name}")), f"hashicorp/{name}")
            yield known, block.attributes["version"].text


def choose(
    needed: Mapping[str, str], releases: Mapping[str, str], locked: Mapping[str, str] | None = None
) -> tuple[tuple[ProviderSchema, ...], tuple[str, ...]]:
    """Return the packaged schema for each provider, and the providers that have none.

    `releases` are exact versions; of one in `locked`, the schema of its major version stands in.
    """
    chosen, unknown = [], []
    for address, constraint in needed.items():
        exactly = f"= {releases[address]}" if address in releases else ""
        release = "" if exactly else (locked or {}).get(address, "")
        major = release.partition(".")[0]
        same = f">= {major}.0.0, < {int(major) + 1}.0.0" if major.isdigit() else ""
        found = matching(address, ", ".join(filter(None, (constraint, exactly, same))))
        if found:
            chosen.append(found[0])
        else:
            chosen_by_lock = release and matching(address, constraint)
            wanted = release if chosen_by_lock else constraint or release
            unknown.append(f"{address} {wanted}".strip())
    return tuple(chosen), tuple(unknown)

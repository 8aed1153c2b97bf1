"""Find the objects that a destroy leaves: by `prevent_destroy`, or a protecting argument."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from scaffolder.formats.hcl import Block
from scaffolder.formats.regex import regex
from scaffolder.tools.rehearsal import made_up
from scaffolder.tools.rehearsal.cloud import CloudObject
from scaffolder.tools.rehearsal.outcome import Kept
from scaffolder.tools.terraform.folders import Configuration

State = dict[str, Any]

_INDEX = regex(r'\["[^"]*"\]|\[\d+\]')


def protected(modules: Mapping[str, Configuration]) -> frozenset[str]:
    """Return the addresses with `prevent_destroy`, without indices, of modules by their address."""
    addresses: set[str] = set()
    for module, configuration in modules.items():
        resources = chain.from_iterable(file.each("resource") for file in configuration.files)
        addresses |= {
            ".".join(filter(None, (module, *resource.labels)))
            for resource in resources
            if any(map(_is_set, resource.each("lifecycle")))
        }
    return frozenset(addresses)


def taken_out(state: State | None, addresses: frozenset[str]) -> tuple[Kept, ...]:
    """Take protected objects out of a state, so that Terraform destroys all others."""
    if state is None:
        return ()
    kept: list[Kept] = []
    left: list[Any] = []
    for resource in state["resources"]:
        address = _address(resource)
        if _INDEX.sub("", address) in addresses:
            kept += [
                Kept(address=f"{address}{_index(one)}", by="prevent_destroy")
                for one in resource["instances"]
            ]
        else:
            left.append(resource)
    state["resources"] = left
    return tuple(kept)


def identifiers(state: State | None, addresses: frozenset[str]) -> frozenset[tuple[str, str]]:
    """Return type and id of the objects in a state that have these addresses."""
    found: set[tuple[str, str]] = set()
    for resource in (state or {}).get("resources", ()):
        if _INDEX.sub("", _address(resource)) in addresses:
            ids = (str(instance["attributes"].get("id")) for instance in resource["instances"])
            found |= {(resource["type"], one) for one in ids}
    return frozenset(found)


def by_argument(objects: Iterable[CloudObject]) -> tuple[Kept, ...]:
    """Return the objects that an argument of theirs keeps."""
    return tuple(
        Kept(address=f"{one.type} {one.id}", by=reason)
        for one in objects
        if (reason := one.protected or made_up.kept_by(one.values))
    )


def _is_set(lifecycle: Block) -> bool:
    attribute = lifecycle.attributes.get("prevent_destroy")
    return attribute is not None and attribute.text == "true"


def _address(resource: Mapping[str, Any]) -> str:
    return ".".join(filter(None, (resource.get("module"), resource["type"], resource["name"])))


def _index(instance: Mapping[str, Any]) -> str:
    key = instance.get("index_key")
    return "" if key is None else f"[{json.dumps(key)}]"

"""Which providers a configuration needs, and which packaged schema stands in for each."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scaffolder.tools.offline.catalog import ProviderSchema, matching

_REQUIRED = re.compile(r"required_providers\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_REQUIREMENT = re.compile(r"(\w[\w-]*)\s*=\s*(?:\{([^{}]*)\}|\"([^\"]*)\")")
_SETTING = re.compile(r"(source|version)\s*=\s*\"([^\"]*)\"")
_TYPE = re.compile(
    r'^\s*(?:resource|data|ephemeral)\s+"?([a-z0-9]+)_\w+"?\s+"?[\w-]+"?\s*\{', re.MULTILINE
)
_BUILT_IN = "builtin/terraform"  # part of Terraform itself


def required_providers(text: str) -> dict[str, str]:
    """Each provider that the text needs ("hashicorp/aws"), with all constraints on its version."""
    constraints: dict[str, list[str]] = {}
    named: set[str] = set()
    for block in _REQUIRED.findall(re.sub(r"^\s*(?:#|//).*$", "", text, flags=re.MULTILINE)):
        for name, body, short in _REQUIREMENT.findall(block):
            settings = dict(_SETTING.findall(body))
            address = "/".join(settings.get("source", f"hashicorp/{name}").split("/")[-2:])
            if address == _BUILT_IN:
                continue
            constraints.setdefault(address, []).append(settings.get("version", short))
            named.add(name)
    for prefix in set(_TYPE.findall(text)) - named - {"terraform"}:  # needed without being declared
        constraints.setdefault(f"hashicorp/{prefix}", [])
    return {
        address: ", ".join(filter(None, given)) for address, given in sorted(constraints.items())
    }


def choose(
    needed: Mapping[str, str], releases: Mapping[str, str]
) -> tuple[tuple[ProviderSchema, ...], tuple[str, ...]]:
    """The packaged schema for each provider, and the providers that have none."""
    chosen, unknown = [], []
    for address, constraint in needed.items():
        exactly = f"= {releases[address]}" if address in releases else ""
        found = matching(address, ", ".join(filter(None, (constraint, exactly))))
        if found:
            chosen.append(found[0])
        else:
            unknown.append(f"{address} {constraint}".strip())
    return tuple(chosen), tuple(unknown)

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
_CONFIGURED = re.compile(r'^\s*(?:mock_)?provider\s+"([\w-]+)"\s*\{', re.MULTILINE)
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
    implied = {*_TYPE.findall(text), *_CONFIGURED.findall(text)}
    for prefix in implied - named - {"terraform"}:  # needed without being declared
        constraints.setdefault(f"hashicorp/{prefix}", [])
    return {
        address: ", ".join(filter(None, given)) for address, given in sorted(constraints.items())
    }


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

"""Find the real providers on this machine, and make Terraform use them without network."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from scaffolder.formats import hcl
from scaffolder.formats.hcl import Block

_HOSTS = ("registry.terraform.io", "registry.opentofu.org")


def mirrors() -> Iterator[Path]:
    """Yield folders of providers: from the CLI configuration, the plugin cache, the usual one."""
    config = Path(os.environ.get("TF_CLI_CONFIG_FILE") or Path.home() / ".terraformrc")
    text = config.read_text(encoding="utf-8", errors="replace") if config.is_file() else ""
    cache = os.environ.get("TF_PLUGIN_CACHE_DIR", "")
    named = _named(hcl.recovered(text))
    for folder in (*named, cache, "~/.terraform.d/plugins"):
        if folder and (path := Path(os.path.expandvars(folder)).expanduser()).is_dir():
            yield path


def holds(mirror: Path, address: str) -> bool:
    """Return whether the mirror has a provider with this address."""
    return any((mirror / host / address).is_dir() for host in _HOSTS)


def only_from(mirrors: Iterable[Path], folder: Path) -> Path:
    """A CLI configuration that takes providers from these folders and never from the network."""
    blocks = "".join(
        f"  filesystem_mirror {{\n    path = {json.dumps(str(mirror))}\n  }}\n"
        for mirror in mirrors
    )
    file = folder / "offline.tfrc"
    file.write_text(f"provider_installation {{\n{blocks}}}\n", encoding="utf-8")
    return file


LOCK = ".terraform.lock.hcl"


def locked(folder: Path) -> tuple[str, ...]:
    """Return the releases that `terraform init` chose, such as "aws 5.100.0"."""
    versions = locked_versions(folder)
    return tuple(f"{address.rpartition('/')[2]} {version}" for address, version in versions.items())


def locked_versions(folder: Path) -> dict[str, str]:
    """Return the release of each provider that a lock file names, by address ("hashicorp/aws")."""
    lock = folder / LOCK
    text = lock.read_text(encoding="utf-8", errors="replace") if lock.exists() else ""
    return {
        "/".join(block.labels[0].split("/")[-2:]): block.attributes["version"].text
        for block in hcl.recovered(text).each("provider")
        if block.labels and "version" in block.attributes
    }


def _named(block: Block) -> Iterator[str]:
    """Yield the folders that a CLI configuration names."""
    for name in ("path", "plugin_cache_dir"):
        if name in block.attributes:
            yield block.attributes[name].text
    for inner in block.blocks:
        yield from _named(inner)

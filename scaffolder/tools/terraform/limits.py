"""Which diagnostics of Terraform come from the place that it ran in, and not from the code.

`terraform validate` runs on a copy, without network, with the providers that have a schema in this
package. A failure of only this setup is a limit of the validation, never a finding.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path, PurePosixPath

from scaffolder.formats.regex import regex
from scaffolder.tools.terraform.folders import Root, read
from scaffolder.tools.terraform.output import Diagnostic

NOT_INSTALLED = "Module not installed"

_NO_PROVIDER = (
    "Missing required provider",
    "Failed to obtain provider schema",
    "Failed to load plugin schemas",
    "registry.",
)
"""How the summary starts of what Terraform prints where a provider is not installed."""

_PROVIDER = regex(r"(?:registry\.[\w.-]+/)([\w-]+/[\w-]+)")
_REGISTRY = regex(
    r"Error accessing remote module registry|(?:Failed to|Could not) download module"
    r"|Module unreachable|Module not found|Module has no versions"
    r"|Unresolvable module version constraint"
)
"""The message of `terraform get` for a module that is not on this machine."""

_UNREACHABLE = regex(
    r"no such host|connection refused|network is unreachable|timed? ?out|Could not resolve host"
    r"|unable to access|Could not read from remote repository|TLS handshake|407|503"
)
_NO_FILE = regex(
    r'no (?:file|directory) exists at "(?P<quoted>[^"]+)"'
    r'|(?:open|stat|lstat) "?(?P<opened>[^":]+)"?: no such file'
    r"|could not (?:be )?read(?:ed)?.* (?P<module>\S+): no such file"
)
_MADE_BY_A_BUILD = regex(
    r"(?:^|/)(?:dist|build|target|out|output|bin|node_modules|vendor|generated|\.build|\.aws-sam)/"
    r"|\.(?:zip|jar|war|tgz|gz|whl|wasm|exe|img|iso|pem|pub|key|crt|cer|p12|pfx|jks)$|kubeconfig|id_rsa"
)
"""Files that no repository holds: what a build makes, and keys."""

TERRAGRUNT = "Terragrunt completes it"
"""Why a configuration is not judged that is not whole by itself."""

_ALIASED = "Provider configuration not present"
_TOFU = regex(
    r"^\s*encryption\s*\{|^\s*provider\s+\"[^\"]+\"\s*\{[^}]*?^\s*for_each\s*="
    r"|^\s*source\s*=\s*(?:\"[^\"]*\$\{|var\.|local\.)|registry\.opentofu\.org",
    re.MULTILINE | re.DOTALL,
)
_OLD = regex(r"^\s*v?0\.\d+")


@dataclass(frozen=True, kw_only=True)
class Split:
    """The diagnostics that the code causes, and what was not looked at instead of the others."""

    diagnostics: tuple[Diagnostic, ...]
    limits: tuple[str, ...] = ()
    without_provider: bool = False


def split(diagnostics: Iterable[Diagnostic], root: Root) -> Split:
    """Tell the diagnostics of the code from those of the copy that Terraform ran in."""
    kept, limits, without_provider = [], [], False
    for found in diagnostics:
        if found.summary.startswith(_NO_PROVIDER):
            without_provider = True
            provider = _PROVIDER.search(f"{found.summary} {found.detail}")
            limits.append(f"no schema of {provider[1]}" if provider else "no schema of a provider")
        elif reason := _of_place(found, root):
            limits.append(reason)
        else:
            kept.append(_without_copy(found, root))
    return Split(
        diagnostics=tuple(sorted(set(kept))),
        limits=tuple(dict.fromkeys(limits)),
        without_provider=without_provider,
    )


_WRITTEN_BY_TERRAGRUNT = (_ALIASED, "Reference to undeclared", "Missing required provider")
"""How the summary starts of what a configuration lacks before Terragrunt has written into it."""


def of_terragrunt(diagnostic: Diagnostic) -> bool:
    """Return whether a diagnostic may be of what Terragrunt adds to a configuration."""
    return diagnostic.summary.startswith(_WRITTEN_BY_TERRAGRUNT)


def is_missing(diagnostic: Diagnostic) -> bool:
    """Return whether a diagnostic is only for a provider or module that is not installed."""
    return diagnostic.summary.startswith((*_NO_PROVIDER, NOT_INSTALLED))


def module_elsewhere(printed: str, *, online: bool) -> bool:
    """Return whether `terraform get` failed for want of a module that is not in the repository."""
    return bool((_UNREACHABLE if online else _REGISTRY).search(" ".join(printed.split())))


def dialect(root: Root) -> str:
    """Return why Terraform cannot judge a root, "" if it can."""
    folders = [root.folder, *_above(root)]
    names = {entry.name for entry in chain.from_iterable(map(Path.iterdir, folders))}
    own = {entry.name for entry in root.folder.iterdir()}
    if ".opentofu-version" in names or any(name.endswith(".tofu") for name in own):
        return "written for OpenTofu"
    lock = read(root.folder / ".terraform.lock.hcl")
    if _TOFU.search(root.text) or "registry.opentofu.org" in lock:
        return "written for OpenTofu"
    if "terragrunt.hcl" in own:
        return TERRAGRUNT
    pinned = next((text for one in folders if (text := read(one / ".terraform-version"))), "")
    return "written for a Terraform before 1.0" if _OLD.match(pinned) else ""


def _above(root: Root) -> Sequence[Path]:
    """Return the folders above a root in the copy."""
    return [folder for folder in root.folder.parents if folder.is_relative_to(root.top)]


def _of_place(found: Diagnostic, root: Root) -> str:
    """Return what was not looked at if a diagnostic is about the copy, "" if about the code."""
    if found.summary == _ALIASED and "configuration_aliases" in root.text:
        return f"the providers that a caller hands to {_name(root)}"
    words = " ".join(f"{found.summary} {found.detail}".split())
    missing = _NO_FILE.search(words)
    if missing:
        path = next(filter(None, missing.groups()))
        return _outside(path, root)
    return ""


def _outside(path: str, root: Root) -> str:
    """Return why a file that Terraform misses may exist, "" if it belongs in the repository."""
    name = _in_repository(PurePosixPath(path).as_posix(), root)
    inside = Path(os.path.normpath(root.folder / path)) if not path.startswith("~") else None
    if inside is None or not inside.is_relative_to(root.top):
        return f"{name} is not in the repository"
    if _MADE_BY_A_BUILD.search(name):
        return f"{name} is made by a build"
    relative = inside.relative_to(root.top)
    if any(relative.is_relative_to(module) for module in _submodules(root)):
        return f"{name} is in a Git submodule"
    return ""


def _in_repository(name: str, root: Root) -> str:
    """Return a path without the folder of this machine that the repository, or its copy, is in."""
    if not name.startswith("/"):
        return name
    _, found, rest = name.partition(f"/{root.top.name}/")
    return rest if found else name


def _submodules(root: Root) -> list[Path]:
    text = read(root.top / ".gitmodules")
    return [Path(path.strip()) for path in re.findall(r"^\s*path\s*=\s*(.+)$", text, re.MULTILINE)]


def _without_copy(found: Diagnostic, root: Root) -> Diagnostic:
    """Return a diagnostic without the folder of the copy, whose name is another one in each run."""
    place = re.compile(re.escape(root.top.as_posix()) + "/?")
    return replace(found, summary=place.sub("", found.summary), detail=place.sub("", found.detail))


def _name(root: Root) -> str:
    return root.path.as_posix() if root.path != Path() else "this module"

"""A root that Terraform is ready to run in, with the providers that answer it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

from scaffolder.errors import ToolCrashed
from scaffolder.tools.offline import catalog
from scaffolder.tools.offline.catalog import Part
from scaffolder.tools.offline.mirrors import LOCK, locked_versions
from scaffolder.tools.offline.requirements import choose, required_providers
from scaffolder.tools.rehearsal import limits, protection, states
from scaffolder.tools.rehearsal.provider import CloudProvider
from scaffolder.tools.terraform.folders import LOCAL_TIMEOUT, Root
from scaffolder.tools.terraform.limits import dialect
from scaffolder.tools.terraform.output import first_error
from scaffolder.tools.toolchain import Toolchain

_OVERRIDE = "rehearsal_override.tf"


@dataclass(frozen=True, kw_only=True)
class PreparedRoot:
    """A root that Terraform is ready to run in: its providers' schemas, and what it protects."""

    root: Root
    parts: dict[str, Part]
    protected: frozenset[str]
    configured: frozenset[str]
    several: bool
    """Whether a provider has more than one configuration."""


def prepared(
    tools: Toolchain, root: Root, base: str, *, existing: frozenset[str] = frozenset()
) -> PreparedRoot | str:
    """Initialise a root with a state in the cloud, or return why it cannot be rehearsed.

    `existing` are the types of the objects in the cloud: Terraform reads those of its state also
    where the code no longer names their type.
    """
    if root.remote_modules:
        return f"modules from elsewhere: {', '.join(root.remote_modules)}"
    modules = root.local_modules()
    files = list(chain.from_iterable(module.files for module in modules.values()))
    text = "\n".join(module.text for module in modules.values())
    chosen, unknown = choose(required_providers(files), {}, locked_versions(root.folder))
    words = existing.union(re.findall(r"\w+", text))
    parts = {schema.address: catalog.load(schema, words) for schema in chosen}
    if reason := limits.refusal(files, parts, unknown):
        return reason
    (root.folder / LOCK).unlink(missing_ok=True)
    (root.folder / _OVERRIDE).write_text(states.BACKEND, encoding="utf-8")
    try:
        with served(parts, {}) as env:
            done = root.run(
                tools,
                "init",
                "-input=false",
                "-no-color",
                env={**env, states.ADDRESS: states.address(base, f"init {root.path.as_posix()}")},
                timeout=LOCAL_TIMEOUT,
            )
    except ToolCrashed as error:
        return error.message
    if done.exit_code:
        return dialect(root) or f"terraform init failed: {first_error(done.stderr)}"
    providers = chain.from_iterable(file.each("provider") for file in files)
    return PreparedRoot(
        root=root,
        parts=parts,
        protected=protection.protected(modules),
        configured=limits.configured(files),
        several=any("alias" in provider.attributes for provider in providers),
    )


@contextmanager
def served(
    parts: Mapping[str, Part], providers: Mapping[str, CloudProvider], *, several: bool = False
) -> Iterator[dict[str, str]]:
    """Serve providers on this machine, and yield the environment that leads Terraform to them.

    `several`: a provider has more than one configuration.
    """
    from scaffolder.tools.offline.server import serving  # gRPC: 0.1 s, and needed only here

    def answers(address: str, part: Part) -> Mapping[str, Callable[[bytes, str], bytes]]:
        return providers[address].answers if address in providers else {}

    with serving(parts, answers, own_connections=several) as env:
        yield {**env, **_OFFLINE}


_OFFLINE = {
    "TF_CLI_CONFIG_FILE": os.devnull,
    "TF_PLUGIN_CACHE_DIR": "",
    "GOGC": "400",  # Terraform takes a seventh of the time less, and more memory
}

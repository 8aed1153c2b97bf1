"""Commands of a repository, such as `make drift`, run unchanged in the cloud that is a document."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path

from scaffolder.formats import hcl
from scaffolder.formats.regex import regex
from scaffolder.tools.offline import catalog
from scaffolder.tools.offline.mirrors import LOCK
from scaffolder.tools.offline.requirements import choose, required_providers
from scaffolder.tools.process import CompletedRun, Processes
from scaffolder.tools.programs import TERRAFORM
from scaffolder.tools.rehearsal import limits, states, storage
from scaffolder.tools.rehearsal.cloud import Cloud
from scaffolder.tools.rehearsal.outcome import Target
from scaffolder.tools.rehearsal.provider import CloudProvider
from scaffolder.tools.terraform.folders import Root, read
from scaffolder.tools.toolchain import Toolchain

OWNER = "own commands"
_STATE = "terraform.tfstate"
_TIMEOUT = 3600.0
_LEFT_OUT = (".git", ".terraform", ".venv", "node_modules", "build", "__pycache__")
_AZURE = regex(r'^\s*backend\s+"azurerm"', re.MULTILINE)


def run_commands(
    tools: Toolchain,
    repository: Path,
    folder: Path,
    targets: Sequence[Target],
    commands: Sequence[Sequence[str]],
    cloud: Cloud,
) -> tuple[CompletedRun, ...]:
    """Run commands in a copy of a repository, in which Terraform meets the cloud, up to a failure.

    `targets` are below `folder` of the repository. A variable without a value gets one in the copy.
    The states of the backend `s3` are in buckets of the cloud, with their locks; those of
    `azurerm`, which speaks HTTPS to names of Azure only, go over the backend `http` in the copy.

    Raises:
        ToolCrashed: the command cannot be started, or a signal ended it.
        ToolTimeout: it took an hour.

    """
    with ExitStack() as stack:
        top = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scaffold-")))
        copy = top / repository.name
        ignored = shutil.ignore_patterns(*_LEFT_OUT, "*.tfstate*")
        shutil.copytree(repository, copy, symlinks=True, ignore=ignored)
        code = copy / folder
        base = stack.enter_context(states.serving(cloud))
        for target in targets:
            _fill_in(code, target)
        roots = sorted({target.root for target in targets})
        for root in roots:
            _prepare(code / root, base, cloud, root)
        env = stack.enter_context(_environment(tools, code, roots, cloud, top))
        processes = Processes()
        try:
            done: list[CompletedRun] = []
            for argv in map(tuple, commands):
                if not done or not done[-1].exit_code:
                    done.append(processes.run(argv[0], argv, cwd=copy, env=env, timeout=_TIMEOUT))
            return tuple(done)
        finally:
            processes.end()
            for root in roots:
                _remember(code / root, cloud, root)


def _fill_in(code: Path, target: Target) -> None:
    """Write the values that stand in into the files of values, else into one that is read too."""
    root = code / target.root
    left = dict(target.stand_ins)
    automatic = [*root.glob("*.auto.tfvars"), root / "terraform.tfvars"]
    for file in (*automatic, *(code / one for one in target.var_files)):
        if not file.is_file():
            continue
        text = read(file)
        for name, attribute in hcl.recovered(text).attributes.items():
            if name in left:
                text = text.replace(attribute.expression, left.pop(name), 1)
        file.write_text(text, encoding="utf-8")
    if left:
        lines = (f"{name} = {expression}\n" for name, expression in sorted(left.items()))
        (root / "rehearsal.auto.tfvars").write_text("".join(lines), encoding="utf-8")


def _prepare(root: Path, base: str, cloud: Cloud, name: Path) -> None:
    """Give a root a lock of providers, the state that it had on disk, and a backend here."""
    (root / LOCK).touch()
    if (kept := cloud.files.get(_local(name))) is not None:
        (root / _STATE).write_text(kept, encoding="utf-8")
    if not any(_AZURE.search(read(file)) for file in root.glob("*.tf")):
        return
    (root / "rehearsal_override.tf").write_text(states.BACKEND, encoding="utf-8")
    for file in root.rglob("*.tfbackend"):
        address = states.address(base, f"{name.as_posix()} {file.name}")
        lines = (
            f'{key} = "{value}"\n'
            for key, value in (
                ("address", address),
                ("lock_address", address),
                ("unlock_address", address),
            )
        )
        file.write_text("".join(lines), encoding="utf-8")


def _remember(root: Path, cloud: Cloud, name: Path) -> None:
    if text := read(root / _STATE) if (root / _STATE).exists() else "":
        cloud.files[_local(name)] = text


def _local(name: Path) -> str:
    return f"local/{name.as_posix()}/{_STATE}"


@contextmanager
def _environment(
    tools: Toolchain, code: Path, roots: Sequence[Path], cloud: Cloud, top: Path
) -> Iterator[Mapping[str, str]]:
    """Serve the providers of all roots and the buckets, and yield what leads commands to them."""
    from scaffolder.tools.offline.server import serving  # gRPC: 0.1 s, and needed only here

    modules = list(chain.from_iterable(Root(code, root).local_modules().values() for root in roots))
    files = list(chain.from_iterable(module.files for module in modules))
    chosen, unknown = choose(required_providers(files), {})
    words = cloud.types().union(re.findall(r"\w+", "\n".join(module.text for module in modules)))
    parts = {schema.address: catalog.load(schema, words) for schema in chosen}
    if reason := limits.refusal(files, parts, unknown):
        raise limits.NotRehearsed(reason)
    declared = chain.from_iterable(file.each("provider") for file in files)
    several = any("alias" in provider.attributes for provider in declared)
    with (
        serving(
            parts,
            lambda address, part: CloudProvider(part, cloud, OWNER).answers,
            own_connections=several,
        ) as providers,
        storage.serving(cloud) as buckets,
    ):
        yield {
            **providers,
            **buckets,
            "TF_CLI_CONFIG_FILE": os.devnull,
            "TF_PLUGIN_CACHE_DIR": "",
            "PATH": os.pathsep.join((str(_programs(tools, top)), os.environ.get("PATH", ""))),
        }


def _programs(tools: Toolchain, top: Path) -> Path:
    """Return a folder with a `terraform` that is the embedded one, if no other is installed."""
    folder = top / "bin"
    folder.mkdir()
    program = tools.find(TERRAFORM)
    if program and program.origin == "embedded":
        script = folder / TERRAFORM.name
        module = TERRAFORM.embedded
        script.write_text(
            f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -P -m {module} "$@"\n',
            encoding="utf-8",
        )
        script.chmod(0o755)
    return folder

"""The folders that Terraform runs in: which are roots, and a copy that it may write to."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import TERRAFORM
from scaffolder.tools.toolchain import Toolchain

_COPIED = (".tf", ".tf.json", ".tfvars", ".tfvars.json", ".hcl", ".tftest.json", ".tfmock.json")
_MODULE_SOURCE = re.compile(r'^\s*"?source"?\s*[=:]\s*"([^"]+)"', re.MULTILINE)
LOCAL_TIMEOUT = 60.0
PROVIDER_TIMEOUT = (
    120.0  # the AWS provider alone takes 3 s to start, on a busy machine many times that
)


def roots(directory: Path) -> tuple[Path, ...]:
    """The folders below `directory` to run terraform in, relative to it: those that no other one calls as a module."""
    folders = {
        file.parent for file in _sources(directory) if file.name.endswith((".tf", ".tf.json"))
    }
    called = {
        Path(os.path.normpath(base / source))
        for file in _sources(directory)
        for source in _MODULE_SOURCE.findall(read(file))
        for base in (
            (file.parent, file.parent.parent)
            if file.name.endswith(".tftest.hcl")
            else (file.parent,)
        )
        if source.startswith(".")
    }
    return tuple(sorted(folder.relative_to(directory) for folder in folders - called))


class Root:
    """One root in the copy: where it runs, and what its files say about modules and providers."""

    def __init__(self, copy: Path, root: Path) -> None:
        self.path = root
        self.folder = copy / root
        self.data = Path(tempfile.mkdtemp(prefix=".data-", dir=copy))
        self.text = "\n".join(read(file) for file in _sources(self.folder))

    @property
    def has_modules(self) -> bool:
        return re.search(r"\bmodule\b", self.text) is not None

    @property
    def remote_modules(self) -> tuple[str, ...]:
        blocks = re.findall(
            r'^\s*module\s+(?:"[^"]*"\s*)?\{(.*?)^\s*\}', self.text, re.MULTILINE | re.DOTALL
        )
        sources = (source for block in blocks for source in _MODULE_SOURCE.findall(block))
        return tuple(sorted({source for source in sources if not source.startswith((".", "/"))}))

    def with_modules(self) -> str:
        """The text of the root and of all modules it uses, once `terraform get` has found them."""
        manifest = self.data / "modules" / "modules.json"
        if not manifest.exists():
            return self.text
        folders = {module["Dir"] for module in json.loads(manifest.read_text())["Modules"]} - {
            "",
            ".",
        }
        files = (file for folder in sorted(folders) for file in _sources(self.folder / folder))
        return "\n".join((self.text, *(read(file) for file in files)))

    def run(
        self, tools: Toolchain, *args: str, env: Mapping[str, str] | None = None, timeout: float
    ) -> CompletedRun:
        variables = {"TF_DATA_DIR": str(self.data), **(env or {})}
        return tools.run(TERRAFORM, *args, cwd=self.folder, env=variables, timeout=timeout)


def _sources(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        if file.name.endswith(_COPIED) and not any(
            part.startswith(".") for part in file.relative_to(folder).parts
        ):
            yield file


def read(file: Path) -> str:
    """Return the text of a file; what is no UTF-8 is replaced."""
    return file.read_text(encoding="utf-8", errors="replace")


@contextmanager
def copied(directory: Path) -> Iterator[Path]:
    """A copy of all but what earlier runs of Terraform left behind, so that nothing is written to the original."""
    with tempfile.TemporaryDirectory(prefix="scaffold-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder, directory.resolve().name)
        shutil.copytree(
            directory,
            copy,
            ignore=shutil.ignore_patterns(".terraform", "*.tfstate", "*.tfstate.*", ".git"),
        )
        yield copy

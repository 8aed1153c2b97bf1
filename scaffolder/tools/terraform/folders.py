"""The folders that Terraform runs in: which are roots, and a copy that it may write to."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from scaffolder.formats import hcl
from scaffolder.formats.encrypted import is_encrypted
from scaffolder.formats.hcl import Block
from scaffolder.formats.regex import regex
from scaffolder.tools.process import CompletedRun
from scaffolder.tools.programs import TERRAFORM
from scaffolder.tools.toolchain import Toolchain

_COPIED = (".tf", ".tf.json", ".tfvars", ".tfvars.json", ".hcl", ".tftest.json", ".tfmock.json")
_CONFIGURATION = (".tf", ".tf.json", ".tftest.hcl", ".tftest.json", ".tfmock.hcl", ".tfmock.json")
_LEFT_BEHIND = regex(r"\.terraform|\.git|.+\.tfstate(?:\..*)?")
_GOES_UP = regex(r"(?<![\w.])\.\./")
LOCAL_TIMEOUT = 60.0
PROVIDER_TIMEOUT = (
    120.0  # the AWS provider alone takes 3 s to start, on a busy machine many times that
)


def roots(directory: Path) -> tuple[Path, ...]:
    """Return the root folders below `directory`: those that no other one calls as a module."""
    folders = {
        file.parent for file in _sources(directory) if file.name.endswith((".tf", ".tf.json"))
    }
    called = chain.from_iterable(map(_called, _sources(directory)))
    return tuple(sorted(folder.relative_to(directory) for folder in folders.difference(called)))


def _called(file: Path) -> Iterator[Path]:
    """Yield the local modules of a file; those of a test may be seen from the folder above."""
    is_test = file.name.endswith((".tftest.hcl", ".tftest.json"))
    for source in _module_sources(_blocks(file)):
        if source.startswith("."):
            yield Path(os.path.normpath(file.parent / source))
            if is_test:
                yield Path(os.path.normpath(file.parent.parent / source))


def goes_up(directory: Path) -> bool:
    """Return whether the code below `directory` may read a file beside it."""
    return any(
        _reads_above(_blocks(file))
        for file in _sources(directory)
        if file.name.endswith(_CONFIGURATION)
    )


def _reads_above(block: Block) -> bool:
    return any(
        _GOES_UP.search(attribute.expression)
        for name, attribute in block.attributes.items()
        if (block.type, name) != ("module", "source")
    ) or any(map(_reads_above, block.blocks))


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """Terraform's input in some folders: the text of all files, and the blocks of each.

    `folder` is the first of them.
    """

    folder: Path
    text: str
    files: tuple[Block, ...]


class Root:
    """One root in the copy: its folder, and the modules and providers of its files."""

    def __init__(self, copy: Path, root: Path, top: Path | None = None) -> None:
        """Keep the `copy` that holds the root, and `top`, the folder of the whole repository."""
        self.path = root
        self.top = top or copy
        self.folder = copy / root
        self.data = Path(tempfile.mkdtemp(prefix=".data-", dir=copy))
        configuration = _configuration(self.folder, self.folder / "tests")
        self.text = configuration.text
        self._files = configuration.files

    def encrypted(self) -> tuple[str, ...]:
        """Return the encrypted files of the root and of its local modules."""
        folders = sorted({self.folder, *(one.folder for one in self.local_modules().values())})
        return tuple(
            Path(os.path.relpath(file, self.top)).as_posix()
            for file in _files_in(folders)
            if is_encrypted(file.read_bytes())
        )

    @property
    def has_modules(self) -> bool:
        """Whether it calls a module."""
        modules = chain.from_iterable(file.within("module") for file in self._files)
        return next(modules, None) is not None

    @property
    def remote_modules(self) -> tuple[str, ...]:
        """Return the sources elsewhere of the modules that the root or a local module calls."""
        found: set[str] = set()
        files = {self.folder: self._files}
        pending = [self.folder]
        while pending:
            folder = pending.pop()
            for source in chain.from_iterable(map(_module_sources, files[folder])):
                local = Path(os.path.normpath(folder / source))
                if not source.startswith((".", "/")):
                    found.add(source)
                elif local not in files:
                    files[local] = _configuration(local).files
                    pending.append(local)
        return tuple(sorted(found))

    def local_modules(self) -> dict[str, Configuration]:
        """Return the root and its local modules by address: "" and "module.a.module.b"."""
        found: dict[str, Configuration] = {}
        pending: list[tuple[str, Path, tuple[Path, ...]]] = [("", self.folder, ())]
        while pending:
            address, folder, above = pending.pop()
            found[address] = _configuration(folder)
            for name, source in _calls(found[address].files):
                inner = Path(os.path.normpath(folder / source))
                if source.startswith((".", "/")) and inner not in above:
                    called = ".".join(filter(None, (address, "module", name)))
                    pending.append((called, inner, (*above, folder)))
        return found

    def with_modules(self) -> Configuration:
        """Return the root and all modules it uses, once `terraform get` has found them."""
        manifest = self.data / "modules" / "modules.json"
        folders: set[str] = set()
        if manifest.exists():
            folders = {module["Dir"] for module in json.loads(manifest.read_text())["Modules"]}
        inner = [self.folder / folder for folder in sorted(folders - {"", "."})]
        return _configuration(self.folder, self.folder / "tests", *inner)

    def run(
        self, tools: Toolchain, *args: str, env: Mapping[str, str] | None = None, timeout: float
    ) -> CompletedRun:
        """Run terraform in the root; `timeout` is in seconds."""
        variables = {"TF_DATA_DIR": str(self.data), **(env or {})}
        return tools.run(TERRAFORM, *args, cwd=self.folder, env=variables, timeout=timeout)


def _sources(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if _is_looked_into(name))
        for name in sorted(names):
            if name.endswith(_COPIED) and not name.startswith("."):
                yield Path(parent, name)


def _is_looked_into(name: str) -> bool:
    return not name.startswith(".") and name != "node_modules"


def _configuration(*folders: Path) -> Configuration:
    """Return what Terraform reads in these folders, without what is in folders inside them."""
    files = list(_files_in(folders))
    return Configuration(
        folder=folders[0],
        text="\n".join(read(file) for file in files),
        files=tuple(_blocks(file) for file in files),
    )


def _files_in(folders: Iterable[Path]) -> Iterator[Path]:
    """Yield the files that Terraform reads in these folders, in the order of their names."""
    for folder in folders:
        if folder.is_dir():
            for file in sorted(folder.iterdir()):
                if file.name.endswith(_CONFIGURATION) and file.is_file():
                    yield file


def _blocks(file: Path) -> Block:
    """Return the blocks of a file, as far as it can be read: Terraform reports its faults."""
    if file.name.endswith(".json"):
        return hcl.of_json(read(file))
    return hcl.recovered(read(file))


def _calls(files: Iterable[Block]) -> Iterator[tuple[str, str]]:
    """Yield the name and source of each module that files call."""
    for file in files:
        for block in file.each("module"):
            if block.labels and "source" in block.attributes:
                yield block.labels[0], block.attributes["source"].text


def _module_sources(file: Block) -> Iterator[str]:
    for block in file.within("module"):
        if "source" in block.attributes:
            yield block.attributes["source"].text


def read(file: Path) -> str:
    """Return the text of a file, "" if absent; bytes that are not UTF-8 are replaced."""
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:  # a link that leads nowhere
        return ""


@contextmanager
def copied(directory: Path, *, within: Path | None = None) -> Iterator[tuple[Path, Path]]:
    """Yield a writable copy of a folder of configurations, and the copy of `within`.

    Only configurations are copied; all other files, those of `within` (a folder above: the
    repository) among them, are links to the originals, so that `file("../scripts/start.sh")` finds
    its file and a large repository costs no more than its Terraform code. Leftovers of earlier runs
    of Terraform are left out.
    """
    top = (within or directory).resolve()
    inside = directory.resolve().relative_to(top)
    with tempfile.TemporaryDirectory(prefix="scaffold-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder, top.name or "root")
        _copy(top, copy, _with_code(top, top / inside))
        yield copy / inside, copy


def _with_code(top: Path, directory: Path) -> frozenset[Path]:
    """Return the folders that hold a configuration, and those on the way to one."""
    found = {directory, *(parent for parent in directory.parents if parent.is_relative_to(top))}
    for file in _sources(directory):
        folder = file.parent
        while folder not in found:
            found.add(folder)
            folder = folder.parent
    return frozenset(found)


def _copy(source: Path, target: Path, real: frozenset[Path]) -> None:
    """Copy a folder's configurations, and those in `real` below it; link everything else."""
    target.mkdir()
    for entry in os.scandir(source):
        to = target / entry.name
        if _LEFT_BEHIND.fullmatch(entry.name):
            continue
        if Path(entry.path) in real:
            _copy(Path(entry.path), to, real)
        elif entry.name.endswith(_COPIED) and entry.is_file():
            shutil.copyfile(entry.path, to)
        elif entry.name.endswith(_COPIED) and not entry.is_dir():
            continue  # a link that leads nowhere: whoever runs Terraform makes the file
        else:
            _link(Path(entry.path), to)


def _link(source: Path, target: Path) -> None:
    """Link to a file or folder; copy it if the system has no links for users."""
    try:
        target.symlink_to(source.resolve(), target_is_directory=source.is_dir())
    except (OSError, RuntimeError):  # RuntimeError: links in a circle, in Python 3.11 and 3.12
        if source.is_dir():
            shutil.copytree(source, target, ignore_dangling_symlinks=True, dirs_exist_ok=True)
        elif source.is_file():
            shutil.copyfile(source, target)

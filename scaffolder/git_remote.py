"""The program `git-remote-scaffold`, which Git runs for `scaffold://`; it serves the releases.

The protocol: https://git-scm.com/docs/gitremote-helpers. With the capability `connect`, Git talks
to its own `git upload-pack` through us, so that cloning and fetching are Git's own work.
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from scaffolder.errors import ScaffolderError
from scaffolder.template import answers, releases
from scaffolder.template.bundled import SOURCE
from scaffolder.tools import installation, process
from scaffolder.tools.git import upload_pack
from scaffolder.tools.toolchain import SystemToolchain

PROGRAM = "git-remote-scaffold"


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Where Git finds the program, "" where it does not; then `hint` is what to type."""

    path: str
    hint: str = ""


def reach() -> Reach:
    """Return whether Git, and with it plain `copier update`, finds the program on PATH."""
    if path := shutil.which(PROGRAM):
        return Reach(path=path)
    for scheme in (sysconfig.get_default_scheme(), f"{os.name}_user"):
        folder = sysconfig.get_path("scripts", scheme)
        if shutil.which(PROGRAM, path=folder):
            return Reach(path="", hint=f'export PATH="{folder}:$PATH"')
    return Reach(path="", hint=installation.current().reinstall())


def main() -> int:
    """Answer Git's commands on stdin until it goes away; Git shows what stands on stderr."""
    process.settle_home()
    try:
        return _serve()
    except ScaffolderError as error:
        sys.stderr.write(f"git-remote-scaffold: {error.message}\n  try: {error.hint}\n")
        return error.exit_code


def _serve() -> int:
    while command := _line():
        if command == b"capabilities":
            os.write(1, b"connect\n\n")
        elif command == b"connect git-upload-pack":
            _refuse_newer()
            with SystemToolchain() as toolchain:
                repository = releases.embedded(toolchain).repository
            os.write(1, b"\n")
            return upload_pack(repository)
        else:
            sys.stderr.write(
                "git-remote-scaffold: the releases inside scaffolder can only be read\n"
                "  try: scaffold template publish URL\n"
            )
            return 1
    return 0


def _refuse_newer() -> None:
    """Raise if plain Copier updates a repository with a newer release than ours.

    Git's own error would name no way out.
    """
    try:
        record = answers.recorded(Path())
    except ScaffolderError:
        return
    history = releases.History(address=SOURCE, repository=Path(), releases=releases.releases())
    if record.address == SOURCE and releases.number_of(record.commit) > history.newest.number:
        history.named(record.commit)


def _line() -> bytes:
    """Read one line byte by byte: the rest of the pipe belongs to `git upload-pack`."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            break
        line += byte
    return line.strip()

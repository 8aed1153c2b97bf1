"""The program `git-remote-scaffold`: Git runs it for addresses that begin with `scaffold://`; it serves the releases.

The protocol: https://git-scm.com/docs/gitremote-helpers. With the capability `connect`, Git talks to its own
`git upload-pack` through us, so that cloning and fetching are Git's own work.
"""

from __future__ import annotations

import os
import sys

from scaffolder import process, store
from scaffolder.errors import ScaffolderError
from scaffolder.toolchain import SystemToolchain
from scaffolder.version_control import upload_pack


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
            with SystemToolchain() as toolchain:
                repository = store.embedded(toolchain).repository
            os.write(1, b"\n")
            return upload_pack(repository)
        else:
            sys.stderr.write(
                "git-remote-scaffold: the releases inside scaffolder can only be read\n"
                "  try: scaffold template publish URL\n"
            )
            return 1
    return 0


def _line() -> bytes:
    """One line, read byte by byte: what follows it on the same pipe belongs to `git upload-pack`."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            break
        line += byte
    return line.strip()

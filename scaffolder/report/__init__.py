"""The formats of a report: for the user (`text`, `html`) or a program, each one a function."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

from scaffolder.errors import DestinationError
from scaffolder.model import Report

FORMATS = ("text", "json", "sarif", "junit", "github", "html")
"""Each is a module of this package with a function `write`."""


def write(report: Report, form: str) -> str:
    """The report in one of FORMATS, without colours."""
    written: str = import_module(f"{__name__}.{form}").write(report)
    return written


def save(report: Report, form: str, file: Path) -> None:
    """Write the report to `file`, whole or not at all; its folder has to be there.

    Raises:
        DestinationError: it cannot be written.

    """
    written = f"{write(report, form)}\n"
    try:
        if file.exists() and not file.is_file():  # /dev/stdout, a pipe
            file.write_text(written, encoding="utf-8")
        else:
            _replace(file, written)
    except OSError as error:
        raise DestinationError(
            f"{file} cannot be written: {error.strerror or error}",
            hint="--output FILE, in a folder that exists",
        ) from error


def _replace(file: Path, written: str) -> None:
    import tempfile  # most reports are printed

    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(written)
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current
